//! The embedded text: the beginning of tiny Shakespeare.

use crate::Text;

/// sha256 of the embedded file `data/shakespeare.bin`.
pub const SHAKESPEARE_SHA256: &str = "9ce4b0d11c04d18a601bbdba66e8b37d5f9e6dd0adbb8a6a0b0c9f40ab84365b";

const HEADER: usize = 20;
const ALPHABET: usize = 62;
const CHARACTERS: usize = 299_868;

/// A file of another length does not compile.
static FILE: &[u8; HEADER + ALPHABET + CHARACTERS] = include_bytes!("../data/shakespeare.bin");

/// The first 299868 characters of tiny Shakespeare (`karpathy2015char`; the plays are in the public
/// domain), up to the end of a speech: 62 distinct characters, codes 0 to 61.
///
/// [`Text::parts`] divides it. `scripts/export_text.py` makes the file.
pub fn shakespeare() -> Text {
    let (alphabet, codes) = FILE[HEADER..].split_at(ALPHABET);
    Text { alphabet: alphabet.to_vec(), codes: codes.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fractions, checksum};

    #[test]
    fn the_file_is_the_pinned_one() {
        assert_eq!(checksum::sha256(FILE), SHAKESPEARE_SHA256);
        assert_eq!(&FILE[..8], b"NLLETTER");
        assert_eq!(FILE[8..12], 1u32.to_le_bytes());
        assert_eq!(FILE[12..16], (CHARACTERS as u32).to_le_bytes());
        assert_eq!(FILE[16..20], (ALPHABET as u32).to_le_bytes());
    }

    #[test]
    fn it_reads_as_speeches() {
        let text = shakespeare();
        let read: Vec<u8> = text.codes().iter().map(|&code| text.alphabet()[usize::from(code)]).collect();
        let read = String::from_utf8(read).unwrap();
        assert!(read.starts_with("First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\n"));
        assert!(read.ends_with("\n\nDERBY:\nWhat men of name resort to him?\n"));
    }

    #[test]
    fn every_letter_occurs_in_the_training_part() {
        let text = shakespeare();
        assert!(text.alphabet().is_sorted_by(|a, b| a < b));
        let parts = text.parts(Fractions { validation: 0.1, test: 0.1 }).unwrap();
        let sizes = (parts.train.clone(), parts.validation, parts.test);
        assert_eq!(sizes, (0..239_894, 239_894..269_881, 269_881..299_868));
        let mut seen = [false; ALPHABET];
        for &code in &text.codes()[parts.train] {
            seen[usize::from(code)] = true;
        }
        assert_eq!(seen, [true; ALPHABET]);
    }
}
