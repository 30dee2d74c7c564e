//! The real files, where there are any: `just data` downloads them, and `NORMLAB_DATA` names their folder.

use data::{DATA_VARIABLE, DataError, DataFolder, Fractions, Text, TrainTest, optdigits, shakespeare};

/// The data folder, if it has every file of a set.
fn folder_with(set: &str) -> Option<DataFolder> {
    let Some(folder) = DataFolder::from_env() else {
        eprintln!("skipped: {DATA_VARIABLE} is not set");
        return None;
    };
    let own = DataFolder::files().into_iter().filter(|file| file.published.file.starts_with(set));
    for file in own {
        match folder.verify(&file) {
            Err(e @ DataError::Missing { .. }) => {
                eprintln!("skipped: {e}");
                return None;
            }
            other => other.expect("a pinned file"),
        };
    }
    Some(folder)
}

/// As many cases as published, and of the first class as many.
fn is_published(set: &TrainTest, zeros: [usize; 2]) {
    let first_class = |labels: &[u8]| labels.iter().map(|&label| usize::from(label == 0)).sum::<usize>();
    assert_eq!((set.train.len(), set.test.len(), set.train.pixels()), (60_000, 10_000, 784));
    assert_eq!([first_class(set.train.labels()), first_class(set.test.labels())], zeros);
}

#[test]
fn mnist_is_what_was_published() {
    if let Some(folder) = folder_with("mnist/") {
        is_published(&folder.mnist().expect("MNIST"), [5923, 980]);
    }
}

#[test]
fn fashion_mnist_is_what_was_published() {
    if let Some(folder) = folder_with("fashion-mnist/") {
        is_published(&folder.fashion_mnist().expect("Fashion-MNIST"), [6000, 1000]);
    }
}

#[test]
fn the_embedded_digits_are_those_of_the_files() {
    if let Some(folder) = folder_with("optdigits/") {
        assert!(folder.optdigits().expect("optdigits") == optdigits(), "the embedded parts differ");
    }
}

#[test]
fn the_embedded_text_is_the_beginning_of_the_whole() {
    let Some(folder) = folder_with("tinyshakespeare/") else { return };
    let text = folder.tiny_shakespeare().expect("tiny Shakespeare");
    assert_eq!((text.codes().len(), text.alphabet().len()), (1_115_394, 65));
    let read = |text: &Text| -> Vec<u8> {
        text.codes().iter().map(|&code| text.alphabet()[usize::from(code)]).collect()
    };
    assert!(read(&text).starts_with(&read(&shakespeare())), "the embedded text is not its beginning");
    let parts = text.parts(Fractions { validation: 0.05, test: 0.05 }).expect("parts");
    assert_eq!((parts.train, parts.test.end), (0..1_003_854, 1_115_394));
}
