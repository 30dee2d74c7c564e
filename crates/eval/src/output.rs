//! Where an answer goes: whole or not at all where there is a file or none, and straight on where there is a device, a
//! pipe or an open file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Links that are followed before they are taken for a circle, as Linux does.
const LINKS: usize = 40;

enum Place {
    /// A file that is written whole beside its place and then put there; with the rights of the one that it replaces.
    File { path: PathBuf, replaces: Option<fs::Permissions> },
    /// Anything else, which is opened and written.
    Open(PathBuf),
}

/// Whether a path stands for a file that some process holds open: its link leads nowhere, or past the file's offset.
fn is_open_file(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    folder.is_some_and(|folder| folder.starts_with("/proc"))
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            if is_open_file(&path) {
                return Ok(Self::Open(path));
            }
            let Ok(target) = fs::read_link(&path) else { break };
            path = path.parent().unwrap_or(Path::new("")).join(target);
        }
        match fs::metadata(&path) {
            Ok(found) if found.is_file() => Ok(Self::File { path, replaces: Some(found.permissions()) }),
            Ok(_) => Ok(Self::Open(path)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self::File { path, replaces: None }),
            Err(e) => Err(e),
        }
    }
}

/// A new file has the rights that the user's mask leaves, as any other program's.
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes these bytes.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match Place::of(path)? {
        // At the end: in front of it may stand what somebody else has written.
        Place::Open(path) => OpenOptions::new().append(true).open(path)?.write_all(bytes),
        Place::File { path, replaces } => {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let mut file = beside(folder)?;
            if let Some(rights) = replaces {
                file.as_file().set_permissions(rights)?;
            }
            file.write_all(bytes)?;
            file.persist(&path).map(|_| ()).map_err(|e| e.error)
        }
    }
}
