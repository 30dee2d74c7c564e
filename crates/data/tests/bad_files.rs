//! Every bad file gives one error that names the file, the place and what was expected.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use data::{DataError, DataFolder, Place, Text, read_idx, read_optdigits};
use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("temporary folder")
}

fn write(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    fs::write(&path, content).expect("file");
    path
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn idx(magic: u32, sizes: &[u32], content: &[u8]) -> Vec<u8> {
    let mut file = magic.to_be_bytes().to_vec();
    for size in sizes {
        file.extend(size.to_be_bytes());
    }
    file.extend(content);
    file
}

fn images(content: &[u8]) -> Vec<u8> {
    idx(0x803, &[2, 1, 3], content)
}

fn labels(content: &[u8]) -> Vec<u8> {
    idx(0x801, &[content.len() as u32], content)
}

/// Reads this image file with two good labels.
fn read_images(name: &str, content: &[u8]) -> DataError {
    let folder = folder();
    let images = write(folder.path(), name, content);
    let labels = write(folder.path(), "labels", &labels(&[0, 9]));
    checked(read_idx(&images, &labels, 10).expect_err("a bad file"), &images)
}

/// Reads this label file with two good images.
fn read_labels(content: &[u8]) -> DataError {
    let folder = folder();
    let images = write(folder.path(), "images", &images(&[0; 6]));
    let labels = write(folder.path(), "labels", content);
    checked(read_idx(&images, &labels, 10).expect_err("a bad file"), &labels)
}

fn read_digits(content: &[u8]) -> DataError {
    let folder = folder();
    let path = write(folder.path(), "digits.csv", content);
    checked(read_optdigits(&path).expect_err("a bad file"), &path)
}

/// The message starts with the path of the file at fault.
fn checked(error: DataError, path: &Path) -> DataError {
    let message = error.to_string();
    assert!(message.starts_with(&format!("{}: ", path.display())), "{message}");
    error
}

/// A good line of optdigits, to be damaged.
fn line() -> Vec<String> {
    (0..64).map(|i| (i % 17).to_string()).chain(["7".to_owned()]).collect()
}

#[test]
fn a_gzip_file_of_several_members_is_read_whole() {
    let folder = folder();
    let labels = write(folder.path(), "labels", &labels(&[0, 9]));
    let content = images(&[0, 51, 255, 1, 2, 3]);
    for cut in [1, 10, 17, content.len() - 1] {
        let members = [gzip(&content[..cut]), gzip(b""), gzip(&content[cut..])].concat();
        let path = write(folder.path(), "images.gz", &members);
        let set = read_idx(&path, &labels, 10).expect("a good file");
        assert_eq!((set.len(), set.labels()), (2, &[0, 9][..]), "cut at {cut}");
    }
    // What the second member holds counts: it is too long, or too short.
    let long = read_images("images.gz", &[gzip(&content), gzip(b"more")].concat());
    assert!(matches!(long, DataError::Trailing { expected: 22, .. }), "{long}");
    let short = read_images("images.gz", &[gzip(&content[..17]), gzip(&content[17..20])].concat());
    assert!(matches!(short, DataError::Truncated { expected: 22, got: 20, .. }), "{short}");
}

#[test]
fn what_stands_behind_a_gzip_file_and_is_none_is_refused() {
    for rubbish in [&b"x"[..], b"rubbish", b"<html>not the end</html>", &[0; 512], &[0x1f, 0x8b]] {
        let file = [gzip(&images(&[0, 51, 255, 1, 2, 3])), rubbish.to_vec()].concat();
        let error = read_images("images.gz", &file);
        assert!(matches!(error, DataError::CorruptGzip { offset: 22, .. }), "{error}");
    }
}

#[test]
fn good_files_are_read() {
    let folder = folder();
    let content = images(&[0, 51, 255, 1, 2, 3]);
    let labels = write(folder.path(), "labels.gz", &gzip(&labels(&[0, 9])));
    for (name, content) in [("some-images.gz", gzip(&content)), ("some-images", content)] {
        let path = write(folder.path(), name, &content);
        let set = read_idx(&path, &labels, 10).expect("a good file");
        assert_eq!((set.name(), set.len(), set.height(), set.width()), ("some-images", 2, 1, 3));
        assert_eq!(set.labels(), [0, 9]);
        assert_eq!(set.scaled()[..3], [0.0, 0.2, 1.0]);
    }
    let line = line().join(",");
    for content in [format!("{line}\n{line}\n"), format!("{line}\r\n{line}")] {
        let path = write(folder.path(), "digits.csv", content.as_bytes());
        let set = read_optdigits(&path).expect("a good file");
        assert_eq!((set.len(), set.labels(), set.levels()[65]), (2, &[7, 7][..], 1));
    }
    let text = Text::read(&write(folder.path(), "text", b"abcab\n")).expect("a good file");
    assert_eq!((text.alphabet(), text.codes()), (&b"\nabc"[..], &[1, 2, 3, 1, 2, 0][..]));
}

#[test]
fn missing() {
    let folder = folder();
    let path = folder.path().join("nowhere");
    assert!(matches!(checked(read_optdigits(&path).unwrap_err(), &path), DataError::Missing { .. }));
    assert!(matches!(read_idx(&path, &path, 10), Err(DataError::Missing { .. })));
    assert!(matches!(Text::read(folder.path()), Err(DataError::Read { .. })));
    let error = DataFolder::new(folder.path()).mnist().unwrap_err();
    checked(error, &folder.path().join("mnist/train-images-idx3-ubyte.gz"));
}

#[test]
fn idx_truncated() {
    let whole = images(&[0; 6]);
    for length in 0..whole.len() {
        let error = read_images("images", &whole[..length]);
        let DataError::Truncated { expected, got, .. } = error else { panic!("{error}") };
        assert_eq!(got, length as u64);
        assert_eq!(expected, if length < 16 { 16 } else { 22 });
    }
    let message = read_images("images", &whole[..20]).to_string();
    assert!(message.ends_with(": ends at byte 20, expected 22 bytes"), "{message}");
}

#[test]
fn idx_too_long() {
    assert!(matches!(read_images("images", &images(&[0; 7])), DataError::Trailing { expected: 22, .. }));
}

#[test]
fn idx_wrong_magic() {
    let error = read_images("images", &labels(&[0; 30]));
    assert!(matches!(error, DataError::WrongMagic { expected: 0x803, got: 0x801, .. }));
    let message = error.to_string();
    assert!(message.contains("byte 0: magic number is 0x00000801, expected 0x00000803"), "{message}");
    assert!(matches!(read_labels(&images(&[0; 6])), DataError::WrongMagic { expected: 0x801, .. }));
}

/// None of these may allocate what the header asks for.
#[test]
fn idx_hostile_headers() {
    for sizes in [[u32::MAX; 3], [1 << 16, 1 << 16, 1 << 16], [1 << 30, 2, 1]] {
        let error = read_images("images", &idx(0x803, &sizes, &[0; 100]));
        let DataError::Oversized { sizes: got, limit, .. } = error else { panic!("{error}") };
        assert_eq!((got, limit), (sizes.to_vec(), 1 << 30));
    }
    let error = read_images("images", &idx(0x803, &[1 << 30, 1, 1], &[0; 100]));
    assert!(matches!(error, DataError::Truncated { got: 116, .. }));
    for sizes in [[0, 28, 28], [2, 0, u32::MAX], [2, 3, 0]] {
        assert!(matches!(read_images("images", &idx(0x803, &sizes, &[0; 6])), DataError::Empty { .. }));
    }
}

#[test]
fn idx_count_mismatch() {
    let folder = folder();
    let images = write(folder.path(), "images", &images(&[0; 6]));
    let labels = write(folder.path(), "labels", &labels(&[0, 1, 2]));
    let error = checked(read_idx(&images, &labels, 10).unwrap_err(), &images);
    assert!(matches!(error, DataError::CountMismatch { images: 2, labels: 3, .. }));
    assert!(error.to_string().contains(&labels.display().to_string()));
}

#[test]
fn idx_label_out_of_range() {
    let error = read_labels(&labels(&[9, 10]));
    assert!(matches!(
        error,
        DataError::OutOfRange { place: Place::Byte(9), what: "label", got: 10, max: 9, .. }
    ));
    let message = error.to_string();
    assert!(message.ends_with("byte 9: label 10 is out of range, expected 0 to 9"), "{message}");
    let folder = folder();
    let images = write(folder.path(), "images", &images(&[0; 6]));
    let labels = write(folder.path(), "labels", &labels(&[0, 0]));
    assert!(matches!(read_idx(&images, &labels, 0), Err(DataError::OutOfRange { .. })));
}

#[test]
fn not_gzip() {
    let error = read_images("images.gz", &images(&[0; 6]));
    assert!(matches!(&error, DataError::NotGzip { got, .. } if got == &[0, 0]));
    assert!(error.to_string().ends_with("byte 0: expected the gzip mark 1f 8b, got 00 00"));
    assert!(read_images("images.gz", b"").to_string().ends_with("got nothing"));
}

#[test]
fn damaged_gzip() {
    let whole = gzip(&images(&[7; 6]));
    for length in 2..whole.len() {
        let error = read_images("images.gz", &whole[..length]);
        assert!(matches!(error, DataError::CorruptGzip { .. }), "{length}: {error}");
    }
    // The content is intact here, only its checksum in the last eight bytes is not.
    let mut flipped = whole.clone();
    let at = flipped.len() - 6;
    flipped[at] ^= 1;
    assert!(matches!(read_images("images.gz", &flipped), DataError::CorruptGzip { offset: 22, .. }));
}

#[test]
fn optdigits_wrong_column_count() {
    let good = line().join(",");
    for fields in [1, 64, 66] {
        let mut bad = line();
        bad.resize(fields, "1".to_owned());
        let error = read_digits(format!("{good}\n{}\n", bad.join(",")).as_bytes());
        let DataError::Columns { line: 2, expected: 65, got, .. } = error else { panic!("{error}") };
        assert_eq!(got, fields as u64);
    }
    assert!(matches!(
        read_digits(format!("{good}\n\n{good}").as_bytes()),
        DataError::Columns { line: 2, .. }
    ));
    for empty in [&b""[..], b"\n"] {
        assert!(matches!(read_digits(empty), DataError::Empty { .. }));
    }
}

#[test]
fn optdigits_not_a_number() {
    let good = line().join(",");
    for field in ["x", "", "-1", "1.5", "99999999999999999999999", "\u{e9}"] {
        let mut bad = line();
        bad[4] = field.to_owned();
        let error = read_digits(format!("{good}\n{good}\n{}", bad.join(",")).as_bytes());
        let DataError::NotANumber { place, text, .. } = &error else { panic!("{error}") };
        assert_eq!(
            (*place, text.as_str()),
            (Place::Field { line: 3, column: 5 }, &field[..field.len().min(20)])
        );
        assert!(error.to_string().contains("line 3, column 5"));
    }
    let mut bytes = good.into_bytes();
    bytes[0] = 0xff;
    assert!(matches!(read_digits(&bytes), DataError::NotANumber { .. }));
}

#[test]
fn optdigits_out_of_range() {
    for (field, value, what, max) in [(3, 17, "pixel", 16), (63, 256, "pixel", 16), (64, 10, "label", 9)] {
        let mut bad = line();
        bad[field] = value.to_string();
        let error = read_digits(bad.join(",").as_bytes());
        let want = Place::Field { line: 1, column: field as u64 + 1 };
        assert!(matches!(error, DataError::OutOfRange { place, what: w, got, max: m, .. }
                if place == want && w == what && got == value && m == max));
    }
}

#[test]
fn text_outside_ascii() {
    let folder = folder();
    let path = write(folder.path(), "text", "ab\u{e9}".as_bytes());
    let error = checked(Text::read(&path).unwrap_err(), &path);
    assert!(matches!(error, DataError::NotText { offset: 2, got: 0xc3, .. }));
    let path = write(folder.path(), "empty", b"");
    assert!(matches!(Text::read(&path), Err(DataError::Empty { .. })));
}

#[test]
fn pinned_files_of_other_content_are_refused() {
    let folder = folder();
    let data = DataFolder::new(folder.path());
    let path = write(folder.path(), "tinyshakespeare/input.txt", b"First Citizen:\n");
    let error = checked(data.tiny_shakespeare().unwrap_err(), &path);
    assert!(matches!(error, DataError::Length { expected: 1_115_394, got: 15, .. }));
    write(folder.path(), "tinyshakespeare/input.txt", &vec![b'x'; 1_115_394]);
    let error = checked(data.tiny_shakespeare().unwrap_err(), &path);
    let DataError::Checksum { expected, got, .. } = &error else { panic!("{error}") };
    assert_eq!((expected.len(), got.len()), (64, 64));
    assert_ne!(expected, got);
}

/// A raw file stands in for the packed one, and is held to its own digest.
#[test]
fn raw_files_have_their_own_digest() {
    let folder = folder();
    let path = write(folder.path(), "mnist/train-images-idx3-ubyte", &vec![0; 47_040_016]);
    let error = checked(DataFolder::new(folder.path()).mnist().unwrap_err(), &path);
    assert!(matches!(error, DataError::Checksum { .. }));
}

#[test]
fn the_table_of_files_is_well_formed() {
    let mut names = Vec::new();
    for file in DataFolder::files() {
        for pinned in [Some(file.published), file.raw].into_iter().flatten() {
            assert!(pinned.bytes > 0);
            assert!(pinned.sha256.len() == 64 && pinned.sha256.bytes().all(|b| b.is_ascii_hexdigit()));
            names.push(pinned.file);
        }
    }
    assert_eq!(names.len(), 19);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 19);
}
