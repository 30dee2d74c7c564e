//! Reading and writing one JSON file.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Error, SCHEMA_VERSION};

/// What every file is wrapped in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<T> {
    schema_version: u32,
    content: T,
}

/// The part of an envelope that every version, past and future, has.
#[derive(Deserialize)]
struct VersionOnly {
    schema_version: u32,
}

pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, action, source }
}

/// Reads a file's text; `None` if there is no such file.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) if e.kind() == ErrorKind::InvalidData => Err(Error::NotText { path: path.to_owned() }),
        Err(e) => Err(io(path, "read")(e)),
    }
}

/// Parses JSON that is not ours to version.
pub(crate) fn parse<T: DeserializeOwned>(
    path: &Path,
    text: &str,
    expected: &'static str,
) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|source| Error::Format {
        path: path.to_owned(),
        line: source.line(),
        column: source.column(),
        expected,
        source,
    })
}

/// Reads a versioned file; `None` if there is no such file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, expected: &'static str) -> Result<Option<T>, Error> {
    let Some(text) = read_text(path)? else { return Ok(None) };
    content(path, &text, expected).map(Some)
}

/// The same of a file that is packed by gzip.
pub(crate) fn read_packed<T: DeserializeOwned>(
    path: &Path,
    expected: &'static str,
) -> Result<Option<T>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io(path, "read")(e)),
    };
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).map_err(io(path, "unpack"))?;
    content(path, &text, expected).map(Some)
}

fn content<T: DeserializeOwned>(path: &Path, text: &str, expected: &'static str) -> Result<T, Error> {
    // First the version alone: a newer file would otherwise be reported as having an unknown field.
    let VersionOnly { schema_version } = parse(path, text, "an object with schema_version")?;
    if schema_version != SCHEMA_VERSION {
        return Err(Error::Version { path: path.to_owned(), expected: SCHEMA_VERSION, got: schema_version });
    }
    Ok(parse::<Envelope<T>>(path, text, expected)?.content)
}

/// Writes a versioned file, packed by gzip, atomically.
pub(crate) fn write_packed<T: Serialize + ?Sized>(
    path: &Path,
    record: &'static str,
    content: &T,
) -> Result<(), Error> {
    let envelope = Envelope { schema_version: SCHEMA_VERSION, content };
    let text = serde_json::to_vec(&envelope).map_err(|source| Error::Encode {
        path: path.to_owned(),
        record,
        source,
    })?;
    // No name and no time stand in it, so that the same records are the same bytes.
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let bytes = packer.write_all(&text).and_then(|()| packer.finish()).map_err(io(path, "pack"))?;
    replace_file(path, &bytes)
}

/// Writes a versioned file atomically.
pub(crate) fn write<T: Serialize + ?Sized>(
    path: &Path,
    record: &'static str,
    content: &T,
) -> Result<(), Error> {
    let envelope = Envelope { schema_version: SCHEMA_VERSION, content };
    let mut text = serde_json::to_vec_pretty(&envelope).map_err(|source| Error::Encode {
        path: path.to_owned(),
        record,
        source,
    })?;
    text.push(b'\n');
    replace_file(path, &text)
}

/// Replaces a file as a whole: written beside it, flushed to the disk, then renamed. What a kill leaves beside it is
/// removed by [`remove_leftovers`].
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = temporary_name(path);
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)
            .map_err(io(&temporary, "create"))?;
        // So that `remove_leftovers` of another process sees that this one is alive. A file system without locks has
        // no such sign, and nothing is lost but tidiness.
        let _ = file.try_lock();
        file.write_all(bytes).map_err(io(&temporary, "write"))?;
        file.sync_all().map_err(io(&temporary, "flush"))?;
        fs::rename(&temporary, path).map_err(io(path, "replace"))
    })();
    if written.is_err() {
        // The first error is the one to report; readers ignore the leftover.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    // The rename is durable once the folder is; not every system can open a folder, and none needs it for atomicity.
    if let Some(folder) = path.parent().and_then(|p| File::open(p).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A name next to `path` that no other writer, here or in another process, uses.
fn temporary_name(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{}-{count}.tmp", std::process::id()))
}

/// Whether a name is one that [`temporary_name`] gives: `.<name>.<process>-<count>.tmp`.
fn is_temporary(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    name.strip_prefix('.')
        .and_then(|rest| rest.strip_suffix(".tmp"))
        .and_then(|rest| rest.rsplit_once('.'))
        .and_then(|(file, numbers)| Some((file, numbers.split_once('-')?)))
        .is_some_and(|(file, (process, count))| !file.is_empty() && digits(process) && digits(count))
}

/// Removes the temporary files of [`replace_file`] in a folder that no living process writes. A folder that is not there
/// has none.
pub fn remove_leftovers(folder: &Path) -> Result<(), Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(io(folder, "list")(e)),
    };
    for entry in entries {
        let path = entry.map_err(io(folder, "list"))?.path();
        let temporary = path.file_name().and_then(|n| n.to_str()).is_some_and(is_temporary);
        // A writer holds the lock of its file until the rename.
        if temporary && path.is_file() && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            // One that stays is untidy and no more; the next start tries again.
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}
