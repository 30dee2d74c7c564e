//! The `normlab` command as people meet it: what it prints, how it fails, what an interrupt leaves behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn normlab(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_normlab"));
    command.args(args);
    command
}

fn output(args: &[&str]) -> Output {
    normlab(args).output().unwrap()
}

/// It fails, and says so in words that hold all of `expected`, without a panic.
fn fails(args: &[&str], expected: &[&str]) {
    let out = output(args);
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(!out.status.success(), "{args:?} should fail; it said {said}");
    assert!(out.status.code().is_some_and(|c| c != 101), "{args:?} panicked: {said}");
    for text in expected {
        assert!(said.contains(text), "{args:?} should say `{text}`; it said: {said}");
    }
}

/// One short cell of the smallest workload.
fn short_run(dir: &str) {
    let args =
        ["converge", "smoke", "--run", dir, "--workload", "digits-mlp", "--method", "none", "--epochs", "1"];
    let out = output(&args);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

fn cells(run: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(run.join("cells")) else { return Vec::new() };
    entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "json")).collect()
}

#[test]
fn norms_as_json_say_everything_of_the_methods() {
    let out = output(&["norms", "--json"]);
    assert!(out.status.success());
    let list: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let list = list.as_array().unwrap();
    let ids: Vec<&str> = list.iter().map(|m| m["id"].as_str().unwrap()).collect();
    for id in ["none", "batch", "layer", "rms"] {
        assert!(ids.contains(&id), "{id} is missing from {ids:?}");
    }
    for method in list {
        for field in ["id", "kind", "site", "citation"] {
            assert!(method[field].as_str().is_some_and(|s| !s.is_empty()), "{field} of {method}");
        }
        for field in ["parameters", "constants", "state"] {
            assert!(method[field].is_array(), "{field} of {method}");
        }
    }
    let batch = list.iter().find(|m| m["id"] == "batch").unwrap();
    assert_eq!(batch["state"], serde_json::json!(["running_mean", "running_var"]));
    assert_eq!(batch["citation"], "ioffe2015batch");
    assert_eq!(batch["parameters"][0]["name"], "gain");
    assert_eq!(batch["constants"][0]["default"], 1e-5);
    let layer = list.iter().find(|m| m["id"] == "layer").unwrap();
    assert_eq!(layer["state"], serde_json::json!([]));
}

#[test]
fn norms_for_people_has_a_line_per_method() {
    let out = output(&["norms"]);
    assert!(out.status.success());
    let text = String::from_utf8(out.stdout).unwrap();
    assert_eq!(text.lines().count(), 1 + norms::METHODS.len() + norms::UPDATES.len(), "{text}");
}

#[test]
fn wrong_words_are_refused_with_the_right_ones() {
    fails(&["report", "brisk"], &["brisk", "smoke", "quick", "standard", "full"]);
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let run = run.to_str().unwrap();
    fails(
        &["converge", "smoke", "--run", run, "--method", "nobody"],
        &["no cell fits", "layer", "digits-mlp"],
    );
}

#[test]
fn a_folder_that_is_no_run_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("nothing-here");
    let missing = missing.to_str().unwrap();
    fails(&["render", missing], &["nothing-here"]);
    fails(&["rerun", missing, "some-cell"], &["nothing-here"]);
}

#[test]
fn a_damaged_run_is_named_by_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    short_run(name);
    fails(&["rerun", name, "no-such-cell"], &["no-such-cell", "cells"]);
    fails(&["converge", "quick", "--run", name], &["smoke", "quick", "tiers never mix"]);
    let manifest = run.join("manifest.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, &whole[..whole.len() / 2]).unwrap();
    fails(&["render", name], &["manifest.json"]);
    fails(&["converge", "smoke", "--run", name], &["manifest.json"]);
}

#[test]
fn a_cell_run_again_gives_the_same_bits() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    short_run(name);
    let cell = cells(&run)[0].file_stem().unwrap().to_str().unwrap().to_owned();
    let out = output(&["rerun", name, &cell]);
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && said.contains("bit for bit"), "{said}");
}

/// A run of one short cell and three long ones is interrupted: it ends by itself, keeps what is finished, and takes
/// up the rest on another start.
#[cfg(unix)]
#[test]
fn an_interrupt_loses_only_what_is_running() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    short_run(name);
    let finished = cells(&run);
    assert_eq!(finished.len(), 1);
    let bytes = fs::read(&finished[0]).unwrap();

    // Cells of another length are other cells; these would run for minutes.
    let long = ["converge", "smoke", "--run", name, "--workload", "digits-mlp", "--epochs", "100000"];
    let mut child = normlab(&long).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // The handler is set within moments of the start; a cell of this length is still running then.
    std::thread::sleep(Duration::from_secs(2));
    assert!(child.try_wait().unwrap().is_none(), "the long run ended before it was interrupted");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let asked = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if asked.elapsed() > Duration::from_secs(15) {
            child.kill().unwrap();
            panic!("the interrupt was not heeded");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(said.contains("interrupted") && said.contains("--run"), "{said}");
    assert_eq!(cells(&run), finished, "an unfinished cell was written");
    assert_eq!(fs::read(&finished[0]).unwrap(), bytes, "a finished cell was touched");

    let again = ["converge", "smoke", "--run", name, "--workload", "digits-mlp", "--epochs", "1"];
    let out = output(&again);
    let said = String::from_utf8_lossy(&out.stdout);
    let all = bench::workloads::find("digits-mlp").unwrap().trained().count();
    assert!(said.contains(&format!("{all} asked for, 1 found, {} run", all - 1)), "{said}");
    assert_eq!(fs::read(&finished[0]).unwrap(), bytes, "a finished cell was run again");
    assert_eq!(cells(&run).len(), all);
}
