//! What can be wrong with a request. Each message names the thing, the place and the way out.

use std::path::PathBuf;

/// A request that cannot be read, is not understood, or cannot be carried out. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The answer cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are no safetensors file.
    #[error("{} is no whole safetensors file: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: safetensors::SafeTensorError,
    },
    /// A method that is not registered.
    #[error("`{got}` is not a method; there are: {known}")]
    Method {
        /// What came.
        got: String,
        /// What there is.
        known: String,
    },
    /// A metadata key that means nothing here.
    #[error("metadata `{got}` is not known for `as = {shape}`; known are: {known}")]
    Key {
        /// What came.
        got: String,
        /// The form of the request.
        shape: &'static str,
        /// What is known.
        known: String,
    },
    /// A metadata value that is none of those that may stand there.
    #[error("metadata `{key}` is `{got}`, expected {expected}")]
    Value {
        /// The key.
        key: String,
        /// What came.
        got: String,
        /// What may stand there.
        expected: String,
    },
    /// A tensor whose name means nothing here.
    #[error("tensor `{got}` is not known here; known are: {known}")]
    Name {
        /// What came.
        got: String,
        /// What is known.
        known: String,
    },
    /// A tensor that is needed and missing.
    #[error("tensor `{name}` is missing: expected {expected}")]
    Missing {
        /// Its name.
        name: String,
        /// Its shape, in words.
        expected: String,
    },
    /// A tensor of another shape than the others ask for.
    #[error("tensor `{name}` has shape {got:?}, expected {expected}")]
    Shape {
        /// Its name.
        name: String,
        /// What came.
        got: Vec<usize>,
        /// What was expected.
        expected: String,
    },
    /// A tensor of another element type than `x`.
    #[error("tensor `{name}` is {got}, expected {expected}")]
    Dtype {
        /// Its name.
        name: String,
        /// What came.
        got: String,
        /// What was expected.
        expected: String,
    },
    /// A number that is not finite.
    #[error("tensor `{name}` is {got} at element {at}: every number must be finite")]
    NotFinite {
        /// The tensor.
        name: String,
        /// Its element, counted in order.
        at: usize,
        /// What stands there.
        got: f64,
    },
    /// A method that has no such form, and why.
    #[error("`{method}` cannot be evaluated as {what}: {reason}")]
    NotApplicable {
        /// The method.
        method: String,
        /// What was asked for.
        what: String,
        /// Why not, and what to write instead.
        reason: String,
    },
    /// A kernel refused the call.
    #[error(transparent)]
    Kernel(#[from] norm_core::Error),
    /// The recurrent engine refused the call.
    #[error(transparent)]
    Sequence(#[from] sequence::Error),
    /// The net has no path scales.
    #[error("{what}")]
    Update {
        /// Why not.
        what: String,
    },
    /// The composed path refused the call.
    #[error("composed path: {what}")]
    Composed {
        /// What dfdx said.
        what: String,
    },
}
