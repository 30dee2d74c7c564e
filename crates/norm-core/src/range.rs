//! The values that a constant of a declaration may take.

/// The range of a constant: `const rmax = 3.0, at least 1;`.
///
/// It is held by every use of the constant, fused or composed, in a layer, in a cell and from a file, and in the element
/// type of the use: what single precision rounds out of the range is outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The constant's name.
    pub of: &'static str,
    /// What it must be, in words: `at least 1`.
    pub words: &'static str,
    /// The smallest value.
    pub least: f64,
    /// Whether that value itself is left out.
    pub above: bool,
    /// The largest value.
    pub most: f64,
    /// Whether only whole numbers are meant.
    pub whole: bool,
    /// Another constant: where that one is 0, this one must not be.
    pub not_zero_with: Option<&'static str>,
}

impl Range {
    /// Whether a value lies in it, whatever the other constants are.
    pub fn holds(&self, value: f64) -> bool {
        let low = if self.above { value > self.least } else { value >= self.least };
        low && value <= self.most && (!self.whole || value.fract() == 0.0)
    }
}
