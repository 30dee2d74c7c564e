//! The judge a method brings along: itself once more, in plain `f64` loops written from the paper.

use super::case::{set_of, sets};
use super::streamed::StreamedReference;
use crate::formula::Formula;
use crate::kernel::{Call, Kernel};
use crate::layout::ReferenceSet;

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

impl ReferenceForward {
    /// What a judge gives that is not written yet: no values at all. The kit says so once, in one check, and leaves out
    /// those that need the judge.
    pub fn unwritten(_: &ReferenceCall<'_>) -> Self {
        Self { y: Vec::new(), statistics: Vec::new() }
    }
}

impl ReferenceBackward {
    /// As [`ReferenceForward::unwritten`].
    pub fn unwritten(_: &ReferenceCall<'_>, _dy: &[f64]) -> Self {
        Self { dx: Vec::new(), dparams: Vec::new() }
    }
}

/// Elements of `x` that are pooled together, for the loops of a judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Which set it is, in the order of [`ReferenceForward::statistics`].
    pub set: usize,
    /// Where its elements stand in `x`; none of a case that is masked.
    pub elements: Vec<usize>,
}

/// The sets of a call, in order: for each its elements, those of masked cases left out. A set without elements stays,
/// so that a statistic has a value for every set.
pub fn pools(call: &ReferenceCall<'_>, over: ReferenceSet) -> Vec<Pool> {
    let l = call.layout;
    let mut all: Vec<Pool> = (0..sets(over, &l)).map(|set| Pool { set, elements: Vec::new() }).collect();
    for at in 0..l.len() {
        if call.mask.is_none_or(|m| m[at / l.case()]) {
            all[set_of(over, &l, at)].elements.push(at);
        }
    }
    all
}

/// The channel that an element of `x` belongs to: where its parameter stands, if there is one per channel.
pub fn channel(call: &ReferenceCall<'_>, at: usize) -> usize {
    at / call.layout.s % call.layout.channels()
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
