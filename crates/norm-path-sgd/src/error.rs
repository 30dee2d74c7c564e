//! What can go wrong when path scales are asked for or a step is taken.

/// A net or a step that was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no path.
    #[error("path-sgd: the net has no {what}: paths need at least one of each layer, unit and step")]
    Empty {
        /// What there is none of.
        what: String,
    },
    /// A buffer has the wrong length.
    #[error("path-sgd: `{what}` has {got} elements, its sizes ask for {expected}")]
    Length {
        /// The buffer's name.
        what: String,
        /// What the sizes ask for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// A layer does not take what the one before gives.
    #[error("path-sgd: layer {layer} takes {expected} inputs, but what comes before it gives {got}")]
    Chain {
        /// The layer, from 0.
        layer: usize,
        /// What it takes.
        expected: usize,
        /// What comes.
        got: usize,
    },
    /// A convolution that fits nowhere on its input.
    #[error(
        "path-sgd: layer {layer}: a kernel of {kernel} with stride {stride} and padding {padding} does not fit \
         an input of {input}: the stride must be at least 1, the kernel at most the padded input"
    )]
    Convolution {
        /// The layer, from 0.
        layer: usize,
        /// Size of the kernel.
        kernel: usize,
        /// Stride.
        stride: usize,
        /// Zeros on each side.
        padding: usize,
        /// Size of the input.
        input: usize,
    },
    /// A weight is infinite or no number.
    #[error(
        "path-sgd: `{what}`[{index}] is {value}: path scales need finite weights; has training diverged?"
    )]
    NotFinite {
        /// The buffer's name.
        what: String,
        /// Where in it.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// A setting of the step is outside its domain.
    #[error("path-sgd: `{name}` is {got}, it must be {domain}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What came.
        got: f64,
        /// The allowed values in words.
        domain: &'static str,
    },
}
