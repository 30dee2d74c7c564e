//! Runs cells: each in a single-threaded pool of its own, so that a cell's numbers do not depend on how many run
//! beside it. Finished cells are on disk at once and are not run again; an interrupt loses only what is running.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use results::{CellSettings, ConvergenceRecord, Run};

use crate::error::Error;
use crate::workloads;

/// What became of a batch of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Cells asked for.
    pub asked: usize,
    /// Found on disk from an earlier start.
    pub resumed: usize,
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

/// Runs what is not yet on disk, `workers` at a time.
pub fn run_all(run: &Run, cells: &[CellSettings], workers: usize, quiet: bool) -> Result<Summary, Error> {
    let todo: Vec<&CellSettings> = cells.iter().filter(|c| !run.has_cell(&c.id())).collect();
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(todo.len() as u64) };
    bar.set_style(
        ProgressStyle::with_template("{bar:32} {pos}/{len} cells  {elapsed} elapsed, {eta} to go  {msg}")
            .map_err(|source| Error::Progress { source })?,
    );
    bar.tick();
    let (next, done, diverged) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, todo.len().max(1)) {
            scope.spawn(|| {
                while let Some(cell) = todo.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if stopping() || failure.lock().is_ok_and(|f| f.is_some()) {
                        return;
                    }
                    bar.set_message(format!("{} {} at {}", cell.workload, cell.method, cell.learning_rate));
                    let written = run_cell(cell).and_then(|record| {
                        let Some(record) = record else { return Ok(()) };
                        run.write_cell(&record)?;
                        done.fetch_add(1, Ordering::SeqCst);
                        if matches!(record.outcome, results::Outcome::Diverged { .. }) {
                            diverged.fetch_add(1, Ordering::SeqCst);
                        }
                        bar.inc(1);
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
    bar.finish_and_clear();
    if let Ok(Some(e)) = failure.into_inner() {
        return Err(e);
    }
    Ok(Summary {
        asked: cells.len(),
        resumed: cells.len() - todo.len(),
        run: done.load(Ordering::SeqCst),
        diverged: diverged.load(Ordering::SeqCst),
        interrupted: stopping(),
    })
}
