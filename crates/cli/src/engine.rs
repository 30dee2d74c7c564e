//! Which sources decide the bits of a cell, and their fingerprint: read by the build script. A cell that was trained by the same
//! engine need not be trained again, whatever else a commit changes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fnv::Fnv;

/// Folders under `crates`: kernels, models, data and what trains. A name that ends in `-` stands for all that begin so.
const FOLDERS: [&str; 8] = [
    "symbolic/src",
    "norm-",
    "norms/src",
    "sequence/src",
    "models/src",
    "data",
    "hmax/src",
    "bench/src/experiment",
];

/// What says which cells there are, runs them and tells how far it is: nothing of it reaches a number.
const AROUND: [&str; 3] = ["grid.rs", "progress.rs", "runner.rs"];

/// Crates of others that compute.
const OTHERS: [&str; 9] =
    ["dfdx", "dfdx-core", "gemm", "gemm-common", "gemm-f32", "libm", "rand", "rand_chacha", "rand_distr"];

/// 32 hexadecimal digits that another engine does not have.
pub(crate) fn fingerprint(root: &Path) -> String {
    let crates = root.join("crates");
    let mut files = Vec::new();
    for folder in FOLDERS {
        if !folder.ends_with('-') {
            list(&crates.join(folder), &mut files);
            continue;
        }
        for entry in fs::read_dir(&crates).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(folder) {
                list(&entry.path().join("src"), &mut files);
            }
        }
    }
    files.sort();
    let mut hash = Fnv::new();
    for file in files {
        hash.take(file.strip_prefix(root).unwrap_or(&file).to_string_lossy().as_bytes());
        let content = fs::read(&file).unwrap_or_default();
        match std::str::from_utf8(&content) {
            // What is said of the code decides nothing.
            Ok(text) if file.extension().is_some_and(|e| e == "rs") => {
                let code =
                    text.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
                code.for_each(|line| hash.take(line.as_bytes()));
            }
            _ => hash.take(&content),
        }
    }
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    for package in lock.split("[[package]]") {
        let mut lines = package.trim().lines();
        let name =
            lines.next().and_then(|l| l.strip_prefix("name = \"")?.strip_suffix('"')).unwrap_or_default();
        if OTHERS.contains(&name) {
            hash.take(name.as_bytes());
            hash.take(lines.next().unwrap_or_default().as_bytes());
        }
    }
    hash.digits()
}

/// All files under a folder; none where there is no such folder. Tests of a crate are no engine.
fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "tests" && name != "target") {
                list(&path, files);
            }
        } else if path.file_name().is_none_or(|name| !AROUND.iter().any(|around| name == *around)) {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_counts_and_what_is_said_of_it_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |file: &str, text: &str| {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let lock = |gemm: &str| {
            format!("[[package]]\nname = \"gemm\"\nversion = \"{gemm}\"\n\n[[package]]\nname = \"clap\"\n")
        };
        write("crates/norm-x/src/lib.rs", "// a\nfn f() {}\n");
        write("crates/bench/src/experiment/a.rs", "fn g() {}\n");
        write("crates/report/src/lib.rs", "fn h() {}\n");
        write("Cargo.lock", &lock("1"));
        let first = fingerprint(root);
        assert_eq!((first.len(), &first), (32, &fingerprint(root)));
        write("crates/norm-x/src/lib.rs", "// b\n\nfn f() {}\n");
        write("crates/report/src/lib.rs", "fn i() {}\n");
        write("crates/norm-x/tests/t.rs", "fn t() {}\n");
        write("crates/bench/src/experiment/grid.rs", "fn g() {}\n");
        assert_eq!(fingerprint(root), first);
        let mut seen = vec![first];
        for (file, text) in [
            ("crates/norm-x/src/lib.rs", "fn f() { 1 }\n".to_owned()),
            ("crates/norm-y/src/lib.rs", "fn f() {}\n".to_owned()),
            ("crates/bench/src/experiment/a.rs", "fn g(){}\n".to_owned()),
            ("Cargo.lock", lock("2")),
        ] {
            write(file, &text);
            let now = fingerprint(root);
            assert!(!seen.contains(&now), "{file}");
            seen.push(now);
        }
    }
}
