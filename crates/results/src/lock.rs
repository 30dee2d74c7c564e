//! Who may write into a run, and who trains which of its cells.
//!
//! Both are advisory locks, held through a file. The system releases a lock when its process ends, however it ends, so a file
//! may stay behind: only a lock that is held means anything.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::store::io;

/// The lock on a run's folder: one command at a time writes the manifest and what describes the run.
#[derive(Debug)]
pub(crate) struct Lock {
    // Held for the lock that lives as long as the file is open.
    _file: File,
}

impl Lock {
    /// The file's name in the folder of a run.
    pub(crate) const FILE: &str = "run.lock";

    /// Takes the lock of a folder that exists, or refuses with [`Error::Locked`].
    pub(crate) fn take(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(Self::FILE);
        match hold(&path)? {
            Some(file) => Ok(Self { _file: file }),
            None => Err(Error::Locked { path: dir.to_owned(), holder: holder(&path) }),
        }
    }
}

/// The right to train one cell of a run that several processes write: `cells/<id>.lock`, removed when this is dropped.
#[derive(Debug)]
pub struct CellLock {
    path: PathBuf,
    _file: File,
}

impl CellLock {
    /// Takes the lock of a cell; `None` while another process, or another thread, has it.
    pub(crate) fn take(path: PathBuf) -> Result<Option<Self>, Error> {
        loop {
            let Some(file) = hold(&path)? else { return Ok(None) };
            // Its last holder may have removed the file after it was opened here: a lock on a file without a name keeps
            // nobody out.
            if is_at(&file, &path) {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

impl Drop for CellLock {
    fn drop(&mut self) {
        // While the lock is still held, so that nobody else's file is removed. A file that stays is free to be locked.
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens a file and locks it; `None` while it is locked already. Process and machine are written into it.
fn hold(path: &Path) -> Result<Option<File>, Error> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(io(path, "open"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(source)) => return Err(io(path, "lock")(source)),
    }
    // For the message of whoever comes second; a lock without a name is a lock all the same.
    let _ = file.set_len(0);
    let _ = write!(file, "{}", process());
    Ok(Some(file))
}

/// This process, and the machine where the system says its name.
fn process() -> String {
    let id = std::process::id();
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match host.trim() {
        "" => id.to_string(),
        host => format!("{id} on {host}"),
    }
}

/// The process that a locked file names, in words.
fn holder(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let known = match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [id] | [id, "on", _] => id.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    if known { format!("process {}", text.trim()) } else { "a process".to_owned() }
}

/// Whether a path is still that of an open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |m: fs::Metadata| (m.dev(), m.ino());
    let (own, there) = (file.metadata().map(identity), fs::metadata(path).map(identity));
    own.is_ok_and(|own| there.is_ok_and(|there| own == there))
}

/// Where files have no numbers, a cell that is trained twice by a rare chance gets the same numbers twice.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}
