//! Criterion's saved files, read as they lie in `target/criterion`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;
use crate::store::{self, io};
use crate::throughput::{BenchId, ThroughputRecord};

/// Reads every `**/new/{benchmark,estimates,sample}.json` below `dir`, sorted by id.
///
/// Copies get their traffic from their id; for everything else only the measuring side knows it, so `traffic` is
/// `None` until it is filled in. A folder without `benchmark.json` is none of a benchmark's and is passed over.
pub fn from_criterion(dir: &Path) -> Result<Vec<ThroughputRecord>, Error> {
    let mut folders = Vec::new();
    find(dir, &mut folders)?;
    let mut records = Vec::new();
    for folder in folders {
        records.extend(read(&folder)?);
    }
    records.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(records)
}

// These three are Criterion's own structures; fields we do not use are left out and unknown ones accepted.

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
    mean: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

fn read(folder: &Path) -> Result<Option<ThroughputRecord>, Error> {
    let at = |name: &str| folder.join(name);
    let path = at("benchmark.json");
    let Some(text) = store::read_text(&path)? else { return Ok(None) };
    let Benchmark { full_id } = store::parse(&path, &text, "Criterion's benchmark.json")?;
    let Ok(id) = full_id.parse::<BenchId>() else { return Err(Error::BenchId { path, got: full_id }) };

    let path = at("estimates.json");
    let text = fs::read_to_string(&path).map_err(io(&path, "read"))?;
    let Estimates { median, mean } = store::parse(&path, &text, "Criterion's estimates.json")?;

    let path = at("sample.json");
    let text = fs::read_to_string(&path).map_err(io(&path, "read"))?;
    let Sample { iters, times } = store::parse(&path, &text, "Criterion's sample.json")?;
    if iters.len() != times.len() || iters.is_empty() {
        return Err(Error::Samples { path, iters: iters.len(), times: times.len() });
    }

    let traffic = id.copied();
    Ok(Some(ThroughputRecord {
        id: full_id,
        median_ns: median.point_estimate,
        lower_ns: median.confidence_interval.lower_bound,
        upper_ns: median.confidence_interval.upper_bound,
        mean_ns: mean.point_estimate,
        samples: times.len(),
        traffic,
    }))
}

/// Collects all folders called `new`.
fn find(dir: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(dir).map_err(io(dir, "list"))? {
        let path = entry.map_err(io(dir, "list"))?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|n| n == "new") {
                found.push(path);
            } else {
                find(&path, found)?;
            }
        }
    }
    Ok(())
}
