//! How long something took, and how much it had to move.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Bytes the written formula needs to move at least, whatever the implementation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Bytes read.
    pub reads: u64,
    /// Bytes written.
    pub writes: u64,
}

impl Traffic {
    /// Reads and writes together.
    pub fn total(self) -> u64 {
        self.reads.saturating_add(self.writes)
    }
}

/// One benchmark. Times are nanoseconds per iteration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThroughputRecord {
    /// A [`BenchId`] as text.
    pub id: String,
    /// Median over the samples.
    pub median_ns: f64,
    /// Lower end of the 95 % interval of the median.
    pub lower_ns: f64,
    /// Upper end of the 95 % interval of the median.
    pub upper_ns: f64,
    /// Mean over the samples.
    pub mean_ns: f64,
    /// Number of samples.
    pub samples: usize,
    /// The written traffic; `None` where nobody declared it.
    pub traffic: Option<Traffic>,
}

/// The name of a benchmark, taken apart. Its text form is what Criterion saves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BenchId {
    /// `norm/<method>/<path>/<dtype>/<shape>/<pass>`
    Norm {
        /// The method.
        method: String,
        /// The implementation.
        path: String,
        /// Element type.
        dtype: String,
        /// Lengths joined by `x`: cases and channels, and rows and columns of a method that tells places apart.
        shape: String,
        /// `fwd`, `bwd` or `fwdbwd`.
        pass: String,
    },
    /// `cell/<cell>/<method>/<path>/<dtype>/<T>x<B>x<H>/<pass>`
    Cell {
        /// The recurrent cell.
        cell: String,
        /// The method.
        method: String,
        /// The implementation.
        path: String,
        /// Element type.
        dtype: String,
        /// Steps, batch and hidden units, joined by `x`.
        shape: String,
        /// `fwd`, `bwd` or `fwdbwd`.
        pass: String,
    },
    /// `update/<method>/<path>/<dtype>/<weights>/<pass>`: what the optimizer does in one step, gradients given.
    Update {
        /// The update; `none` for the plain step.
        method: String,
        /// The implementation.
        path: String,
        /// Element type.
        dtype: String,
        /// Weights that are moved.
        shape: String,
        /// `step`.
        pass: String,
    },
    /// `copy/<dtype>/<shape>/<r>r<w>w`: a loop that only reads `r` arrays and writes `w`.
    Copy {
        /// Element type.
        dtype: String,
        /// Shape, lengths joined by `x`.
        shape: String,
        /// Arrays read.
        reads: u32,
        /// Arrays written.
        writes: u32,
    },
}

impl fmt::Display for BenchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Norm { method, path, dtype, shape, pass } => {
                write!(f, "norm/{method}/{path}/{dtype}/{shape}/{pass}")
            }
            Self::Cell { cell, method, path, dtype, shape, pass } => {
                write!(f, "cell/{cell}/{method}/{path}/{dtype}/{shape}/{pass}")
            }
            Self::Update { method, path, dtype, shape, pass } => {
                write!(f, "update/{method}/{path}/{dtype}/{shape}/{pass}")
            }
            Self::Copy { dtype, shape, reads, writes } => write!(f, "copy/{dtype}/{shape}/{reads}r{writes}w"),
        }
    }
}

/// The text is not a [`BenchId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected norm/…, cell/…, update/… or copy/… with all its parts, got {got:?}")]
pub struct BenchIdError {
    /// The text.
    pub got: String,
}

impl FromStr for BenchId {
    type Err = BenchIdError;

    fn from_str(text: &str) -> Result<Self, BenchIdError> {
        let own = |s: &str| s.to_owned();
        let parts: Vec<&str> = text.split('/').collect();
        let id = match parts.as_slice() {
            ["norm", method, path, dtype, shape, pass] => Some(Self::Norm {
                method: own(method),
                path: own(path),
                dtype: own(dtype),
                shape: own(shape),
                pass: own(pass),
            }),
            ["cell", cell, method, path, dtype, shape, pass] => Some(Self::Cell {
                cell: own(cell),
                method: own(method),
                path: own(path),
                dtype: own(dtype),
                shape: own(shape),
                pass: own(pass),
            }),
            ["update", method, path, dtype, weights, pass] => Some(Self::Update {
                method: own(method),
                path: own(path),
                dtype: own(dtype),
                shape: own(weights),
                pass: own(pass),
            }),
            ["copy", dtype, shape, traffic] => arrays(traffic).map(|(reads, writes)| Self::Copy {
                dtype: own(dtype),
                shape: own(shape),
                reads,
                writes,
            }),
            _ => None,
        };
        let id = id.filter(|id| !parts.contains(&"") && size(id.shape()).is_some());
        id.ok_or_else(|| BenchIdError { got: text.to_owned() })
    }
}

impl BenchId {
    /// The method that was timed; none where something else was.
    pub fn method(&self) -> Option<&str> {
        match self {
            Self::Norm { method, .. } | Self::Cell { method, .. } | Self::Update { method, .. } => {
                Some(method)
            }
            Self::Copy { .. } => None,
        }
    }

    /// The shape as text.
    pub fn shape(&self) -> &str {
        match self {
            Self::Norm { shape, .. }
            | Self::Cell { shape, .. }
            | Self::Update { shape, .. }
            | Self::Copy { shape, .. } => shape,
        }
    }

    /// The element type as text.
    pub fn dtype(&self) -> &str {
        match self {
            Self::Norm { dtype, .. }
            | Self::Cell { dtype, .. }
            | Self::Update { dtype, .. }
            | Self::Copy { dtype, .. } => dtype,
        }
    }

    /// Elements of an array of this shape.
    pub fn elements(&self) -> u64 {
        size(self.shape()).unwrap_or(0)
    }

    /// The bytes that a copy moves; `None` for what is no copy, and for an element type this format does not know.
    pub fn copied(&self) -> Option<Traffic> {
        let Self::Copy { reads, writes, .. } = self else { return None };
        let array = self.elements().checked_mul(self.element_bytes()?)?;
        Some(Traffic {
            reads: array.checked_mul((*reads).into())?,
            writes: array.checked_mul((*writes).into())?,
        })
    }

    /// Bytes of one element; `None` for a type this format does not know.
    pub fn element_bytes(&self) -> Option<u64> {
        match self.dtype() {
            "f16" | "bf16" => Some(2),
            "f32" => Some(4),
            "f64" => Some(8),
            _ => None,
        }
    }
}

/// The product of lengths joined by `x`; `None` if it is none, or no machine has that much.
fn size(shape: &str) -> Option<u64> {
    shape.split('x').try_fold(1u64, |size, length| size.checked_mul(length.parse().ok()?))
}

fn arrays(text: &str) -> Option<(u32, u32)> {
    let (reads, writes) = text.strip_suffix('w')?.split_once('r')?;
    Some((reads.parse().ok()?, writes.parse().ok()?))
}
