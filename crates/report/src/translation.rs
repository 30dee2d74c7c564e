//! A page in another language: every text of a finished page, exchanged by a list of texts and their translations.
//!
//! What is made from records stays what the records say, since numbers, names and links are carried over and never written anew. A text of
//! the list may have places, `{0}`, for what differs from run to run; what stands there is translated in turn. A text that nobody has
//! translated stays in English and says so to browsers and screen readers (`lang="en"`), and a test fails over it.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::markup::escape;

/// Elements whose text is no prose.
const NO_PROSE: [&str; 5] = ["style", "script", "code", "math", "kbd"];
/// Attributes that people are shown or told.
const SPOKEN: [&str; 7] = ["aria-label", "alt", "title", "content", "data-auto", "data-dark", "data-light"];
/// How deep texts may stand in places of others.
const DEEPEST: usize = 4;

/// Texts and their translations.
pub(crate) struct Translation {
    language: &'static str,
    exact: BTreeMap<String, String>,
    patterns: Vec<Pattern>,
}

/// A text with places.
struct Pattern {
    /// What stands before, between and after the places.
    pieces: Vec<String>,
    translated: String,
}

impl Translation {
    /// Spanish.
    pub(crate) fn spanish() -> Result<Self, Error> {
        Self::of("es", include_str!("languages/es.json"))
    }

    fn of(language: &'static str, list: &str) -> Result<Self, Error> {
        let list: BTreeMap<String, String> =
            serde_json::from_str(list).map_err(|source| Error::Language { language, source })?;
        let (exact, with_places): (BTreeMap<_, _>, BTreeMap<_, _>) =
            list.into_iter().partition(|(text, _)| !text.contains("{0}"));
        let mut patterns: Vec<Pattern> = with_places
            .into_iter()
            .map(|(text, translated)| Pattern { pieces: pieces(&text), translated })
            .collect();
        // What says more is tried first, so that a general form does not take what has one of its own.
        let said = |p: &Pattern| p.pieces.iter().map(String::len).sum::<usize>();
        patterns.sort_by(|a, b| said(b).cmp(&said(a)).then_with(|| a.pieces.cmp(&b.pieces)));
        Ok(Self { language, exact, patterns })
    }

    /// The page in this language.
    pub(crate) fn page(&self, html: &str) -> String {
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        let (mut drawn, mut titled) = (false, false);
        while let Some(start) = rest.find('<') {
            let (text, tail) = rest.split_at(start);
            out.push_str(&self.text_node(text, drawn || titled));
            let end = tail.find('>').map_or(tail.len(), |end| end + 1);
            let (tag, after) = tail.split_at(end);
            out.push_str(&self.tag(tag));
            rest = after;
            let closes = tag.starts_with("</");
            let name = tag.trim_start_matches(['<', '/']).split([' ', '>', '/', '\n']).next().unwrap_or("");
            // A drawing, and the title of a page, hold text alone.
            match name {
                "svg" => drawn = !closes,
                "title" => titled = !closes,
                _ => {}
            }
            if NO_PROSE.contains(&name) && !closes && !tag.ends_with("/>") {
                // In a script a `<` begins no tag, so its end is sought and nothing else.
                let inside = rest.find(&format!("</{name}")).unwrap_or(rest.len());
                out.push_str(&rest[..inside]);
                rest = &rest[inside..];
            }
        }
        out.push_str(rest);
        out
    }

    fn text_node(&self, text: &str, bare: bool) -> String {
        let words = unescaped(&text.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        if words.is_empty() {
            return text.to_owned();
        }
        let before = if text.starts_with(|c: char| c.is_ascii_whitespace()) { " " } else { "" };
        let after = if text.ends_with(|c: char| c.is_ascii_whitespace()) { " " } else { "" };
        match self.text(&words) {
            Some(translated) => format!("{before}{}{after}", escape(&translated)),
            None if bare => text.to_owned(),
            None => format!("{before}<span lang=\"en\">{}</span>{after}", escape(&words)),
        }
    }

    /// A tag with what its attributes say.
    fn tag(&self, tag: &str) -> String {
        let mut tag = tag.to_owned();
        if tag.starts_with("<meta") && !tag.contains("name=\"description\"") {
            return tag;
        }
        if tag.starts_with("<html ") {
            return tag.replacen("lang=\"en\"", &format!("lang=\"{}\"", self.language), 1);
        }
        for attribute in SPOKEN {
            let opening = format!(" {attribute}=\"");
            let Some(start) = tag.find(&opening).map(|at| at + opening.len()) else { continue };
            let Some(length) = tag[start..].find('"') else { continue };
            if let Some(translated) = self.text(&unescaped(&tag[start..start + length])) {
                tag.replace_range(start..start + length, &escape(&translated));
            }
        }
        tag
    }

    /// The translation of a text; nothing where there is none.
    pub(crate) fn text(&self, text: &str) -> Option<String> {
        self.within(text, 0)
    }

    fn within(&self, text: &str, depth: usize) -> Option<String> {
        if let Some(translated) = self.exact.get(text) {
            return Some(translated.clone());
        }
        // A need stands at the head of a line and within a sentence.
        let flipped = self.exact.get(&with_other_case(text));
        if let Some(translated) = flipped {
            return Some(with_other_case(translated));
        }
        if says_nothing(text) || (depth > 0 && is_name(text)) {
            return Some(text.to_owned());
        }
        if depth > DEEPEST {
            return None;
        }
        self.patterns.iter().find_map(|pattern| {
            let places = pattern.places(text)?;
            let each = places.into_iter().map(|place| self.within(place, depth + 1));
            let each: Vec<String> = each.collect::<Option<_>>()?;
            let put = |said: String, (n, place): (usize, String)| said.replace(&format!("{{{n}}}"), &place);
            Some(each.into_iter().enumerate().fold(pattern.translated.clone(), put))
        })
    }
}

impl Pattern {
    /// What stands in the places of a text; nothing where it is another text. The first that fits is taken.
    fn places<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let (first, between) = self.pieces.split_first()?;
        let mut rest = text.strip_prefix(first.as_str())?;
        let mut places = Vec::new();
        for (n, piece) in between.iter().enumerate() {
            let end = match piece.as_str() {
                "" => rest.len(),
                last if n + 1 == between.len() => rest.len().checked_sub(last.len())?,
                inner => rest.find(inner)?,
            };
            let place = rest.get(..end)?;
            rest = rest.get(end..)?.strip_prefix(piece.as_str())?;
            if place.is_empty() {
                return None;
            }
            places.push(place);
        }
        rest.is_empty().then_some(places)
    }
}

/// The pieces of a text around its places, which are numbered in their order.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut n = 0;
    while let Some((before, after)) = rest.split_once(&format!("{{{n}}}")) {
        pieces.push(before.to_owned());
        rest = after;
        n += 1;
    }
    pieces.push(rest.to_owned());
    pieces
}

/// The text with its first letter in the other case.
fn with_other_case(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let other: String =
        if first.is_uppercase() { first.to_lowercase().collect() } else { first.to_uppercase().collect() };
    other + letters.as_str()
}

/// Whether no word of a language is in it: numbers, signs, symbols of formulas, ids of claims, times.
fn says_nothing(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    !letters.windows(2).any(|pair| pair.iter().all(|c| c.is_lowercase()))
}

/// Whether it is a name in programs and files, which has no translation.
fn is_name(text: &str) -> bool {
    text.contains(['-', '_'])
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

/// What the page wrote as references.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Translation {
        let list = r#"{
            "Yes.": "Sí.",
            "layer": "por capas",
            "lower": "menor",
            "Link": "Enlace",
            "{0} of {1} runs": "{0} de {1} ejecuciones",
            "{0} beside {1}: {2}": "{0} frente a {1}: {2}",
            "{0}\u00a0% lower": "{0}\u00a0% menor"
        }"#;
        Translation::of("es", list).expect("a list")
    }

    #[test]
    fn texts_are_exchanged_and_everything_else_is_carried_over() {
        let html = "<html lang=\"en\"><p>\n Yes. <a href=\"x.html\" aria-label=\"Link\">R7</a></p><script>a < b; // Yes.</script><p>Yes.</p></html>";
        assert_eq!(
            small().page(html),
            "<html lang=\"es\"><p> Sí. <a href=\"x.html\" aria-label=\"Enlace\">R7</a></p>\
             <script>a < b; // Yes.</script><p>Sí.</p></html>"
        );
    }

    #[test]
    fn places_are_translated_in_turn_and_numbers_stay() {
        let small = small();
        assert_eq!(small.text("yes.").as_deref(), Some("sí."));
        assert_eq!(small.text("3 of 12 runs").as_deref(), Some("3 de 12 ejecuciones"));
        let nested = small.text("layer beside bn-rnn: 8.1\u{a0}% lower");
        assert_eq!(nested.as_deref(), Some("por capas frente a bn-rnn: 8.1\u{a0}% menor"));
        assert_eq!(small.text("layer beside something: 8.1\u{a0}% lower"), None);
    }

    #[test]
    fn what_nobody_translated_stays_and_says_in_which_language_it_is() {
        assert_eq!(small().page("<p>Not there.</p>"), "<p><span lang=\"en\">Not there.</span></p>");
        // An element of a drawing may hold no other.
        assert_eq!(small().page("<svg><text>Not there.</text></svg>"), "<svg><text>Not there.</text></svg>");
    }

    #[test]
    fn every_place_of_a_spanish_text_is_one_of_the_english() {
        let list: BTreeMap<String, String> =
            serde_json::from_str(include_str!("languages/es.json")).expect("a list");
        let places = |text: &str| -> std::collections::BTreeSet<usize> {
            (0..10).filter(|n| text.contains(&format!("{{{n}}}"))).collect()
        };
        for (english, spanish) in &list {
            assert_eq!(places(english), places(spanish), "{english}");
            assert!(!spanish.is_empty(), "{english}");
        }
    }
}
