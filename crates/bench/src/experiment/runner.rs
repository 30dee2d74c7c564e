//! Runs cells: each in a single-threaded pool of its own, so that a cell's numbers do not depend on how many run
//! beside it. Finished cells are on disk at once and are not run again; an interrupt loses only what is running.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use results::{CellSettings, CellState, ConvergenceRecord, RunWriter};

use crate::error::Error;

use super::progress::Progress;
use super::workloads;

/// What became of a batch of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Cells asked for.
    pub asked: usize,
    /// Found on disk from an earlier start.
    pub found: usize,
    /// Found on disk as a file that is not the cell.
    pub replaced: usize,
    /// Run now.
    pub run: usize,
    /// Diverged among those run now.
    pub diverged: usize,
    /// Whether an interrupt ended it early.
    pub interrupted: bool,
}

/// Set by Ctrl-C; cells look at it between steps.
static STOP: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C end the run after what is on disk is safe. Can be called once in a process.
pub fn stop_on_interrupt() -> Result<(), Error> {
    ctrlc::set_handler(|| {
        // The second time the user means it.
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    })
    .map_err(|source| Error::Interrupt { source })
}

/// Whether an interrupt asked to stop.
pub fn stopping() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// Trains one cell; `None` if it was interrupted.
pub fn run_cell(cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
    let workload = workloads::find(&cell.workload)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|source| Error::ThreadPool { source })?;
    pool.install(|| workload.train(cell))
}

/// Runs what is not yet on disk, `workers` at a time. A file that is not the cell of its name (damaged, of another cell, or in
/// contradiction to the run) is said on standard error, and the cell is run again in its place.
pub fn run_all(run: &RunWriter, cells: &[CellSettings], workers: usize) -> Result<Summary, Error> {
    let ids: Vec<String> = cells.iter().map(CellSettings::id).collect();
    let states = run.cell_states(ids.iter().map(String::as_str))?;
    let mut todo = Vec::new();
    let mut replaced = 0;
    for (cell, state) in cells.iter().zip(states) {
        match state {
            CellState::Whole => continue,
            CellState::Absent => {}
            CellState::Unusable(why) => {
                replaced += 1;
                // Where nobody listens the cell is run again all the same.
                let _ = writeln!(std::io::stderr(), "not usable, run again: {why}");
            }
        }
        todo.push(cell);
    }
    let progress = Progress::new("cells", todo.len() as u64)?;
    let (next, done, diverged) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, todo.len().max(1)) {
            scope.spawn(|| {
                while let Some(cell) = todo.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if stopping() || failure.lock().is_ok_and(|f| f.is_some()) {
                        return;
                    }
                    progress.message(format!("{} {} at {}", cell.workload, cell.method, cell.learning_rate));
                    let written = run_cell(cell).and_then(|record| {
                        let Some(record) = record else { return Ok(()) };
                        run.write_cell(&record)?;
                        done.fetch_add(1, Ordering::SeqCst);
                        if matches!(record.outcome, results::Outcome::Diverged { .. }) {
                            diverged.fetch_add(1, Ordering::SeqCst);
                        }
                        progress.add_one();
                        Ok(())
                    });
                    if let Err(e) = written {
                        if let Ok(mut slot) = failure.lock() {
                            slot.get_or_insert(e);
                        }
                        return;
                    }
                }
            });
        }
    });
    drop(progress);
    if let Ok(Some(e)) = failure.into_inner() {
        return Err(e);
    }
    let run = done.load(Ordering::SeqCst);
    Ok(Summary {
        asked: cells.len(),
        found: cells.len() - todo.len(),
        replaced,
        run,
        diverged: diverged.load(Ordering::SeqCst),
        interrupted: run < todo.len(),
    })
}
