//! Trains the normalization of this repository beside a plain network and renders a page of both:
//! `cargo run -- <a new folder>`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use norm_core::Formula;
use outside::{QuarticNorm, REFERENCES, record::record, training};
use results::{CommandLine, Descriptions, Identity, Part, RunWriter, Start, Tier};

const RATES: [f64; 2] = [1e-3, 1e-2];
const SEEDS: [u64; 2] = [1, 2];

fn start() -> Start {
    let unknown = || "not recorded by this example".to_owned();
    let identity = Identity {
        commit: unknown(),
        dirty: true,
        changes: unknown(),
        lock_sha256: unknown(),
        rustc: unknown(),
        features: Vec::new(),
        profile: if cfg!(debug_assertions) { "dev" } else { "release" }.into(),
        os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        cpu: unknown(),
        instruction_set: unknown(),
        allocator: "the system's".into(),
        engine: String::new(),
    };
    let started = results::utc(std::time::SystemTime::now());
    let part = Part {
        identity,
        logical_cores: std::thread::available_parallelism().map_or(1, Into::into),
        threads: 1,
        memory_bytes: 0,
        commands: vec![CommandLine { words: vec!["outside".into()], started }],
        throughput: false,
        notes: Vec::new(),
        declared: std::collections::BTreeMap::new(),
        same_bits_as: None,
    };
    Start { tier: Tier::Smoke, seeds: SEEDS.to_vec(), part, another_part: false, shard: None }
}

fn main() -> Result<()> {
    let folder =
        std::env::args_os().nth(1).context("name a new folder for the run: cargo run -- <folder>")?;
    let about = Descriptions {
        methods: [norm_none::None::DESCRIPTOR, QuarticNorm::DESCRIPTOR].map(record).into(),
        workloads: vec![training::workload()?],
        references: REFERENCES.into(),
    };
    let mut run = RunWriter::begin(PathBuf::from(folder), &start(), &about)?;
    for rate in RATES {
        for seed in SEEDS {
            run.write_cell(&training::train::<norm_none::None>(rate, seed)?)?;
            run.write_cell(&training::train::<QuarticNorm>(rate, seed)?)?;
        }
    }
    run.finish(results::utc(std::time::SystemTime::now()))?;
    let page = report::render(run.dir(), &run.dir().join("page"))?;
    println!("{}", page.display());
    Ok(())
}
