//! Work of middle size, which a second thread that is awake shares.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use norm_core::chunk::{HELPED_FROM, for_each};

/// Calls it with the numbers below `count`, as work that is worth a second thread.
fn share(count: usize, run: impl Fn(usize) + Sync + Send) {
    for_each((0..count).collect(), HELPED_FROM, run);
}

/// How often each number came.
fn times(count: usize) -> Vec<usize> {
    let seen: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
    share(count, |i| {
        seen[i].fetch_add(1, Ordering::Relaxed);
    });
    seen.into_iter().map(AtomicUsize::into_inner).collect()
}

#[test]
fn each_task_is_done_once() {
    for round in 0..20_000 {
        let count = round % 17;
        assert_eq!(times(count), vec![1; count], "round {round}");
    }
}

#[test]
fn a_second_thread_takes_part() {
    if thread::available_parallelism().unwrap().get() == 1 || rayon::current_num_threads() == 1 {
        return;
    }
    let threads = Mutex::new(HashSet::new());
    // Others may have the helper at first.
    for _ in 0..100 {
        share(8, |_| {
            threads.lock().unwrap().insert(thread::current().id());
            thread::sleep(Duration::from_millis(2));
        });
        if threads.lock().unwrap().len() > 1 {
            return;
        }
    }
    panic!("{} of 2 threads took part", threads.lock().unwrap().len());
}

#[test]
fn a_panic_reaches_the_caller_and_the_next_call_works() {
    for place in 0..12 {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            share(12, |i| {
                thread::sleep(Duration::from_micros(50));
                assert!(i != place, "task {i}");
            });
        }));
        let said = caught.unwrap_err();
        assert_eq!(said.downcast_ref::<String>().unwrap(), &format!("task {place}"));
        assert_eq!(times(9), [1; 9]);
    }
}

/// A task that shares out work itself finds the helper taken.
#[test]
fn tasks_may_share_out_work() {
    let sum = AtomicUsize::new(0);
    share(6, |i| {
        share(5, |j| {
            sum.fetch_add(10 * i + j, Ordering::Relaxed);
        });
    });
    assert_eq!(sum.into_inner(), 5 * 150 + 6 * 10);
}

#[test]
fn many_callers_come_at_once() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for count in 0..500 {
                    assert_eq!(times(count % 13), vec![1; count % 13]);
                }
            });
        }
    });
}

/// In a pool of one thread, as that of a cell of a run, nothing is handed over.
#[test]
fn a_pool_of_one_thread_stays_one() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let threads = Mutex::new(HashSet::new());
    pool.install(|| {
        share(50, |_| {
            threads.lock().unwrap().insert(thread::current().id());
        });
    });
    assert_eq!(threads.lock().unwrap().len(), 1);
}
