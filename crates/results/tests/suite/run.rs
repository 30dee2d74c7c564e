//! A run folder keeps what is written, refuses what it does not know, and survives being interrupted.

use std::fs;

use results::{CurvePoint, Error, Outcome, Run, RunWriter};

use crate::common::{descriptions, method, record, start, throughput};

fn begin(dir: &std::path::Path) -> RunWriter {
    RunWriter::begin(dir, &start(), &descriptions()).unwrap()
}

#[test]
fn everything_written_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("run");
    let mut run = begin(&dir);
    let mut cell = record("layer", 0.1, 1);
    let path = run.write_cell(&cell).unwrap();
    run.write_throughput(&[throughput("norm/layer/fused/f32/64x512/fwd", 0.1 + 0.2)]).unwrap();
    run.finish("2026-01-02T03:14:05Z".into()).unwrap();

    let again = Run::open(&dir).unwrap();
    assert_eq!(again.manifest(), run.manifest());
    assert_eq!((again.manifest().tier, &again.manifest().seeds[..]), (start().tier, &[1, 2, 3][..]));
    assert_eq!(again.manifest().finished.as_deref(), Some("2026-01-02T03:14:05Z"));
    assert!(again.manifest().parts[0].throughput);
    cell.identity = Some(start().part.identity.id());
    assert_eq!(again.contents().unwrap().cells, vec![cell.clone()]);
    assert_eq!(again.cell(&cell.id).unwrap(), Some(cell));
    assert_eq!(again.methods().unwrap().unwrap(), vec![method("layer")]);
    assert_eq!(again.throughput().unwrap().unwrap()[0].median_ns, 0.1 + 0.2);
    assert_eq!(again.peers().unwrap(), None);
    assert_eq!(again.references().unwrap().unwrap(), "@article{a,}\n");
    again.validate().unwrap();
    assert!(fs::read_to_string(path).unwrap().contains("\"schema_version\": 1"));
}

/// Somebody removes the folder while a cell is being written: the cell's file keeps its folder alive, and nothing else is left.
#[test]
fn a_run_whose_folder_was_removed_does_not_end_as_if_it_were_whole() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("run");
    let mut run = begin(&dir);
    let before = run.write_cell(&record("layer", 0.1, 1)).unwrap();
    fs::remove_file(before).unwrap();
    fs::remove_file(dir.join("manifest.json")).unwrap();
    run.write_cell(&record("layer", 0.1, 2)).unwrap();
    let refused = run.finish("2026-01-02T03:14:05Z".into()).unwrap_err();
    assert!(matches!(&refused, Error::Removed { path } if *path == dir.join("manifest.json")), "{refused}");
    assert!(refused.to_string().contains("run"), "{refused}");
    assert!(!dir.join("manifest.json").exists());
}

#[test]
fn a_diverged_cell_keeps_its_infinite_loss() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path());
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
    let run = begin(folder.path());
    let cell = record("layer", 0.1, 1);
    let path = run.write_cell(&cell).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"parameters\"", "\"surprise\": 1, \"parameters\"")).unwrap();
    let error = run.validate().unwrap_err();
    assert!(matches!(&error, Error::Format { line, .. } if *line > 1));
    let message = error.to_string();
    assert!(message.contains(&format!("{}.json:", cell.id)), "{message}");
    assert!(message.contains("surprise") && message.contains("convergence record"), "{message}");
}

#[test]
fn a_cell_under_a_foreign_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path());
    let mut cell = record("layer", 0.1, 1);
    cell.cell.seed = 2;
    assert!(matches!(run.write_cell(&cell), Err(Error::CellId { .. })));
    cell.cell.seed = 1;
    let path = run.write_cell(&cell).unwrap();
    fs::rename(path, run.cell_path("0000000000000000")).unwrap();
    assert!(matches!(run.validate(), Err(Error::CellId { .. })));
}

#[test]
fn a_half_written_file_is_not_a_cell() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path());
    run.write_cell(&record("layer", 0.1, 1)).unwrap();
    for name in [".0123.json.7-0.tmp", ".hidden.json", "readme.txt"] {
        fs::write(folder.path().join("cells").join(name), "{").unwrap();
    }
    assert_eq!(run.contents().unwrap().cells.len(), 1);
}

#[test]
fn many_threads_write_the_same_cell() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path());
    let cell = record("layer", 0.1, 1);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..20).for_each(|_| drop(run.write_cell(&cell).unwrap())));
        }
    });
    let cell = results::ConvergenceRecord { identity: Some(start().part.identity.id()), ..cell };
    assert_eq!(run.contents().unwrap().cells, vec![cell]);
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

#[test]
fn numbers_are_read_however_json_spells_them() {
    let read = |number: &str| {
        let text = format!(
            r#"{{"step":1,"epoch":{number},"seconds":0,"train_loss":null,"test_loss":{number},"test_accuracy":null}}"#
        );
        let point: CurvePoint = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        assert_eq!(point.epoch.to_bits(), point.test_loss.unwrap().to_bits());
        Ok::<f64, String>(point.epoch)
    };
    for (text, number) in [
        ("3", 3.0),
        ("-3", -3.0),
        ("0.5", 0.5),
        ("18446744073709551615", 18_446_744_073_709_551_615.0),
        ("\"inf\"", f64::INFINITY),
        ("\"-inf\"", f64::NEG_INFINITY),
    ] {
        assert_eq!(read(text), Ok(number));
    }
    assert!(read("\"NaN\"").unwrap().is_nan());
    for text in ["\"nan\"", "\"3\"", "true"] {
        assert!(read(text).unwrap_err().contains(r#"a number, "NaN", "inf" or "-inf""#));
    }
}

#[test]
fn a_tier_has_one_name_everywhere() {
    for tier in results::Tier::ALL {
        assert_eq!(serde_json::to_value(tier).unwrap(), tier.name());
        assert_eq!(tier.to_string(), tier.name());
    }
    assert_eq!(results::Tier::ALL.map(results::Tier::name), ["smoke", "quick", "standard", "full"]);
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
            step: 1, epoch: value, train_loss: Some(value), ..CurvePoint::default()
        };
        let text = serde_json::to_string(&point).unwrap();
        let back: CurvePoint = serde_json::from_str(&text).unwrap();
        for got in [back.epoch, back.train_loss.unwrap()] {
            proptest::prop_assert!(got.to_bits() == bits || (got.is_nan() && value.is_nan()));
        }
    }
}

#[test]
fn packed_cells_are_the_same_cells_and_new_ones_go_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("run");
    let run = begin(&dir);
    for seed in [1, 2] {
        run.write_cell(&record("layer", 0.1, seed)).unwrap();
    }
    let before = run.contents().unwrap().cells;
    assert!(matches!(results::pack(&dir), Err(Error::Locked { .. })), "somebody writes");
    drop(run);
    assert_eq!(results::pack(&dir).unwrap(), 2);
    assert!(fs::read_dir(dir.join("cells")).unwrap().next().is_none());
    let again = Run::open(&dir).unwrap();
    assert_eq!(again.contents().unwrap().cells, before);
    assert_eq!(again.cell(&before[0].id).unwrap().as_ref(), Some(&before[0]));
    again.validate().unwrap();
    // A cell of its own is newer than the packed one of its name, and both kinds are packed again.
    let run = begin(&dir);
    let mut changed = before[0].clone();
    changed.wall_seconds += 1.0;
    run.write_cell(&changed).unwrap();
    run.write_cell(&record("layer", 0.1, 3)).unwrap();
    drop(run);
    let bytes = fs::read(dir.join("cells.json.gz")).unwrap();
    assert_eq!(results::pack(&dir).unwrap(), 3);
    let cells = Run::open(&dir).unwrap().contents().unwrap().cells;
    assert_eq!(cells.len(), 3);
    assert!(cells.iter().any(|cell| cell.id == changed.id && cell.wall_seconds == changed.wall_seconds));
    // The same records are the same bytes.
    let now = fs::read(dir.join("cells.json.gz")).unwrap();
    assert_ne!(bytes, now);
    results::pack(&dir).unwrap();
    assert_eq!(fs::read(dir.join("cells.json.gz")).unwrap(), now);
    // Half of it is damage, said by name.
    fs::write(dir.join("cells.json.gz"), &now[..now.len() / 2]).unwrap();
    let said = Run::open(&dir).unwrap().cell(&changed.id).unwrap_err().to_string();
    assert!(said.contains("cells.json.gz") && said.contains("unpack"), "{said}");
}
