//! How C cells bring many answers together.

use crate::layer::UNKNOWN;

/// What a C cell does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    /// The strongest.
    Max,
    /// The mean: what a cell does that adds up its afferents, up to a factor. For comparison.
    Mean,
}

impl Pool {
    /// Over all values that are known; [`UNKNOWN`] where none is.
    pub fn over(self, values: impl IntoIterator<Item = f32>) -> f32 {
        let known = values.into_iter().filter(|&v| v != UNKNOWN);
        match self {
            Self::Max => known.fold(UNKNOWN, f32::max),
            Self::Mean => {
                let (sum, n) = known.fold((0.0, 0u64), |(sum, n), v| (sum + f64::from(v), n + 1));
                if n == 0 { UNKNOWN } else { (sum / n as f64) as f32 }
            }
        }
    }
}
