//! One hidden layer: weights, bias, normalization.

use dfdx::prelude::*;

use super::super::learner::Source;
use super::super::optimizer::Visitor;
use super::super::start::Draws;
use super::super::typed::said;
use super::norm::{Choices, Norm};

/// What a pass found in one layer.
pub(super) struct Use<'a> {
    /// The statistics that normalized.
    pub(super) found: &'a [f32],
}

/// `[N, C] -> [N, H]`.
#[derive(Clone)]
pub(super) struct Hidden<const C: usize, const H: usize> {
    pub(super) linear: modules::Linear<C, H, f32, Cpu>,
    norm: Norm<H>,
}

/// A linear layer that starts uniform in ±1/√C, as dfdx's and PyTorch's do.
pub(super) fn linear<const C: usize, const H: usize>(
    dev: &Cpu,
    draws: &mut Draws,
) -> modules::Linear<C, H, f32, Cpu> {
    let bound = 1.0 / (C as f64).sqrt();
    modules::Linear {
        weight: dev.tensor_from_vec(draws.uniform(H * C, bound), (Const, Const)),
        bias: dev.tensor_from_vec(draws.uniform(H, bound), (Const,)),
    }
}

type Rows<const C: usize, T = NoneTape> = Tensor<(usize, Const<C>), f32, Cpu, T>;

impl<const C: usize, const H: usize> Hidden<C, H> {
    pub(super) fn new(dev: &Cpu, draws: &mut Draws, choices: &Choices, is_last: bool) -> Self {
        let mut linear = linear::<C, H>(dev, draws);
        let norm = Norm::new(dev, choices, is_last);
        if !norm.at_sums() {
            // A bias as large as the signal would hide what a norm at the weights does.
            linear.bias.copy_from(&[0.0; H]);
        }
        Self { linear, norm }
    }

    pub(super) fn visit<V: Visitor>(&mut self, v: &mut V) -> Result<(), CpuError> {
        v.tensor(&mut self.linear.weight)?;
        v.tensor(&mut self.linear.bias)?;
        self.norm.visit(v)
    }

    pub(super) fn forward<T: Tape<f32, Cpu>>(
        &self,
        x: Rows<C, T>,
        source: Source,
        uses: &mut dyn FnMut(Use<'_>) -> Result<(), String>,
    ) -> Result<Rows<H, T>, String> {
        let cases = x.shape().0;
        let mut found = Vec::new();
        if self.norm.at_sums() {
            let sums = self.linear.try_forward(x).map_err(said)?;
            let y = self.norm.apply(cases, H, sums, source, &mut found)?;
            uses(Use { found: &found })?;
            return Ok(y);
        }
        let weight = self.norm.apply(H, C, self.linear.weight.retaped::<T>(), source, &mut found)?;
        let x = if self.norm.at_inputs() { self.norm.apply(cases, C, x, source, &mut found)? } else { x };
        let affine = || -> Result<Rows<H, T>, CpuError> {
            let mut y = x.try_matmul(weight.try_permute::<Rank2<C, H>, _>()?)?;
            let shape = *y.shape();
            if let Some(gain) = &self.norm.gain {
                y = gain.retaped::<T>().try_broadcast_like(&shape)?.try_mul(y)?;
            }
            self.linear.bias.retaped::<T>().try_broadcast_like(&shape)?.try_add(y)
        };
        uses(Use { found: &[] })?;
        affine().map_err(said)
    }

    /// Sets gain and bias so that over this batch every sum has mean 0 and deviation 1 (salimans2016weight, section 3), and
    /// gives the sums back. The plain layer gets the same by its weights: the paper's baseline does.
    pub(super) fn start_from(&mut self, x: Rows<C>) -> Result<Rows<H>, String> {
        if self.norm.at_sums() && !self.norm.descriptor().is_identity() {
            return Err(
                "the setting `data_start` is for the plain network and for norms at the weights".to_owned()
            );
        }
        let cases = x.shape().0;
        self.linear.bias.copy_from(&[0.0; H]);
        let sums = self.forward(x.clone(), Source::Batch, &mut |_| Ok(()))?.as_vec();
        let (mut factors, mut biases) = (Vec::with_capacity(H), Vec::with_capacity(H));
        for unit in 0..H {
            let column = || sums.iter().skip(unit).step_by(H).map(|v| f64::from(*v));
            let mean = column().sum::<f64>() / cases as f64;
            let deviation = (column().map(|v| (v - mean).powi(2)).sum::<f64>() / cases as f64).sqrt();
            if deviation.is_nan() || deviation <= 4.0 * f64::from(f32::EPSILON) * mean.abs() {
                return Err(format!("unit {unit} does not vary over the {cases} cases it is to start from"));
            }
            factors.push((1.0 / deviation) as f32);
            biases.push((-mean / deviation) as f32);
        }
        if !self.norm.scale_gain(&factors) {
            let weight = self.linear.weight.as_vec();
            let scaled: Vec<f32> = weight.iter().enumerate().map(|(i, w)| w * factors[i / C]).collect();
            self.linear.weight.copy_from(&scaled);
        }
        self.linear.bias.copy_from(&biases);
        self.forward(x, Source::Batch, &mut |_| Ok(()))
    }

    pub(super) fn stores(&self) -> bool {
        self.norm.stored() > 0
    }

    pub(super) fn stored(&self) -> usize {
        self.norm.stored()
    }

    /// The running averages take in a batch.
    pub(super) fn take_in(&mut self, found: Option<Vec<f32>>, cases: usize) {
        self.norm.take_in(&found.unwrap_or_default(), cases);
    }

    pub(super) fn forget_population(&mut self) {
        self.norm.forget_population();
    }

    pub(super) fn average(&mut self, found: &[f32], cases: usize, seen: usize) {
        self.norm.average(found, cases, seen);
    }

    pub(super) fn parameters(&self) -> usize {
        H * (C + 1) + self.norm.parameters()
    }
}
