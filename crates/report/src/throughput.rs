//! From timings to shares of what the machine can copy.

use std::collections::BTreeMap;

use results::{BenchId, PeerRecord, ThroughputRecord};

use crate::natural;

/// One implementation of one method, timed.
pub(crate) struct Timing {
    pub(crate) method: String,
    /// The implementation, or the other framework with its version.
    pub(crate) path: String,
    pub(crate) pass: String,
    pub(crate) median_ns: f64,
    /// `None` where the source gave no interval.
    pub(crate) interval_ns: Option<(f64, f64)>,
    /// Copy time of the same traffic over this time; `None` without a copy or a traffic model.
    pub(crate) share: Option<f64>,
    /// Whether the ceiling moved exactly this traffic, or was scaled by bytes.
    pub(crate) scaled: bool,
}

/// All timings of one shape and element type.
pub(crate) struct Bench {
    /// `norm`, `cell <name>` or `update`.
    pub(crate) kind: String,
    pub(crate) shape: String,
    pub(crate) dtype: String,
    /// By pass, method order and path.
    pub(crate) timings: Vec<Timing>,
}

impl Bench {
    /// The product of its lengths.
    pub(crate) fn elements(&self) -> u64 {
        self.shape.split('x').filter_map(|n| n.parse::<u64>().ok()).product()
    }

    /// Whether its arrays are images, in which places stand beside cases and channels.
    pub(crate) fn has_places(&self) -> bool {
        self.shape.split('x').count() > 2
    }

    /// The timing of a method in a pass by the most specialised of its implementations here.
    pub(crate) fn best(&self, method: &str, pass: &str) -> Option<&Timing> {
        let ours =
            self.timings.iter().filter(|t| t.method == method && t.pass == pass && path_rank(&t.path) < 4);
        ours.min_by_key(|t| path_rank(&t.path))
    }
}

struct CopyTime {
    ns: f64,
    bytes: f64,
    reads: u64,
    writes: u64,
}

/// Groups timings by kind, element type and shape, in natural order, and relates each to its ceiling.
pub(crate) fn benches(records: &[ThroughputRecord], peers: &[PeerRecord], methods: &[String]) -> Vec<Bench> {
    let mut copies: BTreeMap<(String, String), Vec<CopyTime>> = BTreeMap::new();
    for record in records {
        if let (Ok(BenchId::Copy { dtype, shape, .. }), Some(traffic)) = (record.id.parse(), record.traffic) {
            copies.entry((dtype, shape)).or_default().push(CopyTime {
                ns: record.median_ns,
                bytes: traffic.total() as f64,
                reads: traffic.reads,
                writes: traffic.writes,
            });
        }
    }
    let mut groups: BTreeMap<(String, String, String), Vec<Timing>> = BTreeMap::new();
    for record in records {
        let Some((key, mut timing)) = place(&record.id) else { continue };
        timing.median_ns = record.median_ns;
        timing.interval_ns = Some((record.lower_ns, record.upper_ns));
        let ceilings = copies.get(&(key.1.clone(), key.2.clone())).map_or(&[][..], Vec::as_slice);
        (timing.share, timing.scaled) = share(record, ceilings);
        groups.entry(key).or_default().push(timing);
    }
    for peer in peers {
        let Some((key, mut timing)) = place(&peer.id) else { continue };
        timing.path = format!("{} {}", peer.framework, peer.version);
        timing.median_ns = peer.median_ms * 1e6;
        timing.interval_ns = peer.lower_ms.zip(peer.upper_ms).map(|(l, u)| (l * 1e6, u * 1e6));
        // The twin moves the same traffic, so its share follows from the ratio of times.
        let twin = records.iter().find(|r| r.id == peer.id);
        let ceilings = copies.get(&(key.1.clone(), key.2.clone())).map_or(&[][..], Vec::as_slice);
        if let Some(twin) = twin {
            let (of_twin, scaled) = share(twin, ceilings);
            timing.share = of_twin.map(|s| s * twin.median_ns / timing.median_ns);
            timing.scaled = scaled;
        }
        groups.entry(key).or_default().push(timing);
    }
    let rank = |method: &str| methods.iter().position(|m| m == method).unwrap_or(usize::MAX);
    let mut benches: Vec<Bench> = groups
        .into_iter()
        .map(|((kind, dtype, shape), mut timings)| {
            timings.sort_by(|a, b| {
                let key =
                    |t: &Timing| (pass_rank(&t.pass), t.pass.clone(), rank(&t.method), path_rank(&t.path));
                key(a).cmp(&key(b)).then_with(|| natural::compare(&a.path, &b.path))
            });
            Bench { kind, shape, dtype, timings }
        })
        .collect();
    benches.sort_by(|a, b| {
        let kind = |x: &Bench| x.kind != "norm";
        kind(a)
            .cmp(&kind(b))
            .then_with(|| natural::compare(&a.kind, &b.kind))
            .then_with(|| natural::compare(&a.dtype, &b.dtype))
            .then_with(|| natural::compare(&a.shape, &b.shape))
    });
    benches
}

/// Passes in the order of a computation.
pub(crate) fn pass_rank(pass: &str) -> usize {
    ["fwd", "bwd", "fwdbwd"].iter().position(|p| *p == pass).unwrap_or(3)
}

/// Implementations from the most to the least specialised; other frameworks last.
pub(crate) fn path_rank(path: &str) -> usize {
    ["fused", "sequence", "composed", "dfdx"].iter().position(|p| *p == path).unwrap_or(4)
}

/// The kind, element type and shape of a benchmark of a method.
pub(crate) fn bench_of(id: &str) -> Option<(String, String, String)> {
    place(id).map(|(key, _)| key)
}

fn place(id: &str) -> Option<((String, String, String), Timing)> {
    let (kind, dtype, shape, method, path, pass) = match id.parse().ok()? {
        BenchId::Norm { method, path, dtype, shape, pass } => {
            ("norm".to_owned(), dtype, shape, method, path, pass)
        }
        BenchId::Cell { cell, method, path, dtype, shape, pass } => {
            (format!("cell {cell}"), dtype, shape, method, path, pass)
        }
        BenchId::Update { method, path, dtype, shape, pass } => {
            ("update".to_owned(), dtype, shape, method, path, pass)
        }
        BenchId::Copy { .. } => return None,
    };
    let timing =
        Timing { method, path, pass, median_ns: f64::NAN, interval_ns: None, share: None, scaled: false };
    Some(((kind, dtype, shape), timing))
}

/// The time a copy takes for this traffic over the time this took. A copy of exactly this traffic is the ceiling;
/// without one, the fastest copy per byte of this shape, scaled.
fn share(record: &ThroughputRecord, copies: &[CopyTime]) -> (Option<f64>, bool) {
    let Some(traffic) = record.traffic else { return (None, false) };
    if let Some(same) = copies.iter().find(|c| (c.reads, c.writes) == (traffic.reads, traffic.writes)) {
        return (Some(same.ns / record.median_ns), false);
    }
    let per_byte = copies.iter().map(|c| c.ns / c.bytes).min_by(f64::total_cmp);
    (per_byte.map(|ns| ns * traffic.total() as f64 / record.median_ns), true)
}
