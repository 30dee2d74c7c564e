//! The answer in Spanish: from the same verdicts, and whole.

use std::collections::BTreeSet;

use results::Verdict;

use crate::common::check::elements;
use crate::common::judged::{self, verdict};
use crate::common::{Site, position, rendered};

const SPANISH: &str = "index.es.html";

/// What people are told by attributes, where there is a word in it.
fn told(page: &str) -> BTreeSet<String> {
    let words = |text: &str| text.split(' ').any(|w| w.chars().filter(char::is_ascii_lowercase).count() > 2);
    let all = elements(page).into_iter().filter_map(|e| e.get("aria-label").map(str::to_owned));
    all.filter(|text| words(text)).collect()
}

/// A text without a translation stays in English and says so.
#[track_caller]
pub(crate) fn nothing_is_untranslated(site: &Site) {
    let spanish = site.page(SPANISH);
    let left: Vec<&str> = spanish
        .split("<span lang=\"en\">")
        .skip(1)
        .map(|rest| rest.split("</span>").next().unwrap_or_default())
        .collect();
    assert!(left.is_empty(), "{} texts of the answer have no translation: {left:#?}", left.len());
    let english = told(site.index());
    let same: Vec<String> = told(spanish).into_iter().filter(|text| english.contains(text)).collect();
    assert!(same.is_empty(), "labels have no translation: {same:#?}");
}

#[test]
fn both_languages_say_what_the_verdicts_say() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let with = |word: Verdict, value: f64| {
        let mut verdicts = judged::verdicts();
        let at = verdicts.iter().position(|v| v.id == "Q8").unwrap();
        verdicts[at] = verdict("Q8", word, value);
        run.write_verdicts(&verdicts).unwrap();
        let page = rendered(folder.path()).page(SPANISH).to_owned();
        let start = position(&page, "id=\"sentence-4\"");
        page[start..position(&page, "id=\"sentence-5\"")].to_owned()
    };
    let supported = with(Verdict::Supported, -0.41);
    position(&supported, "pérdida de validación, por capas frente a");
    position(&supported, ": 33.6\u{a0}% menor (95\u{a0}%: de 30.2\u{a0}% a 36.9\u{a0}% menor)");
    position(&supported, "1 afirmación: 1 apoyada.");
    let refuted = with(Verdict::Refuted, 0.41);
    position(&refuted, "50.7\u{a0}% mayor (95\u{a0}%: de 43.3\u{a0}% a 58.4\u{a0}% mayor)");
    position(&refuted, "1 afirmación: 1 refutada.");
}

#[test]
fn each_answer_leads_to_the_other() {
    let folder = tempfile::tempdir().unwrap();
    judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    position(site.index(), "href=\"index.es.html\" hreflang=\"es\" lang=\"es\">Español</a>");
    position(site.page(SPANISH), "href=\"index.html\" hreflang=\"en\" lang=\"en\">English</a>");
    position(site.page(SPANISH), "href=\"#which\">Cuál usar</a>");
}
