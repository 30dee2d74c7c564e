//! How work is cut for threads. The cut depends on sizes only, never on the number of threads, and partial
//! results are merged in index order: the same bits at any thread count.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::helper;

/// Elements in a chunk of the rowwise skeleton and of pointwise work: large enough that a task costs more
/// than its hand-over, small enough that a chunk's partial sums stay in the second-level cache.
pub const CHUNK: usize = 32 * 1024;

/// Elements in a block of the channelwise skeleton: enough cases that merging the sums of the blocks costs little.
pub const BLOCK: usize = 128 * 1024;

/// Below this many elements a pool whose threads sleep is no faster than one thread: what a second one saves (0.07 ms of 0.22 for
/// forward and backward of layer norm over 256 Ki elements) is less than waking it takes.
pub const PARALLEL_FROM: usize = 512 * 1024;

/// From this many elements on a second thread that is awake is worth it (`helper.rs`): about 20 µs of work.
pub const HELPED_FROM: usize = 64 * 1024;

/// Cases in one chunk when a case has `case` elements.
pub fn cases_per_chunk(case: usize) -> usize {
    (CHUNK / case.max(1)).max(1)
}

/// Cases in one block of the channelwise skeleton.
pub fn cases_per_block(cases: usize, case: usize) -> usize {
    let by_size = (BLOCK / case.max(1)).max(8);
    // At least four blocks where there are cases enough, so that small batches can be shared out too.
    by_size.min(cases.div_ceil(4).max(8)).max(1)
}

/// Carries out every task, by several threads if the work of `elements` elements is worth it.
pub fn for_each<Task: Send>(tasks: Vec<Task>, elements: usize, run: impl Fn(Task) + Sync + Send) {
    if elements >= HELPED_FROM && tasks.len() > 1 && rayon::current_num_threads() > 1 {
        let tasks: Vec<_> = tasks.into_iter().map(|task| Mutex::new(Some(task))).collect();
        let one = |i: usize| {
            let task = tasks[i].lock().unwrap_or_else(PoisonError::into_inner).take();
            // Each number comes once, and finds its task.
            if let Some(task) = task {
                run(task);
            }
        };
        if elements >= PARALLEL_FROM {
            share_out(tasks.len(), &one);
        } else {
            helper::share(tasks.len(), &one);
        }
    } else {
        tasks.into_iter().for_each(run);
    }
}

/// Calls `run` with every number below `count`, by several threads. Not generic: threads are woken and joined by code that
/// would be compiled again for every kind of task of every kernel, for half a second each.
fn share_out(count: usize, run: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().with_max_len(1).for_each(run);
}

/// Adds up partial results of so many values each, in the order of their chunks, whoever was done first.
pub(crate) fn add_in_order<S: Copy + Default + std::ops::Add<Output = S>>(
    parts: &[S],
    width: usize,
) -> Vec<S> {
    let mut sum = vec![S::default(); width];
    for part in parts.chunks_exact(width.max(1)) {
        for (a, b) in sum.iter_mut().zip(part) {
            *a = *a + *b;
        }
    }
    sum
}
