//! What the workloads on digits say of their data.

/// What they are.
pub(crate) const DATA: &str =
    "1797 handwritten digits of 8 by 8 pixels, grey levels 0 to 16 scaled to 0 to 1";

/// Whose they are.
pub(crate) const ATTRIBUTION: &str =
    "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, CC BY 4.0";

/// What limits conclusions from them.
pub(crate) const WRITERS: &str = "The 1797 digits come from 13 writers, whom a random split mixes: test accuracy says how well known writers are read.";
