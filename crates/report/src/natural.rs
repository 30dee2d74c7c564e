//! Natural order: `64x512` before `128x2048`.

use std::cmp::Ordering;

/// Compares texts by their runs of digits as numbers and everything else as text.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len());
        }
        let (head_a, tail_a) = split(a);
        let (head_b, tail_b) = split(b);
        let order = match (head_a.parse::<u128>(), head_b.parse::<u128>()) {
            (Ok(m), Ok(n)) => m.cmp(&n).then_with(|| head_a.len().cmp(&head_b.len())),
            _ => head_a.cmp(head_b),
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (tail_a, tail_b);
    }
}

/// The leading run of digits or of non-digits, and the rest.
fn split(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_order_as_numbers() {
        let mut shapes = vec!["4096x1024", "64x512", "128x2048", "64x64", "a", "64"];
        shapes.sort_by(|a, b| compare(a, b));
        assert_eq!(shapes, ["64", "64x64", "64x512", "128x2048", "4096x1024", "a"]);
        assert_eq!(compare("a1", "a01"), Ordering::Less);
        assert_eq!(compare("x", "x"), Ordering::Equal);
    }
}
