//! Runs that are put together: what comes of it, what is refused, and that the runs themselves stay as they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use results::{ConvergenceRecord, Error, Merge, Run, RunWriter, SameBits, Start, Tier};

use crate::common::{command, descriptions, method, record, start, throughput, workload};

const END: &str = "2026-01-02T04:00:00Z";

/// A finished run with these cells, in a folder of that name.
fn run(dir: &Path, start: &Start, cells: &[ConvergenceRecord]) -> Run {
    let mut run = RunWriter::begin(dir, start, &descriptions()).unwrap();
    for cell in cells {
        run.write_cell(cell).unwrap();
    }
    run.finish("2026-01-02T03:05:00Z".into()).unwrap();
    Run::open(dir).unwrap()
}

/// Two shards with a cell each and one that both have.
fn shards(dir: &Path) -> [Run; 2] {
    [1, 2].map(|i| {
        let mut start =
            Start { shard: Some(format!("{i}/2").parse().unwrap()), seeds: vec![1, 1 + i], ..start() };
        start.part.commands = vec![command(&format!("shard {i}"))];
        start.part.commands[0].started = format!("2026-01-0{}T03:04:05Z", 4 - i);
        run(&dir.join(i.to_string()), &start, &[record("layer", 0.1, 1), record("layer", 0.1, 1 + i)])
    })
}

/// Every file under a folder, with what is in it.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn shards_become_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let shards = shards(folder.path());
    fs::write(folder.path().join("2/probes.json"), r#"{"schema_version": 1, "content": []}"#).unwrap();
    let before = files(folder.path());
    let out = folder.path().join("deep/down/all");
    let merge = Merge::of(&out, &shards, None).unwrap();
    assert_eq!((merge.cells, merge.left_out.len()), (3, 0));
    assert!(!out.exists(), "it is not there before it is whole");
    merge.write_verdicts(&[]).unwrap();
    assert_eq!(merge.finish(END.into()).unwrap(), out);
    let all = Run::open(&out).unwrap();
    all.validate().unwrap();
    let manifest = all.manifest();
    assert_eq!((manifest.shard, manifest.tier, &*manifest.seeds), (None, Tier::Quick, &[1, 2, 3][..]));
    assert_eq!(manifest.started, "2026-01-02T03:04:05Z", "the earliest start");
    assert_eq!(manifest.finished.as_deref(), Some(END));
    assert_eq!(manifest.parts.len(), 1);
    let words: Vec<_> = manifest.parts[0].commands.iter().map(|c| c.words[1].as_str()).collect();
    assert_eq!(words, ["shard 2", "shard 1"], "in the order of their first start");
    assert!(!manifest.parts[0].throughput);
    let mut seeds: Vec<u64> = all.contents().unwrap().cells.iter().map(|c| c.cell.seed).collect();
    seeds.sort_unstable();
    assert_eq!(seeds, [1, 2, 3]);
    assert_eq!(all.references().unwrap(), shards[0].references().unwrap());
    assert_eq!((all.probes().unwrap(), all.verdicts().unwrap()), (Some(vec![]), Some(vec![])));
    let after: BTreeMap<_, _> =
        files(folder.path()).into_iter().filter(|(p, _)| !p.starts_with(&out)).collect();
    assert_eq!(
        after, before,
        "the runs that were merged are as they were, and nothing stays beside the new one"
    );
    // It goes on like any run, and is merged like any.
    let more = RunWriter::begin(&out, &start(), &descriptions()).unwrap();
    more.write_cell(&record("layer", 0.2, 1)).unwrap();
    drop(more);
    let again = Merge::of(&folder.path().join("again"), &[all, shards[0].clone()], None).unwrap();
    assert_eq!(again.cells, 4);
}

#[test]
fn the_same_cell_with_other_numbers_is_named_with_both_runs() {
    type Change = fn(&mut ConvergenceRecord);
    let changes: [(&str, &str, &str, Change); 6] = [
        ("the number of points of the curve", "2", "1", |r| r.curve = vec![r.curve[1]]),
        ("train_loss at update 10", "0.09090909090909091", "0.5", |r| r.curve[0].train_loss = Some(0.5)),
        ("valid_loss at update 20", "none", "0.25", |r| r.curve[1].valid_loss = Some(0.25)),
        ("test_accuracy at update 20", "0.9", "0.95", |r| r.curve[1].test_accuracy = Some(0.95)),
        ("metric gap", "NaN", "1.0", |r| r.metrics = [("gap".into(), 1.0)].into()),
        ("parameters", "1000", "7", |r| r.parameters = 7),
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut base = record("layer", 0.1, 1);
    base.metrics.insert("gap".into(), f64::NAN);
    let first = run(&folder.path().join("first"), &start(), std::slice::from_ref(&base));
    for (what, was, is, change) in changes {
        let mut other = base.clone();
        change(&mut other);
        let dir = folder.path().join(what);
        let second = run(&dir, &start(), &[other]);
        let out = folder.path().join("out");
        let said = Merge::of(&out, &[first.clone(), second], None).unwrap_err().to_string();
        let expected = format!(
            "cell {}: {what} is {was} in {} and {is} in {}; ",
            base.id,
            first.dir().display(),
            dir.display()
        );
        assert!(said.starts_with(&expected), "{said}");
        assert!(!out.exists());
    }
    // Times, and what only one of two builds says of the end, are no difference.
    let mut slower = base.clone();
    slower.wall_seconds = 9.0;
    for point in &mut slower.curve {
        point.seconds *= 2.0;
    }
    slower.seconds_to_target = Some(4.0);
    slower.metrics.insert("more".into(), 1.0);
    let second = run(&folder.path().join("slower"), &start(), &[slower]);
    assert_eq!(Merge::of(&folder.path().join("out"), &[first, second], None).unwrap().cells, 1);
}

#[test]
fn runs_of_another_kind_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let dir = |name: &str| folder.path().join(name);
    let of = |name: &str, start: &Start| run(&dir(name), start, &[record("layer", 0.1, 1)]);
    let engine = |engine: &str| {
        let mut start = start();
        start.part.identity.engine = engine.to_owned();
        start
    };
    let first = of("first", &engine("e"));
    let refused = |other: Run, expected: &str| {
        let path = other.dir().display().to_string();
        let said = Merge::of(&dir("out"), &[first.clone(), other], None).unwrap_err().to_string();
        assert!(said.starts_with(&path) && said.contains(expected), "{said}");
        assert!(!dir("out").exists());
    };
    let near = |what: &str| format!("not merged with {}: expected {what}", first.dir().display());
    refused(of("tier", &Start { tier: Tier::Full, ..engine("e") }), &near("tier quick, got full"));
    refused(of("engine", &engine("f")), &near("engine e, got f"));
    let mut processor = engine("e");
    processor.part.identity.cpu = "another".into();
    refused(of("processor", &processor), &near("processor a processor, got another"));
    // Another commit of the same engine is the same, and so is an engine that is known to give the same bits.
    let mut commit = engine("e");
    commit.part.identity.commit = "f".repeat(40);
    let commit = of("commit", &commit);
    let mut extends = Start { another_part: true, seeds: vec![2], ..engine("f") };
    let identity = first.manifest().parts[0].identity.id();
    extends.part.same_bits_as = Some(SameBits { identity, cells: vec!["a".into()] });
    of("extended", &engine("e"));
    let extended = run(&dir("extended"), &extends, &[record("layer", 0.1, 2)]);
    let after = run(&dir("after"), &engine("f"), &[record("layer", 0.1, 3)]);
    let merge = Merge::of(&dir("out"), &[first.clone(), commit, after, extended], None).unwrap();
    assert_eq!((merge.manifest().parts.len(), merge.cells), (2, 3));
    assert_eq!(merge.contents().unwrap().cells.len(), 3);
    drop(merge);
    // A file of another version is named, one that is no cell is left out and said.
    let damaged = of("damaged", &engine("e"));
    let cell = damaged.cell_path(&record("layer", 0.1, 1).id);
    let text = fs::read_to_string(&cell).unwrap();
    fs::write(&cell, &text[..text.len() / 2]).unwrap();
    let merge = Merge::of(&dir("out"), std::slice::from_ref(&damaged), None).unwrap();
    assert_eq!((merge.cells, merge.left_out.len()), (0, 1));
    assert!(merge.left_out[0].to_string().starts_with(&cell.display().to_string()), "{:?}", merge.left_out);
    drop(merge);
    fs::write(&cell, text.replace("\"schema_version\": 1", "\"schema_version\": 2")).unwrap();
    let said = Merge::of(&dir("out"), &[damaged], None).unwrap_err().to_string();
    assert!(said.contains("expected schema version 1, got 2"), "{said}");
}

#[test]
fn what_one_run_describes_and_another_does_not_is_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(&folder.path().join("first"), &start(), &[]);
    let mut about = descriptions();
    about.methods.push(method("rms"));
    about.workloads.push(workload("new"));
    drop(RunWriter::begin(folder.path().join("second"), &start(), &about).unwrap());
    let second = Run::open(folder.path().join("second")).unwrap();
    let merge = Merge::of(&folder.path().join("out"), &[first.clone(), second], None).unwrap();
    assert_eq!(merge.methods().unwrap().unwrap(), [method("layer"), method("rms")]);
    assert_eq!(merge.workloads().unwrap().unwrap(), [workload("digits-mlp"), workload("new")]);
    drop(merge);
    about.workloads[0].target.value = 0.5;
    drop(RunWriter::begin(folder.path().join("third"), &start(), &about).unwrap());
    let third = Run::open(folder.path().join("third")).unwrap();
    let error = Merge::of(&folder.path().join("out"), &[first, third.clone()], None).unwrap_err();
    assert!(matches!(&error, Error::OtherWorkload { path, .. } if path == third.dir()), "{error}");
}

#[test]
fn times_come_from_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let dir = |name: &str| folder.path().join(name);
    let timed = |name: &str, median: f64| {
        let mut run = RunWriter::begin(dir(name), &start(), &descriptions()).unwrap();
        run.write_throughput(&[throughput("norm/layer/fused/f32/8x4/fwd", median)]).unwrap();
        drop(run);
        Run::open(dir(name)).unwrap()
    };
    let (a, b, plain) = (timed("a", 1.0), timed("b", 2.0), run(&dir("plain"), &start(), &[]));
    let merge = |runs: &[&Run], times: Option<&Path>| {
        let runs: Vec<Run> = runs.iter().map(|run| (*run).clone()).collect();
        let merge = Merge::of(&dir("out"), &runs, times)?;
        let median = merge.throughput()?.map(|records| records[0].median_ns);
        Ok::<_, Error>((median, merge.manifest().parts[0].throughput))
    };
    assert_eq!(merge(&[&plain], None).unwrap(), (None, false));
    assert_eq!(merge(&[&plain, &b], None).unwrap(), (Some(2.0), true));
    let said = merge(&[&a, &plain, &b], None).unwrap_err().to_string();
    let both = format!("{} and {} both hold times", dir("a").display(), dir("b").display());
    assert!(said.starts_with(&both), "{said}");
    assert_eq!(merge(&[&a, &plain, &b], Some(&dir("b"))).unwrap(), (Some(2.0), true));
    assert_eq!(merge(&[&a, &plain, &b], Some(&dir("a"))).unwrap(), (Some(1.0), true));
    for other in ["plain", "elsewhere"] {
        let said = merge(&[&a, &plain, &b], Some(&dir(other))).unwrap_err().to_string();
        assert!(
            said.ends_with(&format!("{other}: expected one of the runs that are merged, with times in it"))
        );
    }
}

#[test]
fn a_merge_that_is_cut_short_leaves_no_run() {
    let folder = tempfile::tempdir().unwrap();
    let shards = shards(folder.path());
    let out = folder.path().join("all");
    let unfinished = folder.path().join(".all.merging");
    // What a kill leaves is cleared, whatever it is.
    fs::create_dir_all(unfinished.join("cells")).unwrap();
    fs::write(unfinished.join("cells/0123456789abcdef.json"), "{").unwrap();
    fs::write(unfinished.join("probes.json"), "{").unwrap();
    let merge = Merge::of(&out, &shards, None).unwrap();
    assert!(merge.probes().unwrap().is_none() && merge.cell_ids().unwrap().len() == 3);
    let error = Merge::of(&out, &shards, None).unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "{error}");
    drop(merge);
    assert!(!out.exists() && !unfinished.exists(), "one that fails takes what it wrote with it");
    // Another that came first is not written over.
    let late = Merge::of(&out, &shards, None).unwrap();
    fs::create_dir(&out).unwrap();
    assert!(matches!(late.finish(END.into()), Err(Error::Exists { .. })));
    assert!(!unfinished.exists());
    for there in [&out, &folder.path().join("..")] {
        assert!(matches!(Merge::of(there, &shards, None), Err(Error::Exists { .. })));
    }
    assert!(matches!(Merge::of(&folder.path().join("none"), &[], None), Err(Error::NotARun { .. })));
}
