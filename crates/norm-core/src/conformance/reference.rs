//! The judge a method brings along: itself once more, in plain `f64` loops written from the paper.

use super::streamed::StreamedReference;
use crate::formula::Formula;
use crate::kernel::{Call, Kernel};

/// What a reference is called with: the kernels' own call, in double precision.
pub type ReferenceCall<'a> = Call<'a, f64>;

/// The forward of a reference.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceForward {
    /// The output, laid out like `x`; masked cases give 0.
    pub y: Vec<f64>,
    /// For each declared statistic one value per reference set, sets in the order of the layout: `(n, g)` where
    /// a case is pooled, `(g, k)` where the batch is.
    pub statistics: Vec<Vec<f64>>,
}

/// The backward of a reference.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceBackward {
    /// The gradient of `x`; masked cases give 0.
    pub dx: Vec<f64>,
    /// The gradient of each parameter, of the parameter's own length.
    pub dparams: Vec<Vec<f64>>,
}

/// What a method with a running state does besides: the state, and the layer that uses it as constants.
#[derive(Debug, Clone, Copy)]
pub struct StoredReference {
    /// Takes one batch into the state (`[statistics][sets]`) at this rate; the state stores the unbiased variance.
    pub update: fn(&ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]),
    /// The output under stored statistics.
    pub forward: fn(&ReferenceCall<'_>, state: &[Vec<f64>]) -> Vec<f64>,
    /// The gradients under stored statistics: nothing flows through those.
    pub backward: fn(&ReferenceCall<'_>, dy: &[f64], state: &[Vec<f64>]) -> ReferenceBackward,
}

/// A method in plain loops, with its derivative in closed form, derived by hand.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// Output and statistics.
    pub forward: fn(&ReferenceCall<'_>) -> ReferenceForward,
    /// Gradients for the upstream gradient `dy`.
    pub backward: fn(&ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward,
    /// The running state, where there is one.
    pub stored: Option<StoredReference>,
}

/// A formula that comes with its judge.
pub trait Judged: Formula {
    /// The judge.
    const REFERENCE: Reference;
    /// The judge of several uses, where the method streams.
    const STREAMED: Option<StreamedReference> = None;
}

/// What the kit runs over: the kernels of a method and its judge.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Single precision.
    pub f32: Kernel<f32>,
    /// Double precision.
    pub f64: Kernel<f64>,
    /// The judge.
    pub reference: Reference,
}

impl Subject {
    /// The kernels and the judge of a formula.
    pub const fn of<F: Judged>() -> Self {
        Self { f32: *F::KERNEL_F32, f64: *F::KERNEL_F64, reference: F::REFERENCE }
    }
}
