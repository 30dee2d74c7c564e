//! The part of a file that has come: `<file>.part` beside where the file will be. It is written piece by piece and without a
//! buffer of ours, so that a process may end at any time and lose nothing.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Error;

/// Bytes that are read at once.
pub(crate) const PIECE: usize = 64 * 1024;

pub(crate) struct Part {
    file: File,
    path: PathBuf,
    length: u64,
    /// Length of the whole file.
    bytes: u64,
}

impl Part {
    /// What there is of the file at `target`, which will have `bytes` bytes; its folder is made. No other process gets it as long
    /// as this value lives.
    pub(crate) fn open(target: &Path, bytes: u64) -> Result<Self, Error> {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(|reason| not_written(folder, "made", reason))?;
        }
        let mut path = target.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let opened = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let file = opened.map_err(|reason| not_written(&path, "written", reason))?;
        // Where a file system has no locks, there is none.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::Busy { path });
        }
        let length = file.metadata().map_err(|reason| not_written(&path, "read", reason))?.len();
        Ok(Self { file, path, length, bytes })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn append(&mut self, piece: &[u8]) -> Result<(), Error> {
        match self.file.write_all(piece) {
            Ok(()) => {
                self.length += piece.len() as u64;
                Ok(())
            }
            Err(reason) => Err(self.not_appended(reason)),
        }
    }

    /// A full disk has a way out of its own.
    fn not_appended(&self, reason: io::Error) -> Error {
        match reason.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                // A piece may be there in part.
                let kept = fs::metadata(&self.path).map_or(self.length, |file| file.len());
                Error::Full { path: self.path.clone(), kept, bytes: self.bytes }
            }
            _ => not_written(&self.path, "written", reason),
        }
    }

    /// Throws away what there is.
    pub(crate) fn restart(&mut self) -> Result<(), Error> {
        self.file.set_len(0).map_err(|reason| not_written(&self.path, "emptied", reason))?;
        self.length = 0;
        Ok(())
    }

    /// Digest of what there is.
    pub(crate) fn sha256(&mut self) -> Result<String, Error> {
        self.digest().map_err(|reason| not_written(&self.path, "read", reason))
    }

    fn digest(&mut self) -> io::Result<String> {
        self.file.rewind()?;
        let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
        loop {
            match self.file.read(&mut piece)? {
                0 => break,
                count => hash.update(&piece[..count]),
            }
        }
        let mut digits = String::with_capacity(64);
        for byte in hash.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Ok(digits)
    }

    /// Gives the file its name, in place of whatever had it.
    pub(crate) fn finish(self, target: &Path) -> Result<(), Error> {
        self.file.sync_all().map_err(|reason| self.not_appended(reason))?;
        fs::rename(&self.path, target).map_err(|reason| not_written(target, "put in its place", reason))
    }

    /// Leaves what there is for the next time, and no file where there is nothing.
    pub(crate) fn leave(self) {
        if self.file.metadata().is_ok_and(|file| file.len() == 0) {
            // An empty file left behind does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn not_written(path: &Path, doing: &'static str, reason: io::Error) -> Error {
    Error::NotWritten { path: path.to_path_buf(), doing, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_how_much_is_to_be_freed() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::open(&folder.path().join("set/file"), 10).unwrap();
        part.append(b"abc").unwrap();
        let full = part.not_appended(ErrorKind::StorageFull.into());
        assert!(matches!(full, Error::Full { kept: 3, bytes: 10, .. }), "{full:?}");
        let said = full.to_string();
        assert!(said.contains("free 7 bytes") && said.contains("after the 3 that are kept"), "{said}");
        let other = part.not_appended(ErrorKind::PermissionDenied.into());
        assert!(matches!(other, Error::NotWritten { .. }), "{other:?}");
    }
}
