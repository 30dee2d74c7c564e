//! The text format of the UCI optdigits files: 64 pixels and a label per line.

use std::path::Path;

use crate::{DataError, Images, Place, Result, source::Source};

const PIXELS: usize = 64;
const WHITE: u8 = 16;
const CLASSES: u8 = 10;

/// Longest file read: a hundred times the training part.
const LIMIT: u64 = 64 << 20;

/// Reads a file laid out like `optdigits.tra`: per line 64 whole numbers 0..16 in scan order and
/// the class 0..9, separated by commas.
///
/// # Errors
/// A file that cannot be read or is empty; a line with another number of fields; a field that is
/// no whole number or out of range.
pub fn read_optdigits(path: &Path) -> Result<Images> {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    from_source(name, Source::open(path)?)
}

/// As [`read_optdigits`], from a file already opened.
pub(crate) fn from_source(name: String, mut source: Source) -> Result<Images> {
    let content = source.all(LIMIT)?;
    let content = content.strip_suffix(b"\n").unwrap_or(&content);
    if content.is_empty() {
        return Err(DataError::Empty { path: source.path(), sizes: vec![0] });
    }
    let mut levels = Vec::new();
    let mut labels = Vec::new();
    for (line, text) in (1..).zip(content.split(|&byte| byte == b'\n')) {
        let fields = text.split(|&byte| byte == b',');
        let got = fields.clone().count();
        if got != PIXELS + 1 {
            let (expected, got) = (PIXELS as u64 + 1, got as u64);
            return Err(DataError::Columns { path: source.path(), line, expected, got });
        }
        for (column, field) in (1..).zip(fields) {
            let place = Place::Field { line, column };
            let got = whole_number(field).ok_or_else(|| DataError::NotANumber {
                path: source.path(),
                place,
                text: String::from_utf8_lossy(&field[..field.len().min(20)]).into_owned(),
            })?;
            let (what, max, into) = if column <= PIXELS as u64 {
                ("pixel", WHITE, &mut levels)
            } else {
                ("label", CLASSES - 1, &mut labels)
            };
            match u8::try_from(got) {
                Ok(value) if value <= max => into.push(value),
                _ => {
                    let (path, max) = (source.path(), max.into());
                    return Err(DataError::OutOfRange { path, place, what, got, max });
                }
            }
        }
    }
    Ok(Images { name, height: 8, width: 8, white: WHITE, classes: CLASSES.into(), levels, labels })
}

fn whole_number(field: &[u8]) -> Option<u64> {
    // Blanks are allowed, among them the carriage return of a file from another system.
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}
