//! A convolutional network with a normalization before each nonlinearity.

use dfdx::prelude::{AvgPoolGlobal, Linear, ReLU};
use norm_dfdx::{Declared, Fused, Norm, NormedConv, StreamingNorm};

use crate::conv::{Conv, MaxPool};
use crate::positions::AtPositions;

/// Images of `I` channels through two convolutions to `A` and `B` channels, each normalized by `F`, rectified and
/// pooled; the mean over all positions is read out to `O` classes.
///
/// Images may have any sides from 4 on, say 8: pooling halves them twice. A method that pools over cases pools space
/// with them, each channel on its own (ioffe2015batch); one that pools within a case takes all channels and positions of
/// an image (ba2016layer), or those of each of `G` groups, if it cuts channels into groups.
///
/// A tuple of dfdx layers, so it builds, trains, saves and loads like any other:
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{ConvNet, Images};
/// let dev = Cpu::default();
/// let model = dev.build_module::<ConvNet<norm_batch::BatchNorm, 1, 8, 16, 10>, f32>();
/// let x: Images<1, f32, Cpu> = dev.sample_normal_like(&(5, Const, 8, 8));
/// let logits: Tensor<(usize, Const<10>), f32, Cpu> = model.forward(x);
/// ```
///
/// Images of another number of channels do not compile:
///
/// ```compile_fail,E0277
/// # use dfdx::prelude::*;
/// # use models::{ConvNet, Images};
/// let dev = Cpu::default();
/// let model = dev.build_module::<ConvNet<norm_batch::BatchNorm, 1, 8, 16, 10>, f32>();
/// let x: Images<3, f32, Cpu> = dev.sample_normal_like(&(5, Const, 8, 8));
/// let logits = model.forward(x);
/// ```
pub type ConvNet<
    F,
    const I: usize,
    const A: usize,
    const B: usize,
    const O: usize,
    P = Fused,
    const G: usize = 1,
> = (
    (Conv<I, A>, Norm<F, A, Declared, P, G>, ReLU, MaxPool),
    (Conv<A, B>, Norm<F, B, Declared, P, G>, ReLU, MaxPool),
    (AvgPoolGlobal, Linear<B, O>),
);

/// The network of [`ConvNet`] with layers that stream (liao2016streaming); see [`crate::StreamingMlp`].
pub type StreamingConvNet<F, const I: usize, const A: usize, const B: usize, const O: usize> = (
    (Conv<I, A>, StreamingNorm<F, A>, ReLU, MaxPool),
    (Conv<A, B>, StreamingNorm<F, B>, ReLU, MaxPool),
    (AvgPoolGlobal, Linear<B, O>),
);

/// The network of [`ConvNet`] whose sums are normalized at each position apart, over its channels; see [`AtPositions`].
pub type PositionConvNet<F, const I: usize, const A: usize, const B: usize, const O: usize> = (
    (Conv<I, A>, AtPositions<Norm<F, A>>, ReLU, MaxPool),
    (Conv<A, B>, AtPositions<Norm<F, B>>, ReLU, MaxPool),
    (AvgPoolGlobal, Linear<B, O>),
);

/// The network of [`ConvNet`] with normalized weights, or weights and patches, instead of normalized sums
/// (salimans2016weight, luo2018cosine).
pub type NormedConvNet<W, const I: usize, const A: usize, const B: usize, const O: usize> = (
    (NormedConv<W, I, A>, ReLU, MaxPool),
    (NormedConv<W, A, B>, ReLU, MaxPool),
    (AvgPoolGlobal, Linear<B, O>),
);

/// The network of [`ConvNet`] whose weights are normalized by `W` and whose sums by `F`, in `G` groups of channels where
/// it cuts them (qiao2019weight).
pub type TwiceNormedConvNet<
    W,
    F,
    const I: usize,
    const A: usize,
    const B: usize,
    const O: usize,
    const G: usize = 1,
> = (
    (NormedConv<W, I, A>, Norm<F, A, Declared, Fused, G>, ReLU, MaxPool),
    (NormedConv<W, A, B>, Norm<F, B, Declared, Fused, G>, ReLU, MaxPool),
    (AvgPoolGlobal, Linear<B, O>),
);
