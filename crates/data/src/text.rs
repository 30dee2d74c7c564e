//! Text as a sequence of character codes.

use std::{ops::Range, path::Path};

use crate::{DataError, Fractions, Result, source::Source};

/// Longest text read.
const LIMIT: u64 = 256 << 20;

/// An ASCII text, each character replaced by its place in the alphabet of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub(crate) alphabet: Vec<u8>,
    pub(crate) codes: Vec<u8>,
}

/// Consecutive stretches of a text. They are not shuffled: neighbouring windows share context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextParts {
    /// The beginning.
    pub train: Range<usize>,
    /// The middle.
    pub validation: Range<usize>,
    /// The end.
    pub test: Range<usize>,
}

impl Text {
    /// Reads a plain ASCII file.
    ///
    /// # Errors
    /// A file that cannot be read, is empty, longer than 256 MiB, or has a byte outside ASCII.
    pub fn read(path: &Path) -> Result<Self> {
        Self::from_source(Source::open(path)?)
    }

    /// As [`Text::read`], from a file already opened.
    pub(crate) fn from_source(mut source: Source) -> Result<Self> {
        let bytes = source.all(LIMIT)?;
        if bytes.is_empty() {
            return Err(DataError::Empty { path: source.path(), sizes: vec![0] });
        }
        if let Some(at) = bytes.iter().position(|byte| !byte.is_ascii()) {
            return Err(DataError::NotText { path: source.path(), offset: at as u64, got: bytes[at] });
        }
        let mut code_of = [None; 128];
        for &byte in &bytes {
            code_of[usize::from(byte)] = Some(0);
        }
        let mut alphabet = Vec::new();
        for (byte, code) in (0u8..).zip(&mut code_of) {
            if code.is_some() {
                *code = Some(alphabet.len() as u8);
                alphabet.push(byte);
            }
        }
        let codes = bytes.iter().filter_map(|&byte| code_of[usize::from(byte)]).collect();
        Ok(Self { alphabet, codes })
    }

    /// Distinct characters, ascending; a code is an index into it.
    pub fn alphabet(&self) -> &[u8] {
        &self.alphabet
    }

    /// The text as codes.
    pub fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// Cuts the text into consecutive parts, rounding to the nearest character.
    ///
    /// # Errors
    /// [`DataError::Fractions`] unless each fraction is in `0..1` and their sum is below 1.
    pub fn parts(&self, fractions: Fractions) -> Result<TextParts> {
        fractions.check()?;
        let total = self.codes.len();
        let share = |fraction: f64| (total as f64 * fraction).round() as usize;
        let tests = share(fractions.test).min(total);
        let validations = share(fractions.validation).min(total - tests);
        let (train, seen) = (total - tests - validations, total - tests);
        Ok(TextParts { train: 0..train, validation: train..seen, test: seen..total })
    }
}
