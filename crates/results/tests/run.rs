//! A run folder keeps what is written, refuses what it does not know, and survives being interrupted.

mod common;

use std::fs;

use common::{manifest, method, record, throughput};
use results::{CurvePoint, Error, Outcome, Problem, Run};

#[test]
fn everything_written_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("run");
    let run = Run::create(&dir, manifest()).unwrap();
    let cell = record("layer", 0.1, 1);
    let path = run.write_cell(&cell).unwrap();
    run.write_methods(&[method("layer")]).unwrap();
    run.write_throughput(&[throughput("norm/layer/fused/f32/64x512/fwd", 0.1 + 0.2)]).unwrap();
    run.write_references("@article{a,}\n").unwrap();

    let again = Run::open(&dir).unwrap();
    assert_eq!(again.manifest(), &manifest());
    assert_eq!(again.cells().unwrap(), vec![cell.clone()]);
    assert!(again.has_cell(&cell.id));
    assert_eq!(again.cell(&cell.id).unwrap(), Some(cell));
    assert_eq!(again.methods().unwrap().unwrap(), vec![method("layer")]);
    assert_eq!(again.throughput().unwrap().unwrap()[0].median_ns, 0.1 + 0.2);
    assert_eq!(again.peers().unwrap(), None);
    assert_eq!(again.references().unwrap().unwrap(), "@article{a,}\n");
    again.validate().unwrap();
    assert!(fs::read_to_string(path).unwrap().contains("\"schema_version\": 1"));
}

#[test]
fn a_diverged_cell_keeps_its_infinite_loss() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::create(folder.path(), manifest()).unwrap();
    let mut cell = record("none", 3.0, 2);
    cell.outcome = Outcome::Diverged { step: 20, what: "train_loss".into() };
    cell.curve[1].train_loss = Some(f64::INFINITY);
    cell.curve[1].test_loss = Some(f64::NAN);
    cell.metrics.insert("gap".into(), f64::NEG_INFINITY);
    run.write_cell(&cell).unwrap();
    let back = run.cell(&cell.id).unwrap().unwrap();
    assert_eq!(back.curve[1].train_loss, Some(f64::INFINITY));
    assert!(back.curve[1].test_loss.unwrap().is_nan());
    assert_eq!(back.metrics["gap"], f64::NEG_INFINITY);
    assert_eq!(back.outcome, cell.outcome);
}

#[test]
fn a_second_create_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Run::create(folder.path(), manifest()).unwrap();
    assert!(matches!(Run::create(folder.path(), manifest()), Err(Error::RunExists { .. })));
}

#[test]
fn an_empty_folder_is_no_run() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Run::open(folder.path()), Err(Error::NotARun { .. })));
}

#[test]
fn another_version_is_named_before_its_fields() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.json"), r#"{"schema_version": 99, "content": {"new": 1}}"#)
        .unwrap();
    let error = Run::open(folder.path()).unwrap_err();
    assert!(matches!(error, Error::Version { expected: 1, got: 99, .. }), "{error}");
}

#[test]
fn an_unknown_field_is_refused_with_file_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::create(folder.path(), manifest()).unwrap();
    let cell = record("layer", 0.1, 1);
    let path = run.write_cell(&cell).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"parameters\"", "\"surprise\": 1, \"parameters\"")).unwrap();
    let error = run.cells().unwrap_err();
    assert!(matches!(&error, Error::Format { line, .. } if *line > 1));
    let message = error.to_string();
    assert!(message.contains(&format!("{}.json:", cell.id)), "{message}");
    assert!(message.contains("surprise") && message.contains("convergence record"), "{message}");
}

#[test]
fn a_cell_under_a_foreign_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::create(folder.path(), manifest()).unwrap();
    let mut cell = record("layer", 0.1, 1);
    cell.cell.seed = 2;
    assert!(matches!(run.write_cell(&cell), Err(Error::CellId { .. })));
    cell.cell.seed = 1;
    let path = run.write_cell(&cell).unwrap();
    fs::rename(path, run.cell_path("0000000000000000")).unwrap();
    assert!(matches!(run.cells(), Err(Error::CellId { .. })));
}

#[test]
fn a_half_written_file_is_not_a_cell() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::create(folder.path(), manifest()).unwrap();
    run.write_cell(&record("layer", 0.1, 1)).unwrap();
    fs::write(folder.path().join("cells/.0123.json.7-0.tmp"), "{").unwrap();
    assert_eq!(run.cells().unwrap().len(), 1);
}

#[test]
fn many_threads_write_the_same_cell() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::create(folder.path(), manifest()).unwrap();
    let cell = record("layer", 0.1, 1);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..20).for_each(|_| drop(run.write_cell(&cell).unwrap())));
        }
    });
    assert_eq!(run.cells().unwrap(), vec![cell]);
    let left = fs::read_dir(folder.path().join("cells")).unwrap().count();
    assert_eq!(left, 1, "no temporary file stays behind");
}

type Change = fn(&mut results::CellSettings);

#[test]
fn the_id_depends_on_every_setting() {
    let base = record("layer", 0.1, 1).cell;
    assert_eq!(base.id(), base.clone().id());
    assert_eq!(base.id().len(), 16);
    let mut seen = vec![base.id()];
    let changes: [Change; 11] = [
        |c| c.workload.push('2'),
        |c| c.model.push('2'),
        |c| c.method.push('2'),
        |c| c.variant.push('2'),
        |c| c.path.push('2'),
        |c| c.dtype.push('2'),
        |c| c.learning_rate *= 1.0 + f64::EPSILON,
        |c| c.seed += 1,
        |c| c.batch_size += 1,
        |c| c.epochs += 1,
        |c| drop(c.settings.insert("gain".into(), "0.1".into())),
    ];
    for change in changes {
        let mut other = base.clone();
        change(&mut other);
        assert!(!seen.contains(&other.id()));
        seen.push(other.id());
    }
}

fn problems(change: impl FnOnce(&mut results::Manifest, &mut results::ConvergenceRecord)) -> Vec<Problem> {
    let folder = tempfile::tempdir().unwrap();
    let (mut manifest, mut cell) = (manifest(), record("layer", 0.1, 1));
    change(&mut manifest, &mut cell);
    cell.id = cell.cell.id();
    let run = Run::create(folder.path(), manifest).unwrap();
    run.write_methods(&[method("layer")]).unwrap();
    run.write_cell(&cell).unwrap();
    match run.validate() {
        Ok(()) => Vec::new(),
        Err(Error::Invalid { problems, .. }) => problems,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn contradictions_are_found() {
    assert_eq!(problems(|_, _| {}), []);
    let seeds = problems(|m, _| m.seeds = vec![1, 1]);
    assert!(matches!(&seeds[..], [Problem::Duplicate { field: "seeds", .. }]), "{seeds:?}");
    let foreign = problems(|_, c| c.cell.method = "other".into());
    assert!(matches!(&foreign[..], [Problem::Unknown { field: "method", .. }]), "{foreign:?}");
    let seed = problems(|_, c| c.cell.seed = 77);
    assert!(matches!(&seed[..], [Problem::Unknown { field: "seed", .. }]), "{seed:?}");
    let order = problems(|_, c| c.curve.reverse());
    assert!(order.iter().any(|p| matches!(p, Problem::Number { field: "curve.step", .. })), "{order:?}");
    let percent = problems(|_, c| c.curve[0].test_accuracy = Some(97.0));
    assert!(matches!(&percent[..], [Problem::Number { field: "curve.test_accuracy", .. }]), "{percent:?}");
    let half = problems(|_, c| c.seconds_to_target = None);
    assert!(matches!(&half[..], [Problem::Form { field: "seconds_to_target", .. }]), "{half:?}");
    let date = problems(|m, _| m.started = "yesterday".into());
    assert!(matches!(&date[..], [Problem::Form { field: "started", .. }]), "{date:?}");
}

#[test]
fn null_is_not_a_number() {
    assert!(
        serde_json::from_str::<CurvePoint>(
            r#"{"step":1,"epoch":null,"seconds":0,"train_loss":null,"test_loss":null,"test_accuracy":null}"#
        )
        .is_err()
    );
}

proptest::proptest! {
    #[test]
    fn every_float_survives(bits: u64) {
        let value = f64::from_bits(bits);
        let point = CurvePoint {
            step: 1, epoch: value, seconds: 0.0, train_loss: Some(value), test_loss: None, test_accuracy: None,
        };
        let text = serde_json::to_string(&point).unwrap();
        let back: CurvePoint = serde_json::from_str(&text).unwrap();
        for got in [back.epoch, back.train_loss.unwrap()] {
            proptest::prop_assert!(got.to_bits() == bits || (got.is_nan() && value.is_nan()));
        }
    }
}
