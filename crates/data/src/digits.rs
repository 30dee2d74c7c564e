//! The embedded images: 5620 handwritten digits of 8×8 pixels.

use crate::{Images, TrainTest};

/// sha256 of the embedded file `data/optdigits.bin`.
pub const OPTDIGITS_SHA256: &str = "273a863ef9a37941affebad01fc3835c605f8f12de7b11f489eadf06cda5cfab";

const HEADER: usize = 20;
const TRAIN: usize = 3823;
const TEST: usize = 1797;
const SIDE: usize = 8;
const ROW: usize = SIDE * SIDE + 1;

/// A file of another length does not compile.
static FILE: &[u8; HEADER + (TRAIN + TEST) * ROW] = include_bytes!("../data/optdigits.bin");

/// optdigits (`alpaydin1998digits`, CC BY 4.0) in its official division: training `[3823][8][8]` by 30
/// writers, test `[1797][8][8]` by 13 others, levels 0 to 16, classes 0 to 9.
///
/// No writer is in both parts, so the test score says how well unknown hands are read. A validation
/// part comes from the training part, by
/// [`Split::stratified`](crate::Split::stratified) with test fraction 0; it shares the writers of
/// what is left to train on.
///
/// `scripts/export_digits.py` makes the file from `optdigits.tra` and `optdigits.tes`; values and order
/// are theirs.
pub fn optdigits() -> TrainTest {
    let (train, test) = FILE[HEADER..].split_at(TRAIN * ROW);
    TrainTest { train: images("optdigits/train", train), test: images("optdigits/test", test) }
}

/// The test part of [`optdigits`] alone, `[1797][8][8]`, for work that divides it anew.
///
/// Its 13 writers are mixed by any random split; see [`Split::stratified`](crate::Split::stratified).
pub fn digits() -> Images {
    images("digits", &FILE[HEADER + TRAIN * ROW..])
}

fn images(name: &str, content: &[u8]) -> Images {
    let rows = content.chunks_exact(ROW);
    let mut levels = Vec::with_capacity(rows.len() * SIDE * SIDE);
    let mut labels = Vec::with_capacity(rows.len());
    for row in rows {
        levels.extend_from_slice(&row[..SIDE * SIDE]);
        labels.push(row[SIDE * SIDE]);
    }
    Images { name: name.into(), height: SIDE, width: SIDE, white: 16, classes: 10, levels, labels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fractions, Split, checksum};

    fn per_class(labels: impl IntoIterator<Item = u8>) -> [usize; 10] {
        let mut counts = [0; 10];
        for label in labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    #[test]
    fn the_file_is_the_pinned_one() {
        assert_eq!(checksum::sha256(FILE), OPTDIGITS_SHA256);
        assert_eq!(&FILE[..8], b"NLDIGITS");
        assert_eq!(FILE[8..12], 2u32.to_le_bytes());
        assert_eq!(FILE[12..16], (TRAIN as u32).to_le_bytes());
        assert_eq!(FILE[16..20], (TEST as u32).to_le_bytes());
    }

    /// Records name `digits` only, so its bytes may never change: the digest is that of the file which
    /// held the test part alone.
    #[test]
    fn the_test_part_is_pinned_by_itself() {
        let set = digits();
        let mut file = b"NLDIGITS".to_vec();
        file.extend(1u32.to_le_bytes());
        file.extend(1797u32.to_le_bytes());
        for (levels, &label) in set.levels().chunks_exact(64).zip(set.labels()) {
            file.extend_from_slice(levels);
            file.push(label);
        }
        let digest = "dad0dabab64244a674b28a8b45a51c4595da4e3edac9e00e99573f903f007069";
        assert_eq!(checksum::sha256(&file), digest);
        let official = optdigits().test;
        assert_eq!((official.levels(), official.labels()), (set.levels(), set.labels()));
        assert_eq!((official.name(), set.name()), ("optdigits/test", "digits"));
    }

    #[test]
    fn counts_and_ranges() {
        let TrainTest { train, test } = optdigits();
        assert_eq!((train.len(), train.height(), train.width()), (3823, 8, 8));
        assert_eq!((test.len(), test.height(), test.width()), (1797, 8, 8));
        let labels = |set: &Images| per_class(set.labels().iter().copied());
        assert_eq!(labels(&train), [376, 389, 380, 389, 387, 376, 377, 387, 380, 382]);
        assert_eq!(labels(&test), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        for set in [&train, &test] {
            assert_eq!(set.levels().iter().max(), Some(&16));
            assert!(set.scaled().iter().all(|p| (0.0..=1.0).contains(p)));
        }
        assert_eq!(train.scaled()[..6], [0.0, 0.0625, 0.375, 0.9375, 0.75, 0.0625]);
        assert_eq!(test.scaled()[..6], [0.0, 0.0, 0.3125, 0.8125, 0.5625, 0.0625]);
        assert_eq!((train.labels()[0], test.labels()[0]), (0, 0));
    }

    /// Steps without variance in scan order, which the recurrent claims rely on.
    #[test]
    fn some_pixels_are_constant() {
        assert_eq!(digits().constant_pixels(), [0, 32, 39]);
        assert_eq!(optdigits().train.constant_pixels(), [0, 39]);
    }

    #[test]
    fn the_training_part_gives_a_fifth_of_every_class_to_validation() {
        let train = optdigits().train;
        let labels = train.labels();
        let fifth = Fractions { validation: 0.2, test: 0.0 };
        let split = Split::stratified(labels, fifth, 7).unwrap();
        assert!(split.test.is_empty());
        let of = |cases: &[usize]| per_class(cases.iter().map(|&case| labels[case]));
        // A fifth of the counts above, each rounded to the nearest.
        assert_eq!(of(&split.validation), [75, 78, 76, 78, 77, 75, 75, 77, 76, 76]);
        assert_eq!(split.train.len(), 3823 - 763);
        let mut all = [split.train.clone(), split.validation.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..3823).collect::<Vec<_>>());
        assert_ne!(split, Split::stratified(labels, fifth, 8).unwrap());
        // Records name the seed only, so the split it stands for may never change.
        assert_eq!(split.validation[..6], [10, 15, 27, 29, 30, 38]);
    }
}
