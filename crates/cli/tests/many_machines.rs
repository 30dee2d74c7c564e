//! One run by several processes: in shards that are merged, or together in one folder.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The smallest workload, every method of it.
const CELLS: [&str; 6] = ["converge", "smoke", "--workload", "digits-mlp", "--epochs", "1"];

fn normlab(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_normlab"));
    command.args(words);
    command
}

fn output(words: &[&[&str]]) -> Output {
    normlab(&words.concat()).output().unwrap()
}

fn said(words: &[&[&str]]) -> String {
    let out = output(words);
    assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[track_caller]
fn refused(words: &[&[&str]], expected: &[&str]) {
    let out = output(words);
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{words:?}: {said}");
    assert!(
        expected.iter().all(|text| said.contains(text)) && !said.contains("panicked"),
        "{words:?}: {said}"
    );
}

/// How many cells `CELLS` asks for.
fn all() -> usize {
    bench::experiment::workloads::find("digits-mlp").unwrap().trained().count()
}

/// The first number before a word.
fn number(text: &str, word: &str) -> usize {
    let before = text.split(word).next().unwrap();
    before
        .split(' ')
        .next_back()
        .unwrap()
        .parse()
        .unwrap_or_else(|_| panic!("no number before {word}: {text}"))
}

#[test]
fn what_is_no_shard_is_refused_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let run = run.to_str().unwrap();
    for shard in ["0/4", "5/4", "x"] {
        let expected = [shard, "--shard", "expected i/n, the i-th of n shards"];
        refused(&[&CELLS, &["--run", run, "--shard", shard]], &expected);
        refused(&[&["report", "smoke", "--run", run, "--shard", shard]], &expected);
        refused(&[&["decide", "--run", run, "--shard", shard]], &expected);
    }
    refused(&[&CELLS, &["--shard", "1/2"]], &["--run"]);
    refused(&[&CELLS, &["--run", run, "--from", "elsewhere"]], &["--shard"]);
    refused(&[&CELLS, &["--run", run, "--join", "--shard", "1/2"]], &["--join", "--shard"]);
    assert!(!Path::new(run).exists());
}

#[test]
fn shards_are_trained_apart_and_merged() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (first, second, merged) = (path("1"), path("2"), path("all"));
    let mut shares = 0;
    for (run, shard) in [(&first, "1/2"), (&second, "2/2")] {
        let text = said(&[&CELLS, &["--run", run, "--shard", shard]]);
        shares += number(&text, " asked for");
        assert!(text.contains(" 0 found"), "{text}");
        refused(&[&["render", run]], &["is shard", "merge the shards"]);
        refused(&[&CELLS, &["--run", run]], &[&format!("expected shard {shard}"), "got all cells"]);
    }
    assert_eq!(shares, all(), "each cell is in one shard");
    // What probes find is taken from the runs. Here it is nothing, since finding it takes a minute.
    fs::write(dir.path().join("1/probes.json"), r#"{"schema_version": 1, "content": []}"#).unwrap();
    let text = said(&[&["merge", &merged, &first, &second]]);
    assert!(text.contains(&format!("cells: {}, of 2 runs", all())), "{text}");
    assert!(text.contains(" cells of the smoke tier come next; shards go on with --from "), "{text}");
    let page = fs::read_to_string(dir.path().join("all/page/index.html")).unwrap();
    assert!(!page.contains("Not usable"));
    let run = results::Run::open(&merged).unwrap();
    run.validate().unwrap();
    assert_eq!(run.probes().unwrap(), Some(vec![]));
    assert!(run.verdicts().unwrap().is_some_and(|verdicts| !verdicts.is_empty()));
    assert!(run.manifest().finished.is_some());
    refused(&[&["merge", &merged, &first, &second]], &["this is there already"]);
    // What the merged run has is not trained again, by a shard that goes on from it or by one that continues it.
    let third = path("3");
    let text = said(&[&CELLS, &["--run", &third, "--shard", "1/2", "--from", &merged]]);
    assert!(text.contains("0 asked for"), "{text}");
    let text = said(&[&CELLS, &["--run", &merged]]);
    assert!(text.contains(&format!("{0} asked for, {0} found, 0 run", all())), "{text}");
    refused(
        &[&["converge", "quick", "--run", &path("4"), "--shard", "1/2", "--from", &merged]],
        &["--from takes a run of the same tier, quick; this one is smoke"],
    );
    // A number that was changed is seen, and so is another engine.
    let cell = fs::read_dir(dir.path().join("1/cells")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read_to_string(&cell).unwrap();
    let at = whole.find("\"valid_loss\": ").unwrap() + "\"valid_loss\": ".len();
    fs::write(&cell, format!("{}1{}", &whole[..at], &whole[at..])).unwrap();
    let id = cell.file_stem().unwrap().to_str().unwrap();
    refused(&[&["merge", &path("5"), &first, &merged]], &[id, "valid_loss at update", &first, &merged]);
    let manifest = dir.path().join("2/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let at = text.find("\"engine\": \"").unwrap() + "\"engine\": \"".len();
    fs::write(&manifest, format!("{}{}{}", &text[..at], "0".repeat(32), &text[at + 32..])).unwrap();
    refused(&[&["merge", &path("5"), &second]], &[&second, "another engine"]);
    assert!(!dir.path().join("5").exists());
}

/// The cells that come first for a claim are all in some shard, and in none but one.
#[test]
fn shards_of_a_claim_are_all_of_it() {
    let next = |shard: &str| {
        let words: &[&str] = &["decide", "--claim", "WN3", "--dry-run", "--run", "no/such/run"];
        let text = if shard.is_empty() { said(&[words]) } else { said(&[words, &["--shard", shard]]) };
        number(&text, " cells come next")
    };
    let shares: Vec<usize> = ["1/3", "2/3", "3/3"].map(next).into();
    assert_eq!(shares.iter().sum::<usize>(), next(""));
    assert!(shares.iter().all(|share| *share > 0), "{shares:?}");
}

/// A runner in a process of its own, which ends with the test.
struct Runner {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Runner {
    fn start(run: &str, words: &[&str]) -> Self {
        let mut command = normlab(&[words, &["--run", run, "--join"]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said }
    }

    /// Its next line.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    /// What else it says until it has ended well.
    fn end(mut self) -> String {
        until("the end of a runner", || self.child.try_wait().unwrap().is_some());
        assert!(self.child.wait().unwrap().success());
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is there.
fn until(what: &str, mut there: impl FnMut() -> bool) {
    let asked = Instant::now();
    while !there() {
        assert!(asked.elapsed() < Duration::from_mins(2), "{what} did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn with_extension(run: &Path, extension: &str) -> usize {
    let entries = fs::read_dir(run.join("cells")).into_iter().flatten().flatten();
    entries.filter(|entry| entry.path().extension().is_some_and(|e| e == extension)).count()
}

#[test]
fn two_runners_on_one_folder_train_every_cell_once() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    let runners = [Runner::start(name, &CELLS), Runner::start(name, &CELLS)];
    let texts = runners.map(Runner::end);
    let trained: Vec<usize> = texts.iter().map(|text| number(text, " run")).collect();
    assert_eq!(trained.iter().sum::<usize>(), all(), "{texts:?}");
    assert!(trained.iter().all(|share| *share > 0), "{texts:?}");
    assert_eq!((with_extension(&run, "json"), with_extension(&run, "lock")), (all(), 0));
    let run = results::Run::open(&run).unwrap();
    run.validate().unwrap();
    assert!(run.manifest().finished.is_some());
}

#[test]
fn a_runner_that_is_killed_loses_its_cell_to_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let name = run.to_str().unwrap();
    let one = ["converge", "smoke", "--workload", "digits-mlp", "--method", "none", "--epochs", "30"];
    let first = Runner::start(name, &one);
    until("the first runner's cell", || with_extension(&run, "lock") == 1);
    let mut second = Runner::start(name, &one);
    let joined = second.line();
    assert!(joined.ends_with("run, which another process writes too\n"), "{joined}");
    // Until it has come upon the cell that is taken.
    std::thread::sleep(Duration::from_secs(1));
    drop(first);
    assert_eq!(with_extension(&run, "json"), 0, "the cell is too short for this test");
    let text = second.end();
    assert!(text.contains("1 asked for, 0 found, 1 run, 0 diverged"), "{text}");
    assert_eq!((with_extension(&run, "json"), with_extension(&run, "lock")), (1, 0));
    // Nobody else was left to say so.
    assert!(results::Run::open(&run).unwrap().manifest().finished.is_some());
}

#[test]
fn two_runs_are_compared_by_what_they_have_in_common() {
    let kept = format!("{}/../../reports/2026-11-30-standard", env!("CARGO_MANIFEST_DIR"));
    let text = said(&[&["compare", &kept, &kept]]);
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(
        line("times: ").ends_with(" in 576") || line("times: ").contains("indistinguishable in "),
        "{text}"
    );
    // Every curve is compared, and all have the bits of themselves.
    let losses = line("losses on the test cases: of ");
    let arms = number(&losses["losses on the test cases: of ".len()..], " arms");
    assert!(arms > 100 && losses.ends_with(&format!("the same bit for bit in {arms}")), "{text}");
    let nowhere = tempfile::tempdir().unwrap();
    refused(&[&["compare", &kept, nowhere.path().to_str().unwrap()]], &["manifest"]);
}
