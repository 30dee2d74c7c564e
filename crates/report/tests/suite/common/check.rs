//! What a page must fulfil whatever it shows.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// One element: its name and attributes, in document order.
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

fn element(tag: &BytesStart<'_>) -> Element {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let attributes = tag.attributes().map(|a| {
        let a = a.unwrap();
        (text(a.key.as_ref()), a.unescape_value().unwrap().into_owned())
    });
    Element { name: text(tag.name().as_ref()), attributes: attributes.collect() }
}

/// Parses the page as XML, which refuses unclosed and crossing tags, duplicate attributes and unknown entities.
pub(crate) fn elements(page: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    reader.config_mut().allow_unmatched_ends = false;
    let mut found = Vec::new();
    let mut depth = 0i32;
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("byte {}: {e}", reader.error_position())) {
            Event::Start(tag) => {
                depth += 1;
                found.push(element(&tag));
            }
            Event::Empty(tag) => found.push(element(&tag)),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element is closed");
    found
}

/// Structure, anchors, accessibility and independence from the network.
pub(crate) fn check(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    let elements = elements(page);
    let named = |name: &str| elements.iter().filter(|e| e.name == name).collect::<Vec<_>>();

    assert_eq!(named("html")[0].get("lang"), Some("en"));
    for landmark in ["header", "nav", "main", "footer", "h1", "title"] {
        let count = named(landmark).len();
        // Every drawing has a title too.
        assert!(count == 1 || landmark == "title", "{landmark}: {count}");
    }

    let mut ids = BTreeSet::new();
    for id in elements.iter().filter_map(|e| e.get("id")) {
        assert!(ids.insert(id), "id {id} twice");
    }
    for e in &elements {
        for attribute in ["aria-labelledby", "aria-describedby"] {
            for id in e.get(attribute).into_iter().flat_map(str::split_whitespace) {
                assert!(ids.contains(id), "{attribute} to {id}, which is not there");
            }
        }
        if let Some(target) = e.get("href").and_then(|h| h.strip_prefix('#')) {
            assert!(ids.contains(target), "link to #{target}, which is not there");
        }
        assert!(e.get("src").is_none() && e.name != "link" && e.name != "img", "{} loads something", e.name);
        assert!(e.attributes.iter().all(|(n, _)| !n.starts_with("on")), "inline handler on {}", e.name);
    }
    let skip = elements.iter().find(|e| e.name == "a").unwrap();
    assert_eq!(skip.get("class"), Some("skip"), "the first link skips to the content");

    let mut level = 0;
    for e in &elements {
        if let Some(n) = e.name.strip_prefix('h').and_then(|n| n.parse::<u32>().ok()) {
            assert!(n <= level + 1, "h{n} after h{level}");
            level = n;
        }
    }
    for table in page.split("<table").skip(1) {
        let table = &table[..table.find("</table>").unwrap()];
        assert!(table.contains("<caption>"), "a table without caption: {}", &table[..80]);
        assert!(table.matches("<th ").count() == table.matches(" scope=\"").count(), "a th without scope");
    }
    for svg in page.split("<svg").skip(1) {
        let head = &svg[..svg.find('>').unwrap()];
        assert!(head.contains("role=\"img\"") && head.contains("aria-labelledby="), "{head}");
        assert!(svg[..svg.find("</svg>").unwrap()].contains("<title"));
        assert!(!svg.contains("\"#0"), "a marker colour is left over");
    }
    assert!(!page.contains("url(") && !page.contains("@import"), "the style sheet loads nothing");
}
