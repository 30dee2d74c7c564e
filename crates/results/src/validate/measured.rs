//! Times: of benchmarks, of other frameworks, and of the same thing against itself.

use std::collections::BTreeMap;

use super::{Declared, Numbers};
use crate::{BenchId, NoiseRecord, PeerRecord, Problem, RatioRecord, ThroughputRecord, Traffic};

/// How much faster than a copy of the same bytes a benchmark may be. What moves these bytes is no faster than the copy, but for
/// noise and for where the two find their pages; what is faster by half did not move them, and was not the operation.
const FASTER_THAN_COPY: f64 = 1.5;

const ID: &str = "norm/…, cell/…, update/… or copy/… with all its parts";

fn bench_id(file: &str, text: &str, problems: &mut Vec<Problem>) -> Option<BenchId> {
    let id = text.parse().ok();
    if id.is_none() {
        problems.push(Problem::Form {
            file: file.to_owned(),
            field: "id",
            expected: ID,
            got: text.to_owned(),
        });
    }
    id
}

/// A positive finite value inside its interval.
fn inside(lower: f64, value: f64, upper: f64) -> bool {
    lower > 0.0 && lower <= value && value <= upper && upper.is_finite()
}

pub(crate) fn throughput(r: &ThroughputRecord, declared: &Declared<'_>) -> Vec<Problem> {
    const FILE: &str = "throughput.json";
    let file = &format!("{FILE}, {}", r.id);
    let mut problems = Vec::new();
    let id = bench_id(FILE, &r.id, &mut problems);
    if let Some(method) = id.as_ref().and_then(BenchId::method) {
        problems.extend(declared.method(FILE, "id", method));
    }
    if let Some(expected) = id.as_ref().and_then(BenchId::copied)
        && r.traffic != Some(expected)
    {
        let words = |t: Option<Traffic>| {
            t.map_or_else(|| "none".to_owned(), |t| format!("{} read and {} written", t.reads, t.writes))
        };
        problems.push(Problem::Contradiction {
            file: file.clone(),
            field: "traffic",
            expected: format!("the bytes of its id, {}", words(Some(expected))),
            got: words(r.traffic),
        });
    }
    let mut numbers = Numbers { file, problems: &mut problems };
    let within = inside(r.lower_ns, r.median_ns, r.upper_ns);
    numbers.expect(within, "median_ns", "a positive time inside its interval", r.median_ns);
    numbers.expect(r.mean_ns.is_finite() && r.mean_ns > 0.0, "mean_ns", "a positive time", r.mean_ns);
    numbers.expect(r.samples > 0, "samples", "at least one", r.samples as f64);
    problems
}

/// Nanoseconds per byte of the fastest copy, by element type and shape.
pub(crate) struct Copies(BTreeMap<(String, String), f64>);

impl Copies {
    pub(crate) fn of(records: &[ThroughputRecord]) -> Self {
        let mut fastest = BTreeMap::new();
        for record in records {
            if let (Ok(BenchId::Copy { dtype, shape, .. }), Some(traffic)) =
                (record.id.parse(), record.traffic)
            {
                let per_byte = record.median_ns / traffic.total() as f64;
                let best = fastest.entry((dtype, shape)).or_insert(f64::INFINITY);
                *best = per_byte.min(*best);
            }
        }
        Self(fastest)
    }

    /// The problem of a benchmark that did not move what its operation must move.
    pub(crate) fn faster_than_possible(&self, record: &ThroughputRecord) -> Vec<Problem> {
        let mut problems = Vec::new();
        let Ok(id) = record.id.parse::<BenchId>() else { return problems };
        let per_byte = self.0.get(&(id.dtype().to_owned(), id.shape().to_owned()));
        if let (Some(per_byte), Some(traffic), None) = (per_byte, record.traffic, id.copied()) {
            let copy = per_byte * traffic.total() as f64;
            Numbers { file: &format!("throughput.json, {}", record.id), problems: &mut problems }.expect(
                record.median_ns * FASTER_THAN_COPY >= copy,
                "median_ns",
                "no less than two thirds of the time of a copy of the same bytes: it did not do its operation",
                record.median_ns,
            );
        }
        problems
    }
}

pub(crate) fn peer(r: &PeerRecord) -> Vec<Problem> {
    const FILE: &str = "peers.json";
    let mut problems = Vec::new();
    bench_id(FILE, &r.id, &mut problems);
    let file = &format!("{FILE}, {}", r.id);
    let mut numbers = Numbers { file, problems: &mut problems };
    let positive = |v: f64| v.is_finite() && v > 0.0;
    numbers.expect(positive(r.median_ms), "median_ms", "a positive time", r.median_ms);
    numbers.expect(r.threads > 0, "threads", "at least one", r.threads as f64);
    if let Some(ratio) = r.ours_over_peer {
        numbers.expect(positive(ratio), "ours_over_peer", "a positive ratio", ratio);
    }
    for difference in [r.output_difference, r.gradient_difference].into_iter().flatten() {
        numbers.expect(difference >= 0.0, "output_difference", "a size, 0 or more", difference);
    }
    let (lower, upper) = (r.lower_ms.unwrap_or(f64::NAN), r.upper_ms.unwrap_or(f64::NAN));
    let none = r.lower_ms.is_none() && r.upper_ms.is_none();
    let ordered = none || inside(lower, r.median_ms, upper);
    numbers.expect(ordered, "lower_ms", "an interval around the median, or none", lower);
    problems
}

pub(crate) fn ratio(r: &RatioRecord) -> Vec<Problem> {
    let file = format!("ratios.json, {}", r.id);
    let mut problems = Vec::new();
    if r.ratios.is_empty() {
        problems.push(Problem::Empty { file: file.clone(), field: "ratios" });
    }
    let mut numbers = Numbers { file: &file, problems: &mut problems };
    for &ratio in &r.ratios {
        numbers.expect(ratio.is_finite() && ratio > 0.0, "ratios", "a positive ratio", ratio);
    }
    problems
}

pub(crate) fn noise(r: &NoiseRecord) -> Vec<Problem> {
    const FILE: &str = "noise.json";
    let mut problems = Vec::new();
    bench_id(FILE, &r.id, &mut problems);
    let file = &format!("{FILE}, {}", r.id);
    let mut numbers = Numbers { file, problems: &mut problems };
    numbers.expect(r.pairs > 0, "pairs", "at least one", r.pairs as f64);
    let within = inside(r.lower_ratio, r.median_ratio, r.upper_ratio);
    numbers.expect(within, "median_ratio", "a positive ratio inside its interval", r.median_ratio);
    problems
}
