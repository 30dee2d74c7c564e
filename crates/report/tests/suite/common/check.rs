//! What a site must fulfil whatever it shows.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Site;

/// Bytes of the index, and of all pages of a run of an hour or two.
const LARGEST_INDEX: usize = 400_000;
const LARGEST_SITE: usize = 4_000_000;

/// What every page leads to.
const PAGES: [&str; 5] =
    ["index.html", "claims.html", "workloads.html", "throughput.html", "provenance.html"];

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

/// Every page by itself, and all links between them.
pub(crate) fn check(site: &Site) {
    let mut anchors: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, page) in &site.pages {
        check_page(path, page);
        let ids = elements(page).iter().filter_map(|e| e.get("id").map(str::to_owned)).collect();
        anchors.insert(path, ids);
    }
    for (path, page) in &site.pages {
        let elements = elements(page);
        let links: Vec<&str> = elements.iter().filter_map(|e| e.get("href")).collect();
        for link in &links {
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { resolved(path, file) };
            if target.starts_with("data/") {
                assert!(site.folder.join(&target).is_file(), "{path}: {link} is not there");
                continue;
            }
            let known =
                anchors.get(target.as_str()).unwrap_or_else(|| panic!("{path}: {link} leads nowhere"));
            assert!(anchor.is_empty() || known.contains(anchor), "{path}: {link} is not on {target}");
        }
        let reached: BTreeSet<String> = links.iter().map(|link| resolved(path, link)).collect();
        for main in PAGES {
            assert!(reached.contains(main), "{path} does not lead to {main}");
        }
    }
}

/// Sizes of a run with some forty methods.
pub(crate) fn check_size(site: &Site) {
    assert!(site.index().len() < LARGEST_INDEX, "the index has {} bytes", site.index().len());
    let all: usize = site.pages.values().map(String::len).sum();
    assert!(all < LARGEST_SITE, "{all} bytes");
}

/// A relative address from the root of the site.
fn resolved(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        if part == ".." {
            parts.pop().unwrap_or_else(|| panic!("{link} leads out of the site"));
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// Structure, anchors, accessibility and independence from the network.
fn check_page(path: &str, page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains(&format!("<meta name=\"normlab-page\" content=\"{path}\" />")), "{path}");
    let elements = elements(page);
    let named = |name: &str| elements.iter().filter(|e| e.name == name).collect::<Vec<_>>();

    let language = if path.ends_with(".es.html") { "es" } else { "en" };
    assert_eq!(named("html")[0].get("lang"), Some(language));
    for landmark in ["header", "nav", "main", "footer", "h1", "title"] {
        let count = named(landmark).len();
        // Every drawing has a title too, and the page of a method leads to its neighbours.
        assert!(
            count == 1 || landmark == "title" || (landmark == "nav" && count == 2),
            "{landmark}: {count}"
        );
    }

    let mut ids = BTreeSet::new();
    for id in elements.iter().filter_map(|e| e.get("id")) {
        assert!(ids.insert(id), "{path}: id {id} twice");
    }
    for e in &elements {
        for attribute in ["aria-labelledby", "aria-describedby"] {
            for id in e.get(attribute).into_iter().flat_map(str::split_whitespace) {
                assert!(ids.contains(id), "{attribute} to {id}, which is not there");
            }
        }
        assert!(e.get("href") != Some(""), "{path}: an empty link");
        assert!(e.get("src").is_none() && e.name != "link" && e.name != "img", "{} loads something", e.name);
        assert!(e.attributes.iter().all(|(n, _)| !n.starts_with("on")), "inline handler on {}", e.name);
    }
    let skip = elements.iter().find(|e| e.name == "a").unwrap();
    assert_eq!(skip.get("class"), Some("skip"), "the first link skips to the content");

    let mut level = 0;
    for e in &elements {
        if let Some(n) = e.name.strip_prefix('h').and_then(|n| n.parse::<u32>().ok()) {
            assert!(n <= level + 1, "{path}: h{n} after h{level}");
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
