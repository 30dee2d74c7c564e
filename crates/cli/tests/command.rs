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
    assert_eq!(out.status.code(), Some(2), "{args:?} should be refused; it said {said}");
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

/// It fails in one line that holds all of `expected`, and makes nothing of the folder it was given.
#[track_caller]
fn refuses(words: &[&str], expected: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let args = [&["converge", "smoke", "--run", run.to_str().unwrap()], words].concat();
    fails(&args, expected);
    assert!(!run.exists(), "{words:?} left a folder behind");
}

#[test]
fn wrong_words_are_refused_with_the_right_ones() {
    fails(&["report", "brisk"], &["brisk", "smoke", "quick", "standard", "full"]);
    refuses(&["--method", "lay"], &["error: there is no method `lay`; there are: none, batch, "]);
    refuses(&["--workload", "digit"], &["error: there is no workload `digit`; there are: digits-mlp, "]);
    refuses(
        &["--workload", "digits-mlp", "--lr", "0.123"],
        &["error: nothing fits --lr 0.123; the learning rates"],
    );
    for rate in ["nan", "-1", "0", "1e-300", "inf"] {
        refuses(&["--workload", "digits-mlp", &format!("--lr={rate}")], &["--lr "]);
    }
    refuses(
        &["--workload", "digits-mlp", "--method", "ndp"],
        &["error: workload `digits-mlp` does not train `ndp`: "],
    );
    for seeds in ["0", "1001", "4000000000", "18446744073709551615", "-1", "two"] {
        refuses(&["--workload", "digits-mlp", &format!("--seeds={seeds}")], &[seeds, "--seeds"]);
    }
    for epochs in ["0", "18446744073709551615"] {
        refuses(&["--workload", "digits-mlp", "--epochs", epochs], &[epochs, "--epochs"]);
    }
    refuses(&["--another-part"], &["no part of another build", "leave --another-part out"]);
}

/// Each error is one line, whatever is in the names that it repeats.
#[cfg(unix)]
#[test]
fn strange_names_are_refused_in_one_line() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let one_line = |mut command: Command, expected: &str| {
        let out = command.current_dir(dir.path()).output().unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: ") && said.contains(expected), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    };
    one_line(normlab(&["render", "two\nlines\u{1b}[31m"]), "two\\nlines\\u{1b}[31m");
    one_line(normlab(&["rerun", "two\nlines", "cell"]), "two\\nlines");
    let mut command = normlab(&["converge", "smoke", "--run"]);
    command.arg(std::ffi::OsStr::from_bytes(b"not-\xff"));
    one_line(command, "argument 4 is not UTF-8 text: not-");
    let mut command = normlab(&["render"]);
    command.arg(std::ffi::OsStr::from_bytes(b"not-\xff"));
    one_line(command, "argument 2 is not UTF-8 text: not-");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for words in [&["norms"][..], &["norms", "--json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let out = normlab(words).stdout(writer).output().unwrap();
        assert!(out.status.success(), "{words:?}");
        assert_eq!(String::from_utf8_lossy(&out.stderr), "");
    }
    #[cfg(target_os = "linux")]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let out = normlab(&["norms"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(out.status.code(), Some(2));
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(said.contains("cannot write to standard output: No space left"), "{said}");
    }
}

#[test]
fn one_command_at_a_time_writes_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    let long = ["converge", "smoke", "--run", name, "--workload", "digits-mlp", "--epochs", "100000"];
    let mut first = normlab(&long).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let asked = Instant::now();
    while !run.join("manifest.json").exists() && asked.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    fails(
        &["converge", "smoke", "--run", name, "--workload", "digits-mlp"],
        &["another command is writing this run", &format!("process {}", first.id())],
    );
    // The system releases the lock of a process that is killed.
    first.kill().unwrap();
    first.wait().unwrap();
    short_run(name);
}

#[test]
fn a_continued_run_lists_its_commands_and_seeds_and_its_page_has_nothing_against_it() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    short_run(name);
    let more =
        ["converge", "smoke", "--run", name, "--workload", "digits-mlp", "--method", "none", "--epochs", "1"];
    let out = output(&[&more[..], &["--seeds", "3"]].concat());
    assert!(String::from_utf8_lossy(&out.stdout).contains("3 asked for, 1 found, 2 run"));
    let text = fs::read_to_string(run.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let content = &manifest["content"];
    assert_eq!(content["seeds"], serde_json::json!([1, 2, 3]));
    assert_eq!(content["parts"].as_array().unwrap().len(), 1);
    assert_eq!(content["parts"][0]["commands"].as_array().unwrap().len(), 2);
    assert!(output(&["render", name]).status.success());
    let page = fs::read_to_string(run.join("page/provenance.html")).unwrap();
    assert!(page.contains("Nothing: all parts") || page.contains("Not in this run"));
    assert!(!page.contains("Not usable"));
}

/// What another build or machine began is continued only on request, and then apart.
#[test]
fn a_run_of_another_build_is_refused_or_kept_apart() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    short_run(name);
    // As another processor would have written it: the cell names its identity, so both are edited.
    let path = run.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut identity: results::Identity =
        serde_json::from_value(manifest["content"]["parts"][0]["identity"].clone()).unwrap();
    let (own, cpu) = (identity.id(), identity.cpu.clone());
    identity.cpu = "another processor".to_owned();
    let other = text.replace(&format!("\"cpu\": \"{cpu}\""), "\"cpu\": \"another processor\"");
    assert_ne!(other, text);
    fs::write(&path, other).unwrap();
    let cell = &cells(&run)[0];
    fs::write(cell, fs::read_to_string(cell).unwrap().replace(&own, &identity.id())).unwrap();

    let more = [
        "converge",
        "smoke",
        "--run",
        name,
        "--workload",
        "digits-mlp",
        "--method",
        "none",
        "--epochs",
        "1",
        "--seeds",
        "2",
    ];
    fails(&more, &["processor another processor, got ", "--another-part"]);
    assert_eq!(cells(&run).len(), 1);
    let out = output(&[&more[..], &["--another-part"]].concat());
    assert!(String::from_utf8_lossy(&out.stdout).contains("2 asked for, 1 found, 1 run"));
    assert!(output(&["render", name]).status.success());
    let standings = fs::read_to_string(run.join("page/data/standings-digits-mlp.csv")).unwrap();
    assert!(standings.contains("part 1") && standings.contains("part 2"), "{standings}");
}

#[test]
fn a_file_that_is_not_the_cell_is_run_again_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    short_run(name);
    let cell = cells(&run).remove(0);
    let good = fs::read(&cell).unwrap();
    let id = cell.file_stem().unwrap().to_str().unwrap();
    let again =
        ["converge", "smoke", "--run", name, "--workload", "digits-mlp", "--method", "none", "--epochs", "1"];
    for bad in [&b""[..], &good[..good.len() / 2], b"{}"] {
        fs::write(&cell, bad).unwrap();
        fails(&["rerun", name, id], &[id]);
        let out = output(&again);
        assert!(String::from_utf8_lossy(&out.stdout).contains("0 found, 1 run (1 in place of"));
        assert!(
            String::from_utf8_lossy(&out.stderr)
                .contains(&format!("not usable, run again: {name}/cells/{id}.json"))
        );
        assert_eq!(cells(&run).len(), 1);
    }
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
    let path = &cells(&run)[0];
    let mut record: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    record["content"]["curve"][1]["test_loss"] = 0.123_456.into();
    fs::write(path, record.to_string()).unwrap();
    let out = output(&["rerun", name, &cell]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stdout).contains("DIFFERENT numbers"));
}

/// And no run is begun.
#[test]
fn a_workload_without_its_files_says_what_brings_them() {
    let dir = tempfile::tempdir().unwrap();
    let (run, empty) = (dir.path().join("run"), dir.path().join("empty"));
    let words = ["converge", "smoke", "--run", run.to_str().unwrap(), "--workload", "fashion-conv"];
    let missing = empty.join("fashion-mnist/train-images-idx3-ubyte.gz");
    let missing = format!("{}: no such file", missing.display());
    for (folder, why) in
        [(None, "NORMLAB_DATA, which names their folder, is not set"), (Some(&empty), missing.as_str())]
    {
        let mut command = normlab(&words);
        command.env_remove("NORMLAB_DATA");
        if let Some(folder) = folder {
            command.env("NORMLAB_DATA", folder);
        }
        let out = command.output().unwrap();
        assert_eq!(out.status.code(), Some(2));
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(said.contains(why) && said.contains("`just data fashion-mnist` brings them"), "{said}");
        assert!(!run.exists());
    }
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
    assert_eq!(out.status.code(), Some(130));
    assert_eq!(cells(&run), finished, "an unfinished cell was written");
    assert_eq!(fs::read(&finished[0]).unwrap(), bytes, "a finished cell was touched");

    let again = ["converge", "smoke", "--run", name, "--workload", "digits-mlp", "--epochs", "1"];
    let out = output(&again);
    let said = String::from_utf8_lossy(&out.stdout);
    let all = bench::experiment::workloads::find("digits-mlp").unwrap().trained().count();
    assert!(said.contains(&format!("{all} asked for, 1 found, {} run", all - 1)), "{said}");
    assert_eq!(fs::read(&finished[0]).unwrap(), bytes, "a finished cell was run again");
    assert_eq!(cells(&run).len(), all);
}
