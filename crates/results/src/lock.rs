//! Who may write into a run: one command at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::store::io;

/// An advisory lock on a run's folder, held through the file `run.lock`. The system releases it when the process ends,
/// however it ends, so the file may stay: only a lock that is held means anything.
#[derive(Debug)]
pub(crate) struct Lock {
    // Held for the lock that lives as long as the file is open.
    _file: File,
}

impl Lock {
    /// Takes the lock of a folder that exists, or refuses with [`Error::Locked`].
    pub(crate) fn take(dir: &Path) -> Result<Self, Error> {
        let path = dir.join("run.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io(&path, "open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(locked(dir, &path)),
            Err(TryLockError::Error(source)) => return Err(io(&path, "lock")(source)),
        }
        // For the message of whoever comes second; a lock without a name is a lock all the same.
        let _ = file.set_len(0);
        let _ = write!(file, "{}", std::process::id());
        Ok(Self { _file: file })
    }
}

fn locked(dir: &Path, path: &PathBuf) -> Error {
    let holder = fs::read_to_string(path).unwrap_or_default();
    let known = !holder.is_empty() && holder.bytes().all(|b| b.is_ascii_digit());
    Error::Locked {
        path: dir.to_owned(),
        holder: if known { format!("process {holder}") } else { "a process".to_owned() },
    }
}
