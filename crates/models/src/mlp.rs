//! A multilayer perceptron with a normalization before each hidden nonlinearity.

use dfdx::prelude::{Linear, ReLU};
use norm_dfdx::{Declared, Fused, Norm};

/// `I` inputs, two hidden layers of `H` units, `O` classes. `F` normalizes the summed inputs of the hidden
/// layers; the output layer is never normalized (Ba et al. 2016: it would take the logits' confidence away).
///
/// A tuple of dfdx layers: `dev.build_module::<Mlp<LayerNorm, 64, 100, 10>, f32>()` builds it, and it trains,
/// saves and loads like any other. A wrong width does not compile:
///
/// ```compile_fail,E0277
/// # use dfdx::prelude::*;
/// # use models::Mlp;
/// let dev = Cpu::default();
/// let model = dev.build_module::<Mlp<norm_layer::LayerNorm, 64, 100, 10>, f32>();
/// let x: Tensor<Rank2<32, 63>, f32, _> = dev.sample_normal();
/// let y = model.forward(x);
/// ```
pub type Mlp<F, const I: usize, const H: usize, const O: usize, P = Fused> = (
    (Linear<I, H>, Norm<F, H, Declared, P>, ReLU),
    (Linear<H, H>, Norm<F, H, Declared, P>, ReLU),
    Linear<H, O>,
);
