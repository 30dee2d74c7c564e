//! `normlab`: what the just recipes call.
#![expect(clippy::print_stdout, reason = "a command line tool speaks through its standard output")]

mod list;
mod run;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// The reference workspace for neural-network normalization.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

/// How much is run: smoke in about two minutes, quick in about twelve, standard in about ninety.
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
        #[arg(long)]
        seeds: Option<u64>,
        /// Passes over the training cases.
        #[arg(long)]
        epochs: Option<usize>,
    },
    /// Render the page of a run.
    Render {
        /// The run's folder.
        run: PathBuf,
        /// Where the page goes. Default: <run>/page.
        #[arg(long)]
        out: Option<PathBuf>,
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

/// The exit code for a request that is refused.
const REFUSED: u8 = 2;

fn main() -> anyhow::Result<ExitCode> {
    run(Args::parse().command)
}

/// One line on standard error where a request is refused, and nothing else.
fn evaluate(method: &str, input: &Path, output: &Path) -> ExitCode {
    match eval::evaluate(method, input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::from(REFUSED)
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Report { tier, run, no_bench } => run::report(tier.into(), run, !no_bench),
        Command::Converge { tier, run, workload, method, lr, seeds, epochs } => {
            let filter = bench::grid::Filter { workload, method, learning_rate: lr, seeds, epochs };
            run::converge(tier.into(), run, &filter)
        }
        Command::Render { run, out } => run::render(&run, out),
        Command::Rerun { run, cell } => run::rerun(&run, &cell),
        Command::Norms { json } => list::norms(json),
        Command::Eval { method, input, output } => return Ok(evaluate(&method, &input, &output)),
    }?;
    Ok(ExitCode::SUCCESS)
}
