//! A sequence that begins with constant steps blows the gradient up, unless the first state is noisy.

use norm_core::conformance::largest;
use sequence::{CellKind, Placement};

use crate::dense::length;
use crate::draw::Draw;
use crate::probe::{Probe, Values};
use crate::recurrent::{Net, Start};

const BLANK: usize = 20;
const PIXELS: usize = 64;
const CASES: usize = 32;
const UNITS: usize = 32;
const NOISE: f64 = 0.1;

pub(crate) const PROBE: Probe = Probe {
    id: "zero-variance-start",
    about: "An LSTM with recurrent batch norm, gain 0.1, epsilon 1e-5, 32 units, on 32 sequences of 20 zeros and then 64 drawn \
            pixels, a random linear loss on the last state: the largest norm of a case's gradient at a hidden state, over cases \
            and steps, with a first state of zeros and with one of noise of deviation 0.1.",
    find: || find(BLANK),
};

/// Pixels in [0, 1], zeros first.
fn sequences(draw: &mut Draw, blank: usize) -> Vec<f64> {
    let mut x = vec![0.0; blank * CASES];
    x.extend((0..PIXELS * CASES).map(|_| draw.uniform()));
    x
}

fn find(blank: usize) -> Values {
    let mut draw = Draw::new(121);
    let steps = blank + PIXELS;
    let batch = Some(("recurrent-batch", Placement::RECURRENT_BATCH));
    let mut net = Net::new(CellKind::Lstm, batch, (CASES, 1, UNITS), steps).drawn(&mut draw);
    // Forget gates are open, and the candidate's block of W_h is the identity, as in the paper's code.
    net.bias[UNITS..2 * UNITS].fill(1.0);
    for row in 0..UNITS {
        for column in 0..UNITS {
            net.hh[(2 * UNITS + row) * UNITS + column] = f64::from(u8::from(row == column));
        }
    }
    let x = sequences(&mut draw, blank);
    let aim = draw.normals(CASES * UNITS, 1.0 / CASES as f64);
    let noise = draw.normals(CASES * UNITS, NOISE);
    let worst = |h0: Option<&[f64]>| {
        let states = net.states(&x, Start { h: h0, c: None });
        largest((0..=steps).flat_map(|t| {
            let gradient = net.gradient_before(&x, t, &states, |_| aim.clone());
            gradient.chunks_exact(UNITS).map(length).collect::<Vec<_>>()
        }))
    };
    let (without, with) = (worst(None), worst(Some(&noise)));
    Values::new()
        .with("blow_up", without / with)
        .with("without_noise", without)
        .with("with_noise", with)
        .with("at_last", largest(aim.chunks_exact(UNITS).map(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_steps_do_it() {
        assert!(find(4).get("blow_up") > 10.0 * find(0).get("blow_up"));
    }
}
