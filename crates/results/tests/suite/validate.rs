//! What contradicts itself, its address or the manifest is found by name, left out, and takes nothing else with it.

use std::fs;

use results::{
    Contents, ConvergenceRecord, Descriptions, Direction, Error, NoiseRecord, Outcome, PeerRecord, Problem,
    RunWriter, Start, ThroughputRecord, Traffic,
};

use crate::common::{descriptions, method, record, start, throughput, workload};

/// The contents of a run of one good cell and one that was changed.
fn with_cell(change: impl FnOnce(&mut ConvergenceRecord)) -> Contents {
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    run.write_cell(&record("layer", 0.1, 2)).unwrap();
    let mut cell = record("layer", 0.1, 1);
    change(&mut cell);
    cell.id = cell.cell.id();
    run.write_cell(&cell).unwrap();
    run.contents().unwrap()
}

#[track_caller]
fn refuses(field: &str, change: impl FnOnce(&mut ConvergenceRecord)) {
    let contents = with_cell(change);
    let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
    assert!(
        said.iter().any(|s| s.starts_with("cells/") && s.contains(&format!("{field}: expected"))),
        "{said:?}"
    );
    assert_eq!(contents.cells.len(), 1, "it is left out, and the other stays");
}

#[track_caller]
fn accepts(change: impl FnOnce(&mut ConvergenceRecord)) {
    let contents = with_cell(change);
    assert_eq!(contents.problems, []);
    assert_eq!(contents.cells.len(), 2);
}

/// So that a run that diverged may end anywhere.
fn diverge(cell: &mut ConvergenceRecord) {
    cell.outcome = Outcome::Diverged { step: 20, what: "the training loss is NaN".into() };
}

#[test]
fn a_cell_agrees_with_its_run() {
    accepts(|_| {});
    refuses("method", |c| c.cell.method = "other".into());
    refuses("method", |c| c.cell.method = "path-sgd".into());
    refuses("workload", |c| c.cell.workload = "other".into());
    refuses("seed", |c| c.cell.seed = 77);
    refuses("target", |c| c.target.value = 0.81);
    refuses("target", |c| c.target.direction = Direction::LowerIsBetter);
    refuses("target.direction", |c| c.target.direction = Direction::LowerIsBetter);
    refuses("target.metric", |c| c.target.metric = "joy".into());
    refuses("target.value", |c| c.target.value = 1.5);
    refuses("target.value", |c| c.target.value = -0.5);
}

/// The declared workload is the refused method's, not only its name.
#[test]
fn a_method_that_a_workload_refuses_is_not_trained_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let about = Descriptions { methods: vec![method("layer"), method("path-sgd")], ..descriptions() };
    let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
    run.write_cell(&record("path-sgd", 0.1, 1)).unwrap();
    let contents = run.contents().unwrap();
    assert!(
        matches!(&contents.problems[..], [Problem::Contradiction { field: "method", .. }]),
        "{:?}",
        contents.problems
    );
}

#[test]
fn a_rate_is_finite_and_above_0() {
    for rate in [0.0, -0.0, -1.0] {
        refuses("learning_rate", |c| c.cell.learning_rate = rate);
    }
    for rate in [5e-324, 1.7e308] {
        accepts(|c| c.cell.learning_rate = rate);
    }
}

#[test]
fn a_curve_goes_forward() {
    refuses("curve.step", |c| c.curve.reverse());
    refuses("curve.step", |c| c.curve[0].step = 20);
    refuses("curve.epoch", |c| c.curve[0].epoch = 2.5);
    refuses("curve.epoch", |c| (c.curve[0].epoch, c.curve[1].epoch) = (2.0, 1.0));
    refuses("curve.epoch", |c| c.curve[0].epoch = f64::NAN);
    refuses("curve.epoch", |c| c.curve[0].epoch = -1.0);
    refuses("curve.seconds", |c| c.curve[0].seconds = 2.5);
    refuses("curve.seconds", |c| c.curve[0].seconds = -5.0);
    refuses("curve.seconds", |c| c.curve[0].seconds = f64::NAN);
    refuses("curve.seconds", |c| {
        (c.curve[1].seconds, c.seconds_to_target) = (f64::INFINITY, Some(f64::INFINITY));
        c.wall_seconds = 1e300;
    });
    accepts(|c| (c.curve[0].epoch, c.curve[0].seconds) = (2.0, 2.0));
    accepts(|c| (c.curve[0].epoch, c.curve[0].seconds) = (0.0, 0.0));
    refuses("curve.test_accuracy", |c| c.curve[0].test_accuracy = Some(97.0));
    refuses("curve.test_accuracy", |c| c.curve[0].test_accuracy = Some(-0.1));
    accepts(|c| c.curve[0].test_accuracy = Some(0.0));
    accepts(|c| c.curve[0].test_accuracy = None);
}

#[test]
fn a_cell_takes_no_less_time_than_its_training() {
    refuses("wall_seconds", |c| c.wall_seconds = 1.9);
    refuses("wall_seconds", |c| c.wall_seconds = -5.0);
    accepts(|c| c.wall_seconds = 2.0);
}

#[test]
fn a_run_that_completed_used_its_budget_and_ended_with_numbers() {
    refuses("curve", |c| {
        c.curve.clear();
        (c.steps_to_target, c.seconds_to_target) = (None, None);
    });
    refuses("curve.epoch", |c| c.curve[1].epoch = 1.5);
    refuses("curve.train_loss", |c| c.curve[0].train_loss = Some(f64::NAN));
    refuses("curve.train_loss", |c| c.curve[1].train_loss = Some(f64::INFINITY));
    refuses("curve.test_loss", |c| c.curve[1].test_loss = Some(f64::NAN));
    refuses("curve", |c| c.curve[1].test_accuracy = None);
    // Between the epochs a test loss may leave the range and come back.
    accepts(|c| c.curve[0].test_loss = Some(f64::INFINITY));
}

#[test]
fn a_run_that_diverged_may_end_anywhere_but_before_its_curve() {
    accepts(|c| {
        diverge(c);
        c.curve[1].train_loss = Some(f64::NAN);
        c.curve[1].test_loss = Some(f64::NAN);
        c.curve[1].epoch = 1.2;
    });
    accepts(|c| {
        diverge(c);
        c.curve.clear();
        (c.steps_to_target, c.seconds_to_target) = (None, None);
    });
    refuses("outcome.step", |c| c.outcome = Outcome::Diverged { step: 19, what: String::new() });
}

#[test]
fn the_target_is_reached_where_the_curve_says() {
    refuses("steps_to_target", |c| c.curve[1].test_accuracy = Some(0.5));
    refuses("steps_to_target", |c| (c.steps_to_target, c.seconds_to_target) = (None, None));
    refuses("steps_to_target", |c| c.steps_to_target = Some(10));
    refuses("seconds_to_target", |c| c.seconds_to_target = Some(0.1));
    refuses("seconds_to_target", |c| c.seconds_to_target = None);
    accepts(|c| c.curve[1].test_accuracy = Some(0.8));
    accepts(|c| {
        c.curve[0].test_accuracy = Some(0.8);
        (c.steps_to_target, c.seconds_to_target) = (Some(10), Some(1.0));
    });
    accepts(|c| {
        c.curve[1].test_accuracy = Some(0.79);
        (c.steps_to_target, c.seconds_to_target) = (None, None);
    });
}

#[test]
fn a_loss_reaches_its_target_from_above() {
    let folder = tempfile::tempdir().unwrap();
    let mut about = descriptions();
    let target = &mut about.workloads[0].target;
    (target.metric, target.value, target.direction) = ("train_loss".into(), 0.05, Direction::LowerIsBetter);
    let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
    let mut cell = record("layer", 0.1, 1);
    cell.target = about.workloads[0].target.clone();
    cell.curve[1].train_loss = Some(0.05);
    run.write_cell(&cell).unwrap();
    run.validate().unwrap();
    assert_eq!(cell.final_metric(), Some(0.05));
    cell.target.metric = "test_loss".into();
    assert_eq!((cell.final_metric(), cell.first_reaching()), (None, None));
}

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
            "workloads.json, other: target.metric: expected test_accuracy, test_loss or train_loss, got \"joy\"",
        ]
    );
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
fn cells_that_nothing_declares_agree_on_the_target() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    fs::remove_file(folder.path().join("workloads.json")).unwrap();
    fs::remove_file(folder.path().join("methods.json")).unwrap();
    for seed in [1, 2] {
        run.write_cell(&record("layer", 0.1, seed)).unwrap();
    }
    let mut other = record("layer", 0.1, 1);
    other.cell.workload = "other".into();
    other.id = other.cell.id();
    run.write_cell(&other).unwrap();
    assert_eq!(run.contents().unwrap().cells.len(), 3);
    let mut turned = record("layer", 0.1, 2);
    turned.target.value = 0.85;
    run.write_cell(&turned).unwrap();
    let contents = run.contents().unwrap();
    assert_eq!(contents.cells.iter().map(|c| c.cell.workload.as_str()).collect::<Vec<_>>(), ["other"]);
    assert!(matches!(&contents.problems[..], [Problem::Contradiction { field: "target", .. }]));
    assert!(contents.problems[0].to_string().contains("workload digits-mlp"), "{}", contents.problems[0]);
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

/// The contents of a run with these measurements.
fn with_times(records: &[ThroughputRecord]) -> Contents {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    run.write_throughput(records).unwrap();
    run.contents().unwrap()
}

fn copy() -> ThroughputRecord {
    let array = 64 * 512 * 4;
    ThroughputRecord {
        traffic: Some(Traffic { reads: array, writes: array }),
        ..throughput("copy/f32/64x512/1r1w", 1000.0)
    }
}

fn timed(id: &str, ns: f64) -> ThroughputRecord {
    ThroughputRecord { traffic: copy().traffic, ..throughput(id, ns) }
}

#[test]
fn a_benchmark_has_times_samples_and_the_traffic_of_its_id() {
    type Change = fn(&mut ThroughputRecord);
    let changes: [(&str, Change); 12] = [
        ("samples", |r| r.samples = 0),
        ("mean_ns", |r| r.mean_ns = -1.0),
        ("mean_ns", |r| r.mean_ns = 0.0),
        ("median_ns", |r| r.lower_ns = 0.0),
        ("median_ns", |r| r.lower_ns = 1001.0),
        ("median_ns", |r| r.upper_ns = 999.0),
        ("median_ns", |r| r.median_ns = -5.0),
        ("traffic", |r| r.traffic = None),
        ("traffic", |r| r.traffic = Some(Traffic { reads: 1, writes: 1 })),
        ("id", |r| r.id = "x".into()),
        ("id", |r| r.id = "copy/f32/4294967296x4294967296/1r1w".into()),
        ("id", |r| r.id = "norm/nobody/fused/f32/64x512/fwd".into()),
    ];
    for (field, change) in changes {
        let mut record = copy();
        change(&mut record);
        let contents = with_times(&[record, timed("norm/layer/fused/f32/64x512/fwd", 2000.0)]);
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|s| s.starts_with("throughput.json") && s.contains(&format!("{field}: "))),
            "{said:?}"
        );
        assert_eq!(contents.throughput.unwrap().len(), 1, "{field}");
    }
    let twice = with_times(&[copy(), copy()]);
    assert!(matches!(&twice.problems[..], [Problem::Duplicate { field: "id", .. }]), "{:?}", twice.problems);
    assert_eq!(twice.throughput.unwrap().len(), 1);
}

#[test]
fn what_is_faster_than_its_traffic_can_be_was_not_the_operation() {
    let kept = |ns: f64| {
        let contents = with_times(&[copy(), timed("norm/layer/fused/f32/64x512/fwd", ns)]);
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        let kept = contents.throughput.unwrap().len() == 2;
        assert_eq!(kept, said.is_empty(), "{said:?}");
        assert!(said.iter().all(|s| s.contains("norm/layer/fused/f32/64x512/fwd: median_ns")), "{said:?}");
        kept
    };
    assert!(kept(2000.0) && kept(1000.0) && kept(700.0));
    assert!(!kept(600.0) && !kept(0.4));
    // The fastest copy per byte is what counts, and only one of the same size and element type.
    let slow = ThroughputRecord {
        traffic: Some(Traffic { reads: 2 * 131_072, writes: 131_072 }),
        ..throughput("copy/f32/64x512/2r1w", 9000.0)
    };
    let layer = timed("norm/layer/fused/f32/64x512/fwd", 600.0);
    assert_eq!(with_times(&[copy(), slow.clone(), layer.clone()]).problems.len(), 1);
    assert_eq!(with_times(&[slow, copy(), layer.clone()]).problems.len(), 1);
    let wide = ThroughputRecord { id: layer.id.replace("f32", "f64"), ..layer.clone() };
    assert_eq!(with_times(&[copy(), wide]).problems, []);
    assert_eq!(with_times(&[copy(), ThroughputRecord { traffic: None, ..layer }]).problems, []);
}

fn peer() -> PeerRecord {
    PeerRecord {
        id: "norm/layer/fused/f32/64x512/fwd".into(),
        framework: "PyTorch".into(),
        version: "2".into(),
        threads: 1,
        median_ms: 0.004,
        lower_ms: Some(0.003),
        upper_ms: Some(0.005),
        output_difference: Some(0.0),
        gradient_difference: None,
        ours_over_peer: Some(0.5),
    }
}

fn noise() -> NoiseRecord {
    NoiseRecord {
        id: "norm/layer/fused/f32/64x512/fwd".into(),
        pairs: 50,
        median_ratio: 1.0,
        lower_ratio: 0.98,
        upper_ratio: 1.02,
    }
}

#[test]
fn a_peer_took_time_and_is_the_twin_of_a_benchmark() {
    type Change = fn(&mut PeerRecord);
    let changes: [(&str, Change); 10] = [
        ("id", |r| r.id = "nothing".into()),
        ("threads", |r| r.threads = 0),
        ("median_ms", |r| r.median_ms = -1.0),
        ("median_ms", |r| (r.median_ms, r.lower_ms, r.upper_ms) = (0.0, None, None)),
        ("lower_ms", |r| (r.lower_ms, r.upper_ms) = (Some(0.005), Some(0.003))),
        ("lower_ms", |r| r.lower_ms = None),
        ("lower_ms", |r| r.upper_ms = None),
        ("lower_ms", |r| r.lower_ms = Some(0.0)),
        ("ours_over_peer", |r| r.ours_over_peer = Some(0.0)),
        ("output_difference", |r| r.output_difference = Some(-1e-9)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    for (field, change) in changes {
        let mut record = peer();
        change(&mut record);
        run.write_peers(&[record, peer()]).unwrap();
        let contents = run.contents().unwrap();
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|s| s.starts_with("peers.json") && s.contains(&format!("{field}: "))),
            "{said:?}"
        );
        assert_eq!(contents.peers.unwrap(), [peer()], "{field}");
    }
    let bare = PeerRecord { lower_ms: None, upper_ms: None, ours_over_peer: None, ..peer() };
    run.write_peers(std::slice::from_ref(&bare)).unwrap();
    assert_eq!(run.contents().unwrap().peers.unwrap(), [bare]);
}

#[test]
fn noise_is_a_ratio_of_pairs_inside_its_interval() {
    type Change = fn(&mut NoiseRecord);
    let changes: [(&str, Change); 5] = [
        ("id", |r| r.id = "nothing".into()),
        ("pairs", |r| r.pairs = 0),
        ("median_ratio", |r| r.lower_ratio = 5.0),
        ("median_ratio", |r| r.upper_ratio = -1.0),
        ("median_ratio", |r| r.lower_ratio = 0.0),
    ];
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    for (field, change) in changes {
        let mut record = noise();
        change(&mut record);
        run.write_noise(&[record, noise()]).unwrap();
        let contents = run.contents().unwrap();
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|s| s.starts_with("noise.json") && s.contains(&format!("{field}: "))),
            "{said:?}"
        );
        assert_eq!(contents.noise.unwrap(), [noise()], "{field}");
    }
}

#[test]
fn a_damaged_file_is_named_and_the_rest_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    run.write_throughput(&[copy()]).unwrap();
    run.write_peers(&[peer()]).unwrap();
    run.write_noise(&[noise()]).unwrap();
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
