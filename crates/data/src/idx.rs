//! The IDX format of MNIST and its relatives: big-endian header, then unsigned bytes.

use std::path::Path;

use crate::{DataError, Images, Place, Result, source::Source};

const IMAGES_MAGIC: u32 = 0x0000_0803; // unsigned bytes, three sizes
const LABELS_MAGIC: u32 = 0x0000_0801; // unsigned bytes, one size

/// Most elements a file may announce: a gibibyte, twenty times MNIST.
const LIMIT: u64 = 1 << 30;

/// Reads an image file and its label file, packed (`.gz`) or raw.
///
/// Levels run from 0 to 255. The name of the result is the stem of the image file.
///
/// # Errors
/// A file that cannot be read, is not of this format, is cut off or too long; labels not below
/// `classes`; different counts in the two files.
pub fn read_idx(images: &Path, labels: &Path, classes: usize) -> Result<Images> {
    let name = images.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let name = name.split('.').next().unwrap_or_default().to_owned();
    from_sources(name, Source::open(images)?, Source::open(labels)?, classes)
}

/// As [`read_idx`], from files already opened.
pub(crate) fn from_sources(
    name: String,
    mut images: Source,
    mut labels: Source,
    classes: usize,
) -> Result<Images> {
    let ([count, height, width], levels) = read(&mut images, IMAGES_MAGIC)?;
    let ([label_count], label_bytes) = read(&mut labels, LABELS_MAGIC)?;
    if count != label_count {
        return Err(DataError::CountMismatch {
            images_path: images.path(),
            images: count.into(),
            labels_path: labels.path(),
            labels: label_count.into(),
        });
    }
    if let Some(at) = label_bytes.iter().position(|&label| usize::from(label) >= classes) {
        return Err(DataError::OutOfRange {
            path: labels.path(),
            place: Place::Byte(header_length(1) + at as u64),
            what: "label",
            got: label_bytes[at].into(),
            max: classes.saturating_sub(1) as u64,
        });
    }
    Ok(Images {
        name,
        height: height as usize,
        width: width as usize,
        white: 255,
        classes,
        levels,
        labels: label_bytes,
    })
}

/// Sizes and content of a file with `D` sizes. The content is as long as the sizes say.
fn read<const D: usize>(source: &mut Source, magic: u32) -> Result<([u32; D], Vec<u8>)> {
    let header = source.next(header_length(D))?;
    let word = |i: usize| -> Result<u32> {
        let bytes = header.get(4 * i..4 * i + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).ok_or_else(|| DataError::Truncated {
            path: source.path(),
            expected: header_length(D),
            got: header.len() as u64,
        })
    };
    let got = word(0)?;
    if got != magic {
        return Err(DataError::WrongMagic { path: source.path(), expected: magic, got });
    }
    let mut sizes = [0; D];
    for (i, size) in sizes.iter_mut().enumerate() {
        *size = word(i + 1)?;
    }
    if sizes.contains(&0) {
        return Err(DataError::Empty { path: source.path(), sizes: sizes.to_vec() });
    }
    let elements = sizes
        .iter()
        .try_fold(1u64, |product, &size| product.checked_mul(size.into()))
        .filter(|&elements| elements <= LIMIT)
        .ok_or_else(|| DataError::Oversized { path: source.path(), sizes: sizes.to_vec(), limit: LIMIT })?;
    // One byte more than there should be: shows trailing bytes, and makes a gzip decoder reach
    // its own checksum.
    let content = source.next(elements + 1)?;
    let (expected, got) = (header_length(D) + elements, header_length(D) + content.len() as u64);
    if got < expected {
        return Err(DataError::Truncated { path: source.path(), expected, got });
    }
    if got > expected {
        return Err(DataError::Trailing { path: source.path(), expected });
    }
    Ok((sizes, content))
}

fn header_length(sizes: usize) -> u64 {
    4 + 4 * sizes as u64
}
