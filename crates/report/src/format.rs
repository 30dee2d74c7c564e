//! Numbers as a reader wants them. Everything that is not there is said in words, never left blank.

use crate::stats::Spread;

/// What stands where nothing was measured.
pub(crate) const NOT_MEASURED: &str = "not measured";

/// A minus that is one.
fn minus(text: String) -> String {
    if text.contains('-') { text.replace('-', "\u{2212}") } else { text }
}

/// Three significant digits, never an exponent between 0.001 and a million.
pub(crate) fn number(value: f64) -> String {
    if value.is_nan() {
        return "not a number".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "\u{2212}∞" }.into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-3..6).contains(&exponent) {
        let mantissa = value / 10f64.powi(exponent);
        return minus(format!("{mantissa:.1}")) + " × 10" + &superscript(exponent);
    }
    let decimals = usize::try_from(2 - exponent).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    minus(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text })
}

fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    exponent.to_string().chars().map(|c| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize])).collect()
}

/// A fraction of one as per cent.
pub(crate) fn percent(fraction: f64) -> String {
    if fraction.is_finite() {
        minus(format!("{:.1}", fraction * 100.0)) + "\u{a0}%"
    } else {
        number(fraction)
    }
}

/// A metric: accuracies as per cent, losses as numbers.
pub(crate) fn metric(name: &str, value: f64) -> String {
    if name.ends_with("accuracy") { percent(value) } else { number(value) }
}

/// A round value on the axis of a metric.
pub(crate) fn metric_tick(name: &str, value: f64) -> String {
    if name.ends_with("accuracy") { number(value * 100.0) + "\u{a0}%" } else { number(value) }
}

/// `lowest – highest` over seeds in the form that `one` gives.
pub(crate) fn spread(spread: &Spread, one: impl Fn(f64) -> String) -> String {
    if spread.seeds.len() < 2 {
        return "one seed".into();
    }
    let (low, high) = spread.ends();
    range(&one(low), &one(high))
}

/// `seed: value` for each.
pub(crate) fn by_seed(spread: &Spread, one: impl Fn(f64) -> String) -> String {
    let each = spread.seeds.iter().map(|(seed, value)| format!("{seed}: {}", one(*value)));
    each.collect::<Vec<_>>().join("; ")
}

/// Two numbers with a dash between them, and their unit once if they share it.
pub(crate) fn range(lower: &str, upper: &str) -> String {
    match (lower.rsplit_once('\u{a0}'), upper.rsplit_once('\u{a0}')) {
        (Some((number, a)), Some((_, b))) if a == b => format!("{number} – {upper}"),
        _ => format!("{lower} – {upper}"),
    }
}

/// A time given in nanoseconds.
pub(crate) fn nanoseconds(ns: f64) -> String {
    let (scale, unit) = match ns {
        _ if ns < 1e3 => (1.0, "ns"),
        _ if ns < 1e6 => (1e3, "µs"),
        _ if ns < 1e9 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    format!("{}\u{a0}{unit}", number(ns / scale))
}

/// A size in bytes.
pub(crate) fn bytes(count: u64) -> String {
    let (scale, unit) = match count {
        0..10_240 => (1.0, "B"),
        10_240..1_048_576 => (1024.0, "KiB"),
        1_048_576..1_073_741_824 => (1_048_576.0, "MiB"),
        _ => (1_073_741_824.0, "GiB"),
    };
    let value = count as f64 / scale;
    let text = if scale == 1.0 { count.to_string() } else { format!("{value:.1}") };
    format!("{text}\u{a0}{unit}")
}

/// Whole numbers in groups of three.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A text with a capital at its start.
pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A text as a sentence: a capital at its start and a mark at its end.
pub(crate) fn sentence(text: &str) -> String {
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    capitalized(text) + end
}

/// Sizes that add up, equal ones once with their number: `2 × (channels × element size) + 4`.
pub(crate) fn sum<'a>(sizes: impl Iterator<Item = &'a str>) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for size in sizes {
        match counted.iter_mut().find(|(known, _)| *known == size) {
            Some((_, count)) => *count += 1,
            None => counted.push((size, 1)),
        }
    }
    let one = |(size, count): &(&str, usize)| {
        if *count == 1 { (*size).to_owned() } else { format!("{count} × ({size})") }
    };
    counted.iter().map(one).collect::<Vec<_>>().join(" + ")
}

/// The axes of a reference set with its letters as words: `N and T of one feature` is `cases and steps of one feature`.
pub(crate) fn axes(letters: &str) -> String {
    let word = |part: &str| match part {
        "N" => "cases".to_owned(),
        "T" => "steps".to_owned(),
        "C" => "channels".to_owned(),
        "S" => "places".to_owned(),
        other => other.to_owned(),
    };
    letters
        .split(' ')
        .map(|part| {
            let (name, mark) = part.split_at(part.trim_end_matches([',', ';']).len());
            word(name) + mark
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.1 + 0.2, "0.3"),
            (1234.5, "1234"),
            (0.00123, "0.00123"),
            (-2.5e-9, "−2.5 × 10⁻⁹"),
            (3e7, "3.0 × 10⁷"),
            (f64::INFINITY, "∞"),
            (f64::NAN, "not a number"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(percent(0.9731), "97.3\u{a0}%");
        assert_eq!(nanoseconds(44_000.0), "44\u{a0}µs");
        assert_eq!(bytes(1200), "1200\u{a0}B");
        assert_eq!(bytes(16 << 30), "16.0\u{a0}GiB");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(range("1\u{a0}ms", "2\u{a0}ms"), "1 – 2\u{a0}ms");
        assert_eq!(range("900\u{a0}µs", "1.1\u{a0}ms"), "900\u{a0}µs – 1.1\u{a0}ms");
        assert_eq!(range("180", "∞"), "180 – ∞");
    }

    #[test]
    fn sentences_begin_and_end() {
        assert_eq!(sentence("éa, b"), "Éa, b.");
        assert_eq!(sentence("It is."), "It is.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn equal_sizes_stand_once() {
        assert_eq!(sum(["a × b", "4", "a × b"].into_iter()), "2 × (a × b) + 4");
        assert_eq!(sum(std::iter::empty()), "");
    }

    #[test]
    fn letters_of_a_reference_set_are_words() {
        assert_eq!(axes("N and T of one feature; C, S"), "cases and steps of one feature; channels, places");
        assert_eq!(axes("weights into one unit"), "weights into one unit");
    }
}
