//! How wide a text is, and where it breaks into lines. Nothing in a drawing measures a font, so widths are estimates from the
//! kinds of characters, wider than those of the fonts that the style sheet names.

/// The estimated width of a text of this size, in the unit of the size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(share).sum::<f64>() * size
}

/// The width of a character as a share of the size.
fn share(c: char) -> f64 {
    match c {
        // Marks on the letter before, and what only turns the direction.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2069}' => 0.0,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | 'f' | 't' | 'r'
        | ' ' | '\u{a0}' | '\u{202f}' => 0.36,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.92,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{ffdc}' | '\u{1f000}'.. => 1.05,
        _ if c.is_uppercase() => 0.74,
        _ => 0.59,
    }
}

/// The text in lines that are no wider than `most`, broken between words, and inside one only if it is wider alone. Nothing of it
/// is left out; there is one line at least.
pub(crate) fn lines(text: &str, size: f64, most: f64) -> Vec<String> {
    let (mut lines, mut last) = (Vec::new(), String::new());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let joined = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if width(&joined, size) <= most {
            last = joined;
            continue;
        }
        if !last.is_empty() {
            lines.push(std::mem::take(&mut last));
        }
        for c in word.chars() {
            if !last.is_empty() && width(&last, size) + share(c) * size > most {
                lines.push(std::mem::take(&mut last));
            }
            last.push(c);
        }
    }
    lines.push(last);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_no_line_is_too_wide() {
        let long = format!("updates until the target, batch beside layer {} end", "unbroken".repeat(20));
        for text in ["", "short", "several words that take more than a line of this width", &long] {
            let broken = lines(text, 12.0, 150.0);
            let squeezed = |text: &str| text.replace(' ', "");
            assert_eq!(squeezed(&broken.concat()), squeezed(text));
            assert!(broken.iter().all(|line| width(line, 12.0) <= 150.0), "{broken:?}");
        }
        assert_eq!(lines("two words", 10.0, 40.0), ["two", "words"]);
        assert_eq!(lines("two words", 10.0, 400.0), ["two words"]);
    }
}
