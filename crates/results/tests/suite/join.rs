//! Several processes that write one run: one of them leads, and a cell is in one pair of hands.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use results::{CellState, Error, Run, RunWriter, Start};

use crate::common::{descriptions, record, start};

fn begin(dir: &Path) -> RunWriter {
    RunWriter::begin(dir, &start(), &descriptions()).unwrap()
}

fn join(dir: &Path, start: &Start) -> Result<RunWriter, Error> {
    RunWriter::join(dir, start, &descriptions())
}

#[test]
fn a_cell_is_locked_once_and_free_when_it_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let first = begin(folder.path());
    let second = join(folder.path(), &start()).unwrap();
    let id = record("layer", 0.1, 1).id;
    let file = folder.path().join(format!("cells/{id}.lock"));
    let held = first.lock_cell(&id).unwrap().expect("nobody has it");
    let named = fs::read_to_string(&file).unwrap();
    assert_eq!(named.split(' ').next().unwrap(), std::process::id().to_string());
    for writer in [&first, &second] {
        assert!(writer.lock_cell(&id).unwrap().is_none(), "it is held");
    }
    let other = second.lock_cell(&record("layer", 0.1, 2).id).unwrap();
    assert!(other.is_some(), "another cell is another lock");
    drop(held);
    assert!(!file.exists(), "nothing stays of a cell that is let go");
    assert!(second.lock_cell(&id).unwrap().is_some());
    // What a process that was killed has left is a file, and no lock.
    fs::write(&file, "4000000 on elsewhere").unwrap();
    assert!(first.lock_cell(&id).unwrap().is_some());
    assert!(!file.exists());
    // Nor is it a cell.
    fs::write(&file, "4000000 on elsewhere").unwrap();
    assert!(first.cell_ids().unwrap().is_empty());
    first.validate().unwrap();
}

/// Also where its last holder removes the file that another has just opened.
#[test]
fn a_cell_has_one_holder_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path());
    let inside = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..250 {
                    let lock = loop {
                        match run.lock_cell("a").unwrap() {
                            Some(lock) => break lock,
                            None => std::thread::yield_now(),
                        }
                    };
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two hold it");
                    // Long enough for another to come upon it.
                    std::thread::sleep(Duration::from_micros(50));
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(lock);
                }
            });
        }
    });
}

/// Threads that lock, look, write and let go, as runners do.
#[test]
fn no_cell_is_trained_twice_by_many_who_want_all() {
    let folder = tempfile::tempdir().unwrap();
    let leads = begin(folder.path());
    let records: Vec<_> =
        (1..=3).flat_map(|seed| [0.1, 0.2, 0.3].map(|rate| record("layer", rate, seed))).collect();
    let trained: Vec<AtomicUsize> = records.iter().map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let writer = join(folder.path(), &start()).unwrap();
            let (records, trained) = (&records, &trained);
            scope.spawn(move || {
                for (record, count) in records.iter().zip(trained) {
                    loop {
                        if let Some(_lock) = writer.lock_cell(&record.id).unwrap() {
                            let there = writer.cell_states([&*record.id].into_iter()).unwrap().remove(0);
                            if !matches!(there, CellState::Whole) {
                                count.fetch_add(1, Ordering::SeqCst);
                                std::thread::sleep(Duration::from_millis(2));
                                writer.write_cell(record).unwrap();
                            }
                            break;
                        }
                        std::thread::yield_now();
                    }
                }
            });
        }
    });
    assert!(trained.iter().all(|count| count.load(Ordering::SeqCst) == 1), "{trained:?}");
    assert_eq!(leads.contents().unwrap().cells.len(), records.len());
    let files = fs::read_dir(folder.path().join("cells")).unwrap().count();
    assert_eq!(files, records.len(), "no lock stays");
}

#[test]
fn who_joins_writes_cells_and_nothing_else_until_it_leads() {
    let folder = tempfile::tempdir().unwrap();
    // Where nobody writes, there is nobody to join.
    let mut first = join(folder.path(), &start()).unwrap();
    assert!(first.leads());
    let before = fs::read(folder.path().join("manifest.json")).unwrap();
    let mut second = join(folder.path(), &start()).unwrap();
    assert!(!second.leads());
    second.write_cell(&record("layer", 0.1, 1)).unwrap();
    let about = descriptions();
    let refused = [
        second.write_methods(&about.methods),
        second.write_workloads(&about.workloads),
        second.write_references(""),
        second.write_throughput(&[]),
        second.write_peers(&[]),
        second.write_noise(&[]),
        second.write_probes(&[]),
        second.write_verdicts(&[]),
        second.finish("2026-01-02T03:05:00Z".into()),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(Error::Joined { .. })), "{refused:?}");
    }
    assert_eq!(fs::read(folder.path().join("manifest.json")).unwrap(), before);
    assert_eq!(first.contents().unwrap().cells.len(), 1, "the cell is of the same build");
    assert!(join(folder.path(), &start()).unwrap().lead().unwrap().is_none(), "the first still writes");
    first.write_throughput(&[]).unwrap();
    drop(first);
    let mut second = second.lead().unwrap().expect("nobody else writes");
    assert!(second.leads() && second.manifest().parts[0].throughput, "as the first has left it");
    second.finish("2026-01-02T03:05:00Z".into()).unwrap();
    assert!(Run::open(folder.path()).unwrap().manifest().finished.is_some());
    let error = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "it holds the lock now: {error}");
}

#[test]
fn who_does_not_fit_the_run_does_not_join_it() {
    let folder = tempfile::tempdir().unwrap();
    let _leads = begin(folder.path());
    let mut build = start();
    build.part.identity.commit = "f".repeat(40);
    assert!(matches!(join(folder.path(), &build), Err(Error::OtherIdentity { .. })));
    // A part of its own would be one more in a manifest that is not its.
    let part = Start { another_part: true, ..build };
    assert!(matches!(join(folder.path(), &part), Err(Error::OtherIdentity { .. })));
    let tier = Start { tier: results::Tier::Full, ..start() };
    assert!(matches!(join(folder.path(), &tier), Err(Error::Tier { .. })));
    let shard = Start { shard: Some("1/2".parse().unwrap()), ..start() };
    assert!(matches!(join(folder.path(), &shard), Err(Error::Shard { .. })));
    let seeds = Start { seeds: vec![2, 3, 8, 9], ..start() };
    let said = join(folder.path(), &seeds).unwrap_err().to_string();
    assert!(said.contains("other seeds, 8, 9 not among them; join it with the same command"), "{said}");
    assert!(join(folder.path(), &Start { seeds: vec![2], ..start() }).is_ok());
}

/// A run that another process is just beginning has its lock and no manifest yet.
#[test]
fn a_run_that_begins_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let lock = fs::File::create(folder.path().join("run.lock")).unwrap();
    lock.try_lock().unwrap();
    let manifest = tempfile::tempdir().unwrap();
    drop(begin(manifest.path()));
    let joined = std::thread::scope(|scope| {
        let joined = scope.spawn(|| join(folder.path(), &start()));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!joined.is_finished());
        fs::copy(manifest.path().join("manifest.json"), folder.path().join("manifest.json")).unwrap();
        joined.join().unwrap()
    });
    assert!(!joined.unwrap().leads());
    // One that never comes to its manifest is begun by whoever waits, once its lock is free.
    fs::remove_file(folder.path().join("manifest.json")).unwrap();
    let begun = std::thread::scope(|scope| {
        let begun = scope.spawn(|| join(folder.path(), &start()));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!begun.is_finished());
        drop(lock);
        begun.join().unwrap()
    });
    assert!(begun.unwrap().leads());
}

/// Packing removes the files of the cells that it has packed, and of no other.
#[test]
fn a_cell_that_is_written_while_others_are_packed_stays() {
    let folder = tempfile::tempdir().unwrap();
    let run = begin(folder.path());
    run.write_cell(&record("layer", 0.1, 1)).unwrap();
    let joined = join(folder.path(), &start()).unwrap();
    drop(run);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for rate in 1..=50 {
                joined.write_cell(&record("layer", f64::from(rate), 2)).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        while !done.load(Ordering::SeqCst) {
            results::pack(folder.path()).unwrap();
        }
    });
    assert_eq!(Run::open(folder.path()).unwrap().contents().unwrap().cells.len(), 51);
}
