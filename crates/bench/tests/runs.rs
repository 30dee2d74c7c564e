//! What a run is told: how far it is, which words it cannot follow, and what it is made of.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::experiment::grid::{self, Filter};
use bench::experiment::progress::{Progress, line};
use bench::provenance::{self, Build};
use bench::throughput::begin;
use results::Tier;

#[test]
fn a_line_says_what_is_done_and_the_time_left() {
    let at = |done, seconds| line("cells", done, 160, Duration::from_secs(seconds));
    assert_eq!(at(0, 30), "0 of 160 cells, 30 s so far, time left unknown");
    assert_eq!(at(40, 30), "40 of 160 cells, 30 s so far, about 1 min 30 s to go");
    assert_eq!(at(20, 1200), "20 of 160 cells, 20 min so far, about 140 min to go");
    assert_eq!(at(2, 3600), "2 of 160 cells, 60 min so far, about 79 h 0 min to go");
    assert_eq!(at(160, 59), "160 of 160 cells, 59 s so far, about 0 s to go");
    assert_eq!(at(161, 60), "161 of 160 cells, 1 min 0 s so far, about 0 s to go");
}

/// A log that can be looked at while it is written.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_log_hears_of_progress_until_it_ends() {
    let log = Log::default();
    let text = || String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let progress = Progress::in_lines("cells", 4, Duration::from_millis(50), log.clone());
    progress.add_one();
    while !text().contains("1 of 4 cells, ") {
        std::thread::sleep(Duration::from_millis(10));
    }
    progress.set(3);
    while !text().contains("3 of 4 cells, ") {
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(progress);
    let end = text();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(text(), end, "nothing is written after the end");
    // Work that ends before the first interval says nothing.
    let quick = Log::default();
    drop(Progress::in_lines("cells", 4, Duration::from_hours(1), quick.clone()));
    assert!(quick.0.lock().unwrap().is_empty());
}

#[test]
fn a_bench_knows_its_tier_or_refuses_the_name() {
    let tier = |name: &str| begin::tier(Some(name.as_ref()));
    assert_eq!(begin::tier(None).unwrap(), None);
    assert_eq!(tier("quick").unwrap(), Some(Tier::Quick));
    for name in ["", "Quick", "fast"] {
        let said = tier(name).unwrap_err().to_string();
        assert_eq!(
            said,
            format!(
                "nothing fits NORMLAB_TIER={name}; the tiers that there are: smoke, quick, standard, full"
            )
        );
    }
}

/// The other side of the next test: it does nothing unless that starts it.
#[test]
fn a_bench_that_takes_long() {
    if std::env::var_os("NORMLAB_TEST_CHILD").is_some() {
        begin::bench();
        std::thread::sleep(Duration::from_mins(1));
    }
}

#[test]
fn a_bench_ends_when_whoever_asked_for_it_does() {
    let start = |watches: bool| {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "a_bench_that_takes_long"]).env("NORMLAB_TEST_CHILD", "1");
        if watches {
            child.env(begin::ENDS_WITH_STDIN, "1");
        }
        child.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let (mut watching, mut alone) = (start(true), start(false));
    std::thread::sleep(Duration::from_secs(1));
    assert!(watching.try_wait().unwrap().is_none(), "its parent lives");
    // What the system does with the pipe of a process that is killed.
    drop(watching.stdin.take());
    drop(alone.stdin.take());
    assert_eq!(watching.wait().unwrap().code(), Some(130));
    assert!(alone.try_wait().unwrap().is_none(), "one that nobody asked for goes on");
    alone.kill().unwrap();
    alone.wait().unwrap();
}

#[test]
fn a_word_that_nothing_fits_is_named_with_what_there_is() {
    let said = |tier, filter: &Filter| grid::select(tier, filter).unwrap_err().to_string();
    let mlp = || Filter { workload: Some("digits-mlp".into()), ..Filter::default() };
    let rate = |r| Filter { learning_rate: Some(r), ..mlp() };
    let known = grid::select(Tier::Quick, &mlp()).unwrap()[0].learning_rate;
    assert!(!grid::select(Tier::Quick, &rate(known)).unwrap().is_empty());
    let refused = said(Tier::Quick, &rate(0.123));
    assert!(refused.starts_with("nothing fits --lr 0.123; the learning rates that there are: "), "{refused}");
    assert!(refused.contains(&known.to_string()), "{refused}");
    assert!(said(Tier::Quick, &rate(f64::NAN)).starts_with("nothing fits --lr NaN; "));
    let method = |m: &str| Filter { method: Some(m.into()), ..Filter::default() };
    assert!(said(Tier::Smoke, &method("lay")).starts_with("there is no method `lay`; there are: none"));
    // The word to blame is the one that fits nothing by itself, whatever stands beside it.
    let both = Filter { learning_rate: Some(0.123), ..method("lay") };
    assert!(said(Tier::Smoke, &both).contains("`lay`"));
    let elsewhere = said(Tier::Quick, &method("path-sgd"));
    assert_eq!(
        elsewhere,
        "nothing fits --method path-sgd at tier quick; the workloads that train it: digits-mlp-sgd"
    );
    let refused = said(Tier::Smoke, &Filter { method: Some("ndp".into()), ..mlp() });
    assert!(refused.starts_with("workload `digits-mlp` does not train `ndp`: "), "{refused}");
    assert!(said(Tier::Smoke, &Filter { workload: Some("digit".into()), ..mlp() }).contains("`digit`"));
    assert!(said(Tier::Smoke, &Filter { seeds: Some(0), ..mlp() }).starts_with("nothing fits --seeds 0; "));
}

#[test]
fn a_part_says_what_its_build_told_it() {
    let build = Build { commit: "c", dirty: true, changes: "d", lock: b"abc", rustc: "r", engine: "e" };
    let part = provenance::part(&build);
    let identity = &part.identity;
    assert_eq!(
        (&*identity.commit, identity.dirty, &*identity.changes, &*identity.rustc),
        ("c", true, "d", "r")
    );
    // The test vector of FIPS 180.
    assert_eq!(identity.lock_sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(part.commands.len(), 1);
    assert_eq!(part.commands[0].words[0], "normlab");
    assert_eq!(provenance::part(&build).identity, part.identity, "the same machine is the same");
}
