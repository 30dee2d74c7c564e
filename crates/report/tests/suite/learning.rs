//! What training runs say on the page: numbers of the test cases, rates by validation, every seed, and no judgement.

use std::fs;

use crate::common;
use crate::common::check::check;
use crate::common::drawing::{Drawing, points};
use crate::common::{position, rendered, rows};

#[test]
fn known_numbers_stand_as_documented_and_nothing_is_decided_by_them() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let page = site.page("workloads.html");
    let order = |id: &str| rows(folder.path(), id, &["contender"]).concat();
    assert_eq!(
        order("standings-mlp"),
        ["Layer Normalization", "Batch Normalization", "RMS Normalization", "No normalization"]
    );
    assert_eq!(order("standings-lstm")[3], "No normalization, input");
    position(page, "No normalization diverged with every seed at rate 0.3.");
    position(page, "∞ (never reached)");
    for judgement in ["istinguishabl", "tied with", "ootstrap"] {
        assert!(!site.says(judgement), "{judgement}");
    }
    // What a method did stands on its page too, with the way to the numbers.
    position(site.method("rms"), "href=\"../workloads.html#workload-mlp\"");
}

/// The rate with the best test numbers is not taken where validation speaks for another.
#[test]
fn rates_are_chosen_by_validation_and_shown_by_test() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    for seed in 1..=5 {
        let mut cell = common::cell("mlp", "rms", 0.3, seed);
        cell.curve[19].test_accuracy = Some(0.999);
        run.write_cell(&cell).unwrap();
        let mut cell = common::cell("mlp", "rms", 0.1, seed);
        cell.curve[19].test_accuracy = Some(0.5 + seed as f64 / 100.0);
        run.write_cell(&cell).unwrap();
    }
    let site = rendered(folder.path());
    check(&site);
    let page = site.page("workloads.html");
    let columns = ["contender", "rate", "final test accuracy, mean", "lowest – highest seed"];
    let all = rows(folder.path(), "standings-mlp", &columns);
    let rms = all.iter().find(|row| row[0] == "RMS Normalization").unwrap();
    assert_eq!(rms[1..], ["0.1", "0.53", "51.0 – 55.0\u{a0}%"]);
    position(page, "smallest mean logarithm of the validation loss");
    position(page, "chosen on the numbers that are shown");
    position(page, "Learning curves on mlp</h3>");
    position(page, "the mean of the validation error over seeds");
}

/// A claim trains at the chosen rate with more seeds, and these must not speak for or against that rate.
#[test]
fn a_seed_that_only_some_rates_have_takes_no_part_in_the_choice() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    let mut bad = common::cell("mlp", "rms", 0.1, 5);
    bad.curve[19].valid_loss = Some(100.0);
    run.write_cell(&bad).unwrap();
    let rate = || {
        rendered(folder.path());
        let all = rows(folder.path(), "standings-mlp", &["contender", "rate"]);
        all.into_iter().find(|row| row[0] == "RMS Normalization").unwrap().remove(1)
    };
    assert_ne!(rate(), "0.1", "while all rates have it, it counts");
    for other in [0.01, 0.03, 0.3] {
        fs::remove_file(run.cell_path(&common::cell("mlp", "rms", other, 5).id)).unwrap();
    }
    assert_eq!(rate(), "0.1");
}

#[test]
fn stored_statistics_stand_beside_those_of_the_population() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    rendered(folder.path());
    let columns = ["contender", "by statistics of the population", "by running averages"];
    let all = rows(folder.path(), "standings-mlp", &columns);
    let of = |name: &str| all.iter().find(|row| row[0] == name).unwrap();
    let number = |text: &str| text.parse::<f64>().unwrap();
    let batch = of("Batch Normalization");
    assert!((number(&batch[1]) - number(&batch[2]) - 0.4).abs() < 1e-9, "{batch:?}");
    assert_eq!(of("Layer Normalization")[1], "null");
    let front = fs::read_to_string(folder.path().join("out/data/methods.csv")).unwrap();
    assert!(front.contains("by statistics of the population; "), "{front}");
    assert_eq!(front.matches("by running averages").count(), 1, "{front}");
}

/// Beside other methods a method stands as they do, not as it did best: an arm in another place or with a setting of its own does
/// not take the row, however good it is.
#[test]
fn the_front_shows_the_arm_that_is_like_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    rendered(folder.path());
    let front = || fs::read_to_string(folder.path().join("out/data/methods.csv")).unwrap();
    let row = |id: &str| front().lines().find(|line| line.starts_with(id)).unwrap().to_owned();
    let (rms, layer) = (row("rms,"), row("layer,"));
    // Three cells of a better arm in another place, and of one with a setting.
    let better = |cell: results::CellSettings| {
        let mut record = common::cell("lstm", &cell.method, 0.1, cell.seed);
        record.curve.iter_mut().for_each(|point| point.test_accuracy = Some(0.99));
        (record.steps_to_target, record.seconds_to_target) = (Some(45), Some(0.09));
        record.cell = cell;
        record.id = record.cell.id();
        record
    };
    for seed in 1..=3 {
        let usual = |method: &str| common::cell("lstm", method, 0.1, seed).cell;
        let elsewhere = results::CellSettings { variant: "joint".into(), ..usual("rms") };
        let settings = [("clip".to_owned(), "1".to_owned())].into();
        let set = results::CellSettings { settings, ..usual("layer") };
        run.write_cell(&better(elsewhere)).unwrap();
        run.write_cell(&better(set)).unwrap();
    }
    rendered(folder.path());
    assert!(rows(folder.path(), "standings-lstm", &["contender"]).len() > 5);
    assert_eq!(row("rms,"), rms);
    assert_eq!(row("layer,"), layer);
}

#[test]
fn every_seed_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let page = site.page("workloads.html");
    let values = rows(folder.path(), "rates-mlp", &["contender", "rate", "by seed", "diverged", "mean"]);
    // A stroke for each rate at which a seed was left, and a cross where all diverged.
    let panels: Vec<Drawing<'_>> = (1..=4).map(|n| Drawing::of(page, &format!("rates-mlp.{n}"))).collect();
    let strokes = |drawing: &Drawing<'_>| {
        let upright = |line: &Vec<(f64, f64)>| line.len() == 2 && line[0].0 == line[1].0;
        drawing.own().tags("polyline", "s0").into_iter().map(points).filter(upright).count()
    };
    assert_eq!(panels.iter().map(strokes).sum::<usize>(), 4 * 4 - 1);
    let crosses = |drawing: &Drawing<'_>| drawing.own().tags("polyline", "s1").len();
    assert_eq!(panels.iter().map(crosses).collect::<Vec<_>>(), [0, 0, 0, 2]);
    assert!(values.iter().all(|row| row[2].matches(": ").count() == 5), "{values:?}");
}
