//! Runs cells: each in a single-threaded pool of its own, so that a cell's numbers do not depend on how many run
//! beside it. Finished cells are on disk at once and are not run again; an interrupt loses only what is running. Each is locked
//! while it is trained, so that several processes may write one run.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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
    /// Run meanwhile by other processes that write the same run.
    pub elsewhere: usize,
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

/// How long to wait before asking for another cell, where all that are left are in other processes' hands.
const WAIT: Duration = Duration::from_millis(100);

/// The cells that are still to be run, by all workers of this process.
struct Queue<'a> {
    run: &'a RunWriter,
    cells: Mutex<VecDeque<&'a CellSettings>>,
    failure: Mutex<Option<Error>>,
    done: AtomicUsize,
    elsewhere: AtomicUsize,
    diverged: AtomicUsize,
}

/// What became of one cell.
enum Cell {
    /// It is there now.
    There,
    /// Another process is at it.
    Taken,
    /// An interrupt ended it.
    Interrupted,
}

impl<'a> Queue<'a> {
    /// Works until no cell is left. One that another process is at comes up again after the others: that process may be
    /// killed.
    fn work(&self, progress: &Progress) {
        let mut taken = 0;
        while let Some((cell, left)) = self.take() {
            match self.one(cell, progress) {
                Ok(Cell::There) => {
                    taken = 0;
                    progress.add_one();
                }
                Ok(Cell::Taken) => {
                    self.cells.lock().unwrap_or_else(PoisonError::into_inner).push_back(cell);
                    taken += 1;
                    if taken > left {
                        std::thread::sleep(WAIT);
                    }
                }
                Ok(Cell::Interrupted) => return,
                Err(e) => {
                    self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
                    return;
                }
            }
        }
    }

    /// The next cell, and how many come after it; none once something has ended the work.
    fn take(&self) -> Option<(&'a CellSettings, usize)> {
        if stopping() || self.failure.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return None;
        }
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = cells.pop_front()?;
        Some((cell, cells.len()))
    }

    fn one(&self, cell: &CellSettings, progress: &Progress) -> Result<Cell, Error> {
        let id = cell.id();
        let Some(_lock) = self.run.lock_cell(&id)? else { return Ok(Cell::Taken) };
        // Another process may have written it since this one began.
        if let Some(CellState::Whole) = self.run.cell_states([&*id].into_iter())?.pop() {
            self.elsewhere.fetch_add(1, Ordering::SeqCst);
            return Ok(Cell::There);
        }
        progress.message(format!("{} {} at {}", cell.workload, cell.method, cell.learning_rate));
        let Some(record) = run_cell(cell)? else { return Ok(Cell::Interrupted) };
        self.run.write_cell(&record)?;
        self.done.fetch_add(1, Ordering::SeqCst);
        if matches!(record.outcome, results::Outcome::Diverged { .. }) {
            self.diverged.fetch_add(1, Ordering::SeqCst);
        }
        Ok(Cell::There)
    }
}

/// Runs what is not yet on disk, `workers` at a time. A file that is not the cell of its name (damaged, of another cell, or in
/// contradiction to the run) is said on standard error, and the cell is run again in its place. A cell that another process is at
/// is waited for.
pub fn run_all(run: &RunWriter, cells: &[CellSettings], workers: usize) -> Result<Summary, Error> {
    let ids: Vec<String> = cells.iter().map(CellSettings::id).collect();
    let states = run.cell_states(ids.iter().map(String::as_str))?;
    let mut todo = VecDeque::new();
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
        todo.push_back(cell);
    }
    let asked = todo.len();
    let progress = Progress::new("cells", asked as u64)?;
    let queue = Queue {
        run,
        cells: Mutex::new(todo),
        failure: Mutex::new(None),
        done: AtomicUsize::new(0),
        elsewhere: AtomicUsize::new(0),
        diverged: AtomicUsize::new(0),
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, asked.max(1)) {
            scope.spawn(|| queue.work(&progress));
        }
    });
    drop(progress);
    if let Some(e) = queue.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(e);
    }
    let (run, elsewhere) = (queue.done.load(Ordering::SeqCst), queue.elsewhere.load(Ordering::SeqCst));
    Ok(Summary {
        asked: cells.len(),
        found: cells.len() - asked,
        replaced,
        run,
        elsewhere,
        diverged: queue.diverged.load(Ordering::SeqCst),
        interrupted: run + elsewhere < asked,
    })
}
