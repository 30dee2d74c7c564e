//! What can go wrong in a model; nothing was changed then.

use dfdx::prelude::CpuError;

/// A pass that could not be carried out.
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
