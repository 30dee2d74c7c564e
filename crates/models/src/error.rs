//! What can go wrong in a model or while its weights are read; nothing was changed then.

use std::path::PathBuf;

use dfdx::prelude::CpuError;

/// A pass or a load that could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The device failed, mostly for want of memory.
    #[error("the device failed: {source}")]
    Device {
        /// What the device says.
        source: CpuError,
    },
    /// A normalization or a recurrence refused its input.
    #[error(transparent)]
    Norm {
        /// What it says.
        source: norm_dfdx::Error<CpuError>,
    },
    /// Noise on the initial state of no size.
    #[error(
        "the noise on the initial state has standard deviation {std}, needs a finite number of at least 0"
    )]
    StartNoise {
        /// What came.
        std: f64,
    },
    /// A case of a padded batch whose length is none.
    #[error(
        "case {case} of the batch has {got} steps, needs 1 to {steps}, as many as the batch is padded to"
    )]
    Length {
        /// The case, counted from 0.
        case: usize,
        /// Its length.
        got: usize,
        /// Steps of the batch.
        steps: usize,
    },
    /// Images too few or too small.
    #[error("{what} got {cases} images of {height} × {width}, needs at least 1 of {least} × {least}")]
    Images {
        /// Which layer.
        what: &'static str,
        /// Images in the batch.
        cases: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// The shortest side it takes.
        least: usize,
    },
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The bytes are no safetensors file.
    #[error("{} is no whole safetensors file: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: safetensors::SafeTensorError,
    },
    /// A tensor is not in a file.
    #[error("{} has no tensor `{name}`; it has: {has}", path.display())]
    TensorMissing {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The names in the file.
        has: String,
    },
    /// A tensor has another shape than the layer's.
    #[error("{}: tensor `{name}` has shape {got:?}, the layer needs {expected:?}", path.display())]
    TensorShape {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The layer's shape.
        expected: Vec<usize>,
        /// The tensor's.
        got: Vec<usize>,
    },
    /// A tensor has elements of another type than those that are read.
    #[error("{}: tensor `{name}` has elements {got:?}, only F32 and F64 are read: save it as `.float()`", path.display())]
    TensorType {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its type.
        got: safetensors::Dtype,
    },
    /// A tensor for which the layer has no place.
    #[error("{}: tensor `{name}` has no counterpart in a layer of `{layer}`", path.display())]
    NoCounterpart {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The method of the layer.
        layer: &'static str,
    },
    /// A recurrence that PyTorch does not have.
    #[error(
        "PyTorch has no `{kind}` with placement `{placement}`: it has `lstm`, `gru_keep`, `rnn_tanh` and `rnn_relu` with `none`"
    )]
    NotPyTorchs {
        /// The recurrence.
        kind: &'static str,
        /// The placement.
        placement: &'static str,
    },
}

impl From<CpuError> for Error {
    fn from(source: CpuError) -> Self {
        Self::Device { source }
    }
}

impl From<norm_dfdx::Error<CpuError>> for Error {
    fn from(source: norm_dfdx::Error<CpuError>) -> Self {
        match source {
            norm_dfdx::Error::Device { source } => Self::Device { source },
            source => Self::Norm { source },
        }
    }
}

/// What a module says where only the device's own error can be said.
impl From<Error> for CpuError {
    fn from(error: Error) -> Self {
        match error {
            Error::Device { source } => source,
            _ => Self::WrongNumElements,
        }
    }
}
