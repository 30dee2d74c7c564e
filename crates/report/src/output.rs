//! Putting a site into a folder, where an earlier one may lie.

use std::collections::BTreeMap;
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
    results::replace_file(&data.join("schema.json"), SCHEMA.as_bytes())?;
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

/// The schema of the tables, beside them: it is made of [`DataTable`], and a test holds it to that.
const SCHEMA: &str = include_str!("../../../templates/report/data.schema.json");

/// A table of the site as a file: exactly what is drawn, a number for every number.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that they are there is what makes the file one of ours")]
struct DataTable {
    /// The version of the records that it was made from.
    schema_version: u32,
    /// The name of the file, without its ending.
    id: String,
    /// The tier of the run.
    tier: String,
    /// What the table shows and how it is ordered.
    caption: String,
    /// The rows, each by the names of the columns.
    rows: Vec<BTreeMap<String, DataCell>>,
}

/// A cell of a table.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
#[expect(dead_code, reason = "what is read here is only whether it can be")]
enum DataCell {
    /// A number, in the unit that the column says.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing was measured.
    Nothing(()),
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
        if serde_json::from_str::<DataTable>(&text).is_ok_and(|table| table.id == id) {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `NORMLAB_BLESS=1` writes it anew.
    #[test]
    fn the_schema_beside_the_tables_is_that_of_the_tables() {
        let made = serde_json::to_string_pretty(&schemars::schema_for!(DataTable)).expect("a schema") + "\n";
        if std::env::var_os("NORMLAB_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/report/data.schema.json");
            fs::write(path, &made).expect("the schema is written");
        }
        assert_eq!(SCHEMA, made);
    }

    #[test]
    fn a_cell_is_a_number_a_text_or_nothing() {
        let table = |cell: &str| {
            let text = format!(
                r#"{{"schema_version":1,"id":"t","tier":"smoke","caption":"c","rows":[{{"method":{cell}}}]}}"#
            );
            serde_json::from_str::<DataTable>(&text).is_ok()
        };
        assert!(["0.5", "\"layer\"", "null"].into_iter().all(table));
        assert!(!table("[1]"));
    }
}
