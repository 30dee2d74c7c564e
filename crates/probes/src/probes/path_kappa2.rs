//! What the cheap path scale of a recurrent net leaves out.

use std::thread;

use crate::draw::Draw;
use crate::path_sgd::second_over_first;
use crate::probe::{Probe, Values};

/// Units, and over how many drawn nets their ratio is averaged.
const UNITS: [(usize, u32); 4] = [(10, 20), (20, 10), (50, 2), (100, 1)];
const STEPS: [usize; 3] = [10, 20, 40];

pub(crate) const PROBE: Probe = Probe {
    id: "path-kappa2",
    about: "Drawn recurrent ReLU nets, variance of the recurrent weights 1 over the number of units, one input and one output at the \
            end: the norm of the second term of the path scales of the recurrent weights over that of the first, averaged over \
            draws, for 10 to 100 units and 10 to 40 steps; the largest at 100 units; and the largest factor between it and \
            2 T / H². `sums_` are the same with sums in place of norms.",
    find,
};

/// Quotients of norms and of sums, averaged.
fn ratio(units: usize, steps: usize, draws: u32) -> (f64, f64) {
    let mut draw = Draw::new((1000 * units + steps) as u64);
    let all = (0..draws).map(|_| second_over_first(units, steps, &mut draw));
    let (norms, sums) = all.fold((0.0, 0.0), |(norms, sums), (n, s)| (norms + n, sums + s));
    (norms / f64::from(draws), sums / f64::from(draws))
}

/// The factor, at least 1, between a quotient and `2 T / H²`.
fn off(ratio: f64, units: usize, steps: usize) -> f64 {
    let to_rule = ratio / (2.0 * steps as f64 / (units * units) as f64);
    to_rule.max(1.0 / to_rule)
}

fn find() -> Values {
    // The second term takes as many passes as there are weights: numbers of steps run side by side.
    let of_steps = |steps: usize| UNITS.map(|(units, draws)| ratio(units, steps, draws));
    let found = thread::scope(|scope| {
        let threads = STEPS.map(|steps| scope.spawn(move || of_steps(steps)));
        threads.map(|thread| thread.join().expect("a drawn net"))
    });
    let (mut values, mut at_100, mut scaling, mut sums_scaling) = (Values::new(), 0.0f64, 0.0f64, 0.0f64);
    for (steps, found) in STEPS.into_iter().zip(found) {
        for ((units, _), (norms, sums)) in UNITS.into_iter().zip(found) {
            values.put(format!("ratio_{units}_steps_{steps}"), norms);
            values.put(format!("sums_{units}_steps_{steps}"), sums);
            scaling = scaling.max(off(norms, units, steps));
            sums_scaling = sums_scaling.max(off(sums, units, steps));
            if units == 100 {
                at_100 = at_100.max(norms);
            }
        }
    }
    values.with("ratio_100", at_100).with("scaling", scaling).with("sums_scaling", sums_scaling)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One unit has one path for each number of uses of its weight, so both terms are sums that can be written down.
    #[test]
    fn of_a_single_unit_it_is_a_quotient_of_two_sums() {
        for steps in [3u32, 6] {
            let mut draw = Draw::new(7);
            draw.normal();
            let square = draw.normal().powi(2);
            let sum = |term: &dyn Fn(f64) -> f64| (0..steps).map(|k| term(f64::from(k))).sum::<f64>();
            let first = sum(&|k| k * square.powf(k - 1.0));
            let second = 2.0 * square * sum(&|k| k * (k - 1.0) * square.powf(k - 2.0));
            let (found, sums) = second_over_first(1, steps as usize, &mut Draw::new(7));
            assert!((found / (second / first) - 1.0).abs() < 1e-12, "{found} {}", second / first);
            assert_eq!(sums, found);
        }
    }

    #[test]
    fn sums_follow_the_rule_from_few_units_to_many() {
        for (units, draws) in [(10, 6), (40, 1)] {
            let sums = ratio(units, 10, draws).1;
            assert!(off(sums, units, 10) < 2.5, "{units} units: {sums}");
        }
    }
}
