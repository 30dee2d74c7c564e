//! The `normlab` command as a library: a repository of its own makes its binary of it, and has every command for its own methods
//! ([`main_with`]).

mod benches;
mod build;
mod card;
mod claims;
mod compare;
#[cfg(test)]
mod engine;
mod fnv;
mod list;
mod merge;
mod outside;
mod place;
mod run;
mod say;
mod sources;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand, ValueEnum};
pub use outside::Outside;
use place::{Place, Share};
use run::End;

/// The reference workspace for neural-network normalization.
#[derive(Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 done; 1 `rerun` or `verify` found other numbers; 2 refused or failed; 130 interrupted."
)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

/// How much is run: smoke in about two minutes, quick in about twelve, standard in about an hour.
#[derive(Clone, Copy, ValueEnum)]
enum TierArg {
    Smoke,
    Quick,
    Standard,
    Full,
}

impl From<TierArg> for results::Tier {
    fn from(t: TierArg) -> Self {
        match t {
            TierArg::Smoke => Self::Smoke,
            TierArg::Quick => Self::Quick,
            TierArg::Standard => Self::Standard,
            TierArg::Full => Self::Full,
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Measure throughput and convergence, and render the page.
    Report {
        /// How much is run.
        #[arg(default_value = "quick")]
        tier: TierArg,
        /// The run's folder; an unfinished run is taken up again. Default: runs/<time>-<tier>.
        #[arg(long)]
        run: Option<PathBuf>,
        /// Leave the throughput benches out.
        #[arg(long)]
        no_bench: bool,
        /// Continue a run of another build or machine; its numbers and the new ones are kept apart.
        #[arg(long, requires = "run")]
        another_part: bool,
        #[command(flatten)]
        share: Share,
    },
    /// Train the cells of a tier, all or some, into a run.
    Converge {
        /// How much is run.
        #[arg(default_value = "quick")]
        tier: TierArg,
        /// The run's folder; finished cells are not run again. Default: runs/<time>-<tier>.
        #[arg(long)]
        run: Option<PathBuf>,
        /// Only this workload.
        #[arg(long)]
        workload: Option<String>,
        /// Only this method.
        #[arg(long)]
        method: Option<String>,
        /// Only this learning rate of the grid.
        #[arg(long)]
        lr: Option<f64>,
        /// Seeds 1 to this.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1000))]
        seeds: Option<u64>,
        /// Passes over the training cases.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        epochs: Option<u32>,
        /// Continue a run of another build or machine; its numbers and the new ones are kept apart.
        #[arg(long, requires = "run")]
        another_part: bool,
        #[command(flatten)]
        share: Share,
    },
    /// Say what a run, or what is found without training, says to the claims of the literature.
    Claims {
        /// The run's folder; without one only what is found without training is decided.
        run: Option<PathBuf>,
        /// Only this claim; may be given several times.
        #[arg(long)]
        claim: Vec<String>,
        /// As JSON: id, source, statement, verdict, effect, interval, threshold, cells.
        #[arg(long)]
        json: bool,
        /// Instead: what each workload of the run can tell, as far as its cells show.
        #[arg(long, requires = "run", conflicts_with = "json")]
        workloads: bool,
    },
    /// Train what the claims need, rates first, and decide them.
    Decide {
        /// The run's folder; finished cells are not run again. Default: runs/<time>-standard.
        #[arg(long)]
        run: Option<PathBuf>,
        /// Only this claim; may be given several times.
        #[arg(long)]
        claim: Vec<String>,
        /// Say what would be trained, and train nothing.
        #[arg(long)]
        dry_run: bool,
        /// Continue a run of another build or machine; its numbers and the new ones are kept apart.
        #[arg(long, requires = "run")]
        another_part: bool,
        #[command(flatten)]
        share: Share,
    },
    /// Train a method beside nothing, layer and batch normalization, and say what comes of it; about ten minutes.
    Judge {
        /// The method's id, as `norms` lists it.
        method: String,
        /// The run's folder; finished cells are not run again. Default: runs/<time>-quick.
        #[arg(long)]
        run: Option<PathBuf>,
        /// Continue a run of another build or machine; its numbers and the new ones are kept apart.
        #[arg(long, requires = "run")]
        another_part: bool,
    },
    /// Put runs of one build and kind of machine together into a new one, decide the claims by it, and render its page.
    Merge {
        /// The new run's folder.
        out: PathBuf,
        /// The runs, such as the shards of one.
        #[arg(required = true)]
        runs: Vec<PathBuf>,
        /// The run whose times are kept, where several have some.
        #[arg(long, value_name = "RUN")]
        throughput: Option<PathBuf>,
    },
    /// Compare two runs, of two commits or two machines: which times and which losses differ?
    Compare {
        /// The run that the other is seen beside.
        first: PathBuf,
        /// The run that is spoken of.
        second: PathBuf,
    },
    /// Render the page of a run.
    Render {
        /// The run's folder.
        run: PathBuf,
        /// Where the page goes. Default: <run>/page.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Train some cells of a kept run again: is it still what this build measures?
    Verify {
        /// The run's folder.
        run: PathBuf,
        /// How many cells.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
        cells: u64,
        /// Of a run of another engine: train one cell of each arm again, and where all have the same bits write into the run that
        /// this build may continue it.
        #[arg(long, conflicts_with = "cells")]
        extend: bool,
    },
    /// Pack the cells of a finished run into one file, to be kept.
    Pack {
        /// The run's folder.
        run: PathBuf,
    },
    /// Train one cell of a run again and say whether the numbers are the same.
    Rerun {
        /// The run's folder.
        run: PathBuf,
        /// The cell's id: the name of its file.
        cell: String,
    },
    /// Evaluate a method on tensors from a file; docs/eval.md is the contract.
    Eval {
        /// The method's id, as `norms` lists it.
        method: String,
        /// The request, a safetensors file.
        input: PathBuf,
        /// Where the answer goes, a safetensors file.
        output: PathBuf,
    },
    /// List every method.
    Norms {
        /// As JSON: id, kind, site, parameters, constants, state, citation.
        #[arg(long)]
        json: bool,
    },
}

/// Nothing came of it: a request that is refused, or a failure. 1 is kept for an answer that is no.
const FAILED: u8 = 2;
/// What a shell says of a program that an interrupt ended.
const INTERRUPTED: u8 = 130;

/// The command with methods of another repository beside those of normlab: the first thing that its `main` does.
///
/// Ids that stand for methods of normlab are refused, with exit code 2.
pub fn main_with(outside: Outside) -> ExitCode {
    match outside::register(outside) {
        Ok(()) => main(),
        Err(e) => {
            say::error(&e.into());
            ExitCode::from(FAILED)
        }
    }
}

/// The command: reads the words that the process was started with.
pub fn main() -> ExitCode {
    if let Some((n, word)) = std::env::args_os().enumerate().find(|(_, word)| word.to_str().is_none()) {
        // A run writes its command line down as text.
        let word = word.to_string_lossy();
        say::error(&anyhow!("argument {n} is not UTF-8 text: {word}; use names that are"));
        return ExitCode::from(FAILED);
    }
    match run(Args::parse().command) {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Different) => ExitCode::from(1),
        Ok(End::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(e) => {
            say::error(&e);
            ExitCode::from(FAILED)
        }
    }
}

fn run(command: Command) -> Result<End> {
    match command {
        Command::Report { tier, run, no_bench, another_part, share } => {
            run::report(tier.into(), Place { dir: run, another_part, share }, !no_bench)
        }
        Command::Converge { tier, run, workload, method, lr, seeds, epochs, another_part, share } => {
            let filter = bench::experiment::grid::Filter {
                workload,
                method,
                learning_rate: lr,
                seeds,
                epochs: epochs.map(|n| n as usize),
            };
            run::converge(tier.into(), Place { dir: run, another_part, share }, &filter)
        }
        Command::Claims { run: Some(run), claim, workloads: true, .. } => claims::workloads(&run, &claim),
        Command::Claims { run, claim, json, .. } => claims::say(run.as_deref(), &claim, json),
        Command::Decide { run, claim, dry_run, another_part, share } => {
            claims::run(Place { dir: run, another_part, share }, &claim, dry_run)
        }
        Command::Judge { method, run, another_part } => {
            claims::judge(Place { dir: run, another_part, share: Share::default() }, &method)
        }
        Command::Merge { out, runs, throughput } => merge::merge(&out, &runs, throughput.as_deref()),
        Command::Compare { first, second } => compare::compare(&first, &second),
        Command::Render { run, out } => run::render(&run, out),
        Command::Verify { run, extend: true, .. } => verify::extend(&run),
        Command::Verify { run, cells, .. } => verify::verify(&run, cells as usize),
        Command::Pack { run } => {
            let cells = results::pack(&run)?;
            say::line(format_args!("{cells} cells in {}", run.join("cells.json.gz").display()))?;
            Ok(End::Done)
        }
        Command::Rerun { run, cell } => run::rerun(&run, &cell),
        Command::Norms { json } => list::norms(json).map(|()| End::Done),
        Command::Eval { method, input, output } => {
            eval::evaluate(&method, &input, &output)?;
            Ok(End::Done)
        }
    }
}
