//! Images from IDX files become what a workload trains on.

use std::fs;
use std::path::{Path, PathBuf};

use data::{DataError, Fractions, Images, Split, framed, halved, read_idx};

const LABELS: [u8; 4] = [3, 0, 3, 1];

fn idx(magic: u32, sizes: &[u32], content: &[u8]) -> Vec<u8> {
    let words = std::iter::once(&magic).chain(sizes);
    words.flat_map(|word| word.to_be_bytes()).chain(content.iter().copied()).collect()
}

fn write(path: PathBuf, content: &[u8]) -> PathBuf {
    fs::write(&path, content).unwrap();
    path
}

/// Four images of `height` by `width`, whose levels count up from 10 times their number.
fn set(folder: &Path, height: u32, width: u32) -> Images {
    let levels: Vec<u8> =
        (0..4u32).flat_map(|n| (0..height * width).map(move |i| (10 * n + i) as u8)).collect();
    let images = write(folder.join("tiny-images"), &idx(0x803, &[4, height, width], &levels));
    let labels = write(folder.join("tiny-labels"), &idx(0x801, &[4], &LABELS));
    read_idx(&images, &labels, 10).unwrap()
}

#[test]
fn a_pixel_is_the_mean_of_four() {
    let folder = tempfile::tempdir().unwrap();
    let small = halved(&set(folder.path(), 2, 4)).unwrap();
    // The first image is 0 1 2 3 over 4 5 6 7: means 2.5 and 4.5, which are rounded up.
    assert_eq!(small.levels(), [3, 5, 13, 15, 23, 25, 33, 35]);
    assert_eq!((small.height(), small.width(), small.len()), (1, 2, 4));
    assert_eq!((small.labels(), small.white(), small.classes()), (&LABELS[..], 255, 10));
    assert_eq!(small.name(), "tiny-images/halved");
    let white = write(folder.path().join("white"), &idx(0x803, &[1, 2, 2], &[255; 4]));
    let label = write(folder.path().join("label"), &idx(0x801, &[1], &[0]));
    assert_eq!(halved(&read_idx(&white, &label, 10).unwrap()).unwrap().levels(), [255]);
}

#[test]
fn a_frame_is_black_and_the_image_in_its_middle() {
    let folder = tempfile::tempdir().unwrap();
    let set = set(folder.path(), 2, 3);
    let large = framed(&set, 4).unwrap();
    assert_eq!((large.height(), large.width(), large.labels()), (4, 4, &LABELS[..]));
    #[rustfmt::skip]
    assert_eq!(large.levels()[16..32], [
        0, 0, 0, 0,
        10, 11, 12, 0,
        13, 14, 15, 0,
        0, 0, 0, 0,
    ]);
    assert_eq!(framed(&large, 4).unwrap().levels(), large.levels());
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let set = set(folder.path(), 2, 3);
    let odd = halved(&set).unwrap_err();
    assert!(matches!(odd, DataError::ImageSize { expected: (2, 2), got: (2, 3) }), "{odd}");
    let large = framed(&set, 2).unwrap_err();
    assert!(matches!(large, DataError::ImageSize { expected: (2, 2), got: (2, 3) }), "{large}");
}

/// As the digits are: gathered as numbers from 0 to 1, divided by a seed with every class in its share.
#[test]
fn they_are_gathered_and_divided_as_the_digits_are() {
    let folder = tempfile::tempdir().unwrap();
    let set = framed(&halved(&set(folder.path(), 2, 4)).unwrap(), 2).unwrap();
    let split = Split::stratified(set.labels(), Fractions { validation: 0.5, test: 0.0 }, 1).unwrap();
    assert_eq!((split.train.len(), split.validation.len()), (3, 1));
    assert_eq!(set.labels()[split.validation[0]], 3);
    let mut pixels = Vec::new();
    set.gather_images(&[1], &mut pixels).unwrap();
    assert_eq!(pixels, [13.0 / 255.0, 15.0 / 255.0, 0.0, 0.0]);
}
