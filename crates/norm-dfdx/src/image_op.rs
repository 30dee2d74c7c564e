//! Operations on images `[N, C, height, width]`, on the CPU: dfdx compiles its own only under a nightly compiler.
//!
//! A convolution is one matrix product over the patches that its kernel sees, laid out as columns; its gradients are two
//! more.

mod columns;
mod convolution;
mod pooling;
mod unfold;

use dfdx::prelude::*;

pub use convolution::convolve;
pub use pooling::max_pool;
pub use unfold::unfold;

/// Images with `C` channels.
pub type Images<const C: usize, E, D, T = NoneTape> = Tensor<(usize, Const<C>, usize, usize), E, D, T>;

/// Side of a convolution's kernel.
pub const KERNEL: usize = 3;

/// Kernels from `I` to `O` channels.
pub type Kernels<const I: usize, const O: usize, E, D, T = NoneTape> =
    Tensor<Rank4<O, I, KERNEL, KERNEL>, E, D, T>;
