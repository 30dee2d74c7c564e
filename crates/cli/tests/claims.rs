//! Claims at the command: what is decided without training, what a run says, what is refused.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn normlab(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_normlab")).args(words).output().unwrap()
}

fn said(words: &[&str]) -> String {
    let out = normlab(words);
    assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[track_caller]
fn refused(words: &[&str], expected: &[&str]) {
    let out = normlab(words);
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{words:?}: {said}");
    assert!(
        expected.iter().all(|text| said.contains(text)) && !said.contains("panicked"),
        "{words:?}: {said}"
    );
}

/// Every claim has its row; what probes decide is decided, and no trained claim is.
#[test]
fn claims_as_json_are_all_there_and_training_decides_none() {
    let list: Vec<serde_json::Value> = serde_json::from_str(&said(&["claims", "--json"])).unwrap();
    assert_eq!(list.len(), claims::CLAIMS.len());
    for (row, claim) in list.iter().zip(claims::CLAIMS) {
        assert_eq!(row["id"], claim.id);
        for field in ["source", "statement", "reason"] {
            assert!(row[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {row}");
        }
        for field in ["effect", "interval", "threshold", "cells", "run", "core_minutes", "declared"] {
            assert!(row.get(field).is_some(), "{field} of {row}");
        }
        match claim.evidence {
            claims::Evidence::Probe { .. } => {
                assert!(row["verdict"] != "undecided" && row["effect"].is_number(), "{row}");
            }
            _ => assert!(row["verdict"] == "undecided" && row["core_minutes"].is_number(), "{row}"),
        }
    }
    let text = said(&["claims", "--claim", "R1"]);
    assert!(text.starts_with("R1    supported  ") && text.contains("expected at most"), "{text}");
    assert!(text.ends_with("1 claims: 1 supported, 0 refuted, 0 undecided\n"), "{text}");
}

#[test]
fn claims_that_there_are_not_and_methods_that_nobody_trains_are_refused() {
    refused(&["claims", "--claim", "R44"], &["there is no claim `R44`; there are: R1, R2, "]);
    refused(&["decide", "--claim", "R1"], &["no training and no timing decides these claims"]);
    refused(&["judge", "lay"], &["there is no method `lay`; there are: none, "]);
    refused(&["judge", "path-sgd"], &["neither digits-mlp nor digits-lstm-64 trains `path-sgd`"]);
    refused(&["claims", "no/such/run"], &["no/such/run"]);
    refused(&["verify", "no/such/run"], &["no/such/run"]);
}

#[test]
fn a_dry_run_says_how_much_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let text = said(&["decide", "--claim", "WN3", "--dry-run", "--run", run.to_str().unwrap()]);
    // Four rates under three seeds, for two arms.
    assert!(text.starts_with("24 cells come next, rates first; "), "{text}");
    assert!(!run.exists());
}

/// A run that trained something else says nothing to a claim, is verified, packed, and says the same then.
#[test]
fn a_run_is_verified_and_packed() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let run = run.to_str().unwrap();
    said(&[
        "converge",
        "smoke",
        "--run",
        run,
        "--workload",
        "digits-mlp",
        "--method",
        "none",
        "--epochs",
        "1",
    ]);
    let before = said(&["claims", run, "--claim", "WN3"]);
    assert!(before.contains("WN3   undecided  "), "{before}");
    let same = "the same engine, and 1 cells have the same bits\n";
    assert_eq!(said(&["verify", run]), same);
    let packed = said(&["pack", run]);
    assert!(packed.starts_with("1 cells in "), "{packed}");
    assert_eq!(said(&["claims", run, "--claim", "WN3"]), before);
    assert_eq!(said(&["verify", run]), same);
    // Another engine, and the run is stale.
    let manifest = dir.path().join("run/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let at = text.find("\"engine\": \"").unwrap() + "\"engine\": \"".len();
    fs::write(&manifest, format!("{}{}{}", &text[..at], "0".repeat(32), &text[at + 32..])).unwrap();
    let out = normlab(&["verify", run]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stdout).starts_with("STALE: "));
}

/// Makes a run one of another engine, whose cells say so.
fn of_another_engine(run: &Path) {
    let manifest = run.join("manifest.json");
    let id = || results::Run::open(run).unwrap().manifest().parts[0].identity.id();
    let before = id();
    let text = fs::read_to_string(&manifest).unwrap();
    let at = text.find("\"engine\": \"").unwrap() + "\"engine\": \"".len();
    fs::write(&manifest, format!("{}{}{}", &text[..at], "0".repeat(32), &text[at + 32..])).unwrap();
    for cell in fs::read_dir(run.join("cells")).unwrap() {
        let cell = cell.unwrap().path();
        fs::write(&cell, fs::read_to_string(&cell).unwrap().replace(&before, &id())).unwrap();
    }
}

/// A run of another engine is extended where this one gives the same bits, and not where it does not.
#[test]
fn a_run_of_another_engine_is_extended_where_bits_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run");
    let run = path.to_str().unwrap();
    let train =
        ["converge", "smoke", "--run", run, "--workload", "digits-mlp", "--method", "none", "--epochs", "1"];
    said(&train);
    of_another_engine(&path);
    assert_eq!(normlab(&["verify", run]).status.code(), Some(1));
    assert!(!normlab(&train).status.success(), "another engine does not continue it");
    let cell = fs::read_dir(path.join("cells")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read_to_string(&cell).unwrap();
    let at = whole.find("\"valid_loss\": ").unwrap() + "\"valid_loss\": ".len();
    fs::write(&cell, format!("{}1{}", &whole[..at], &whole[at..])).unwrap();
    let out = normlab(&["verify", run, "--extend"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stdout).starts_with("STALE: "), "{out:?}");
    fs::write(&cell, whole).unwrap();
    let text = said(&["verify", run, "--extend"]);
    assert!(text.starts_with("one cell of each of 1 arms has the same bits: "), "{text}");
    assert_eq!(said(&["verify", run]), "the same engine, and 1 cells have the same bits\n");
    said(&train);
    assert!(said(&["claims", run, "--claim", "WN3"]).contains("WN3   undecided  "));
    let again = said(&["verify", run, "--extend"]);
    assert!(again.ends_with("knows this engine already\n"), "{again}");
    // Parts that nobody compared are not put together.
    let manifest = path.join("manifest.json");
    let mut text: serde_json::Value = serde_json::from_str(&fs::read_to_string(&manifest).unwrap()).unwrap();
    let part = text["content"]["parts"][1].as_object_mut().unwrap();
    assert!(part.remove("same_bits_as").is_some());
    fs::write(&manifest, text.to_string()).unwrap();
    refused(&["claims", run, "--claim", "WN3"], &["several engines", "--extend"]);
}
