//! Putting a site into a folder, where an earlier one may lie.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::links::METHODS;
use crate::site::PageFile;

/// One table, as files.
pub(crate) struct DataFile {
    /// The stem of both names.
    pub(crate) id: String,
    pub(crate) csv: String,
    pub(crate) json: String,
}

/// Writes the pages and returns the path of the last. Everything was computed before, so that a site that cannot be made leaves the
/// earlier one as it is.
pub(crate) fn write(out_dir: &Path, pages: &[PageFile], files: &[DataFile]) -> Result<PathBuf, Error> {
    let (data, methods) = (out_dir.join("data"), out_dir.join(METHODS));
    for folder in [&data, &methods] {
        fs::create_dir_all(folder).map_err(io(folder, "create"))?;
    }
    for folder in [out_dir, &data, &methods] {
        results::remove_leftovers(folder)?;
    }
    for file in files {
        results::replace_file(&data.join(format!("{}.json", file.id)), file.json.as_bytes())?;
        results::replace_file(&data.join(format!("{}.csv", file.id)), file.csv.as_bytes())?;
    }
    let mut last = out_dir.to_owned();
    for page in pages {
        last = out_dir.join(&page.path);
        results::replace_file(&last, page.html.as_bytes())?;
    }
    remove_stale_data(&data, files)?;
    remove_stale_pages(&methods, pages)?;
    Ok(last)
}

/// Removes pages of methods that this site does not have. A file is one only if it says so, with its own name.
fn remove_stale_pages(methods: &Path, pages: &[PageFile]) -> Result<(), Error> {
    for entry in fs::read_dir(methods).map_err(io(methods, "list"))? {
        let path = entry.map_err(io(methods, "list"))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let own = format!("{METHODS}/{name}");
        if path.extension().is_none_or(|e| e != "html") || pages.iter().any(|page| page.path == own) {
            continue;
        }
        let sign = format!("<meta name=\"normlab-page\" content=\"{own}\" />");
        if fs::read_to_string(&path).is_ok_and(|text| text.contains(&sign)) {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(path, "remove")(e)),
        _ => Ok(()),
    }
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

/// Removes tables of earlier sites. A file is one only if it says so; whatever else lies there is somebody's.
fn remove_stale_data(data: &Path, files: &[DataFile]) -> Result<(), Error> {
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
                remove(&path)?;
            }
        }
    }
    Ok(())
}

fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, action, source }
}
