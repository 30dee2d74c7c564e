//! The data-dependent initialization of weight normalization (salimans2016weight, section 3).

use dfdx::prelude::*;
use norm_core::{Elem, Formula, Site};

use crate::error::Error;
use crate::normed_linear::{Gain, NormedLinearLayer, gain_of};
use crate::path::Path;

/// How a method keeps its gain.
fn kept<Err: std::fmt::Debug + std::fmt::Display>(
    method: &'static str,
    name: &str,
    gain: f64,
) -> Result<f64, Error<Err>> {
    match name {
        "gain" => Ok(gain),
        "log_gain" => Ok(gain.ln()),
        _ => Err(Error::NoGain { method }),
    }
}

impl<F: Formula, const I: usize, const O: usize, E, D, P, G, const BIAS: bool>
    NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
where
    E: Dtype + Elem,
    D: Device<E>,
    P: Path<E, D>,
    G: Gain,
{
    /// Sets gain and bias from one batch `[N, I]`, so that over that batch every output has mean 0 and (population)
    /// deviation 1, and gives those outputs back: what the next layer is initialized from, after the nonlinearity.
    ///
    /// Without a bias only the gain is set: under mean-only batch normalization that is what the paper does. The weights
    /// are left alone; the paper draws them from `N(0, 0.05²)`, of which only the direction counts.
    ///
    /// # Errors
    ///
    /// [`Error::ConstantSums`] where an output does not vary over the batch, [`Error::NoGain`] where the method is not
    /// one at the weights with a gain; nothing was changed then.
    pub fn initialize_from<N: Dim>(
        &mut self,
        x: Tensor<(N, Const<I>), E, D>,
    ) -> Result<Tensor<(N, Const<O>), E, D>, Error<D::Err>> {
        let d = F::DESCRIPTOR;
        if d.site != Site::Weights {
            return Err(Error::NoGain { method: d.id });
        }
        let name = gain_of::<F>().0;
        let narrow = |v: f64| E::from_f64(v).unwrap_or_default();
        // Sums of unit weights without a bias: what the gain will be of.
        let mut unit = self.clone();
        unit.gain_mut().copy_from(&[narrow(kept(d.id, name, 1.0)?); O]);
        if let Some(bias) = unit.bias_mut() {
            bias.copy_from(&[E::default(); O]);
        }
        let cases = x.shape().0.size();
        let sums: Vec<f64> = unit.apply(x.clone())?.as_vec().into_iter().map(Elem::to_f64).collect();
        let (mut gains, mut biases) = (Vec::with_capacity(O), Vec::with_capacity(O));
        for output in 0..O {
            let column = || sums.iter().skip(output).step_by(O);
            let mean = column().sum::<f64>() / cases as f64;
            let deviation = (column().map(|t| (t - mean).powi(2)).sum::<f64>() / cases as f64).sqrt();
            // A spread that rounding alone could make is none.
            let least = 4.0 * f64::from(f32::EPSILON) * mean.abs();
            if deviation.is_nan() || deviation <= least {
                return Err(Error::ConstantSums { method: d.id, output, cases });
            }
            gains.push(narrow(kept(d.id, name, 1.0 / deviation)?));
            biases.push(narrow(-mean / deviation));
        }
        self.gain_mut().copy_from(&gains);
        if let Some(bias) = self.bias_mut() {
            bias.copy_from(&biases);
        }
        self.apply(x)
    }
}
