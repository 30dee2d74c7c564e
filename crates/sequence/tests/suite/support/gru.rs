//! The judge of the gated recurrent unit, from the layer normalization paper's supplement (ba2016layer) and, without
//! norms and with the update gate turned, from PyTorch's definition. Plain loops, forward only.

use super::Problem;
use super::recurrent_batch::batch_norm;
use super::reference::{Affine, Norm, normalize, product};

/// What is done to the rows of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum How {
    /// Each case of each step on its own.
    Within(Norm),
    /// Each channel over the cases of a step.
    Step,
    /// Each channel over all cases and steps: of the input's projections only.
    Sequence,
}

/// Which network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gru {
    /// `h' = z h + (1 - z) n` in place of `(1 - z) h + z n`.
    pub(crate) keep: bool,
    pub(crate) how: How,
    /// Whether the recurrent products are normalized too.
    pub(crate) recurrent: bool,
    /// Whether norms learn a shift.
    pub(crate) shift: bool,
    pub(crate) eps: f64,
    /// What the recurrent products meet of the hidden state.
    pub(crate) met: Norm,
}

impl Gru {
    fn apply(&self, rows: &[Vec<f64>], on: &[bool], affine: Affine<'_>) -> Vec<Vec<f64>> {
        match self.how {
            How::Within(norm) => rows.iter().map(|r| normalize(norm, r, self.eps, affine)).collect(),
            How::Step | How::Sequence => batch_norm(rows, on, affine.gain.unwrap(), affine.bias, self.eps),
        }
    }

    /// Hidden states of every step, and the last.
    pub(crate) fn forward(&self, p: &Problem) -> (Vec<f64>, Vec<f64>) {
        let (s, sigmoid) = (p.sizes, |x: f64| 1.0 / (1.0 + (-x).exp()));
        let on: Vec<bool> = p.mask.clone().unwrap_or_else(|| vec![true; s.steps * s.cases]);
        let mut left = p.slots.iter();
        let learned = self.how != How::Within(Norm::Identity);
        let mut next = || {
            let gain = learned.then(|| left.next().unwrap().as_slice());
            let bias = (learned && self.shift).then(|| left.next().unwrap().as_slice());
            Affine { gain, bias }
        };
        let none = Affine { gain: None, bias: None };
        // In the order in which parameters come: gates of x and h, candidate of x and h.
        let of_x = next();
        let of_h = if self.recurrent { next() } else { none };
        let of_nx = next();
        let of_nh = if self.recurrent { next() } else { none };
        assert!(left.next().is_none(), "a parameter is left over");
        let (gates_x, candidate_x) = p.ih.split_at(2 * s.units * s.inputs);
        let (gates_h, candidate_h) = p.hh.split_at(2 * s.units * s.units);
        let bias = |i: usize| p.bias.get(i).copied().unwrap_or(0.0);
        let project = |w: &[f64], affine| -> Vec<Vec<f64>> {
            let rows: Vec<Vec<f64>> = p.x.chunks_exact(s.inputs).map(|x| product(w, x)).collect();
            if self.how == How::Sequence {
                return self.apply(&rows, &on, affine);
            }
            let steps = rows.chunks(s.cases).zip(on.chunks(s.cases));
            steps.flat_map(|(rows, on)| self.apply(rows, on, affine)).collect()
        };
        let (ax, anx) = (project(gates_x, of_x), project(candidate_x, of_nx));
        let mut h: Vec<Vec<f64>> = p.h0.chunks_exact(s.units).map(<[f64]>::to_vec).collect();
        let mut y = Vec::new();
        for t in 0..s.steps {
            let on = &on[t * s.cases..(t + 1) * s.cases];
            let recur = |w: &[f64], affine| {
                let none = Affine { gain: None, bias: None };
                let met = |h: &Vec<f64>| normalize(self.met, h, 0.0, none);
                let rows: Vec<Vec<f64>> = h.iter().map(|h| product(w, &met(h))).collect();
                if self.recurrent { self.apply(&rows, on, affine) } else { rows }
            };
            let (ah, anh) = (recur(gates_h, of_h), recur(candidate_h, of_nh));
            for n in 0..s.cases {
                if !on[n] {
                    y.extend(vec![0.0; s.units]);
                    continue;
                }
                let row = t * s.cases + n;
                for j in 0..s.units {
                    let gate = |k: usize| {
                        let i = k * s.units + j;
                        sigmoid(ax[row][i] + ah[n][i] + bias(i))
                    };
                    let (r, z) = (gate(0), gate(1));
                    let inside = anh[n][j] + p.recurrent_bias.get(j).copied().unwrap_or(0.0);
                    let candidate = (anx[row][j] + bias(2 * s.units + j) + r * inside).tanh();
                    let old = h[n][j];
                    h[n][j] = if self.keep {
                        z * old + (1.0 - z) * candidate
                    } else {
                        (1.0 - z) * old + z * candidate
                    };
                }
                y.extend(&h[n]);
            }
        }
        (y, h.concat())
    }

    /// The loss whose gradients are compared.
    pub(crate) fn loss(&self, p: &Problem) -> f64 {
        let (y, h) = self.forward(p);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        dot(&y, &p.dy) + dot(&h, &p.dh)
    }
}
