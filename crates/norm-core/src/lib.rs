//! The ground every normalization stands on: what a declaration becomes ([`Formula`]), the hand-written
//! loops that run it ([`Kernel`]), and what it says about itself ([`Descriptor`]).
//!
//! Knows nothing of dfdx, of any method by name, or of how a formula is derived.

#[cfg(target_arch = "x86_64")]
mod avx;
pub mod blocks;
mod channelwise;
pub mod chunk;
pub mod conformance;
mod descriptor;
mod error;
mod formula;
mod helper;
mod isa;
mod kernel;
mod lanes;
mod layout;
pub mod math;
mod moments;
mod norm_state;
mod phase;
mod plan;
mod pointwise;
pub mod policy;
mod range;
mod rowwise;
mod same_formula;
pub mod scaling;
mod staged;
pub mod streaming;
mod update;
mod value;
mod window;

pub use descriptor::{
    Const, Descriptor, Equation, Frozen, Gotcha, Invariance, Letter, Param, PolicyKind, Site, Start,
    Statistic,
};
pub use error::Error;
pub use formula::{Bodies, Formula, Pointwise, PointwiseDescriptor};
pub use isa::{Isa, Job};
pub use kernel::{Call, Handed, Kernel, Rule};
pub use lanes::Lanes;
pub use layout::{Layout, ParamAxis, ReferenceSet, Skeleton};
pub use norm_state::{Averages, Feedback, Input, NormState, Saved, Unstorable};
pub use plan::{Control, Extent, Op, Plan};
pub use pointwise::{CellKernel, Parts, PartsMut};
pub use range::Range;
pub use staged::{Over, Program, Sink, Size, Source, Staged, Step};
pub use update::{UpdateDescriptor, UpdateEquation};
pub use value::{Array, Elem, Plain, Registers, Value, Vector};
pub use window::{Along, Divisor, Weights, Window};

pub use norm_macros::{formula, normalization, pointwise};
