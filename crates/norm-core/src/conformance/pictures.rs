//! Measured dependencies against the declared reference set.

use super::case::Shape;
use super::probe::{Dependencies, Probe};
use super::reference::Subject;
use super::report::Tally;
use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::layout::{ReferenceSet, Skeleton};

/// How what was measured is not what was declared.
enum Mismatch {
    More,
    Unseen,
    CutOff,
    /// The first pair.
    At(usize, usize),
}

fn mismatch(d: &Descriptor, measured: &Dependencies, declared: &Dependencies) -> Option<Mismatch> {
    let (a, b) = (measured, declared);
    let cuts_off = d.plan.cuts_off();
    // Of two values the larger or smaller one: which it is, and what it depends on, differs from place to place.
    if cuts_off && d.plan.is_staged() {
        if !a.is_within(b) {
            return Some(Mismatch::More);
        }
        return (3 * a.count() < b.count()).then_some(Mismatch::Unseen);
    }
    let (a, live) = if cuts_off { (&a.where_live(a, b), &b.where_live(a, b)) } else { (a, b) };
    if 3 * live.count() < b.count() {
        return Some(Mismatch::CutOff);
    }
    a.first_difference(live).map(|(of, on)| Mismatch::At(of, on))
}

impl Dependencies {
    /// Whether this, measured, is what was declared: everywhere, or, of a method that cuts off, where nothing is cut off.
    pub fn is_as_declared(&self, declared: &Self, d: &Descriptor) -> bool {
        mismatch(d, self, declared).is_none()
    }
}

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
        let mut same = |what: &str, a: &Dependencies, b: &Dependencies| {
            let off = mismatch(d, a, b);
            tally.require(off.is_none(), || match off {
                Some(Mismatch::More) => format!("{what}: depends on more than is declared"),
                Some(Mismatch::Unseen) => format!("{what}: most of what is declared is not seen"),
                Some(Mismatch::CutOff) => format!("{what}: most of it is cut off"),
                Some(Mismatch::At(of, on)) => {
                    let does = if a.depends(of, on) { "depends" } else { "does not depend" };
                    let (of, on) = (labels[of], labels[on]);
                    format!("{what}: {of:?} {does} on {on:?}; look at `over {}`", d.over())
                }
                None => String::new(),
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
