//! Path scales of a recurrent ReLU net, whose weights are used once per step.

use norm_core::Elem;

use crate::chain::LayerScales;
use crate::layer::{Dense, Layer, Squared};
use crate::scaled::{Scaled, common_exponent, power_of_two, times_power_of_two};
use crate::{Error, PathNorm};

/// Which steps have a loss, and so are where paths end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Every step, as for a language model.
    EveryStep,
    /// The last one only, as for classifying a sequence.
    LastStep,
}

/// `h_t = relu(W_ih x_t + W_hh h_{t-1} + b)` from `h_0 = 0`, read out by `W_out h_t + b_out`.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent<'a, T> {
    /// `[hidden, inputs]`, row-major.
    pub weight_ih: &'a [T],
    /// `[hidden, hidden]`, row-major.
    pub weight_hh: &'a [T],
    /// `[hidden]`, if there is one.
    pub bias: Option<&'a [T]>,
    /// From `hidden` units; without one the hidden units themselves are the outputs.
    pub readout: Option<Dense<'a, T>>,
    /// Width of the input of a step.
    pub inputs: usize,
    /// Units.
    pub hidden: usize,
    /// Steps.
    pub steps: usize,
    /// Where paths end.
    pub loss: Loss,
}

/// First-term path scales of a recurrent net: `κ₁ = ∂φ²/∂(w²) = fields · 2^log2_factor`, in the layout of the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct RecurrentScales {
    /// Of `weight_ih`.
    pub weight_ih: Vec<f64>,
    /// Of `weight_hh`; 0 where there is a single step.
    pub weight_hh: Vec<f64>,
    /// Of `bias`.
    pub bias: Option<Vec<f64>>,
    /// Of the read-out.
    pub readout: Option<LayerScales>,
    /// Binary logarithm of the factor.
    pub log2_factor: i64,
    /// The path norm of the unrolled net.
    pub norm: PathNorm,
}

impl RecurrentScales {
    /// `κ₁` itself, with a factor of 1; infinite or 0 where it leaves the range of `f64`.
    pub fn unscaled(&self) -> Self {
        let f = |v: f64| times_power_of_two(v, self.log2_factor);
        let all = |v: &Vec<f64>| v.iter().map(|x| f(*x)).collect();
        Self {
            weight_ih: all(&self.weight_ih),
            weight_hh: all(&self.weight_hh),
            bias: self.bias.as_ref().map(all),
            readout: self.readout.as_ref().map(|r| r.map(f)),
            log2_factor: 0,
            norm: self.norm,
        }
    }
}

/// Both passes over the unrolled net.
struct Passes {
    ih: Squared,
    hh: Squared,
    readout: Option<Squared>,
    /// What arrives at the units, step by step.
    arriving: Vec<Scaled>,
    /// What leaves them, step by step.
    leaving: Vec<Scaled>,
    norm: PathNorm,
}

fn has_loss(net_loss: Loss, step: usize, steps: usize) -> bool {
    net_loss == Loss::EveryStep || step + 1 == steps
}

impl Passes {
    fn of<T: Elem>(net: &Recurrent<'_, T>) -> Result<Self, Error> {
        if net.steps == 0 {
            return Err(Error::Empty { what: "steps".to_owned() });
        }
        let (inputs, hidden) = (net.inputs, net.hidden);
        let input = Dense { weight: net.weight_ih, bias: net.bias, inputs, outputs: hidden };
        let ih = Squared::of(&Layer::Dense(input), "the input layer", 0)?;
        let recurrent = Dense { weight: net.weight_hh, bias: None, inputs: hidden, outputs: hidden };
        let hh = Squared::of(&Layer::Dense(recurrent), "the recurrent layer", 1)?;
        let readout = match &net.readout {
            Some(dense) if dense.inputs != hidden => {
                return Err(Error::Chain { layer: 2, expected: dense.inputs, got: hidden });
            }
            Some(dense) => Some(Squared::of(&Layer::Dense(*dense), "the read-out", 2)?),
            None => None,
        };

        // What comes in afresh is the same at every step.
        let fresh = ih.arriving(&Scaled::ones(inputs));
        let mut arriving = vec![fresh.clone()];
        for t in 1..net.steps {
            let mut now = hh.arriving(&arriving[t - 1]);
            now.add(&fresh);
            arriving.push(now);
        }
        let (mut outputs, ends) = match &readout {
            Some(r) => (Scaled::zeros(r.outputs), r.leaving(&Scaled::ones(r.outputs))),
            None => (Scaled::zeros(hidden), Scaled::ones(hidden)),
        };
        for (_, at) in arriving.iter().enumerate().filter(|(t, _)| has_loss(net.loss, *t, net.steps)) {
            outputs.add(&readout.as_ref().map_or_else(|| at.clone(), |r| r.arriving(at)));
        }
        let mut leaving = vec![ends.clone()];
        for t in (0..net.steps - 1).rev() {
            let mut now = hh.leaving(&leaving[leaving.len() - 1]);
            if has_loss(net.loss, t, net.steps) {
                now.add(&ends);
            }
            leaving.push(now);
        }
        leaving.reverse();
        Ok(Self { ih, hh, readout, arriving, leaving, norm: PathNorm::of(&outputs) })
    }

    fn scales(&self, loss: Loss) -> RecurrentScales {
        let (steps, hidden) = (self.arriving.len(), self.hh.inputs);
        let mut total = Scaled::zeros(hidden);
        let mut hh = Scaled::zeros(hidden * hidden);
        for t in 0..steps {
            total.add(&self.leaving[t]);
            if t > 0 {
                hh.add(&self.hh.through_weight(&self.arriving[t - 1], &self.leaving[t]));
            }
        }
        // Every step has the same inputs, so the uses of an input weight differ in what leaves them only.
        let ih = self.ih.through_weight(&Scaled::ones(self.ih.inputs), &total);
        let bias = self.ih.through_bias(&total);
        let readout = self.readout.as_ref().map(|r| {
            let (mut seen, mut ends) = (Scaled::zeros(hidden), Scaled::zeros(r.outputs));
            for t in (0..steps).filter(|t| has_loss(loss, *t, steps)) {
                seen.add(&self.arriving[t]);
                ends.add(&Scaled::ones(r.outputs));
            }
            (r.through_weight(&seen, &Scaled::ones(r.outputs)), r.through_bias(&ends))
        });
        let readout_parts = readout.iter().flat_map(|(w, b)| std::iter::once(w).chain(b));
        let log2_factor = common_exponent([&ih, &hh].into_iter().chain(&bias).chain(readout_parts));
        RecurrentScales {
            weight_ih: ih.under(log2_factor),
            weight_hh: hh.under(log2_factor),
            bias: bias.map(|b| b.under(log2_factor)),
            readout: readout.map(|(w, b)| LayerScales {
                weight: w.under(log2_factor),
                bias: b.map(|b| b.under(log2_factor)),
            }),
            log2_factor,
            norm: self.norm,
        }
    }
}

/// First-term path scales `κ₁` of a recurrent net (neyshabur2016path): one pass forward and one backward through the
/// unrolled net, with squared weights and ones as the input of every step.
///
/// The step that these scale is invariant to the rescalings that a recurrent net has
/// (`W_ih -> D W_ih`, `b -> D b`, `W_hh -> D W_hh D⁻¹`, `W_out -> W_out D⁻¹`); what [`second_term`] adds scales alike.
///
/// # Errors
///
/// As [`crate::path_scales`]; [`Error::Empty`] without steps.
pub fn recurrent_scales<T: Elem>(net: &Recurrent<'_, T>) -> Result<RecurrentScales, Error> {
    Ok(Passes::of(net)?.scales(net.loss))
}

/// The second term `κ₂ = 2 w² ∂²φ²/∂(w²)²` of every recurrent weight, `[hidden, hidden]`, and the binary logarithm of
/// its factor, which is that of [`recurrent_scales`]. It is exactly 0 for all other parameters: no path takes two edges
/// of the input layer, the biases or the read-out.
///
/// This is what the cheap step leaves out, of size `2 steps / hidden²` beside the first for dense random weights; it
/// takes as many passes as there are recurrent weights, so it is for measuring.
///
/// # Errors
///
/// As [`recurrent_scales`].
pub fn second_term<T: Elem>(net: &Recurrent<'_, T>) -> Result<(Vec<f64>, i64), Error> {
    let passes = Passes::of(net)?;
    let log2_factor = passes.scales(net.loss).log2_factor;
    let (h, squares) = (net.hidden, passes.hh.weight());
    let mut found = vec![0.0; h * h];
    for (at, second) in found.iter_mut().enumerate() {
        let (j, k) = (at / h, at % h);
        // Paths through this weight once, as they arrive at the units; the exponents are those of `arriving`.
        let mut once = vec![0.0; h];
        let mut pairs = Scaled::zeros(1);
        for t in 1..net.steps {
            let (before, now) = (&passes.arriving[t - 1], &passes.arriving[t]);
            let leaving = &passes.leaving[t];
            let pair = leaving.values[j] * once[k];
            pairs.add(&Scaled { values: vec![pair], exponent: leaving.exponent + before.exponent });

            let mut next = vec![0.0; h];
            let carry = power_of_two(squares.exponent + before.exponent - now.exponent);
            for (u, n) in next.iter_mut().enumerate() {
                *n = carry * (0..h).map(|v| squares.values[u * h + v] * once[v]).sum::<f64>();
            }
            next[j] += power_of_two(before.exponent - now.exponent) * before.values[k];
            once = next;
        }
        // Every pair of uses stands in `pairs` once and in the second derivative twice.
        let w2 = Scaled { values: vec![squares.values[at]], exponent: squares.exponent };
        let product = 4.0 * w2.values[0] * pairs.values[0];
        *second = times_power_of_two(product, w2.exponent + pairs.exponent - log2_factor);
    }
    Ok((found, log2_factor))
}
