//! Looking at a page and its files.

use std::fs;
use std::path::Path;

/// Renders the run of a folder, and reads the page.
pub(crate) fn rendered(dir: &Path) -> String {
    let path = report::render(&dir.join("run"), &dir.join("out")).unwrap();
    fs::read_to_string(path).unwrap()
}

/// Where a text stands on the page.
pub(crate) fn position(page: &str, text: &str) -> usize {
    page.find(text).unwrap_or_else(|| panic!("{text:?} is not on the page"))
}

/// Rows of a table of the page, by the values of some of its columns.
pub(crate) fn rows(folder: &Path, id: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let text = fs::read_to_string(folder.join(format!("out/data/{id}.json"))).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = |row: &serde_json::Value, key: &str| match &row[key] {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = json["rows"].as_array().unwrap();
    rows.iter().map(|row| columns.iter().map(|key| value(row, key)).collect()).collect()
}
