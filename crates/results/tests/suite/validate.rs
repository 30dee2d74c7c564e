//! What a run says of itself, of methods and of workloads: contradictions are named, damaged files too, and the rest is there.

use std::fs;

use results::{Error, RunWriter, Start};

use crate::common::{descriptions, method, record, start, throughput, workload};

#[test]
fn one_bad_workload_or_method_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut about = descriptions();
    about.workloads.push(workload("digits-mlp"));
    about.workloads.push(workload("other"));
    about.workloads[2].target.metric = "joy".into();
    about.methods.push(method("layer"));
    about.methods.push(method("bare"));
    about.methods[2].formula.clear();
    let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
    let contents = run.contents().unwrap();
    let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "methods.json: id: expected each entry once, got layer again",
            "methods.json, bare: formula: expected at least one entry, got none",
            "workloads.json: id: expected each entry once, got digits-mlp again",
            "workloads.json, other: target.metric: expected valid_accuracy, valid_loss, test_accuracy, test_loss or train_loss, got \"joy\"",
        ]
    );
    let all = run.validate().unwrap_err().to_string();
    assert!(said.iter().all(|one| all.contains(one)) && all.contains("4 problem(s)"), "{all}");
    assert_eq!(contents.methods.unwrap().len(), 2);
    assert_eq!(contents.workloads.unwrap().len(), 2);
}

#[test]
fn a_picture_has_the_size_that_it_says() {
    let said = |change: fn(&mut results::DependencyPicture)| {
        let folder = tempfile::tempdir().unwrap();
        let mut picture = results::DependencyPicture {
            title: "y on x".into(),
            rows: vec!["a".into()],
            columns: vec!["b".into(), "c".into()],
            cells: vec![vec![true, false]],
            grid: Some(results::PictureGrid {
                down_axis: "d".into(),
                down: 1,
                across_axis: "e".into(),
                across: 2,
            }),
            declared_equals_measured: true,
        };
        change(&mut picture);
        let mut about = descriptions();
        about.methods[0].pictures = vec![picture];
        let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
        let problems = run.contents().unwrap().problems;
        problems
            .iter()
            .map(|p| p.to_string().replace("methods.json, layer: pictures.", ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(|_| {}), Vec::<String>::new());
    assert_eq!(said(|p| p.rows.clear()), ["cells: expected 0 entries, got 1"]);
    assert_eq!(said(|p| p.cells[0].truncate(1)), ["cells row: expected 2 entries, got 1"]);
    assert_eq!(said(|p| p.grid.as_mut().unwrap().down = 3), ["columns: expected 6 entries, got 2"]);
    assert_eq!(said(|p| p.grid.as_mut().unwrap().down = usize::MAX).len(), 1);
}

#[test]
fn a_manifest_says_when_by_what_and_with_which_seeds() {
    let said = |change: fn(&mut Start)| {
        let folder = tempfile::tempdir().unwrap();
        let mut start = start();
        change(&mut start);
        let run = RunWriter::begin(folder.path(), &start, &descriptions()).unwrap();
        let problems = run.contents().unwrap().problems;
        problems
            .iter()
            .map(|p| p.to_string().split(": expected").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(said(|_| {}), Vec::<String>::new());
    assert_eq!(said(|s| s.seeds.clear()), ["manifest.json: seeds"]);
    assert_eq!(said(|s| s.part.commands[0].words.clear()), ["manifest.json: parts.commands"]);
    let times = ["manifest.json: started", "manifest.json: parts.commands.started"];
    assert_eq!(said(|s| s.part.commands[0].started = "yesterday".into()), times);
    let digest = ["manifest.json: parts.identity.lock_sha256"];
    assert_eq!(said(|s| s.part.identity.lock_sha256.truncate(63)), digest);
    assert_eq!(said(|s| s.part.identity.lock_sha256 = "x".repeat(64)), digest);
}

/// What only an edited file can say.
#[test]
fn an_edited_manifest_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    run.finish("2026-01-02T03:04:05Z".into()).unwrap();
    run.validate().unwrap();
    let path = folder.path().join("manifest.json");
    let whole: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let said = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut edited = whole.clone();
        change(&mut edited["content"]);
        fs::write(&path, edited.to_string()).unwrap();
        match results::Run::open(folder.path()).unwrap().validate() {
            Err(Error::Invalid { problems, .. }) => {
                problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            other => panic!("{other:?}"),
        }
    };
    let early = said(&|m| m["finished"] = "2026-01-02T03:04:04Z".into());
    assert!(early.contains("finished: expected a time not before the start"), "{early}");
    let form = said(&|m| m["finished"] = "2027".into());
    assert!(form.contains("finished: expected YYYY-MM-DDThh:mm:ssZ"), "{form}");
    let seeds = said(&|m| m["seeds"] = serde_json::json!([1, 1]));
    assert!(seeds.contains("seeds: expected each entry once, got 1 again"), "{seeds}");
    let twice = said(&|m| {
        let part = m["parts"][0].clone();
        m["parts"].as_array_mut().unwrap().push(part);
    });
    assert!(twice.contains("parts.identity: expected each identity in one part"), "{twice}");
    let silent = said(&|m| m["parts"][0]["commands"] = serde_json::json!([]));
    assert!(silent.contains("parts.commands: expected at least one entry"), "{silent}");
}

#[test]
fn a_damaged_file_is_named_and_the_rest_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    run.write_throughput(&[throughput("norm/layer/fused/f32/64x512/fwd", 1.0)]).unwrap();
    run.write_peers(&[]).unwrap();
    run.write_noise(&[]).unwrap();
    run.write_cell(&record("layer", 0.1, 1)).unwrap();
    run.validate().unwrap();
    for file in
        ["methods.json", "workloads.json", "throughput.json", "peers.json", "noise.json", "references.bib"]
    {
        let path = folder.path().join(file);
        let good = fs::read(&path).unwrap();
        fs::write(&path, b"\xff").unwrap();
        let contents = run.contents().unwrap();
        assert!(matches!(&contents.unreadable[..], [error] if error.to_string().contains(file)), "{file}");
        assert_eq!(contents.cells.len(), 1, "{file}");
        assert!(run.validate().unwrap_err().to_string().contains(file));
        fs::write(&path, good).unwrap();
    }
    let stray = folder.path().join("cells/notes.json");
    fs::write(&stray, "{}").unwrap();
    assert!(run.contents().unwrap().unreadable[0].to_string().contains("notes.json"));
    fs::remove_dir_all(folder.path().join("cells")).unwrap();
    assert!(run.contents().unwrap().cells.is_empty());
}
