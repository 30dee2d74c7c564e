//! Looking at a site and its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// All pages of a site, by their paths inside it.
pub(crate) struct Site {
    pub(crate) folder: PathBuf,
    pub(crate) pages: BTreeMap<String, String>,
}

impl Site {
    /// Reads what lies in a folder.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut pages = BTreeMap::new();
        for (inside, prefix) in [(folder.to_owned(), ""), (folder.join("methods"), "methods/")] {
            for entry in fs::read_dir(inside).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|e| e == "html") {
                    let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
                    pages.insert(name, fs::read_to_string(path).unwrap());
                }
            }
        }
        Self { folder: folder.to_owned(), pages }
    }

    pub(crate) fn page(&self, path: &str) -> &str {
        self.pages.get(path).unwrap_or_else(|| panic!("{path} is not there: {:?}", self.pages.keys()))
    }

    pub(crate) fn index(&self) -> &str {
        self.page("index.html")
    }

    pub(crate) fn method(&self, slug: &str) -> &str {
        self.page(&format!("methods/{slug}.html"))
    }

    /// Whether any page says it.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.pages.values().any(|page| page.contains(text))
    }
}

/// Renders the run of a folder, and reads the site.
pub(crate) fn rendered(dir: &Path) -> Site {
    let out = dir.join("out");
    assert_eq!(report::render(&dir.join("run"), &out).unwrap(), out.join("index.html"));
    Site::read(&out)
}

/// Where a text stands on a page.
pub(crate) fn position(page: &str, text: &str) -> usize {
    page.find(text).unwrap_or_else(|| panic!("{text:?} is not on the page"))
}

/// Rows of a table of the site, by the values of some of its columns.
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
