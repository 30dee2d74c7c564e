//! Trains the normalization of this repository beside a plain network and renders a page of both:
//! `cargo run -- <a new folder>`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use norm_core::Formula;
use outside::{QuarticNorm, REFERENCES, record::record, training};
use results::{Manifest, Run, Tier};

const RATES: [f64; 2] = [1e-3, 1e-2];
const SEEDS: [u64; 2] = [1, 2];

fn manifest() -> Manifest {
    let unknown = || "not recorded by this example".to_owned();
    Manifest {
        tier: Tier::Smoke,
        command: vec!["outside".into()],
        commit: unknown(),
        dirty: true,
        lock_sha256: unknown(),
        rustc: unknown(),
        features: Vec::new(),
        profile: if cfg!(debug_assertions) { "dev" } else { "release" }.into(),
        os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        cpu: unknown(),
        logical_cores: std::thread::available_parallelism().map_or(1, Into::into),
        threads: 1,
        memory_bytes: 0,
        started: results::utc(std::time::SystemTime::now()),
        finished: None,
        seeds: SEEDS.to_vec(),
        allocator: "the system's".into(),
        notes: Vec::new(),
    }
}

fn main() -> Result<()> {
    let folder =
        std::env::args_os().nth(1).context("name a new folder for the run: cargo run -- <folder>")?;
    let mut run = Run::create(PathBuf::from(folder), manifest())?;
    run.write_methods(&[norm_none::None::DESCRIPTOR, QuarticNorm::DESCRIPTOR].map(record))?;
    run.write_workloads(&[training::workload()?])?;
    run.write_references(REFERENCES)?;
    for rate in RATES {
        for seed in SEEDS {
            run.write_cell(&training::train::<norm_none::None>(rate, seed)?)?;
            run.write_cell(&training::train::<QuarticNorm>(rate, seed)?)?;
        }
    }
    let finished = Some(results::utc(std::time::SystemTime::now()));
    let manifest = Manifest { finished, ..run.manifest().clone() };
    run.write_manifest(manifest)?;
    let page = report::render(run.dir(), &run.dir().join("page"))?;
    println!("{}", page.display());
    Ok(())
}
