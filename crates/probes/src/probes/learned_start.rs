//! What a first state that is learned, the same for all cases, hears of the loss through recurrent batch normalization.

use norm_core::conformance::peak;
use sequence::{CellKind, Placement};

use crate::draw::Draw;
use crate::probe::{Probe, Values};
use crate::recurrent::{Net, Start};

const STEPS: usize = 10;
const CASES: usize = 20;
const UNITS: usize = 16;
const NOISE: f64 = 0.1;

pub(crate) const PROBE: Probe = Probe {
    id: "learned-start",
    about: "An LSTM with recurrent batch norm, 16 units, 20 cases, 10 steps, a random linear loss on the last state, one first hidden \
            state for all cases: the largest entry of its gradient, without noise on it and with noise of deviation 0.1 \
            for each case; likewise without a norm, and of W_h through the first step alone.",
    find,
};

/// The largest entry of the gradient at the shared state, and, over a single step, of that at `W_h`.
fn heard(norm: bool, noise: f64) -> (f64, f64) {
    let mut draw = Draw::new(125);
    let batch = norm.then_some(("recurrent-batch", Placement::RECURRENT_BATCH));
    let net = Net::new(CellKind::Lstm, batch, (CASES, 2, UNITS), STEPS).drawn(&mut draw);
    let x = draw.normals(STEPS * CASES * 2, 1.0);
    let aim = draw.normals(CASES * UNITS, 1.0);
    let shared = draw.normals(UNITS, 0.5);
    let h0: Vec<f64> = draw
        .normals(CASES * UNITS, 1.0)
        .iter()
        .zip(shared.iter().cycle())
        .map(|(z, h)| h + noise * z)
        .collect();
    let start = Start { h: Some(&h0), c: None };
    let each = net.pass(&x, start, |_| aim.clone()).dh0;
    // A state that all cases share is heard from all of them.
    let sum = |unit: usize| each.iter().skip(unit).step_by(UNITS).sum::<f64>();
    let first = net.pass(&x[..CASES * 2], start, |_| aim.clone());
    (peak(&(0..UNITS).map(sum).collect::<Vec<_>>()), peak(&first.hh))
}

fn find() -> Values {
    let (without, noisy, plain) = (heard(true, 0.0), heard(true, NOISE), heard(false, 0.0));
    Values::new()
        .with("without_noise", without.0)
        .with("with_noise", noisy.0)
        .with("without_norm", plain.0)
        .with("weights_without_noise", without.1)
        .with("weights_with_noise", noisy.1)
        .with("weights_without_norm", plain.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_of_a_normalized_sum_adds_up_to_zero() {
        let found = find();
        for silent in ["without_noise", "with_noise", "weights_without_noise"] {
            assert!(found.get(silent) < 1e-9, "{silent}: {found:?}");
        }
        for heard in ["without_norm", "weights_without_norm", "weights_with_noise"] {
            assert!(found.get(heard) > 1e-3, "{heard}: {found:?}");
        }
    }
}
