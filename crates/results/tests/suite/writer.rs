//! A run begins at one moment, has one writer at a time, and knows what measured it.

use std::fs;
use std::path::Path;

use results::{CellState, Error, Run, RunWriter, Start};

use crate::common::{command, descriptions, method, record, start, workload};

fn begin(dir: &Path, start: &Start) -> Result<RunWriter, Error> {
    RunWriter::begin(dir, start, &descriptions())
}

/// The same command from another build.
fn other_build() -> Start {
    let mut other = start();
    other.part.identity.commit = "f".repeat(40);
    other
}

#[test]
fn a_run_that_was_stopped_while_it_began_begins_again_whole() {
    let whole = tempfile::tempdir().unwrap();
    drop(begin(whole.path(), &start()).unwrap());
    for missing in
        [&["manifest.json"][..], &["manifest.json", "references.bib", "workloads.json", "methods.json"]]
    {
        let folder = tempfile::tempdir().unwrap();
        drop(begin(folder.path(), &start()).unwrap());
        for file in missing {
            fs::remove_file(folder.path().join(file)).unwrap();
        }
        fs::write(folder.path().join(".methods.json.4000000-0.tmp"), "{").unwrap();
        assert!(matches!(Run::open(folder.path()), Err(Error::NotARun { .. })), "no manifest, no run");
        drop(begin(folder.path(), &start()).unwrap());
        for file in ["manifest.json", "methods.json", "workloads.json", "references.bib"] {
            let read = |dir: &Path| fs::read(dir.join(file)).unwrap();
            assert_eq!(read(folder.path()), read(whole.path()), "{file}");
        }
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 6, "no temporary file stays: {names:?}");
    }
}

#[test]
fn cells_of_which_nobody_knows_the_maker_are_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path(), &start()).unwrap();
    run.write_cell(&record("layer", 0.1, 1)).unwrap();
    drop(run);
    fs::remove_file(folder.path().join("manifest.json")).unwrap();
    let error = begin(folder.path(), &start()).unwrap_err();
    assert!(matches!(error, Error::CellsWithoutManifest { .. }), "{error}");
}

#[test]
fn there_is_one_writer_at_a_time_and_readers_do_not_mind() {
    let folder = tempfile::tempdir().unwrap();
    let first = begin(folder.path(), &start()).unwrap();
    let error = begin(folder.path(), &start()).unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "{error}");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    Run::open(folder.path()).unwrap().validate().unwrap();
    assert!(matches!(results::add_peers(folder.path(), &[]), Err(Error::Locked { .. })));
    // Whatever stands in the file, the lock is held.
    for text in ["", "nobody", "12 or so"] {
        fs::write(folder.path().join("run.lock"), text).unwrap();
        let error = begin(folder.path(), &start()).unwrap_err();
        assert!(error.to_string().contains("this run (a process);"), "{error}");
    }
    drop(first);
    drop(begin(folder.path(), &start()).unwrap());
    results::add_peers(folder.path(), &[]).unwrap();
    assert_eq!(Run::open(folder.path()).unwrap().peers().unwrap(), Some(vec![]));
    let missing = folder.path().join("missing");
    assert!(matches!(results::add_peers(&missing, &[]), Err(Error::NotARun { .. })));
    assert!(!missing.exists());
}

#[test]
fn temporary_files_of_the_dead_are_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path(), &start()).unwrap());
    let cells = folder.path().join("cells");
    let stays = [
        "notes.tmp",
        ".hidden",
        ".a.json.tmp",
        ".a.json.7.tmp",
        ".a.json.x-1.tmp",
        ".a.json.1-.tmp",
        ".1-2.tmp",
    ];
    for name in stays.iter().chain(&[".0123.json.7-0.tmp"]) {
        fs::write(cells.join(name), "{").unwrap();
    }
    let alive = fs::File::create(cells.join(".4567.json.8-1.tmp")).unwrap();
    alive.try_lock().unwrap();
    fs::create_dir(cells.join(".folder.8-1.tmp")).unwrap();
    drop(begin(folder.path(), &start()).unwrap());
    for name in stays.iter().chain(&[".4567.json.8-1.tmp", ".folder.8-1.tmp"]) {
        assert!(cells.join(name).exists(), "{name} is nobody's to remove");
    }
    assert!(!cells.join(".0123.json.7-0.tmp").exists());
    results::remove_leftovers(&folder.path().join("missing")).unwrap();
    let file = results::remove_leftovers(&folder.path().join("manifest.json")).unwrap_err();
    assert!(file.to_string().contains("manifest.json: cannot list"), "{file}");
}

#[test]
fn what_cannot_be_written_is_named_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.json");
    fs::create_dir(&path).unwrap();
    let error = results::replace_file(&path, b"{}").unwrap_err();
    assert!(error.to_string().contains("file.json: cannot replace"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
}

#[test]
fn the_manifest_lists_every_command_and_seed_once() {
    let folder = tempfile::tempdir().unwrap();
    let one = Start { seeds: vec![1], ..start() };
    drop(begin(folder.path(), &one).unwrap());
    begin(folder.path(), &one).unwrap().finish("2026-01-02T03:05:00Z".into()).unwrap();
    let mut more = Start { seeds: vec![3, 2, 1], ..start() };
    more.part.commands = vec![command("report")];
    more.part.commands[0].started = "2026-02-02T03:04:05Z".into();
    let run = begin(folder.path(), &more).unwrap();
    let manifest = Run::open(folder.path()).unwrap().manifest().clone();
    assert_eq!(&manifest, run.manifest());
    assert_eq!(manifest.seeds, [1, 2, 3]);
    assert_eq!(manifest.finished, None, "it goes on");
    assert_eq!(manifest.started, "2026-01-02T03:04:05Z");
    assert_eq!(manifest.parts.len(), 1);
    assert_eq!(manifest.parts[0].commands, [command("converge"), more.part.commands[0].clone()]);
    run.validate().unwrap();
}

#[test]
fn another_tier_is_refused_and_the_run_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path(), &start()).unwrap());
    let before = fs::read(folder.path().join("manifest.json")).unwrap();
    let other = Start { tier: results::Tier::Full, seeds: vec![9], ..start() };
    let error = begin(folder.path(), &other).unwrap_err();
    assert!(matches!(error, Error::Tier { .. }) && error.to_string().contains("quick, got full"), "{error}");
    assert_eq!(fs::read(folder.path().join("manifest.json")).unwrap(), before);
}

#[test]
fn each_difference_of_build_or_machine_is_refused_by_name() {
    type Change = fn(&mut results::Identity);
    let changes: [(&str, Change); 11] = [
        ("commit", |i| i.commit.push('1')),
        ("working tree", |i| i.dirty = true),
        ("changes to the commit", |i| i.changes.push('1')),
        ("Cargo.lock", |i| i.lock_sha256.insert(0, '0')),
        ("compiler", |i| i.rustc.insert(0, '1')),
        ("features", |i| i.features.push("f".into())),
        ("profile", |i| i.profile.push('1')),
        ("system", |i| i.os.push('1')),
        ("processor", |i| i.cpu.push('1')),
        ("instruction set", |i| i.instruction_set.push('1')),
        ("allocator", |i| i.allocator.push('1')),
    ];
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path(), &start()).unwrap());
    let before = fs::read(folder.path().join("manifest.json")).unwrap();
    for (name, change) in changes {
        let mut other = start();
        change(&mut other.part.identity);
        assert_ne!(other.part.identity.id(), start().part.identity.id(), "{name}");
        let error = begin(folder.path(), &other).unwrap_err();
        assert!(matches!(error, Error::OtherIdentity { .. }), "{error}");
        let said = error.to_string();
        assert!(said.contains(&format!("{name} ")) && said.matches(", got ").count() == 1, "{said}");
        if name == "changes to the commit" {
            assert!(said.ends_with("changes to the commit none, got 1"), "{said}");
        }
    }
    assert_eq!(fs::read(folder.path().join("manifest.json")).unwrap(), before);
    // More cores or memory are the same processor: the part says what it had.
    let mut larger = start();
    (larger.part.memory_bytes, larger.part.logical_cores) = (1, 64);
    drop(begin(folder.path(), &larger).unwrap());
}

/// A method that an earlier build had no place for may be trained by a later one.
#[test]
fn what_a_later_build_trains_is_refused_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut about = descriptions();
    about.workloads[0].refuses.insert("layer".into(), "no place".into());
    about.workloads[0].refuses.insert("other".into(), "no place".into());
    drop(RunWriter::begin(folder.path(), &start(), &about).unwrap());
    about.workloads[0].refuses.remove("layer");
    let later = Start { another_part: true, seeds: vec![4], ..other_build() };
    let run = RunWriter::begin(folder.path(), &later, &about).unwrap();
    run.write_cell(&record("layer", 0.1, 4)).unwrap();
    assert_eq!(run.contents().unwrap().cells.len(), 1);
    let refused = &run.workloads().unwrap().unwrap()[0].refuses;
    assert!(refused.contains_key("other") && !refused.contains_key("layer"), "{refused:?}");
}

/// A part that gives the bits of an earlier one counts as that, and says so of no other.
#[test]
fn a_part_of_the_same_bits_is_the_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let first = begin(folder.path(), &start()).unwrap();
    let identity = first.manifest().parts[0].identity.id();
    drop(first);
    let mut other = Start { another_part: true, ..other_build() };
    other.part.same_bits_as = Some(results::SameBits { identity: identity.clone(), cells: vec!["a".into()] });
    let run = begin(folder.path(), &other).unwrap();
    run.validate().unwrap();
    let manifest = run.manifest();
    assert_eq!(manifest.part_number(Some(&manifest.parts[1].identity.id())), Some(1));
    drop(run);
    let file = folder.path().join("manifest.json");
    let text = fs::read_to_string(&file).unwrap();
    let at = text.rfind(&identity).unwrap();
    fs::write(&file, format!("{}{}{}", &text[..at], "0".repeat(16), &text[at + 16..])).unwrap();
    let refused = Run::open(folder.path()).unwrap().validate().unwrap_err().to_string();
    assert!(refused.contains("the identity of an earlier part"), "{refused}");
}

#[test]
fn another_part_has_its_own_commands_and_cells() {
    let folder = tempfile::tempdir().unwrap();
    let first = begin(folder.path(), &start()).unwrap();
    first.write_cell(&record("layer", 0.1, 1)).unwrap();
    drop(first);
    let other = Start { another_part: true, seeds: vec![4], ..other_build() };
    let mut run = begin(folder.path(), &other).unwrap();
    run.write_cell(&record("layer", 0.1, 4)).unwrap();
    run.write_throughput(&[]).unwrap();
    run.validate().unwrap();
    let manifest = run.manifest();
    assert_eq!(manifest.parts.iter().map(|p| p.throughput).collect::<Vec<_>>(), [false, true]);
    assert_eq!(manifest.seeds, [1, 2, 3, 4]);
    let parts: Vec<_> = run
        .contents()
        .unwrap()
        .cells
        .iter()
        .map(|c| (c.cell.seed, manifest.part_number(c.identity.as_deref())))
        .collect();
    assert!(parts.contains(&(1, Some(1))) && parts.contains(&(4, Some(2))), "{parts:?}");
    assert_eq!(manifest.part_number(Some("elsewhere")), None);
    assert_eq!(manifest.part_number(None), None, "in this form every cell says its part");
    drop(run);
    // The same words again continue the part that is there.
    assert_eq!(begin(folder.path(), &other).unwrap().manifest().parts.len(), 2);
    assert_eq!(begin(folder.path(), &start()).unwrap().manifest().parts.len(), 2);
}

#[test]
fn another_part_that_there_is_not_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let alone = Start { another_part: true, ..start() };
    let run = folder.path().join("run");
    assert!(matches!(begin(&run, &alone), Err(Error::NoOtherPart { .. })));
    assert!(!run.exists(), "a refusal leaves no folder");
    drop(begin(&run, &start()).unwrap());
    assert!(matches!(begin(&run, &alone), Err(Error::NoOtherPart { .. })));
}

#[test]
fn another_part_adds_what_only_it_knows_and_changes_no_target() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path(), &start()).unwrap());
    let other = Start { another_part: true, ..other_build() };
    let mut about = descriptions();
    about.workloads.push(workload("new"));
    about.workloads[0].title = "renamed".into();
    about.methods.push(method("rms"));
    about.methods[0].title = "renamed".into();
    let mut moved = about.clone();
    moved.workloads[0].target.value = 0.5;
    let error = RunWriter::begin(folder.path(), &other, &moved).unwrap_err();
    assert!(matches!(&error, Error::OtherWorkload { workload, .. } if workload == "digits-mlp"), "{error}");
    let run = RunWriter::begin(folder.path(), &other, &about).unwrap();
    assert_eq!(run.workloads().unwrap().unwrap(), [workload("digits-mlp"), workload("new")]);
    assert_eq!(run.methods().unwrap().unwrap(), [method("layer"), method("rms")]);
}

/// A manifest from before there were parts, and a cell from then.
const EARLIER: &str = r#"{"schema_version": 1, "content": {"tier": "quick", "command": ["normlab"], "commit": "c",
    "dirty": false, "lock_sha256": "LOCK", "rustc": "r", "features": [], "profile": "release", "os": "o", "cpu": "p",
    "logical_cores": 2, "threads": 1, "memory_bytes": 1, "started": "2026-01-02T03:04:05Z", "finished": null,
    "seeds": [1, 2, 3], "allocator": "a", "notes": ["n"]}}"#;

/// Two builds outside a repository say the same of themselves.
#[test]
fn a_build_that_looks_the_same_adds_what_it_knows() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path(), &start()).unwrap());
    let mut about = descriptions();
    about.workloads.push(workload("new"));
    let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
    assert_eq!(run.workloads().unwrap().unwrap(), [workload("digits-mlp"), workload("new")]);
    drop(run);
    about.workloads[0].target.value = 0.5;
    assert!(matches!(RunWriter::begin(folder.path(), &start(), &about), Err(Error::OtherWorkload { .. })));
}

fn earlier(dir: &Path) {
    drop(begin(dir, &start()).unwrap());
    fs::write(dir.join("manifest.json"), EARLIER.replace("LOCK", &"ab".repeat(32))).unwrap();
    let cell = serde_json::json!({"schema_version": 1, "content": record("layer", 0.1, 1)});
    let id = record("layer", 0.1, 1).id;
    fs::write(dir.join(format!("cells/{id}.json")), cell.to_string()).unwrap();
}

#[test]
fn a_run_of_the_earlier_form_is_read_and_not_continued() {
    let folder = tempfile::tempdir().unwrap();
    earlier(folder.path());
    let run = Run::open(folder.path()).unwrap();
    run.validate().unwrap();
    assert_eq!(run.contents().unwrap().cells.len(), 1);
    let part = &run.manifest().parts[0];
    assert_eq!((part.identity.commit.as_str(), part.identity.cpu.as_str()), ("c", "p"));
    assert_eq!((part.logical_cores, part.threads, part.notes.len()), (2, 1, 1));
    assert_eq!(part.commands[0].started, "2026-01-02T03:04:05Z");
    assert_eq!(run.manifest().part_number(None), Some(1));
    let error = begin(folder.path(), &start()).unwrap_err();
    assert!(matches!(error, Error::EarlierForm { .. }), "{error}");
}

#[test]
fn a_manifest_of_either_form_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    earlier(folder.path());
    let path = folder.path().join("manifest.json");
    let refused = |text: &str, named: &str| {
        fs::write(&path, text).unwrap();
        let said = Run::open(folder.path()).unwrap_err().to_string();
        assert!(said.contains("manifest.json:") && said.contains(named), "{said}");
    };
    let whole: serde_json::Value = serde_json::from_str(EARLIER).unwrap();
    for field in whole["content"].as_object().unwrap().keys().filter(|f| *f != "finished") {
        let mut less = whole.clone();
        less["content"].as_object_mut().unwrap().remove(field);
        let named = if field == "commit" { "parts" } else { field };
        refused(&less.to_string(), named);
    }
    drop(begin(folder.path().join("new").as_path(), &start()).unwrap());
    let text = fs::read_to_string(folder.path().join("new/manifest.json")).unwrap();
    let new: serde_json::Value = serde_json::from_str(&text).unwrap();
    for field in new["content"].as_object().unwrap().keys().filter(|f| *f != "finished") {
        let mut less = new.clone();
        less["content"].as_object_mut().unwrap().remove(field);
        refused(&less.to_string(), field);
    }
    for (field, value) in [("command", serde_json::json!([])), ("commit", "c".into()), ("cpu", "p".into())] {
        let mut both = new.clone();
        both["content"][field] = value;
        refused(&both.to_string(), "beside");
    }
    let mut none = new;
    none["content"]["parts"] = serde_json::json!([]);
    refused(&none.to_string(), "`parts` is empty");
}

#[test]
fn a_file_that_is_not_the_cell_is_no_finished_cell() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path(), &start()).unwrap();
    let state = |id: &str| run.cell_states([id].into_iter()).map(|mut states| states.remove(0));
    let whole = record("layer", 0.1, 1);
    assert!(matches!(state(&whole.id), Ok(CellState::Absent)));
    let path = run.write_cell(&whole).unwrap();
    assert!(matches!(state(&whole.id), Ok(CellState::Whole)));
    let good = fs::read(&path).unwrap();
    let other = fs::read(run.write_cell(&record("layer", 0.1, 2)).unwrap()).unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let contradiction = text.replace("\"steps_to_target\": 20", "\"steps_to_target\": 10");
    assert_ne!(contradiction, text);
    let id = start().part.identity.id();
    let foreign = text.replace(&id, "0123456789abcdef");
    for bad in
        [&good[..good.len() / 2], b"", &other, b"\xff\xfe", contradiction.as_bytes(), foreign.as_bytes()]
    {
        fs::write(&path, bad).unwrap();
        match state(&whole.id) {
            Ok(CellState::Unusable(why)) => assert!(why.to_string().contains(&whole.id), "{why}"),
            got => panic!("{got:?}"),
        }
    }
    // What a later version wrote, and what cannot be read at all, is nobody's to replace.
    fs::write(&path, text.replace("\"schema_version\": 1", "\"schema_version\": 2")).unwrap();
    assert!(matches!(state(&whole.id), Err(Error::Version { got: 2, .. })));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(state(&whole.id), Err(Error::Io { .. })));
    assert!(
        matches!(state("../manifest"), Ok(CellState::Absent)),
        "a name that leaves the folder is no cell's"
    );
}

#[test]
fn a_commit_that_leaves_the_engine_alone_goes_on_with_a_run() {
    let of = |commit: &str, engine: &str| {
        let mut start = start();
        start.part.identity.commit = commit.to_owned();
        start.part.identity.engine = engine.to_owned();
        start
    };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("run");
    drop(RunWriter::begin(&dir, &of("a", "e"), &descriptions()).unwrap());
    let run = RunWriter::begin(&dir, &of("b", "e"), &descriptions()).unwrap();
    assert_eq!(run.manifest().parts.len(), 1);
    assert_eq!(run.manifest().parts[0].notes, ["continued at commit b, whose engine is the same"]);
    drop(run);
    let said = RunWriter::begin(&dir, &of("a", "f"), &descriptions()).unwrap_err().to_string();
    assert!(said.contains("engine e, got f") && !said.contains("commit"), "{said}");
    // Where the engine is not known the commit counts, as before.
    assert_ne!(of("a", "").part.identity.id(), of("b", "").part.identity.id());
    assert_eq!(of("a", "e").part.identity.id(), of("b", "e").part.identity.id());
    assert_ne!(of("a", "e").part.identity.id(), of("a", "f").part.identity.id());
}

#[test]
fn a_run_with_an_engine_says_how_many_cases_validate() {
    let folder = tempfile::tempdir().unwrap();
    let mut start = start();
    start.part.identity.engine = "e".to_owned();
    let mut about = descriptions();
    for (cases, expected) in [(7, 0), (0, 1)] {
        about.workloads[0].validation_cases = cases;
        let dir = folder.path().join(cases.to_string());
        let run = RunWriter::begin(&dir, &start, &about).unwrap();
        let problems = run.contents().unwrap().problems;
        assert_eq!(problems.len(), expected, "{problems:?}");
        assert!(problems.iter().all(|p| p.to_string().contains("validation_cases")), "{problems:?}");
    }
}
