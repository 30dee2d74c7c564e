//! A small workspace in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use scaffold::Workspace;

/// A workspace with everything that what is made needs of it.
pub(crate) fn workspace(dir: &Path) -> Workspace {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in [
        "crates/norms/Cargo.toml",
        "crates/norms/src/lib.rs",
        "crates/norm-rms/Cargo.toml",
        "crates/norm-rms/src/lib.rs",
        "crates/norm-rms/src/reference.rs",
        "crates/norm-path-sgd/src/lib.rs",
        "crates/norm-path-sgd/src/reference.rs",
        "crates/bench/src/experiment/workloads.rs",
        "crates/bench/src/experiment/workloads/digits_mlp.rs",
        "crates/models/src/lib.rs",
        "references.bib",
    ] {
        copy(&real.join(file), &dir.join(file));
    }
    for what in ["norm", "workload", "model"] {
        let folder = format!("templates/{what}");
        copy_folder(&real.join(&folder), &dir.join(&folder));
    }
    Workspace::find(&dir.join("crates/norms")).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy_folder(&entry.path(), &target) } else { copy(&entry.path(), &target) }
    }
}

/// Every file with its text.
pub(crate) fn everything(dir: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            all.insert(entry.display().to_string(), String::new());
            all.extend(everything(&entry));
        } else {
            all.insert(entry.display().to_string(), fs::read_to_string(&entry).unwrap());
        }
    }
    all
}
