//! What the registry of workloads promises of every method and every workload.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bench::Error;
use bench::experiment::grid::{self, Filter};
use bench::experiment::workload::Goal;
use bench::experiment::workloads::{self, DOWNLOADED, WORKLOADS};
use bench::throughput::steps;
use results::{Outcome, Tier};

#[test]
fn every_method_and_every_update_is_trained_somewhere() {
    let trained: BTreeSet<&str> =
        WORKLOADS.iter().flat_map(|w| w.trained()).map(|(method, _)| method).collect();
    let nowhere: Vec<&str> = grid::methods().into_iter().filter(|id| !trained.contains(id)).collect();
    assert!(nowhere.is_empty(), "no workload trains {nowhere:?}");
    let known: BTreeSet<&str> = grid::methods().into_iter().collect();
    let unknown: Vec<_> = trained.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?} are trained and not registered");
}

/// In the smoke tier as well, which CI runs; the quick one says itself what it compares.
#[test]
fn every_method_and_every_update_has_a_bench() {
    for tier in [None, Some(Tier::Smoke)] {
        let steps = steps::measured(tier).unwrap();
        let ids: BTreeSet<String> = steps.iter().map(|step| step.id.to_string()).collect();
        assert_eq!(ids.len(), steps.len(), "two steps have one name: {ids:?}");
        let norms = grid::measured(tier).map(|m| m.descriptor().id);
        let timed: BTreeSet<&str> = norms.chain(steps.iter().filter_map(|step| step.id.method())).collect();
        assert_eq!(timed, grid::methods().into_iter().collect());
    }
    assert!(steps::measured(Some(Tier::Quick)).unwrap().is_empty());
}

#[test]
fn steps_that_are_timed_do_what_is_trained_and_can_be_repeated() {
    for mut step in steps::measured(None).unwrap() {
        assert_eq!(step.id.elements(), 64 * 100 + 100 + 100 * 100 + 100 + 100 * 10 + 10);
        for _ in 0..3 {
            step.take().unwrap();
        }
    }
}

#[test]
fn every_bench_is_run_by_its_recipe_and_for_the_page() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(here.join(path)).unwrap();
    let manifest = read("Cargo.toml");
    let names: Vec<&str> =
        manifest.split("[[bench]]\nname = \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.contains(&"norm"), "{names:?}");
    for name in names {
        assert!(
            read("../../justfile").contains(&format!("--bench {name} ")),
            "`just bench` leaves {name} out"
        );
        let asked = format!("\"--bench\", \"{name}\"");
        assert!(read("../cli/src/benches.rs").contains(&asked), "`just report` leaves {name} out");
    }
}

/// Trained or refused with a reason, which the front page shows.
#[test]
fn every_workload_has_a_word_for_every_method() {
    for workload in workloads::all() {
        let trained: BTreeSet<&str> = workload.trained().map(|(method, _)| method).collect();
        let refuses: BTreeMap<&str, &str> = workload.refuses().collect();
        for id in grid::methods() {
            let reason = refuses.get(id);
            assert_eq!(trained.contains(id), reason.is_none(), "{} and {id}: {reason:?}", workload.id);
            assert!(reason.is_none_or(|r| r.len() > 10), "{} refuses {id} without a reason", workload.id);
        }
        assert!(trained.contains("none"), "{} has no baseline", workload.id);
    }
    for workload in WORKLOADS {
        let refuses = workload.refuses().map(|(id, why)| (id.to_owned(), why.to_owned()));
        assert_eq!(workload.record().unwrap().refuses, refuses.collect());
    }
}

#[test]
fn every_file_is_a_workload_of_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/experiment/workloads");
    let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let files: BTreeSet<String> =
        files.map(|f| f.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let ids = workloads::all().map(|w| w.id.replace('-', "_"));
    assert_eq!(ids.collect::<BTreeSet<_>>(), files);
    assert_eq!(files.len(), workloads::all().count(), "two workloads have one name");
}

/// What a skeleton leaves open, each with its place.
#[test]
fn every_workload_is_written() {
    let file = |w: &bench::experiment::workload::Workload| {
        format!("src/experiment/workloads/{}.rs", w.id.replace('-', "_"))
    };
    let mut open = Vec::new();
    for file in workloads::all().map(file) {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains("to be written"));
        open.extend(lines.map(|(n, line)| format!("crates/bench/{file}:{}: {}", n + 1, line.trim())));
    }
    assert!(open.is_empty(), "write:\n  {}", open.join("\n  "));
}

/// Evaluated without a step, the plain model takes the cases as they are. Where files are missing, it is said which command brings
/// them.
#[test]
fn the_cases_of_every_workload_fit_its_model() {
    for workload in workloads::all() {
        let filter = Filter {
            workload: Some(workload.id.into()),
            method: Some("none".into()),
            epochs: Some(0),
            ..Filter::default()
        };
        let downloaded = DOWNLOADED.iter().any(|w| w.id == workload.id);
        match workload.train(&grid::cells(Tier::Smoke, &filter)[0]) {
            Ok(record) => {
                let last = record.unwrap().final_metric();
                assert!(last.is_some_and(f64::is_finite), "{}: {last:?}", workload.id);
            }
            Err(e @ Error::NoData { .. }) if downloaded => {
                assert!(e.to_string().contains("`just data "), "{e}");
            }
            Err(e) => panic!("{}: {e}", workload.id),
        }
        let sensible = match workload.target {
            Goal::Accuracy(share) => share > 0.0 && share < 1.0,
            Goal::Loss(loss) => loss > 0.0 && loss.is_finite(),
        };
        assert!(sensible, "{}: {:?}", workload.id, workload.target);
    }
}

/// Nobody's report needs a network.
#[test]
fn what_is_downloaded_is_trained_only_where_it_is_asked_for() {
    let of = |tier, workload: Option<&str>| {
        let filter = Filter { workload: workload.map(str::to_owned), ..Filter::default() };
        grid::cells(tier, &filter).into_iter().map(|cell| cell.workload).collect::<BTreeSet<_>>()
    };
    for workload in DOWNLOADED {
        for tier in [Tier::Smoke, Tier::Quick, Tier::Standard, Tier::Full] {
            assert!(!of(tier, None).contains(workload.id), "{} at {tier}", workload.id);
            assert_eq!(of(tier, Some(workload.id)), BTreeSet::from([workload.id.to_owned()]));
        }
    }
}

/// One pass of each method's first place at the smoke rate, on the workloads that are cheap.
#[test]
fn cells_train_what_has_to_be_told_of_updates_and_updates_themselves() {
    for (workload, method, epochs, accuracy) in [
        ("digits-mlp", "streaming", 2, 0.90),
        ("digits-mlp", "streaming-moments", 2, 0.90),
        ("digits-mlp", "power", 2, 0.90),
        ("digits-mlp", "online", 2, 0.90),
        ("digits-mlp", "spectral", 2, 0.80),
        ("digits-mlp", "switchable-vectors", 2, 0.90),
        ("digits-mlp-sgd", "path-sgd", 3, 0.80),
        ("digits-rnn-rows", "layer", 2, 0.60),
    ] {
        let filter = Filter {
            workload: Some(workload.to_owned()),
            method: Some(method.to_owned()),
            seeds: Some(1),
            epochs: Some(epochs),
            ..Filter::default()
        };
        let cells = grid::cells(Tier::Smoke, &filter);
        let record = workloads::find(workload).unwrap().train(&cells[0]).unwrap().unwrap();
        let reached = record.final_metric().unwrap();
        assert_eq!(record.outcome, Outcome::Completed, "{method} on {workload}");
        assert!(reached > accuracy, "{method} on {workload}: {reached}");
    }
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let filter =
        Filter { workload: Some("digits-mlp".into()), method: Some("layer".into()), ..Filter::default() };
    let cell = grid::cells(Tier::Smoke, &filter).remove(0);
    let said = |cell: &results::CellSettings| {
        workloads::find(&cell.workload).and_then(|w| w.train(cell)).unwrap_err().to_string()
    };
    let mut other = cell.clone();
    other.variant = "nowhere".into();
    assert_eq!(said(&other), "workload `digits-mlp` does not have `layer` at `nowhere`; there are: hidden");
    other.method = "ndp".into();
    assert!(said(&other).starts_with("workload `digits-mlp` does not train `ndp`: "), "{}", said(&other));
    other.method = "mine".into();
    assert!(said(&other).starts_with("workload `digits-mlp` has no arm for method `mine`; there are: none"));
    other.workload = "mine".into();
    assert!(
        said(&other).starts_with("there is no workload `mine`; there are: digits-mlp, "),
        "{}",
        said(&other)
    );
}
