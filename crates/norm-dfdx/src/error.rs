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
    /// The sizes do not fit the recurrent cell.
    #[error(transparent)]
    Sequence(#[from] sequence::Error),
}
