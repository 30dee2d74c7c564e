//! The table of data sets against what it speaks of.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use data::DataFolder;
use fetch::{DataSet, SETS, from_mirror};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

#[test]
fn every_file_belongs_to_one_set() {
    let all: BTreeSet<&str> = DataFolder::files().iter().map(|file| file.published.file).collect();
    let of_sets: Vec<&str> = SETS.iter().flat_map(DataSet::files).map(|file| file.published.file).collect();
    assert_eq!(of_sets.iter().copied().collect::<BTreeSet<_>>(), all);
    assert_eq!(of_sets.len(), all.len());
}

#[test]
fn every_set_is_cited_by_a_key_of_the_bibliography_and_described_in_the_docs() {
    let (bibliography, docs) = (read("references.bib"), read("docs/data.md"));
    for set in &SETS {
        assert!(bibliography.contains(&format!("{{{},", set.cite)), "{} cites {}", set.name, set.cite);
        for words in [set.name, set.licence].into_iter().chain(set.mirrors.iter().copied()) {
            assert!(docs.contains(words), "docs/data.md does not say {words}");
        }
        for file in set.files() {
            assert!(docs.contains(file.published.file), "docs/data.md does not name {}", file.published.file);
            assert!(
                docs.contains(file.published.sha256),
                "docs/data.md has another sha256 of {}",
                file.published.file
            );
        }
    }
}

#[test]
fn addresses_are_those_of_the_mirrors_in_their_order() {
    let of = |name: &str, file: usize| {
        let set = fetch::find(name).unwrap();
        set.addresses(&set.files()[file])
    };
    assert_eq!(
        of("mnist", 1),
        [
            "https://ossci-datasets.s3.amazonaws.com/mnist/train-labels-idx1-ubyte.gz",
            "https://storage.googleapis.com/cvdf-datasets/mnist/train-labels-idx1-ubyte.gz",
        ]
    );
    assert_eq!(
        of("tinyshakespeare", 0),
        [
            "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
            "https://storage.googleapis.com/download.tensorflow.org/data/shakespeare.txt",
        ]
    );
    for set in &SETS {
        // An address of a file can only stand for a set of one.
        let single = set.mirrors.iter().any(|mirror| !mirror.ends_with('/'));
        assert!(!single || set.files().len() == 1, "{}", set.name);
    }
}

#[test]
fn another_server_has_files_where_the_folder_has_them() {
    let file = fetch::find("mnist").unwrap().files()[0];
    for base in ["http://localhost:8000/data", "http://localhost:8000/data/"] {
        let address = from_mirror(base, &file).unwrap();
        assert_eq!(address, "http://localhost:8000/data/mnist/train-images-idx3-ubyte.gz");
    }
}
