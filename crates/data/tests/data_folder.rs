//! The real files, where there are any: set `NORMLAB_DATA` to a folder laid out as `DataFolder` says.

use data::{DATA_VARIABLE, DataFolder, Fractions, Text, optdigits, shakespeare};

#[test]
fn everything_in_the_data_folder_is_what_it_should_be() {
    let Some(folder) = DataFolder::from_env() else {
        eprintln!("skipped: {DATA_VARIABLE} is not set");
        return;
    };
    for file in DataFolder::files() {
        folder.verify(&file).expect("a pinned file");
    }
    let first_class = |labels: &[u8]| labels.iter().map(|&label| usize::from(label == 0)).sum::<usize>();
    for (set, zeros) in [
        (folder.mnist().expect("MNIST"), [5923, 980]),
        (folder.fashion_mnist().expect("Fashion-MNIST"), [6000, 1000]),
    ] {
        assert_eq!((set.train.len(), set.test.len(), set.train.pixels()), (60_000, 10_000, 784));
        assert_eq!([first_class(set.train.labels()), first_class(set.test.labels())], zeros);
    }
    assert!(folder.optdigits().expect("optdigits") == optdigits(), "the embedded parts differ");
    let text = folder.tiny_shakespeare().expect("tiny Shakespeare");
    assert_eq!((text.codes().len(), text.alphabet().len()), (1_115_394, 65));
    let read = |text: &Text| -> Vec<u8> {
        text.codes().iter().map(|&code| text.alphabet()[usize::from(code)]).collect()
    };
    assert!(read(&text).starts_with(&read(&shakespeare())), "the embedded text is not its beginning");
    let parts = text.parts(Fractions { validation: 0.05, test: 0.05 }).expect("parts");
    assert_eq!((parts.train, parts.test.end), (0..1_003_854, 1_115_394));
}
