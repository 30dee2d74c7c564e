//! Trains one arm at every rate under 200 seeds and prints how each cell ends: what the tests of the protocol draw from. About ten
//! minutes on two cores; `just bank` writes the file.

use std::io::Write;

use anyhow::Result;
use bench::experiment::{grid, runner, workloads};

/// The grid of the claims about perceptrons, and what extends it at either edge.
const RATES: [f64; 6] = [3.3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 9e-2];
const SEEDS: u64 = 200;
const EPOCHS: usize = 20;

fn main() -> Result<()> {
    let workload = workloads::find("digits-mlp")?;
    let cells: Vec<_> = (1..=SEEDS)
        .flat_map(|seed| RATES.map(|rate| grid::cell(workload, "none", "none", rate, seed, EPOCHS)))
        .collect();
    // Plain threads: a cell waits for a pool of its own, and a worker of another pool would begin the next one meanwhile.
    let workers = std::thread::available_parallelism().map_or(1, Into::into);
    let records = std::thread::scope(|scope| -> Result<Vec<_>> {
        let handles: Vec<_> = cells
            .chunks(cells.len().div_ceil(workers))
            .map(|part| scope.spawn(|| part.iter().map(runner::run_cell).collect::<Result<Vec<_>, _>>()))
            .collect();
        let mut all = Vec::new();
        for handle in handles {
            let part = handle.join().map_err(|_| anyhow::anyhow!("a cell panicked"))?;
            all.extend(part?);
        }
        Ok(all)
    })?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "rate,seed,valid_loss,test_loss")?;
    for record in records.into_iter().flatten() {
        let end = record.curve.last();
        let (valid, test) = end.map_or((None, None), |point| (point.valid_loss, point.test_loss));
        let (valid, test) = (valid.unwrap_or(f64::INFINITY), test.unwrap_or(f64::INFINITY));
        writeln!(out, "{},{},{valid:.6},{test:.6}", record.cell.learning_rate, record.cell.seed)?;
    }
    Ok(())
}
