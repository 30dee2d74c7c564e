//! The second thread sleeps when there is nothing to do. A program of its own, since other tests give it work.

#![cfg(target_os = "linux")]

use std::fs;
use std::thread;
use std::time::Duration;

use norm_core::chunk::{HELPED_FROM, for_each};

/// Processor time of the helper so far, in hundredths of a second; nothing where it was not begun.
fn ticks() -> Option<u64> {
    for entry in fs::read_dir("/proc/self/task").unwrap() {
        let task = entry.unwrap().path();
        // The system keeps fifteen letters of a name.
        if fs::read_to_string(task.join("comm")).unwrap().trim() == "norm-core helpe" {
            let stat = fs::read_to_string(task.join("stat")).unwrap();
            // Behind the name in parentheses: the state is field 3, times in user and system mode are 14 and 15.
            let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
            return Some(fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap());
        }
    }
    None
}

#[test]
fn an_idle_helper_uses_no_processor() {
    if thread::available_parallelism().unwrap().get() == 1 {
        return;
    }
    assert_eq!(ticks(), None, "nobody had work for it yet");
    for _ in 0..1000 {
        for_each((0..8).collect(), HELPED_FROM, |_: usize| {});
    }
    thread::sleep(Duration::from_millis(50));
    let before = ticks().expect("it was begun");
    thread::sleep(Duration::from_millis(600));
    let used = ticks().unwrap() - before;
    assert!(used <= 1, "{used} hundredths of a second in six tenths");
}
