//! The page of one method: everything that its record says, and what the run says to it.

use results::Verdict;

use crate::common::check::check;
use crate::common::{judged, position, rendered};

#[test]
fn it_says_all_that_the_record_says_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    check(&site);
    let page = site.method("layer");
    let parts = [
        "formula",
        "pools",
        "place",
        "test",
        "invariances",
        "state",
        "gradient",
        "results",
        "gotchas",
        "parts",
        "implementations",
        "sources",
    ];
    let places = parts.map(|id| position(page, &format!("<h2 id=\"{id}\">")));
    assert!(places.is_sorted(), "{places:?}");
    for text in [
        "<h1 id=\"method-layer-h\"><bdi>Layer Normalization</bdi></h1>",
        "<h3>Gradient, derived symbolically</h3>\n<ol class=\"formula\"><li><math",
        "In training the outlined output depends on 6 of 24 inputs: 1 of 4 cases, all 6 features (measured",
        "class=\"lstm\"",
        "Filled: what is normalized in an LSTM, the input and the recurrent term",
        "At test it is the same as in training: policy “instant”.",
        "</span>yes: no statistics over time (declared)",
        "<dt>case scaling</dt><dd>yes (9.9 × 10⁻⁶)</dd>",
        "<p>It keeps nothing between calls.</p>",
        "<th scope=\"row\" class=\"num\">100</th><td class=\"num\" data-sort=\"0\">0\u{a0}B</td>",
        "One rounding in f32 changes a number by up to 6.0 × 10⁻⁸ of itself",
        "<a href=\"../workloads.html#workload-lstm\">Digits as rows, LSTM</a>",
        "Epsilon stands inside the root here and outside it elsewhere. (<a href=\"https://arxiv.org/abs/1607.06450\">",
        "<a href=\"../index.html#row-layer\">All methods</a>: Within one case",
        "Before: <a href=\"none.html\">",
    ] {
        position(page, text);
    }
    // What is stored grows with the steps, and is said so once for equal parts.
    let recurrent = site.method("recurrent-batch");
    position(recurrent, "<p>It keeps 8·F·T_max.</p>");
    position(recurrent, "50.0\u{a0}KiB");
    position(recurrent, "</span>no: no variance (probed)");
}

/// Its claims are those that its training runs stand for, whether or not the answer speaks of them.
#[test]
fn its_claims_are_those_that_rest_on_its_cells() {
    let folder = tempfile::tempdir().unwrap();
    judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let has =
        |method: &str, claim: &str| site.method(method).contains(&format!("../claims.html#claim-{claim}\""));
    let verdicts = judged::verdicts();
    assert!(verdicts.iter().any(|v| v.verdict == Verdict::Undecided));
    for verdict in verdicts.iter().filter(|v| v.verdict != Verdict::Undecided) {
        // All made-up verdicts rest on a cell of layer normalization.
        assert!(has("layer", &verdict.id) && !has("rms", &verdict.id), "{}", verdict.id);
    }
    assert!(has("bn-rnn", "R30"), "the answer's are there too");
}
