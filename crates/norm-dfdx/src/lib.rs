//! Normalizations as dfdx ops and layers. The only crate that knows how a dfdx op is made.
//!
//! ```
//! use dfdx::prelude::*;
//! use norm_dfdx::Norm;
//!
//! type LayerNorm<const C: usize> = Norm<norm_layer::LayerNorm, C>;
//! type BatchNorm<const C: usize> = Norm<norm_batch::BatchNorm, C>;
//! type Model = (Linear<64, 100>, LayerNorm<100>, ReLU, Linear<100, 10>);
//!
//! let dev = Cpu::default();
//! let mut model = dev.build_module::<Model, f32>();
//! let x: Tensor<Rank2<32, 64>, f32, _> = dev.sample_normal();
//! let loss = model.forward_mut(x.traced(model.alloc_grads())).square().mean();
//! let gradients = loss.backward();
//! # let _ = gradients;
//! ```
//!
//! A layer of the wrong width does not compile:
//!
//! ```compile_fail,E0277
//! # use dfdx::prelude::*;
//! # use norm_dfdx::Norm;
//! # type LayerNorm<const C: usize> = Norm<norm_layer::LayerNorm, C>;
//! # let dev = Cpu::default();
//! let model = dev.build_module::<(Linear<64, 100>, LayerNorm<99>), f32>();
//! let x: Tensor<Rank2<32, 64>, f32, _> = dev.sample_normal();
//! let y = model.forward(x);
//! ```
//!
//! Nor does one that would average the statistics of single cases:
//!
//! ```compile_fail,E0080
//! # use dfdx::prelude::*;
//! # use norm_dfdx::{Norm, Running};
//! let model = Cpu::default().build_module::<Norm<norm_layer::LayerNorm, 4, Running>, f32>();
//! ```

mod after_update;
mod buffer;
mod collection;
pub mod composed;
pub mod conformance;
mod error;
pub mod fields;
mod fold;
pub mod fused;
pub mod image_op;
pub mod initial;
mod initialize;
mod layer;
mod mailbox;
mod normed_conv;
mod normed_linear;
mod parts;
mod path;
mod path_sgd;
mod policy;
mod running;
pub mod sequence_op;
mod shape;
mod streaming;
mod upstream;

pub use after_update::AfterUpdate;
pub use error::Error;
pub use fold::fold;
pub use layer::{Norm, NormLayer};
pub use mailbox::Mailbox;
pub use normed_conv::{NormedConv, NormedConvLayer};
pub use normed_linear::{FixedGain, Gain, LearnedGain, NormedLinear, NormedLinearLayer};
pub use path::{Composed, Fused, Path};
pub use path_sgd::{DenseLayer, Moved, PathSgd, PathSgdConfig, PathSgdError, RecurrentNet};
pub use policy::{Declared, Instant, Policy, Running};
pub use shape::Channels;
pub use streaming::{StreamingLayer, StreamingNorm};
pub use upstream::with_upstream;
