//! Measured dependencies against the declared reference set.

use super::case::Shape;
use super::probe::{Dependencies, Probe};
use super::reference::Subject;
use super::report::Tally;
use crate::error::Error;
use crate::layout::{ReferenceSet, Skeleton};

pub(super) fn reference_set(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let d = subject.f64.descriptor;
    let holes = [true, true, false, true, true];
    let by_case = !d.reference_set.is_of_weights();
    for (shape, mask) in [
        (Shape::new(5, 6, 1), None),
        (Shape::new(4, 6, 3), None),
        (Shape::new(5, 6, 3), by_case.then_some(&holes[..])),
    ] {
        let measured = Probe::measured(&subject.f64, shape, mask)?;
        let declared = Probe::promised(d, shape, mask)?;
        let labels = &measured.labels;
        let cuts_off = d.plan.cuts_off();
        let mut same = |what: &str, a: &Dependencies, b: &Dependencies| {
            // Of two values the larger or smaller one: which it is, and what it depends on, differs from place to place.
            if cuts_off && d.plan.is_staged() {
                tally.require(a.is_within(b), || format!("{what}: depends on more than is declared"));
                tally.require(3 * a.count() >= b.count(), || {
                    format!("{what}: most of what is declared is not seen")
                });
                return;
            }
            let (a, live) = if cuts_off { (&a.where_live(a, b), &b.where_live(a, b)) } else { (a, b) };
            tally.require(3 * live.count() >= b.count(), || format!("{what}: most of it is cut off"));
            let off = a.first_difference(live);
            tally.require(off.is_none(), || {
                let (of, on) = off.unwrap_or_default();
                let does = if a.depends(of, on) { "depends" } else { "does not depend" };
                let (of, on) = (labels[of], labels[on]);
                format!("{what}: {of:?} {does} on {on:?}; look at `over {}`", d.over())
            });
        };
        // A set of one or two elements hides dependences: what is left of a centred pair is its sign.
        if smallest_pool(d.reference_set, shape) < 3 {
            continue;
        }
        same("y on x", &measured.y_on_x, &declared.y_on_x);
        same("dx on dy", &measured.dx_on_dy, &declared.dx_on_dy);
        // A method linear in x has a gradient that does not depend on x; the differences would tell a lost one.
        if !measured.dx_on_x.is_empty() {
            same("dx on x", &measured.dx_on_x, &declared.dx_on_x);
        }
        if d.policy.averages() {
            same("y on x under stored statistics", &measured.stored_y_on_x, &declared.stored_y_on_x);
        }
    }
    Ok(())
}

/// Elements in the smallest set at a shape.
pub(super) fn smallest_pool(set: ReferenceSet, shape: Shape) -> usize {
    let s = shape.fitted(set);
    match set {
        ReferenceSet::Nothing => usize::MAX,
        ReferenceSet::Space => s.space,
        ReferenceSet::Channels | ReferenceSet::Unit => s.channels,
        ReferenceSet::Group => s.channels / s.groups * s.space,
        _ => match set.skeleton() {
            Skeleton::Rowwise => s.channels * s.space,
            Skeleton::Channelwise => s.cases * s.space,
        },
    }
}
