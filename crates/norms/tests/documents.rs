//! What the documents say of methods and files, held against what there is.

mod making;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Words between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn unsafe_stands_where_the_architecture_says() {
    let text = read("ARCHITECTURE.md");
    let section = text.split("## Where `unsafe` stands").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|l| l.starts_with("| `"));
    let listed: BTreeSet<String> = rows.map(|l| quoted(l).next().unwrap().to_owned()).collect();
    let mut all = Vec::new();
    let crates = root().join("crates");
    sources(&crates, &mut all);
    let is_unsafe = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let code = text.lines().map(|l| l.split("//").next().unwrap_or_default());
        path.components().any(|c| c.as_os_str() == "src")
            && code
                .into_iter()
                .any(|l| l.contains("unsafe {") || l.contains("unsafe fn") || l.contains("unsafe impl"))
    };
    let names = all.iter().filter(|p| is_unsafe(p)).map(|p| p.strip_prefix(&crates).unwrap());
    let found: BTreeSet<String> = names.map(|p| p.to_str().unwrap().to_owned()).collect();
    assert_eq!(found, listed);
    // Counts go stale; the list is the one place.
    let line = read("CONTRIBUTING.md").lines().find(|l| l.starts_with("* `unsafe`")).unwrap().to_owned();
    for count in ["one file", "two files", "three files", "four files", "five files", "six files"] {
        assert!(!line.contains(count), "{line}");
    }
}

/// Every row of the survey is a test or has its reason, and every file that a reason names is there.
#[test]
fn what_is_not_covered_is_not_and_names_what_there_is() {
    let (text, tests) = (read("docs/not-covered.md"), read("crates/norms/tests/peers_c.rs"));
    for row in 1..=30 {
        let tested = tests.contains(&format!("fn c{row:02}_"));
        let listed = text.contains(&format!("| C{row} |"));
        assert!(tested != listed, "C{row}: tested {tested}, in the list {listed}");
    }
    for path in quoted(&text).filter(|w| w.contains('/') && !w.contains(' ')) {
        assert!(
            root().join("crates").join(path).exists() || root().join(path).exists(),
            "{path} is not there"
        );
    }
    // What it says is missing is missing.
    assert!(!text.contains("no typed cell"), "typed cells have normalized weights");
}

#[test]
fn the_readme_names_every_method() {
    let text = read("README.md");
    let named: BTreeSet<&str> = quoted(&text).collect();
    let ids = norms::METHODS.iter().map(|m| m.descriptor().id).chain(norms::UPDATES.iter().map(|u| u.id));
    let asked = |id: &&str| *id != "none" && !making::is_in_the_making(id);
    let missing: Vec<&str> = ids.filter(|id| asked(id) && !named.contains(id)).collect();
    assert!(missing.is_empty(), "README.md does not name {missing:?}");
}
