//! A reader for the part of BibTeX that a bibliography kept by hand uses.

use std::collections::BTreeMap;

/// One entry: its fields by lower-case name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    fields: BTreeMap<String, String>,
}

impl Entry {
    fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str).filter(|f| !f.is_empty())
    }

    /// `Ba, Kiros, Hinton (2016)`.
    pub(crate) fn short(&self) -> String {
        let authors: Vec<&str> = self.get("author").unwrap_or("unknown author").split(" and ").collect();
        let last = |name: &str| match name.split_once(',') {
            Some((last, _)) => last.trim().to_owned(),
            None => name.split_whitespace().next_back().unwrap_or(name).to_owned(),
        };
        let names = match authors.as_slice() {
            [one] => last(one),
            // BibTeX's own word for authors that are not named.
            [one, "others"] => format!("{} et al.", last(one)),
            [one, two] => format!("{} and {}", last(one), last(two)),
            [one, ..] => format!("{} et al.", last(one)),
            [] => String::new(),
        };
        format!("{names} ({})", self.get("year").unwrap_or("no year"))
    }

    /// The title.
    pub(crate) fn title(&self) -> &str {
        self.get("title").unwrap_or("untitled")
    }

    /// Where it appeared, if the entry says.
    pub(crate) fn venue(&self) -> Option<&str> {
        ["journal", "booktitle", "howpublished", "publisher", "institution"].iter().find_map(|f| self.get(f))
    }

    /// An address that opens it.
    pub(crate) fn address(&self) -> Option<String> {
        if let Some(url) = self.get("url") {
            // Only what a browser opens as a page; anything else stays text.
            return (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned());
        }
        if let Some(doi) = self.get("doi") {
            return Some(format!("https://doi.org/{doi}"));
        }
        self.get("eprint").map(|id| format!("https://arxiv.org/abs/{id}"))
    }
}

/// Reads all entries by key. What is not an entry is a comment, as in BibTeX itself.
pub(crate) fn parse(text: &str) -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        rest = &rest[at + 1..];
        let Some(open) = rest.find('{') else { break };
        if !rest[..open].trim().chars().all(|c| c.is_ascii_alphabetic()) {
            continue;
        }
        let Some(length) = braced(&rest[open..]) else { break };
        let body = &rest[open + 1..open + length - 1];
        rest = &rest[open + length..];
        if let Some((key, fields)) = body.split_once(',') {
            entries.insert(key.trim().to_owned(), Entry { fields: parse_fields(fields) });
        }
    }
    entries
}

fn parse_fields(text: &str) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, tail) = if after.starts_with('{') {
            let Some(length) = braced(after) else { break };
            (&after[1..length - 1], &after[length..])
        } else if let Some(quoted) = after.strip_prefix('"') {
            let Some(end) = quoted.find('"') else { break };
            (&quoted[..end], &quoted[end + 1..])
        } else {
            let end = after.find(',').unwrap_or(after.len());
            after.split_at(end)
        };
        fields.insert(name.trim().trim_start_matches(',').trim().to_lowercase(), plain(value));
        rest = tail.trim_start().trim_start_matches(',');
    }
    fields
}

/// Length of the brace group that the text starts with.
fn braced(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Takes away braces, escapes and double spaces, and writes dashes and the usual accents as characters.
fn plain(value: &str) -> String {
    const ACCENTS: [(&str, &str); 16] = [
        ("\\\"a", "ä"),
        ("\\\"o", "ö"),
        ("\\\"u", "ü"),
        ("\\\"O", "Ö"),
        ("\\'e", "é"),
        ("\\'a", "á"),
        ("\\'o", "ó"),
        ("\\'i", "í"),
        ("\\'c", "ć"),
        ("\\`e", "è"),
        ("\\^o", "ô"),
        ("\\~n", "ñ"),
        ("\\ss", "ß"),
        ("\\o", "ø"),
        ("\\c c", "ç"),
        ("\\v c", "č"),
    ];
    let mut text: String = value.chars().filter(|c| !matches!(c, '{' | '}')).collect();
    for (from, to) in ACCENTS {
        text = text.replace(from, to);
    }
    let text = text.replace("---", "—").replace("--", "–").replace('\\', "").replace('~', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_the_usual_forms() {
        let text = r#"
            A comment about x@y.org {not an entry}
            @article{ba2016layer,
              title = {Layer {N}ormalization},
              author = "Ba, Jimmy Lei and Kiros, Jamie Ryan and Hinton, Geoffrey E.",
              year = 2016, eprint = {1607.06450}
            }
            @inproceedings{two, author={Sepp Hochreiter and J{\"u}rgen Schmidhuber}, title={LSTM}, year={1997},
              pages={1--2}, doi={10.1/x}}
            @misc{many, author = {Dario Amodei and others}, year = 2016}
            @misc{odd, url = {javascript:alert(1)}}
        "#;
        let entries = parse(text);
        assert_eq!(entries.keys().collect::<Vec<_>>(), ["ba2016layer", "many", "odd", "two"]);
        let ba = &entries["ba2016layer"];
        assert_eq!((ba.title(), ba.short().as_str()), ("Layer Normalization", "Ba et al. (2016)"));
        assert_eq!(ba.address().unwrap(), "https://arxiv.org/abs/1607.06450");
        assert_eq!(entries["many"].short(), "Amodei et al. (2016)");
        assert_eq!(entries["two"].short(), "Hochreiter and Schmidhuber (1997)");
        assert_eq!(entries["two"].get("author").unwrap(), "Sepp Hochreiter and Jürgen Schmidhuber");
        assert_eq!(entries["two"].address().unwrap(), "https://doi.org/10.1/x");
        assert_eq!(entries["odd"].address(), None);
        assert_eq!(parse("@article{broken, title = {"), BTreeMap::new());
    }
}
