//! What a gradient must satisfy whatever its formula: `y` blind to a shift of a set makes the set's `dx` sum to
//! zero, `y` blind to its scale makes `dx` orthogonal to `x`; and the other way round.

use super::case::{Case, Data, Shape, set_of};
use super::difference::{difference, largest, peak};
use super::pictures::smallest_pool;
use super::reference::Subject;
use super::remedy::{finite_gradients, finite_output};
use super::report::Tally;
use crate::error::Error;
use crate::isa::Isa;
use crate::layout::Skeleton;
use crate::policy::{Running, Stored};

/// For each set the sum of `dx · weight` over it, relative to the sum of magnitudes; the largest.
fn balance(subject: &Subject, case: &Case, dx: &[f64], weight: impl Fn(usize) -> f64) -> f64 {
    let d = subject.f64.descriptor;
    // Several sets overlap: what is the same for all elements is so for none of them alone.
    let whole = d.plan.is_staged();
    let mut sums = vec![(0.0f64, 0.0f64); if whole { 1 } else { subject.f64.sets(&case.layout) }];
    for (i, v) in dx.iter().enumerate() {
        let (sum, size) = &mut sums[if whole { 0 } else { set_of(d.reference_set, &case.layout, i) }];
        *sum += v * weight(i);
        *size += (v * weight(i)).abs();
    }
    largest(sums.iter().map(|(sum, size)| sum.abs() / size.max(f64::MIN_POSITIVE)))
}

pub(super) fn sums(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    if !d.exact_gradient {
        tally.skip("the gradient is declared not to be that of the formula");
        return Ok(());
    }
    for shape in [Shape::new(9, 12, 1), Shape::new(5, 6, 7)] {
        // In a set of one or two elements without epsilon all is rounding.
        if smallest_pool(d.reference_set, shape) < 3 {
            continue;
        }
        let case = Case::new(d, shape, Data::Normal { mean: 0.5, deviation: 1.0 }, 21)?.eps(d, 0.0);
        let got = case.play(k, Isa::detect())?;
        let blind = |change: &dyn Fn(f64) -> f64| -> Result<bool, Error> {
            let mut moved = case.clone();
            moved.x.iter_mut().for_each(|v| *v = change(*v));
            let (_, y) = moved.forward(k, Isa::detect())?;
            Ok(difference(&y, &got.y) <= 1e-10 * peak(&got.y))
        };
        for (what, blind, sum) in [
            ("a shift", blind(&|v| v + 0.75)?, balance(subject, &case, &got.dx, |_| 1.0)),
            ("the scale", blind(&|v| v * 1.75)?, balance(subject, &case, &got.dx, |i| case.x[i])),
        ] {
            if blind {
                let what = format!(
                    "y is blind to {what} of its set, so dx has to balance over it; of its size it is off by"
                );
                tally.at_most(&what, sum, 1e-12, "");
            } else {
                tally.require(sum > 1e-3, || {
                    format!("y feels {what} of its set, the sum over dx does not: {sum:e}")
                });
            }
        }
    }
    Ok(())
}

/// A set of one element: whoever subtracts a mean has nothing left, gives the bias, and has no variance to store.
pub(super) fn one_element(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    let shape = match d.reference_set.skeleton() {
        Skeleton::Rowwise => Shape::new(6, 1, 1),
        Skeleton::Channelwise if d.reference_set.is_of_weights() => Shape::new(6, 1, 1),
        Skeleton::Channelwise => Shape::new(1, 6, 1),
    };
    let case = Case::new(d, shape, Data::Normal { mean: 5.0, deviation: 2.0 }, 8)?;
    let got = case.play(k, Isa::detect())?;
    finite_output(tally, d, "a set of one element", &got);
    finite_gradients(tally, d, "a set of one element", &got);
    // Centred: blind to the one value there is, of either sign. What divides by a norm is blind to its size only.
    let mut centred = true;
    for by in [1.0, -20.0] {
        let mut moved = case.clone();
        moved.x.iter_mut().for_each(|v| *v += by);
        centred &= moved.forward(k, Isa::detect())?.1 == got.y;
    }
    if centred {
        let bias = d.params.iter().position(|p| p.name == "bias");
        let want: Vec<f64> = (0..case.x.len())
            .map(|i| {
                bias.map_or(0.0, |b| {
                    case.params[b][d.params[b].axis.index(i % case.layout.case(), &case.layout)]
                })
            })
            .collect();
        tally.between("the kernel", "the bias");
        tally.same_bits("y of one element", &got.y, &want);
        tally.between("the kernel", "a method that is blind");
        tally.close("dx of one element", &got.dx, &vec![0.0; got.dx.len()], peak(&case.dy) * 316.0, 1e-12);
    }
    if d.policy.averages() {
        let sets = k.sets(&case.layout);
        let policy = Running { rate: 0.5, stored: Stored::Unbiased };
        let before = Running::initial::<f64>(d, sets);
        let mut state = before.clone();
        policy.update(d, &got.stats, 1, &mut state);
        for (i, spec) in d.statistics.iter().enumerate() {
            let part = i * sets..(i + 1) * sets;
            if spec.is_variance {
                tally.between("the store after", "the store before");
                tally.same_bits("stored variance after one element", &state[part.clone()], &before[part]);
            } else {
                tally.require(state[part.clone()] != before[part], || {
                    format!("stored {} did not move", spec.name)
                });
            }
        }
    }
    Ok(())
}
