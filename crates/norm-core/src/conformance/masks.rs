//! Padding: cases that do not count are as good as absent, whatever stands in them.

use super::case::{Case, Data, Shape};
use super::difference::peak;
use super::reference::Subject;
use super::report::Tally;
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::Rule;
use crate::layout::Skeleton;
use crate::policy::Running;

/// The cases of `v` that count.
fn kept(v: &[f64], case: usize, mask: &[bool]) -> Vec<f64> {
    v.chunks(case).zip(mask).filter(|(_, on)| **on).flat_map(|(c, _)| c.to_vec()).collect()
}

pub(super) fn masked_equals_unpadded(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    if d.reference_set.is_of_weights() {
        tally.skip("weights have no cases to leave out");
        return Ok(());
    }
    for shape in [Shape::new(9, 19, 1), Shape::new(7, 6, 5), Shape::new(70, 33, 1)] {
        let mut padded = Case::new(d, shape, Data::STANDARD, 61)?;
        let size = padded.layout.case();
        let mask: Vec<bool> = (0..padded.layout.n).map(|n| n % 4 != 1 && n != 0).collect();
        let mut short = padded.clone();
        short.layout.n = mask.iter().filter(|m| **m).count();
        short.x = kept(&padded.x, size, &mask);
        short.dy = kept(&padded.dy, size, &mask);
        for garbage in [1e30, f64::NAN, f64::INFINITY] {
            for (i, (x, dy)) in padded.x.iter_mut().zip(&mut padded.dy).enumerate() {
                if !mask[i / size] {
                    (*x, *dy) = (garbage, garbage);
                }
            }
            padded.mask = Some(mask.clone());
            tally.between("the masked batch", "the batch without padding");
            let (got, want) = (padded.play(k, Isa::detect())?, short.play(k, Isa::detect())?);
            tally.close("y", &kept(&got.y, size, &mask), &want.y, peak(&want.y), 1e-13);
            tally.close("dx", &kept(&got.dx, size, &mask), &want.dx, peak(&want.dx), 1e-12);
            for ((name, got), want) in d.returned_names().iter().zip(&got.dparams).zip(&want.dparams) {
                tally.close(&format!("d{name}"), got, want, peak(want), 1e-12);
            }
            if d.reference_set.skeleton() == Skeleton::Channelwise {
                tally.close("statistics", &got.stats, &want.stats, peak(&want.stats).max(1e-3), 1e-13);
            }
            for (name, v) in [("y", &got.y), ("dx", &got.dx)] {
                let off: Vec<bool> = mask.iter().map(|m| !m).collect();
                let zero = kept(v, size, &off).iter().all(|v| *v == 0.0);
                tally.require(zero, || format!("{name} of a masked case is not 0"));
            }
        }
    }
    Ok(())
}

pub(super) fn all_masked(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    for shape in [Shape::new(5, 19, 1), Shape::new(3, 6, 4)] {
        let mut case = Case::new(d, shape, Data::STANDARD, 62)?;
        case.mask = Some(vec![false; case.layout.n]);
        let (stats, y) = case.forward(k, Isa::detect())?;
        let (dx, dparams) = case.backward(k, Isa::detect(), &stats, Rule::Exact)?;
        let zero = y.iter().chain(&dx).chain(dparams.iter().flatten()).all(|v| *v == 0.0);
        tally.require(zero, || "with every case masked something is not 0".into());
        if d.policy.averages() {
            let mut state = Running::initial::<f64>(d, k.sets(&case.layout));
            let before = state.clone();
            let pooled = case.with::<f64, _>(|call| k.pooled(call));
            let taken = Running::default().update(d, &stats, pooled, &mut state);
            tally.require(!taken && state == before, || "an empty batch moved the stored statistics".into());
        }
    }
    Ok(())
}
