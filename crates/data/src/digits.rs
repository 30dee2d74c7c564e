//! The embedded data set: 1797 handwritten digits of 8×8 pixels.

use crate::Images;

/// sha256 of the embedded file `data/digits.bin`.
pub const DIGITS_SHA256: &str = "dad0dabab64244a674b28a8b45a51c4595da4e3edac9e00e99573f903f007069";

const HEADER: usize = 16;
const CASES: usize = 1797;
const SIDE: usize = 8;
const ROW: usize = SIDE * SIDE + 1;

/// A file of another length does not compile.
static FILE: &[u8; HEADER + CASES * ROW] = include_bytes!("../data/digits.bin");

/// The 1797 digits of the UCI optdigits test set (`alpaydin1998digits`, CC BY 4.0), `[1797][8][8]`,
/// levels 0 to 16, classes 0 to 9.
///
/// The rows were exported by `scripts/export_digits.py` from the copy inside scikit-learn and
/// checked to equal `optdigits.tes`, row by row and in order. They come from 13 writers whom any
/// random split mixes; see [`Split::stratified`](crate::Split::stratified).
pub fn digits() -> Images {
    let rows = FILE[HEADER..].chunks_exact(ROW);
    let mut levels = Vec::with_capacity(CASES * SIDE * SIDE);
    let mut labels = Vec::with_capacity(CASES);
    for row in rows {
        levels.extend_from_slice(&row[..SIDE * SIDE]);
        labels.push(row[SIDE * SIDE]);
    }
    Images { name: "digits".into(), height: SIDE, width: SIDE, white: 16, classes: 10, levels, labels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum;

    #[test]
    fn the_file_is_the_pinned_one() {
        assert_eq!(checksum::sha256(FILE), DIGITS_SHA256);
        assert_eq!(&FILE[..8], b"NLDIGITS");
        assert_eq!(FILE[8..12], 1u32.to_le_bytes());
        assert_eq!(FILE[12..16], (CASES as u32).to_le_bytes());
    }

    #[test]
    fn counts_and_ranges() {
        let set = digits();
        assert_eq!((set.len(), set.height(), set.width()), (1797, 8, 8));
        let mut per_class = [0; 10];
        for &label in set.labels() {
            per_class[usize::from(label)] += 1;
        }
        assert_eq!(per_class, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(set.levels().iter().max(), Some(&16));
        let scaled = set.scaled();
        assert_eq!(scaled.len(), 1797 * 64);
        assert!(scaled.iter().all(|p| (0.0..=1.0).contains(p)));
        assert_eq!(scaled[..6], [0.0, 0.0, 0.3125, 0.8125, 0.5625, 0.0625]);
        assert_eq!(set.labels()[0], 0);
    }

    /// Steps without variance in scan order, which the recurrent claims rely on.
    #[test]
    fn three_pixels_are_constant() {
        assert_eq!(digits().constant_pixels(), [0, 32, 39]);
    }
}
