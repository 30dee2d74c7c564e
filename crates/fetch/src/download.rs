//! One file, from the first of its addresses that gives it.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use data::{DataError, DataFolder, Pinned, PinnedFile};

use crate::client::Client;
use crate::part::{PIECE, Part};
use crate::{Attempt, Error, Failure};

/// How often an address may break off without a byte more than before.
const TRIES: usize = 3;

/// Who is told how a download goes.
pub trait Watch {
    /// A file is asked for at an address; its bytes go into `part`, which has `there` of them.
    fn begin(&mut self, file: &Pinned, part: &Path, address: &str, there: u64);
    /// So many bytes are there now.
    fn advance(&mut self, there: u64);
    /// An address did not give the file; the next one is tried, if there is one.
    fn failed(&mut self, attempt: &Attempt);
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was there, at this path, and is right.
    Found(PathBuf),
    /// It was downloaded to this path.
    Downloaded(PathBuf),
}

/// Downloads files into a folder.
pub struct Fetcher {
    client: Client,
    folder: DataFolder,
    again: bool,
}

/// Why a try ended without the file.
enum End {
    /// The address is to blame.
    Failed(Failure),
    /// This machine is to blame: no other address would help.
    Fatal(Error),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Fatal(error)
    }
}

impl Fetcher {
    /// For files in `folder`. A file that is there and is another one is replaced if `again`, and otherwise refused.
    pub fn new(folder: DataFolder, again: bool) -> Self {
        Self { client: Client::new(), folder, again }
    }

    /// Makes sure that a file is there: leaves one that is right, in either of its forms, and downloads the published form of one
    /// that is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Different`] for another file in its place, [`Error::Offline`] and [`Error::NotGiven`] where no address gives it,
    /// [`Error::NotWritten`], [`Error::Full`] and [`Error::Busy`] where it cannot be written.
    pub fn file(
        &self,
        file: &PinnedFile,
        addresses: &[String],
        watch: &mut dyn Watch,
    ) -> Result<Outcome, Error> {
        match self.folder.verify(file) {
            Ok(path) => return Ok(Outcome::Found(path)),
            // A file where a folder should be is said when the folder cannot be made.
            Err(DataError::Read { path, source }) if source.kind() != ErrorKind::NotADirectory => {
                return Err(Error::Unreadable { path, reason: source });
            }
            Err(DataError::Missing { .. } | DataError::Read { .. }) => {}
            Err(found) if !self.again => return Err(Error::Different { found }),
            Err(_) => {}
        }
        let wanted = file.published;
        let target = self.folder.path().join(wanted.file);
        let mut part = Part::open(&target, wanted.bytes)?;
        match self.fill(&mut part, &wanted, &target, addresses, watch) {
            Ok(()) => {
                part.finish(&target)?;
                Ok(Outcome::Downloaded(target))
            }
            Err(error) => {
                part.leave();
                Err(error)
            }
        }
    }

    /// Brings what is missing.
    fn fill(
        &self,
        part: &mut Part,
        wanted: &Pinned,
        target: &Path,
        addresses: &[String],
        watch: &mut dyn Watch,
    ) -> Result<(), Error> {
        if part.length() >= wanted.bytes {
            if part.length() == wanted.bytes && part.sha256()? == wanted.sha256 {
                return Ok(());
            }
            part.restart()?;
        }
        let mut attempts = Vec::new();
        for address in addresses {
            match self.try_address(part, wanted, address, watch) {
                Ok(()) => return Ok(()),
                Err(End::Fatal(error)) => return Err(error),
                Err(End::Failed(failure)) => {
                    let attempt = Attempt { address: address.clone(), failure };
                    watch.failed(&attempt);
                    attempts.push(attempt);
                }
            }
        }
        Err(Error::of(target.to_path_buf(), attempts, part.length()))
    }

    /// Brings what is missing from one address, as long as it gives more.
    fn try_address(
        &self,
        part: &mut Part,
        wanted: &Pinned,
        address: &str,
        watch: &mut dyn Watch,
    ) -> Result<(), End> {
        let (mut most, mut idle) = (part.length(), 0);
        loop {
            let began = part.length();
            let failure = match self.once(part, wanted, address, watch) {
                Err(End::Failed(failure)) => failure,
                ended => return ended,
            };
            let again = match failure {
                // What was there may be of another file: once more without it.
                Failure::Range { .. } | Failure::Long { .. } | Failure::Checksum { .. } => {
                    part.restart()?;
                    began > 0
                }
                Failure::Cut { there, .. } => {
                    idle = if there > most { 0 } else { idle + 1 };
                    most = most.max(there);
                    idle < TRIES
                }
                _ => false,
            };
            if !again {
                return Err(failure.into());
            }
        }
    }

    /// Asks once.
    fn once(
        &self,
        part: &mut Part,
        wanted: &Pinned,
        address: &str,
        watch: &mut dyn Watch,
    ) -> Result<(), End> {
        watch.begin(wanted, part.path(), address, part.length());
        let mut answer = self.client.ask(address, part.length(), wanted.bytes)?;
        if answer.start() < part.length() {
            part.restart()?;
            watch.advance(0);
        }
        let cut = |there, why| Failure::Cut { there, expected: wanted.bytes, why };
        let (mut bytes, mut piece) = (answer.bytes(), vec![0; PIECE]);
        loop {
            let count = match bytes.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(cut(part.length(), e.to_string()).into()),
            };
            if part.length() + count as u64 > wanted.bytes {
                return Err(Failure::Long { expected: wanted.bytes }.into());
            }
            part.append(&piece[..count])?;
            watch.advance(part.length());
        }
        if part.length() < wanted.bytes {
            return Err(cut(part.length(), "the server ended it".to_owned()).into());
        }
        let got = part.sha256()?;
        if got == wanted.sha256 {
            Ok(())
        } else {
            Err(Failure::Checksum { got, expected: wanted.sha256 }.into())
        }
    }
}
