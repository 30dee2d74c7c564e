//! Path scales of a feed-forward net.

use norm_core::Elem;

use crate::layer::{Layer, Squared};
use crate::scaled::{Scaled, common_exponent, times_power_of_two};
use crate::{Error, PathNorm};

/// The path scales of one layer, in the layout of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerScales {
    /// One per weight.
    pub weight: Vec<f64>,
    /// One per bias, where the layer has biases.
    pub bias: Option<Vec<f64>>,
}

impl LayerScales {
    pub(crate) fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        let all = |v: &Vec<f64>| v.iter().map(|x| f(*x)).collect();
        Self { weight: all(&self.weight), bias: self.bias.as_ref().map(all) }
    }
}

/// The path scales of a chain of layers: `κ = layers · 2^log2_factor`.
///
/// One factor is common to the whole net, so it only changes what a learning rate means; it is a power of two, so
/// nothing was rounded. The largest stored scale lies in [1, 2).
#[derive(Clone, Debug, PartialEq)]
pub struct PathScales {
    /// Layer by layer, without the factor. A weight on no live path has the scale 0.
    pub layers: Vec<LayerScales>,
    /// Binary logarithm of the factor.
    pub log2_factor: i64,
    /// The path norm of the net.
    pub norm: PathNorm,
}

impl PathScales {
    /// `κ` itself; infinite or 0 where it leaves the range of `f64`.
    pub fn unscaled(&self) -> Vec<LayerScales> {
        self.layers.iter().map(|l| l.map(|v| times_power_of_two(v, self.log2_factor))).collect()
    }
}

/// Path scales (p = 2) of ReLU layers in a row, by one pass forward and one backward with every weight squared and one
/// all-ones example (neyshabur2015path): `κ(u→v) = in(u) out(v)`, `κ(b_v) = out(v)`, where `in` sums the squared paths
/// that end in a unit (an input counts 1, a bias is a source of its own) and `out` those that start there, over all
/// outputs. Equally `κ = ∂φ²/∂(w²)`. The scale of a shared weight is the sum over its uses.
///
/// The elements are squared and summed in `f64` for both element types.
///
/// # Errors
///
/// [`Error::Empty`] without layers or units; [`Error::Length`], [`Error::Chain`], [`Error::Convolution`] where sizes do
/// not follow; [`Error::NotFinite`].
pub fn path_scales<T: Elem>(layers: &[Layer<'_, T>]) -> Result<PathScales, Error> {
    let squared: Vec<Squared> = layers
        .iter()
        .enumerate()
        .map(|(at, l)| Squared::of(l, &format!("layer {at}"), at))
        .collect::<Result<_, _>>()?;
    let Some(last) = squared.last() else {
        return Err(Error::Empty { what: "layers".to_owned() });
    };
    for (at, pair) in squared.windows(2).enumerate() {
        if pair[0].outputs != pair[1].inputs {
            return Err(Error::Chain { layer: at + 1, expected: pair[1].inputs, got: pair[0].outputs });
        }
    }

    let mut arriving = vec![Scaled::ones(squared[0].inputs)];
    for layer in &squared {
        arriving.push(layer.arriving(&arriving[arriving.len() - 1]));
    }
    let norm = PathNorm::of(&arriving[squared.len()]);

    let mut leaving = Scaled::ones(last.outputs);
    let mut found = Vec::with_capacity(squared.len());
    for (layer, arriving) in squared.iter().zip(&arriving).rev() {
        found.push((layer.through_weight(arriving, &leaving), layer.through_bias(&leaving)));
        leaving = layer.leaving(&leaving);
    }
    found.reverse();
    let log2_factor = common_exponent(found.iter().flat_map(|(w, b)| std::iter::once(w).chain(b)));
    let layers = found
        .iter()
        .map(|(w, b)| LayerScales {
            weight: w.under(log2_factor),
            bias: b.as_ref().map(|b| b.under(log2_factor)),
        })
        .collect();
    Ok(PathScales { layers, log2_factor, norm })
}
