//! Which method a need asks for, and errata: what the records say, on the pages where a reader looks for it.

use std::fs;

use results::{AdviceRecord, Effect, ErratumRecord, Standing};

use crate::common::check::check;
use crate::common::{judged, position, rendered, rows};

fn effect(value: f64) -> Effect {
    Effect {
        what: "ln valid_loss, behind the best".into(),
        value,
        lower: Some(value - 0.05),
        upper: Some(value + 0.05),
        pairing: None,
    }
}

fn standing(method: &str, behind: Option<f64>, told_apart: bool) -> Standing {
    Standing {
        method: method.into(),
        label: format!("{method}-arm"),
        mean: 0.3 + behind.unwrap_or(0.0),
        behind: behind.map(effect),
        told_apart,
    }
}

fn need(id: &str, standings: Vec<Standing>) -> AdviceRecord {
    AdviceRecord {
        id: id.into(),
        need: format!("a need called {id}"),
        measured: "digits as rows, batches of 4".into(),
        standings,
        left_out: vec![("batch".into(), "one case has no variance".into())],
        reason: "The best mean, and nothing kept.".into(),
        claims: vec!["R7".into()],
    }
}

/// The text of one need.
fn said<'a>(page: &'a str, id: &str) -> &'a str {
    let start = position(page, &format!("<li id=\"need-{id}\">"));
    &page[start..start + page[start..].find("</details>").unwrap()]
}

#[test]
fn a_need_has_one_recommendation_its_runner_up_and_the_claim_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let all = vec![
        standing("layer", None, false),
        standing("rms", Some(0.02), false),
        standing("none", Some(0.4), true),
    ];
    run.write_advice(&[need("small-batches", all.clone()), need("nothing-yet", vec![])]).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let text = said(site.index(), "small-batches");
    position(text, "<p class=\"pick\"><a href=\"methods/layer.html\"><bdi>Layer Normalization</bdi></a></p>");
    let second = "<p>Then <a href=\"methods/rms.html\"><bdi>RMS Normalization</bdi></a>: ln valid_loss, behind the best: 0.02 \
                  (95\u{a0}% −0.03 to 0.07), not told apart from the best.</p>";
    position(text, second);
    position(text, "href=\"claims.html#claim-R7\"");
    position(
        text,
        "<a href=\"methods/batch.html\"><bdi>Batch Normalization</bdi></a>: one case has no variance",
    );
    position(text, "digits as rows, batches of 4");
    let nothing = said(site.index(), "nothing-yet");
    assert!(nothing.contains("Nothing was measured for it yet.") && !nothing.contains("Then "), "{nothing}");
    let columns = ["need", "place", "method", "behind the best", "told apart from the best"];
    let data = rows(folder.path(), "advice", &columns);
    assert_eq!(data[1], ["a need called small-batches", "2.0", "rms", "0.02", "no"].map(str::to_owned));
    assert_eq!(data.len(), 3);

    // Another record, another recommendation.
    let mut swapped = all;
    swapped.swap(0, 1);
    run.write_advice(&[need("small-batches", swapped)]).unwrap();
    let site = rendered(folder.path());
    position(said(site.index(), "small-batches"), "<p class=\"pick\"><a href=\"methods/rms.html\">");

    // Two arms of one method are told apart by what they are called.
    let standardized = Standing { label: "layer, standardized".into(), ..standing("layer", Some(0.1), true) };
    run.write_advice(&[need("small-batches", vec![standing("layer", None, false), standardized])]).unwrap();
    let site = rendered(folder.path());
    let text = said(site.index(), "small-batches");
    position(text, "Layer Normalization</bdi></a> (layer-arm)</p>");
    position(text, "Layer Normalization</bdi></a> (layer, standardized): ln");
}

#[test]
fn a_run_without_advice_says_so_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    position(site.index(), "This run holds no advice");
    assert!(!folder.path().join("out/data/advice.csv").exists());
}

#[test]
fn errata_stand_with_the_claims_and_on_the_pages_of_their_methods() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let erratum = |id: &str, methods: &[&str]| ErratumRecord {
        id: id.into(),
        source: "ba2016layer".into(),
        methods: methods.iter().map(|m| (*m).to_owned()).collect(),
        place: "the released program".into(),
        does: format!("{id} adds a constant"),
        says: "there is none".into(),
        claim: Some("R6".into()),
        probe: None,
        effect: methods.first().map(|_| effect(0.3)),
    };
    run.write_errata(&[erratum("epsilon", &["layer", "rms"]), erratum("of-none", &[])]).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let all = site.page("claims.html");
    let places = [
        "<section id=\"claims\"",
        "<section id=\"errata\"",
        "<article id=\"erratum-epsilon\"",
        "<article id=\"erratum-of-none\"",
    ]
    .map(|text| position(all, text));
    assert!(places.is_sorted());
    position(all, "<dd>ln valid_loss, behind the best: 0.3 (95\u{a0}% 0.25 to 0.35)</dd>");
    position(&all[places[3]..], "<dd>this run does not say</dd>");
    for method in ["layer", "rms"] {
        let page = site.method(method);
        position(page, "epsilon adds a constant");
        position(page, "href=\"../claims.html#erratum-epsilon\"");
        position(page, "href=\"../claims.html#claim-R6\"");
        assert!(!page.contains("of-none"), "{method}");
    }
    assert!(!site.method("batch").contains("epsilon adds"));
    let csv = fs::read_to_string(folder.path().join("out/data/errata.csv")).unwrap();
    assert!(csv.contains("epsilon,ba2016layer,layer rms,"), "{csv}");
}
