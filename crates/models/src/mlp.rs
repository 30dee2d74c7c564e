//! A multilayer perceptron with a normalization before each hidden nonlinearity.

use dfdx::prelude::{Linear, ReLU};
use norm_dfdx::{Declared, Fused, LearnedGain, Norm, NormedLinear, StreamingNorm};

/// `I` inputs, two hidden layers of `H` units, `O` classes. `F` normalizes the summed inputs of the hidden
/// layers; the output layer is never normalized (Ba et al. 2016: it would take the logits' confidence away).
///
/// `G` groups of units, for a method that cuts them into groups; others have one.
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
pub type Mlp<F, const I: usize, const H: usize, const O: usize, P = Fused, const G: usize = 1> = (
    (Linear<I, H>, Norm<F, H, Declared, P, G>, ReLU),
    (Linear<H, H>, Norm<F, H, Declared, P, G>, ReLU),
    Linear<H, O>,
);

/// The same perceptron with the weights of the hidden layers normalized by `F`, or their weights and inputs; `G` says
/// whether gains are learned. The output layer is plain here too, so that cosines do not floor the loss (Luo et al.
/// 2018).
///
/// Before training with weight normalization, put a batch through
/// [`initialize_from`](norm_dfdx::NormedLinearLayer::initialize_from) layer by layer: `model.0.0`, its nonlinearity,
/// `model.1.0`.
pub type NormedMlp<F, const I: usize, const H: usize, const O: usize, P = Fused, G = LearnedGain> =
    ((NormedLinear<F, I, H, P, G>, ReLU), (NormedLinear<F, H, H, P, G>, ReLU), Linear<H, O>);

/// The perceptron of [`Mlp`] with layers that stream (liao2016streaming): after each step of the optimizer they are to be
/// told of it, by [`AfterUpdate`](norm_dfdx::AfterUpdate) for all of the model.
pub type StreamingMlp<F, const I: usize, const H: usize, const O: usize> =
    ((Linear<I, H>, StreamingNorm<F, H>, ReLU), (Linear<H, H>, StreamingNorm<F, H>, ReLU), Linear<H, O>);
