//! Putting a page into a folder, where an earlier one may lie.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;

/// One table, as files.
pub(crate) struct DataFile {
    /// The stem of both names.
    pub(crate) id: String,
    pub(crate) csv: String,
    pub(crate) json: String,
}

/// Writes the page and returns its path. Everything was computed before, so that a page that cannot be made leaves the
/// earlier one as it is.
pub(crate) fn write(out_dir: &Path, html: &str, files: &[DataFile]) -> Result<PathBuf, Error> {
    let data = out_dir.join("data");
    fs::create_dir_all(&data).map_err(io(&data, "create"))?;
    for folder in [out_dir, &data] {
        results::remove_leftovers(folder)?;
    }
    for file in files {
        results::replace_file(&data.join(format!("{}.json", file.id)), file.json.as_bytes())?;
        results::replace_file(&data.join(format!("{}.csv", file.id)), file.csv.as_bytes())?;
    }
    let index = out_dir.join("index.html");
    results::replace_file(&index, html.as_bytes())?;
    remove_stale(&data, files)?;
    Ok(index)
}

/// What a data file says of itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that they are there is what makes the file one of ours")]
struct Header {
    schema_version: serde::de::IgnoredAny,
    id: String,
    tier: serde::de::IgnoredAny,
    caption: serde::de::IgnoredAny,
    rows: serde::de::IgnoredAny,
}

/// Removes tables of earlier pages. A file is one only if it says so; whatever else lies there is somebody's.
fn remove_stale(data: &Path, files: &[DataFile]) -> Result<(), Error> {
    for entry in fs::read_dir(data).map_err(io(data, "list"))? {
        let path = entry.map_err(io(data, "list"))?.path();
        let Some(id) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_none_or(|e| e != "json") || files.iter().any(|file| file.id == id) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        if serde_json::from_str::<Header>(&text).is_ok_and(|header| header.id == id) {
            // The one that says whose both are goes last.
            for path in [path.with_extension("csv"), path] {
                match fs::remove_file(&path) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(io(&path, "remove")(e)),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, action, source }
}
