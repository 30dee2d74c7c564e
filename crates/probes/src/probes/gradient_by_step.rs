//! How far back a gradient reaches through batch normalization inside a recurrence, by the gain.

use sequence::{CellKind, Placement};

use crate::dense::length;
use crate::draw::Draw;
use crate::probe::{Probe, Values};
use crate::recurrent::{Net, Start};

const STEPS: usize = 200;
const CASES: usize = 50;
const UNITS: usize = 64;
/// Names of the gains, and the gains.
const GAINS: [(&str, f64); 5] = [("0_1", 0.1), ("0_3", 0.3), ("0_5", 0.5), ("0_7", 0.7), ("1_0", 1.0)];
/// States at which the gradient is taken, counted from the first.
const AT: [usize; 5] = [1, 50, 100, 150, 200];

pub(crate) const PROBE: Probe = Probe {
    id: "gradient-by-step",
    about: "tanh of one batch norm over W_h h + W_x x with statistics per step, W_h the identity, one normal input a step, 50 cases, \
            64 units, 200 steps, a random linear loss on each case's last state: the mean norm over the cases of the gradient \
            at a state as log10 of its ratio to that at the last one, for gains from 0.1 to 1. `log10_ratio_<gain>` is that of \
            the first state.",
    find: || find(STEPS, &GAINS),
};

fn find(steps: usize, gains: &[(&str, f64)]) -> Values {
    let mut draw = Draw::new(114);
    let mut values = Values::new();
    // A row of unit length, as an orthogonal matrix with one column has.
    let row = draw.normals(UNITS, 1.0);
    let size = length(&row);
    let x = draw.normals(steps * CASES, 1.0);
    let aim = draw.normals(CASES * UNITS, 1.0 / CASES as f64);
    for (name, gain) in gains {
        let joint = Some(("batch", Placement::JOINT));
        let mut net = Net::new(CellKind::RnnTanh, joint, (CASES, 1, UNITS), steps).with_param("gain", *gain);
        net.ih = row.iter().map(|w| w / size).collect();
        for unit in 0..UNITS {
            net.hh[unit * UNITS + unit] = 1.0;
        }
        let states = net.states(&x, Start::default());
        let norm = |t: usize| {
            let gradient = net.gradient_before(&x, t, &states, |_| aim.clone());
            gradient.chunks_exact(UNITS).map(length).sum::<f64>() / CASES as f64
        };
        let last = norm(steps);
        for t in AT.into_iter().filter(|t| *t < steps) {
            let ratio = (norm(t) / last).log10();
            if t == 1 {
                values.put(format!("log10_ratio_{name}"), ratio);
            } else {
                values.put(format!("log10_ratio_{name}_step_{t}"), ratio);
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the gain so small that tanh is straight, a step multiplies by W_h over the deviation of the sum and takes off what
    /// the norm projects out: no factor below 1 comes from the slope.
    #[test]
    fn large_gains_lose_more() {
        let found = find(40, &[("0_1", 0.1), ("1_0", 1.0)]);
        let (small, large) = (found.get("log10_ratio_0_1"), found.get("log10_ratio_1_0"));
        assert!(small > large + 1.0, "{found:?}");
    }
}
