//! What can be wrong with a request. Each message names the thing, the place and the way out.

use std::fmt::{Display, Write};
use std::path::{Path, PathBuf};

/// Characters of foreign text that a message repeats.
const LONGEST: usize = 200;

/// Foreign text on one line, without what would move a terminal's cursor or turn its line round, and not endless.
fn said(text: impl Display) -> String {
    let text = text.to_string();
    let mut line = String::new();
    for c in text.chars().take(LONGEST) {
        match c {
            '"' | '\'' | '\\' => line.push(c),
            // Writing to a string does not fail.
            c => drop(write!(line, "{}", c.escape_debug())),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

fn place(path: &Path) -> String {
    said(path.display())
}

/// A request that cannot be read, is not understood, or cannot be carried out. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", place(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The answer cannot be written.
    #[error("cannot write {}: {source}", place(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are no safetensors file.
    #[error("{} is no whole safetensors file: {}", place(path), said(source))]
    Format {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: safetensors::SafeTensorError,
    },
    /// A method that is not registered.
    #[error("`{}` is not a method; there are: {known}", said(got))]
    Method {
        /// What came.
        got: String,
        /// What there is.
        known: String,
    },
    /// A metadata key that means nothing here.
    #[error("metadata `{}` is not known for `as = {shape}`; known are: {known}", said(got))]
    Key {
        /// What came.
        got: String,
        /// The form of the request.
        shape: &'static str,
        /// What is known.
        known: String,
    },
    /// A metadata value that is none of those that may stand there.
    #[error("metadata `{key}` is `{}`, expected {expected}", said(got))]
    Value {
        /// The key.
        key: String,
        /// What came.
        got: String,
        /// What may stand there.
        expected: String,
    },
    /// A tensor whose name means nothing here.
    #[error("tensor `{}` is not known here; known are: {known}", said(got))]
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
    #[error("tensor `{}` has shape {}, expected {expected}", said(name), said(format!("{got:?}")))]
    Shape {
        /// Its name.
        name: String,
        /// What came.
        got: Vec<usize>,
        /// What was expected.
        expected: String,
    },
    /// A tensor of another element type than `x`.
    #[error("tensor `{}` is {got}, expected {expected}", said(name))]
    Dtype {
        /// Its name.
        name: String,
        /// What came.
        got: String,
        /// What was expected.
        expected: String,
    },
    /// A number that is not finite.
    #[error("tensor `{}` is {got} at element {at}: every number must be finite", said(name))]
    NotFinite {
        /// The tensor.
        name: String,
        /// Its element, counted in order.
        at: usize,
        /// What stands there.
        got: f64,
    },
    /// A name that stands twice in the header of a file, where it may stand once.
    #[error("{}: {} stands twice in the header: keep one of them", place(path), said(what))]
    Twice {
        /// The file.
        path: PathBuf,
        /// What stands twice.
        what: String,
    },
    /// More than is carried out.
    #[error("{} of {got} {unit}: at most {most} are carried out, ask for less at once", said(what))]
    TooLarge {
        /// What would be that large.
        what: String,
        /// How large.
        got: String,
        /// What is counted.
        unit: &'static str,
        /// The limit.
        most: usize,
    },
    /// A number of the answer that is not finite, or that its element type cannot hold.
    #[error("the answer `{name}` would be {got:e} at element {at}, which is not finite there: {advice}")]
    Answer {
        /// The tensor of the answer.
        name: String,
        /// Its element, counted in order.
        at: usize,
        /// What would stand there.
        got: f64,
        /// What to do about it.
        advice: &'static str,
    },
    /// A metadata key that would change nothing.
    #[error("metadata `{key}` is `{}`, which changes nothing here: {reason}", said(got))]
    Idle {
        /// The key.
        key: String,
        /// What came.
        got: String,
        /// Why it changes nothing, and what to write instead.
        reason: String,
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
    #[error("composed path: {}", said(what))]
    Composed {
        /// What dfdx said.
        what: String,
    },
}
