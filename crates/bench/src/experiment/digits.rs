//! The digits, and what the workloads on them say of their data.

use crate::error::Error;

/// What they are.
pub(crate) const DATA: &str =
    "1797 handwritten digits of 8 by 8 pixels, grey levels 0 to 16 scaled to 0 to 1";

/// Whose they are.
pub(crate) const ATTRIBUTION: &str =
    "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, CC BY 4.0";

/// What limits conclusions from them.
pub(crate) const WRITERS: &str = "The 1797 digits come from 13 writers, whom a random split mixes: test accuracy says how well known writers are read.";

/// Which digit each is.
pub(crate) fn labels() -> Vec<u8> {
    data::digits().labels().to_vec()
}

/// Their pixels row by row, the same for every method.
#[expect(clippy::unnecessary_wraps, reason = "the values of a workload may fail")]
pub(crate) fn pixels(_method: &str) -> Result<Vec<f32>, Error> {
    Ok(data::digits().scaled())
}
