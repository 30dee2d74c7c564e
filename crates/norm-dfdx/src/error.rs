//! What can go wrong in an op or a layer.

use std::fmt::{Debug, Display};

/// An op that could not be carried out; nothing was changed. `Err` is the device's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<Err: Debug + Display> {
    /// The device failed, mostly for want of memory.
    #[error("the device failed: {source}")]
    Device {
        /// What the device says.
        source: Err,
    },
    /// The sizes or constants do not fit the method.
    #[error(transparent)]
    Kernel(#[from] norm_core::Error),
    /// The plan has an operation the composed path does not know.
    #[error("{method}: the composed path does not know the operation {op:?}")]
    Operation {
        /// The method's id.
        method: &'static str,
        /// The operation.
        op: norm_core::Op,
    },
    /// The composed path was given a store that mixes gradients with earlier ones.
    #[error("{method}: it streams, which dfdx's own tape cannot: take the fused path")]
    Streams {
        /// The method's id.
        method: &'static str,
    },
    /// An output that does not vary over the batch cannot be brought to deviation 1.
    #[error(
        "{method}: output {output} is the same for all {cases} cases: initialize from a batch on which it varies"
    )]
    ConstantSums {
        /// The method's id.
        method: &'static str,
        /// The output.
        output: usize,
        /// Cases in the batch.
        cases: usize,
    },
    /// A method without a gain at the weights has nothing that data could set.
    #[error("{method}: its weights have no gain that a batch could set; weight norm's have")]
    NoGain {
        /// The method's id.
        method: &'static str,
    },
    /// A method whose statistics come from the input is no plain network.
    #[error("{method}: what divides depends on the input, so no fixed weights compute the same")]
    DependsOnInput {
        /// The method's id.
        method: &'static str,
    },
    /// A method that is no straight line even with stored statistics.
    #[error("{method}: channel {channel} is no straight line, so no fixed weights compute the same")]
    NotAffine {
        /// The method's id.
        method: &'static str,
        /// The channel.
        channel: usize,
    },
    /// The sizes do not fit the recurrent cell.
    #[error(transparent)]
    Sequence(#[from] sequence::Error),
}
