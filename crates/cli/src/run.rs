//! Making a run: cells, benches, records, page.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bench::grid::{self, Filter};
use bench::{methods, provenance, runner, throughput, workloads};
use results::{Run, Tier};

/// Opens the run at `dir`, or begins one there or in a fresh folder under `runs/`.
fn open(tier: Tier, dir: Option<PathBuf>, filter: &Filter) -> Result<Run> {
    let workers = std::thread::available_parallelism().map_or(1, Into::into);
    let seeds = filter.seeds.map_or_else(|| grid::seeds(tier), |n| (1..=n).collect());
    let manifest = provenance::manifest(tier, &seeds, workers);
    let dir = dir.unwrap_or_else(|| {
        let time = manifest.started.replace([':', '-'], "");
        PathBuf::from("runs").join(format!("{time}-{tier}"))
    });
    if dir.join("manifest.json").is_file() {
        let run = Run::open(&dir)?;
        let got = run.manifest().tier;
        if got != tier {
            bail!("{} is a {got} run; tiers never mix: choose another folder for {tier}", dir.display());
        }
        return Ok(run);
    }
    let run = Run::create(&dir, manifest)?;
    run.write_methods(&methods::records())?;
    run.write_workloads(&workloads::WORKLOADS.iter().map(|w| w.record()).collect::<Result<Vec<_>, _>>()?)?;
    run.write_references(include_str!("../../../references.bib"))?;
    Ok(run)
}

fn train(run: &Run, tier: Tier, filter: &Filter) -> Result<bool> {
    let cells = grid::cells(tier, filter);
    if cells.is_empty() {
        bail!("no cell fits: workloads are {}, methods {}", workloads::ids(), grid::methods().join(", "));
    }
    runner::stop_on_interrupt()?;
    let summary = runner::run_all(run, &cells, run.manifest().threads, false)?;
    println!(
        "cells: {} asked for, {} found, {} run, {} diverged",
        summary.asked, summary.resumed, summary.run, summary.diverged
    );
    if summary.interrupted {
        println!("interrupted: finished cells are safe; continue with --run {}", run.dir().display());
    }
    Ok(!summary.interrupted)
}

fn finish(mut run: Run) -> Result<()> {
    let mut manifest = run.manifest().clone();
    manifest.finished = Some(results::utc(std::time::SystemTime::now()));
    Ok(run.write_manifest(manifest)?)
}

/// Runs the benches of a tier, leaving what Criterion saves under the target folder, and writes their records.
fn measure(run: &Run, tier: Tier) -> Result<()> {
    let name = run.dir().file_name().map_or_else(|| "run".into(), |n| n.to_string_lossy().into_owned());
    let home = std::env::current_dir()?.join("target").join("criterion-runs").join(name);
    if home.exists() {
        std::fs::remove_dir_all(&home).with_context(|| format!("cannot clear {}", home.display()))?;
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(cargo)
        .args(["bench", "--quiet", "--package", "bench"])
        .args(["--bench", "norm", "--bench", "cell", "--bench", "update"])
        .env("CRITERION_HOME", &home)
        .env("NORMLAB_TIER", tier.name())
        .stdout(std::process::Stdio::null())
        .status()
        .context("cargo could not be started")?;
    if !status.success() {
        bail!("the benches failed: run `just bench` to see why");
    }
    Ok(run.write_throughput(&throughput::records(&home)?)?)
}

/// Everything: cells, benches, page.
pub(crate) fn report(tier: Tier, dir: Option<PathBuf>, with_benches: bool) -> Result<()> {
    let filter = Filter::default();
    let run = open(tier, dir, &filter)?;
    println!("run: {}", run.dir().display());
    // Benches first: they want the machine to themselves.
    if with_benches && run.throughput()?.is_none() {
        println!("measuring throughput ({tier}) …");
        measure(&run, tier)?;
    }
    if !train(&run, tier, &filter)? {
        return Ok(());
    }
    let dir = run.dir().to_owned();
    finish(run)?;
    render(&dir, None)
}

/// Cells only.
pub(crate) fn converge(tier: Tier, dir: Option<PathBuf>, filter: &Filter) -> Result<()> {
    let run = open(tier, dir, filter)?;
    println!("run: {}", run.dir().display());
    if train(&run, tier, filter)? {
        finish(run)?;
    }
    Ok(())
}

/// The page of a run.
pub(crate) fn render(run: &Path, out: Option<PathBuf>) -> Result<()> {
    let out = out.unwrap_or_else(|| run.join("page"));
    let page = report::render(run, &out)?;
    println!("{}", page.display());
    Ok(())
}

/// One cell again.
pub(crate) fn rerun(dir: &Path, id: &str) -> Result<()> {
    let run = Run::open(dir)?;
    let Some(before) = run.cell(id)? else {
        bail!(
            "{} has no cell {id}; its cells are the files in {}",
            dir.display(),
            dir.join("cells").display()
        );
    };
    let Some(after) = runner::run_cell(&before.cell)? else { bail!("interrupted") };
    let numbers = |r: &results::ConvergenceRecord| {
        r.curve.iter().map(|p| (p.step, p.train_loss, p.test_loss, p.test_accuracy)).collect::<Vec<_>>()
    };
    // Compared as text: NaN equals NaN here.
    let same = format!("{:?}", numbers(&before)) == format!("{:?}", numbers(&after));
    println!(
        "{} {} at {}, seed {}",
        before.cell.workload, before.cell.method, before.cell.learning_rate, before.cell.seed
    );
    println!("final: {:?}, before {:?}", after.final_metric(), before.final_metric());
    println!("{}", if same { "the same numbers, bit for bit" } else { "DIFFERENT numbers" });
    Ok(())
}
