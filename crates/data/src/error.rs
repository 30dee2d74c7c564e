//! What can be wrong with a data file or a request for data.

use std::{fmt, ops::Range, path::PathBuf};

/// Short form of this crate's results.
pub type Result<T, E = DataError> = std::result::Result<T, E>;

/// Where in a file something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Offset in bytes from the start of the (uncompressed) content.
    Byte(u64),
    /// Line and field of a text file, both counted from 1.
    Field {
        /// Line, from 1.
        line: u64,
        /// Comma-separated field, from 1.
        column: u64,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(offset) => write!(f, "byte {offset}"),
            Self::Field { line, column } => write!(f, "line {line}, column {column}"),
        }
    }
}

/// Every failure of this crate. Offsets count uncompressed bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No such file.
    #[error("{}: no such file", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused to read.
    #[error("{}: cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the pinned table has the wrong length, so it is not that file.
    #[error("{}: {got} bytes long, expected {expected}", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Pinned length in bytes.
        expected: u64,
        /// Length found.
        got: u64,
    },
    /// A file of the pinned table has the right length and other content.
    #[error("{}: sha256 is {got}, expected {expected}", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
        /// Pinned digest, in hexadecimal.
        expected: &'static str,
        /// Digest found.
        got: String,
    },
    /// The name ends in `.gz` and the content is something else.
    #[error("{}: byte 0: expected the gzip mark 1f 8b, got {}", path.display(), Hex(got))]
    NotGzip {
        /// The file.
        path: PathBuf,
        /// The first bytes, at most two.
        got: Vec<u8>,
    },
    /// The compressed stream is damaged or cut off.
    #[error("{}: gzip stream damaged after {offset} uncompressed bytes", path.display())]
    CorruptGzip {
        /// The file.
        path: PathBuf,
        /// Uncompressed bytes that could be read.
        offset: u64,
        /// What the decoder said.
        source: std::io::Error,
    },
    /// The first word is not the one of this format.
    #[error("{}: byte 0: magic number is {got:#010x}, expected {expected:#010x}", path.display())]
    WrongMagic {
        /// The file.
        path: PathBuf,
        /// The format's number.
        expected: u32,
        /// Number found.
        got: u32,
    },
    /// The header announces more than this crate is willing to hold.
    #[error("{}: header announces {sizes:?} elements, expected at most {limit} in all", path.display())]
    Oversized {
        /// The file.
        path: PathBuf,
        /// Sizes in the header.
        sizes: Vec<u32>,
        /// Largest product accepted.
        limit: u64,
    },
    /// A size in the header is zero.
    #[error("{}: header announces {sizes:?} elements, expected at least one", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// Sizes in the header; without a header, `[0]`.
        sizes: Vec<u32>,
    },
    /// The content ends early.
    #[error("{}: ends at byte {got}, expected {expected} bytes", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes the header asks for, itself included.
        expected: u64,
        /// Bytes found.
        got: u64,
    },
    /// The content goes on after its end.
    #[error("{}: goes on after byte {expected}, expected to end there", path.display())]
    Trailing {
        /// The file.
        path: PathBuf,
        /// Where it should end.
        expected: u64,
    },
    /// A text file without a header is longer than this crate is willing to read.
    #[error("{}: longer than {limit} bytes, expected at most that", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Largest length accepted, in bytes.
        limit: u64,
    },
    /// A line has the wrong number of fields.
    #[error("{}: line {line}: {got} comma-separated fields, expected {expected}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Fields of the format.
        expected: u64,
        /// Fields found.
        got: u64,
    },
    /// A field is not a whole number.
    #[error("{}: {place}: {text:?} is not a whole number", path.display())]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// Line and column.
        place: Place,
        /// The field, shortened.
        text: String,
    },
    /// A pixel or label is larger than the data set allows.
    #[error("{}: {place}: {what} {got} is out of range, expected 0 to {max}", path.display())]
    OutOfRange {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
        /// `"pixel"` or `"label"`.
        what: &'static str,
        /// Value found.
        got: u64,
        /// Largest value allowed.
        max: u64,
    },
    /// Image and label file disagree about the number of cases.
    #[error(
        "{}: byte 4: {images} images, but {}: byte 4: {labels} labels; expected equal counts",
        images_path.display(),
        labels_path.display()
    )]
    CountMismatch {
        /// The image file.
        images_path: PathBuf,
        /// Its count.
        images: u64,
        /// The label file.
        labels_path: PathBuf,
        /// Its count.
        labels: u64,
    },
    /// A text contains a byte outside ASCII.
    #[error("{}: byte {offset}: {got:#04x} is not ASCII, expected plain text", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Offset of the byte.
        offset: u64,
        /// The byte.
        got: u8,
    },
    /// The parts of a split leave nothing to train on, or are not fractions.
    #[error(
        "validation fraction {validation} and test fraction {test}: expected each in 0..1, their sum below 1"
    )]
    Fractions {
        /// Fraction asked for.
        validation: f64,
        /// Fraction asked for.
        test: f64,
    },
    /// A batch size that yields no batch.
    #[error("batch size {batch} over {cases} cases: expected 1 to {cases}")]
    BatchSize {
        /// Batch size asked for.
        batch: usize,
        /// Cases there are.
        cases: usize,
    },
    /// A case that the data set does not have.
    #[error("case {index} of a set of {cases}")]
    NoSuchCase {
        /// Index asked for.
        index: usize,
        /// Cases there are.
        cases: usize,
    },
    /// Characters that are not all in the text, or in the part of it that is used.
    #[error("characters {}..{}, expected within {}..{}", asked.start, asked.end, within.start, within.end)]
    Characters {
        /// Places asked for.
        asked: Range<usize>,
        /// Places there are.
        within: Range<usize>,
    },
    /// Windows that have no step, or do not fit in the text with the target of their last step.
    #[error(
        "windows of {steps} steps over {characters} characters: expected at least 1 step and {steps} + 1 characters"
    )]
    WindowSteps {
        /// Steps asked for.
        steps: usize,
        /// Characters there are.
        characters: usize,
    },
    /// Images of another size than the one this is made for.
    #[error("images of {}×{} pixels, expected {}×{}", got.0, got.1, expected.0, expected.1)]
    ImageSize {
        /// Height and width needed.
        expected: (usize, usize),
        /// Height and width given.
        got: (usize, usize),
    },
    /// A generated task that cannot have this size.
    #[error("{task}: {what} is {got}, expected {least} to {most}")]
    TaskSize {
        /// Name of the task.
        task: &'static str,
        /// The size that is wrong.
        what: &'static str,
        /// What was asked for.
        got: usize,
        /// Least possible.
        least: usize,
        /// Most that is accepted, given the other sizes.
        most: usize,
    },
    /// A read order made for images of another size.
    #[error("read order over {got} pixels, expected {expected}")]
    OrderLength {
        /// Pixels per image.
        expected: usize,
        /// Length of the order.
        got: usize,
    },
}

/// Bytes as spaced hexadecimal.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (i, byte) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}
