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
    about: "tanh of one batch norm over W_h h + W_x x with statistics per step, W_h the identity, W_x of unit length, one input a step, \
            50 cases, 64 units, 200 steps, a random linear loss on each case's last state: the mean norm over the cases of the \
            gradient at a state, as log10 of its ratio to that at the last one, for gains from 0.1 to 1. `log10_ratio_<gain>` is \
            that of the first state under normal inputs; with `pixels_` before it, under pixels in [0, 1] of which four in five \
            are 0.",
    find,
};

/// `[STEPS][CASES]`
fn pixels(draw: &mut Draw) -> Vec<f64> {
    (0..STEPS * CASES).map(|_| if draw.uniform() < 0.8 { 0.0 } else { draw.uniform() }).collect()
}

/// The recurrence with the identity for `W_h`.
fn net(gain: f64) -> Net {
    let joint = Some(("batch", Placement::JOINT));
    let mut net = Net::new(CellKind::RnnTanh, joint, (CASES, 1, UNITS), STEPS).with_param("gain", gain);
    // A row of unit length, as an orthogonal matrix with one column has.
    let row = Draw::new(114).normals(UNITS, 1.0);
    net.ih = row.iter().map(|w| w / length(&row)).collect();
    for unit in 0..UNITS {
        net.hh[unit * UNITS + unit] = 1.0;
    }
    net
}

/// Gradients of the loss at the states [`AT`], `[CASES][UNITS]` each.
fn gradients(gain: f64, x: &[f64]) -> Vec<Vec<f64>> {
    let (net, aim) = (net(gain), Draw::new(115).normals(CASES * UNITS, 1.0 / CASES as f64));
    let states = net.states(x, Start::default());
    AT.into_iter().map(|t| net.gradient_before(x, t, &states, |_| aim.clone())).collect()
}

fn find() -> Values {
    let mut draw = Draw::new(116);
    let mut values = Values::new();
    for (prefix, x) in [("", draw.normals(STEPS * CASES, 1.0)), ("pixels_", pixels(&mut draw))] {
        for (name, gain) in GAINS {
            let mean = |gradient: &Vec<f64>| gradient.chunks_exact(UNITS).map(length).sum::<f64>() / CASES as f64;
            let norms: Vec<f64> = gradients(gain, &x).iter().map(mean).collect();
            for (t, norm) in AT.into_iter().zip(&norms).take(AT.len() - 1) {
                let at = if t == 1 { String::new() } else { format!("_step_{t}") };
                values.put(format!("{prefix}log10_ratio_{name}{at}"), (norm / norms[AT.len() - 1]).log10());
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the identity for `W_h` the gradient at a state is that at a normalized sum, which adds up to zero over the batch;
    /// that of the loss itself does not.
    #[test]
    fn gradients_passed_a_norm_over_the_batch() {
        let x = Draw::new(1).normals(STEPS * CASES, 1.0);
        let found = gradients(0.3, &x);
        let sums = |gradient: &[f64]| {
            let unit = |u: usize| gradient.iter().skip(u).step_by(UNITS);
            let share = |u: usize| unit(u).sum::<f64>().abs() / unit(u).map(|g| g.abs()).sum::<f64>();
            (0..UNITS).map(share).fold(0.0, f64::max)
        };
        let last = AT.len() - 1;
        for (t, gradient) in AT.into_iter().zip(&found).take(last) {
            assert!(sums(gradient) < 1e-9, "{t}: {}", sums(gradient));
        }
        assert!(sums(&found[last]) > 1e-2);
    }
}
