//! The plain network that a re-parametrization stands for: methods at the weights, and methods with stored statistics.

use dfdx::nn::modules::Linear;
use dfdx::prelude::*;
use norm_core::{Elem, Formula, Site};

use crate::error::Error;
use crate::layer::NormLayer;
use crate::normed_linear::NormedLinearLayer;
use crate::path::Path;
use crate::policy::Policy;

impl<F: Formula, const I: usize, const O: usize, E, D, P, G, const BIAS: bool>
    NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
where
    E: Dtype + Elem,
    D: Device<E>,
    P: Path<E, D>,
{
    /// The plain layer that computes the same.
    ///
    /// # Errors
    ///
    /// [`Error::DependsOnInput`] where the method normalizes inputs too: no fixed weights do the same.
    pub fn fold(&self) -> Result<Linear<I, O, E, D>, Error<D::Err>> {
        if F::DESCRIPTOR.site != Site::Weights {
            return Err(Error::DependsOnInput { method: F::DESCRIPTOR.id });
        }
        let weight = self.gained_weights()?;
        let none = || weight.device().try_zeros().map_err(|source| Error::Device { source });
        let bias = self.bias().map_or_else(none, |b| Ok(b.clone()))?;
        Ok(Linear { weight, bias })
    }
}

/// Where a normalization is probed: it must be one straight line through all of these.
const PROBES: [f64; 3] = [1.0, -1.0, 3.0];

/// The plain layer that computes what `linear` and then `norm` in evaluation compute.
///
/// With stored statistics a normalization of sums is `a z + b` for each channel; the layer itself says what `a` and `b`
/// are, as its gradient and its value at 0.
///
/// # Errors
///
/// [`Error::DependsOnInput`] where `norm` stores no statistics, [`Error::NotAffine`] where it is no straight line.
pub fn fold<F, const I: usize, const O: usize, E, D, Pol, P, const G: usize>(
    linear: &Linear<I, O, E, D>,
    norm: &NormLayer<F, O, E, D, Pol, P, G>,
) -> Result<Linear<I, O, E, D>, Error<D::Err>>
where
    F: Formula,
    E: Dtype + Elem,
    D: Device<E>,
    Pol: Policy,
    P: Path<E, D>,
{
    let method = F::DESCRIPTOR.id;
    if norm.running.is_empty() {
        return Err(Error::DependsOnInput { method });
    }
    let device = |source| Error::Device { source };
    let on = linear.weight.device();
    let wide = |t: &[E]| t.iter().map(|v| Elem::to_f64(*v)).collect::<Vec<f64>>();
    let narrow = |v: f64| E::from_f64(v).unwrap_or_default();
    let probe = |at: f64| -> Result<Vec<f64>, Error<D::Err>> {
        let x: Tensor<Rank2<1, O>, E, D> =
            on.try_tensor_from_vec(vec![narrow(at); O], Rank2::<1, O>::default()).map_err(device)?;
        Ok(wide(&norm.eval(x)?.as_vec()))
    };

    let offset = probe(0.0)?;
    let zero: Tensor<Rank2<1, O>, E, D> = on.try_zeros().map_err(device)?;
    let sum = norm.eval(zero.leaky_trace())?.try_sum::<Rank0, _>().map_err(device)?;
    let slope = wide(&sum.try_backward().map_err(device)?.get(&zero).as_vec());
    for at in PROBES {
        for (channel, y) in probe(at)?.into_iter().enumerate() {
            let line = slope[channel] * at + offset[channel];
            let scale = (slope[channel] * at).abs() + offset[channel].abs();
            if (y - line).abs() > 1e-5 * scale {
                return Err(Error::NotAffine { method, channel });
            }
        }
    }

    let weight: Vec<E> = wide(&linear.weight.as_vec())
        .iter()
        .enumerate()
        .map(|(at, w)| narrow(slope[at / I.max(1)] * w))
        .collect();
    let bias: Vec<E> = wide(&linear.bias.as_vec())
        .iter()
        .enumerate()
        .map(|(o, b)| narrow(slope[o] * b + offset[o]))
        .collect();
    Ok(Linear {
        weight: on.try_tensor_from_vec(weight, Rank2::<O, I>::default()).map_err(device)?,
        bias: on.try_tensor_from_vec(bias, Rank1::<O>::default()).map_err(device)?,
    })
}
