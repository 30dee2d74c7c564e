//! Why a file could not be had, and what to do about it.

use std::{fmt, io, path::PathBuf};

use data::DataError;

/// Every failure of this crate. Each says what can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that is none.
    #[error("there is no data set `{got}`; there are: {known}")]
    UnknownSet {
        /// What was asked for.
        got: String,
        /// What there is.
        known: String,
    },
    /// An address that nothing can be downloaded from.
    #[error("`{got}` is no address to download from: it must be like https://example.org/data")]
    Address {
        /// What was given.
        got: String,
    },
    /// A file that is there and is another one. It is left as it is.
    #[error("{found}; --again downloads the file that is wanted and puts it in its place")]
    Different {
        /// What is wrong with it.
        found: DataError,
    },
    /// A file that is there and cannot be read.
    #[error("{}: cannot be read: {reason}; see who may read it, or move it away", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// No server was reached at all.
    #[error(
        "{}: no server was reached ({}); on a machine without a network copy the file there by hand, or name a server that it \
         reaches by --from <url>",
        path.display(),
        List(attempts)
    )]
    Offline {
        /// The file that was wanted.
        path: PathBuf,
        /// Each address and what came of it.
        attempts: Vec<Attempt>,
    },
    /// Servers were reached, and none gave the file.
    #[error(
        "{}: no server gave it ({}){}; name another server by --from <url>",
        path.display(),
        List(attempts),
        Kept(*kept)
    )]
    NotGiven {
        /// The file that was wanted.
        path: PathBuf,
        /// Each address and what came of it.
        attempts: Vec<Attempt>,
        /// How many of its bytes are kept for the next time.
        kept: u64,
    },
    /// The folder or a file in it cannot be written.
    #[error(
        "{}: cannot be {doing}: {reason}; name a folder that can be written by --to <folder> or NORMLAB_DATA",
        path.display()
    )]
    NotWritten {
        /// What should have been written.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        reason: io::Error,
    },
    /// There is no room for the rest of a file.
    #[error(
        "{}: the disk is full; free {} bytes, and the same command goes on after the {kept} that are kept",
        path.display(),
        bytes.saturating_sub(*kept)
    )]
    Full {
        /// The part of the file that has come.
        path: PathBuf,
        /// Its length.
        kept: u64,
        /// Length of the whole file.
        bytes: u64,
    },
    /// Another process downloads the same file.
    #[error("{}: another download is writing it; wait until that has ended", path.display())]
    Busy {
        /// The part of the file that has come.
        path: PathBuf,
    },
}

/// An address that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The address.
    pub address: String,
    /// Why it did not give the file.
    pub failure: Failure,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.address, self.failure)
    }
}

/// Why an address did not give a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The server was not reached: no network, no such name, nobody listening.
    #[error("{0}")]
    Unreachable(String),
    /// What the server said is no answer.
    #[error("no answer that can be read: {0}")]
    NoAnswer(String),
    /// The server refused.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The server has a file of another length.
    #[error("the file there has {got} bytes, expected {expected}")]
    Length {
        /// Length that was announced.
        got: u64,
        /// Length that is wanted.
        expected: u64,
    },
    /// The file goes on where it should end.
    #[error("the file there goes on after {expected} bytes, expected to end")]
    Long {
        /// Length that is wanted.
        expected: u64,
    },
    /// The server gave other bytes than those that were missing.
    #[error("asked for the bytes from {from} on, it gave {got:?}")]
    Range {
        /// The first byte that was missing.
        from: u64,
        /// What the server said of its bytes.
        got: String,
    },
    /// The connection broke.
    #[error("broke off after {there} of {expected} bytes: {why}")]
    Cut {
        /// How many bytes are there.
        there: u64,
        /// Length that is wanted.
        expected: u64,
        /// What the connection said.
        why: String,
    },
    /// All bytes came, and they are others; they are thrown away.
    #[error("sha256 is {got}, expected {expected}; nothing of it was kept")]
    Checksum {
        /// Digest found.
        got: String,
        /// Digest wanted.
        expected: &'static str,
    },
}

impl Error {
    /// What no address gave.
    pub(crate) fn of(path: PathBuf, attempts: Vec<Attempt>, kept: u64) -> Self {
        let unreached = |attempt: &Attempt| matches!(attempt.failure, Failure::Unreachable(_));
        if attempts.iter().all(unreached) {
            Self::Offline { path, attempts }
        } else {
            Self::NotGiven { path, attempts, kept }
        }
    }
}

/// Attempts one after the other.
struct List<'a>(&'a [Attempt]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, attempt) in self.0.iter().enumerate() {
            let between = if i > 0 { "; " } else { "" };
            write!(f, "{between}{attempt}")?;
        }
        Ok(())
    }
}

/// What is kept, where there is something.
struct Kept(u64);

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            kept => write!(f, "; {kept} bytes are kept, and the same command goes on from there"),
        }
    }
}
