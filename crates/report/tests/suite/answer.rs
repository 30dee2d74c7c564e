//! The answer, the paragraph and the claims: all of it from records, and other records give another text.

use std::fs;
use std::path::Path;

use results::{Counted, RatioRecord, Verdict};

use crate::common;
use crate::common::check::{check, elements};
use crate::common::judged::{self, verdict};
use crate::common::{position, rendered, rows};

/// A section of the page.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let start = position(page, &format!("<section id=\"{id}\""));
    &page[start..start + page[start..].find("</section>").unwrap()]
}

/// What the three columns say to one question.
fn row(page: &str, label: &str) -> Vec<String> {
    let facts = section(page, "answer").split(&format!("<dt>{label}</dt><dd")).skip(1).collect::<Vec<_>>();
    facts.into_iter().map(|rest| rest[..rest.find("</dd>").unwrap()].to_owned()).collect()
}

/// The three columns.
fn columns(page: &str) -> Vec<&str> {
    section(page, "answer").split("<article ").skip(1).collect()
}

#[test]
fn the_answer_comes_from_the_records_of_the_three() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    check(&site);
    let page = site.index();
    if let Ok(keep) = std::env::var("NORMLAB_KEEP_JUDGED_PAGE") {
        report::render(run.dir(), Path::new(&keep)).unwrap();
    }
    let order =
        ["answer", "paragraph", "which", "all"].map(|id| position(page, &format!("<section id=\"{id}\"")));
    assert!(order.is_sorted(), "the answer first: {order:?}");
    let differ = "They differ in what one statistic averages over, in what is kept for the test and in where in an LSTM they stand.";
    position(section(page, "answer"), differ);
    let of_layer = "It averages over the features (all features of one case), keeps nothing for the test, and in an LSTM it \
                    normalizes the input and the recurrent term, each by itself, and the cell where it is read out.";
    let of_recurrent = "It averages over the batch (all cases, feature by feature), keeps statistics for the test, more for \
                        every step, and in an LSTM it normalizes ";
    let sentences = columns(page);
    assert!(sentences[0].contains(of_layer) && sentences[1].contains(of_recurrent), "{sentences:?}");
    let state = row(page, "state kept");
    assert!(state[0].contains("none") && state[0].contains("at 1 step and at 100 steps"), "{state:?}");
    assert!(state[1].contains("512\u{a0}B at 1 step, 50.0\u{a0}KiB at 100 steps"), "{state:?}");
    let places = row(page, "where in an LSTM");
    assert!(places[2].contains("the input term alone<small>“input”"), "{places:?}");
    let one = row(page, "with a batch of one");
    assert!(one[0].contains(">yes") && one[1].contains(">no") && one[2].contains("no variance"), "{one:?}");

    // The arms swapped: each has the other's record, and the text goes with it.
    let mut methods = judged::methods();
    let place = |id: &str, all: &[results::MethodRecord]| all.iter().position(|m| m.id == id).unwrap();
    let (layer, recurrent) = (place("layer", &methods), place("recurrent-batch", &methods));
    methods.swap(layer, recurrent);
    (methods[layer].id, methods[recurrent].id) = ("layer".into(), "recurrent-batch".into());
    let titles = (methods[recurrent].title.clone(), methods[layer].title.clone());
    (methods[layer].title, methods[recurrent].title) = titles;
    run.write_methods(&methods).unwrap();
    let swapped = rendered(folder.path());
    check(&swapped);
    let swapped = swapped.index();
    let sentences = columns(swapped);
    assert!(sentences[0].contains(of_recurrent) && sentences[1].contains(of_layer), "{sentences:?}");
    for label in
        ["state kept", "with a batch of one", "where in an LSTM", "over what", "what happens at test"]
    {
        let (before, after) = (row(page, label), row(swapped, label));
        assert_eq!((&before[0], &before[1], &before[2]), (&after[1], &after[0], &after[2]), "{label}");
    }
    // And so do the drawings.
    let drawn = |page: &str, column: usize, class: &str| {
        let column = columns(page)[column];
        let start = position(column, &format!("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\""));
        let svg = &column[start..start + column[start..].find("</svg>").unwrap()];
        // Without the ids, which name the column.
        svg.split("<path").skip(1).collect::<String>()
    };
    for class in ["block", "lstm"] {
        let of = |page, column| drawn(page, column, class);
        assert_eq!((of(page, 0), of(page, 1)), (of(swapped, 1), of(swapped, 0)), "{class}");
        assert_ne!((of(page, 0), of(page, 2)), (of(page, 2), of(page, 0)), "{class}");
    }
}

#[test]
fn each_method_has_the_verdicts_that_concern_it() {
    let folder = tempfile::tempdir().unwrap();
    judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let said = columns(site.index());
    let has = |column: usize, id: &str| said[column].contains(&format!("href=\"claims.html#claim-{id}\""));
    assert!(has(0, "R8") && !has(1, "R8") && !has(2, "R8"), "{said:?}");
    assert!(!has(0, "R15") && has(1, "R15") && !has(2, "R15"));
    assert!(!has(0, "R30") && !has(1, "R30") && has(2, "R30"));
    assert!(has(0, "IV1") && has(1, "IV1") && has(2, "IV1"));
    // Of the claims that the answer speaks of, the registry has every one.
    assert!(!site.says("of which the answer speaks"), "{}", site.page("provenance.html"));
}

#[test]
fn a_claim_without_a_verdict_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let verdicts: Vec<_> = judged::verdicts().into_iter().filter(|v| v.id != "Q7").collect();
    run.write_verdicts(&verdicts).unwrap();
    let site = rendered(folder.path());
    check(&site);
    position(site.page("provenance.html"), "a verdict on claim Q7, of which the answer speaks");
    position(section(site.index(), "paragraph"), "Q7 <em>this run holds no verdict on it</em>");
}

/// Another verdict on one claim gives another sentence, and a swap of the arms another number.
#[test]
fn the_paragraph_says_what_the_verdicts_say() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let with = |word: Verdict, value: f64| {
        let mut verdicts = judged::verdicts();
        let at = verdicts.iter().position(|v| v.id == "Q8").unwrap();
        verdicts[at] = verdict("Q8", word, value);
        run.write_verdicts(&verdicts).unwrap();
        let site = rendered(folder.path());
        check(&site);
        let paragraph = section(site.index(), "paragraph");
        let start = position(paragraph, "id=\"sentence-4\"");
        let end = position(paragraph, "id=\"sentence-5\"");
        (paragraph[start..end].to_owned(), paragraph[..start].to_owned() + &paragraph[end..])
    };
    let (supported, others) = with(Verdict::Supported, -0.41);
    position(
        &supported,
        "supported by our runs: validation loss, layer beside none: 33.6\u{a0}% lower (95\u{a0}% 30.2\u{a0}% to 36.9\u{a0}% lower)",
    );
    position(&supported, "1 claim: 1 supported.");
    position(&supported, "href=\"claims.html#claim-Q8\"");
    let (refuted, same) = with(Verdict::Refuted, 0.41);
    position(
        &refuted,
        "our runs speak against it: validation loss, layer beside none: 50.7\u{a0}% higher (95\u{a0}% 43.3\u{a0}% to 58.4\u{a0}% \
         higher)",
    );
    position(&refuted, "1 claim: 1 refuted.");
    assert!(!refuted.contains("supported"));
    let (undecided, _) = with(Verdict::Undecided, 0.0);
    position(&undecided, "not decided: not run: no workload trains it yet");
    position(&undecided, "1 claim: 1 not decided.");
    assert_eq!(others, same, "no other sentence speaks of it");
}

#[test]
fn all_claims_stand_under_their_verdict() {
    let folder = tempfile::tempdir().unwrap();
    judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let page = site.page("claims.html");
    let claims = section(page, "claims");
    let all = judged::verdicts();
    let count = |word| all.iter().filter(|v| v.verdict == word).count();
    let words = [Verdict::Supported, Verdict::Refuted, Verdict::Undecided];
    let places = words.map(|word| {
        position(claims, &format!("<h2 id=\"claims-{}\">{} {}</h2>", word.name(), count(word), word.name()))
    });
    assert!(places.is_sorted());
    for verdict in &all {
        let place = position(claims, &format!("<tr id=\"claim-{}\">", verdict.id));
        let under = places.iter().rposition(|heading| *heading < place).unwrap();
        assert_eq!(words[under], verdict.verdict, "{}", verdict.id);
        let row = &claims[place..place + claims[place..].find("</tr>").unwrap()];
        position(row, &verdict.statement);
        position(row, "digits instead of MNIST");
        position(row, "href=\"https://arxiv.org/abs/1607.06450\"");
        if verdict.verdict == Verdict::Undecided {
            position(row, "not run; it takes about 7.5\u{a0}core-minutes");
        } else {
            position(row, "lower; less than a factor of 1.02 does not matter");
            position(
                row,
                "1 cell, 7.5\u{a0}core-minutes; 12 pairs<small>layer at 0.03, none at 0.01</small>",
            );
            position(row, "p after Holm&#39;s correction 0.003");
        }
    }
    let data = rows(folder.path(), "claims", &["claim", "verdict", "effect", "pairs", "declared"]);
    assert_eq!(data.len(), all.len());
    let first = all.iter().find(|v| v.verdict == Verdict::Supported).unwrap();
    assert!(data.contains(
        &[first.id.as_str(), "supported", "-0.41", "12.0", "0123456789abcdef"].map(str::to_owned).into()
    ));
    assert!(elements(page).iter().filter(|e| e.name == "details").count() >= all.len());
}

/// A claim that counts others names them with their verdicts, and one that rests on times says so.
#[test]
fn what_else_a_claim_rests_on_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let ratios =
        [RatioRecord { id: "layer-over-rms".into(), about: "a step".into(), ratios: vec![1.1, 1.2] }];
    run.write_ratios(&ratios).unwrap();
    let mut verdicts = judged::verdicts();
    let other = verdicts.iter().find(|v| v.id == "R7").unwrap().clone();
    let counted = verdicts.iter_mut().find(|v| v.id == "Q6").unwrap();
    counted.counts =
        vec![Counted { about: "small batches".into(), claim: "R7".into(), verdict: other.verdict }];
    counted.ratio = Some("layer-over-rms".into());
    run.write_verdicts(&verdicts).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let page = site.page("claims.html");
    let row = &page[position(page, "<tr id=\"claim-Q6\">")..];
    let row = &row[..row.find("</tr>").unwrap()];
    let word = if other.verdict == Verdict::Undecided { "not decided" } else { other.verdict.name() };
    let said = format!(
        "<dt>Counted</dt><dd>small batches: <span class=\"verdict {}\">{word}</span> <a href=\"#claim-R7\">R7</a></dd>",
        other.verdict.name()
    );
    position(row, &said);
    position(row, "times of layer-over-rms, taken in turns, 1 other claim");
}

/// A claim of several conditions that falls by its second is quoted with the second.
#[test]
fn a_claim_is_quoted_with_what_decided_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let mut verdicts = judged::verdicts();
    let at = verdicts.iter().position(|v| v.id == "IV2").unwrap();
    let mut second = verdict("IV2", Verdict::Refuted, 0.77);
    let fine = verdict("IV2", Verdict::Supported, -0.11).findings.remove(0);
    second.findings.insert(0, fine);
    verdicts[at] = second;
    run.write_verdicts(&verdicts).unwrap();
    let site = rendered(folder.path());
    position(
        section(site.index(), "paragraph"),
        "our runs speak against it: validation loss, layer beside none: 2.16 times",
    );
}

#[test]
fn a_run_without_verdicts_says_so_once() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    check(&site);
    assert_eq!(site.page("claims.html").matches("This run holds no verdicts").count(), 1);
    for id in ["paragraph", "invariance"] {
        assert!(!site.says(&format!("id=\"{id}\"")) && !site.says(&format!("#{id}\"")), "{id}");
    }
    assert!(!folder.path().join("out/data/claims.csv").exists());
    let one = row(site.index(), "with a batch of one");
    assert!(one[0].contains(">yes") && one[1].contains("no record in this run"), "{one:?}");
}

#[test]
fn the_invariance_table_is_what_the_probe_measured() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let table = section(site.page("claims.html"), "invariance");
    for text in
        ["yes (3.0 × 10⁻¹⁶)", "yes (9.9 × 10⁻⁶)", "yes (0)", "no (0.43)", "no (1.0 × 10⁻⁵)", "not measured"]
    {
        position(table, text);
    }
    position(table, "<dt>largest where none</dt>");
    let heads = ["weight matrix scaling", "case scaling", "another change"].map(|head| position(table, head));
    assert!(heads.is_sorted(), "the paper's changes in its order, then others: {heads:?}");
    let csv = fs::read_to_string(folder.path().join("out/data/invariance.csv")).unwrap();
    let methods: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(methods, ["Batch Normalization", "Layer Normalization"], "in the order of the page");
    let mut probe = judged::probe();
    probe.values.insert("layer.case_scaling".into(), f64::NAN);
    run.write_probes(&[probe]).unwrap();
    let site = rendered(folder.path());
    position(section(site.page("claims.html"), "invariance"), "no (not a number)");
    // The page of a method has its row.
    position(site.method("layer"), "<dt>case scaling</dt><dd>no (not a number)</dd>");
}
