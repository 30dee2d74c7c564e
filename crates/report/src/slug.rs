//! Names as anchors and file names: short, harmless, and never the same for two names.

use sha2::{Digest, Sha256};

/// Characters of a name that are kept; file systems end at 255.
const KEPT: usize = 60;

/// A name as an anchor and a file name. A name of lower-case letters, digits and single hyphens stays as it is; any other gets
/// digits of its digest, so that `a b`, `a+b` and `A-B` are three.
pub(crate) fn slug(name: &str) -> String {
    joined(&[name])
}

/// Several names as one. What is joined is kept apart like what is spelled apart: a hyphen inside one of several names is
/// no separator.
pub(crate) fn joined(names: &[&str]) -> String {
    let plain = match names {
        [name] => is_plain(name),
        _ => names.iter().all(|name| is_plain(name) && !name.contains('-')),
    };
    let mut slug = String::new();
    for c in names.join(" ").chars() {
        if slug.len() == KEPT {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if plain && names.iter().map(|n| n.len() + 1).sum::<usize>() <= KEPT {
        return slug.to_owned();
    }
    // With their lengths, so that each list has its own text.
    let text = names.iter().fold(String::new(), |text, name| format!("{text}{}:{name}", name.len()));
    let digest = Sha256::digest(text);
    let digits = digest.iter().take(4).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("{slug}-{digits}").trim_start_matches('-').to_owned()
}

/// Whether a name is its own slug, and no slug of another: those end in eight hexadecimal digits.
fn is_plain(name: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let digits = |w: &str| w.len() == 8 && w.bytes().all(|b| b.is_ascii_hexdigit());
    name.split('-').all(word) && !name.rsplit('-').next().is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn plain_names_stay_and_no_two_share_a_slug() {
        assert_eq!(slug("digits-lstm-64"), "digits-lstm-64");
        assert_eq!(joined(&["cell", "lstm", "f32", "50x64x128"]), "cell-lstm-f32-50x64x128");
        let spaced = slug("a b");
        let long = ["w".repeat(300), "w".repeat(301)];
        let names = [
            "a b", "a-b", "a+b", "A-B", "a--b", "a_b", "a/b", "", "-", "☃", "ü", &spaced, &long[0], &long[1],
        ];
        let slugs: BTreeSet<String> = names.iter().map(|name| slug(name)).collect();
        assert_eq!(slugs.len(), names.len(), "{slugs:?}");
        for slug in &slugs {
            let harmless = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(harmless && !slug.is_empty() && slug.len() < 100, "{slug}");
        }
        let lists = [
            &["cell", "a-b", "c"][..],
            &["cell", "a", "b-c"],
            &["cell", "a", "b", "c"],
            &["cell a", "b", "c"],
        ];
        let slugs: BTreeSet<String> = lists.iter().map(|names| joined(names)).collect();
        assert_eq!(slugs.len(), lists.len(), "{slugs:?}");
    }
}
