//! Made-up timings, of ours and of another framework.

use results::{PeerRecord, ThroughputRecord, Traffic};

use super::METHODS;

pub(crate) fn throughput() -> Vec<ThroughputRecord> {
    let record = |id: String, median: f64, traffic| ThroughputRecord {
        id,
        median_ns: median,
        lower_ns: median * 0.97,
        upper_ns: median * 1.04,
        mean_ns: median * 1.01,
        samples: 100,
        traffic,
    };
    let mut records = Vec::new();
    for (shape, elements) in [("64x512", 32_768u64), ("128x2048", 262_144), ("4096x1024", 4_194_304)] {
        let array = elements * 4;
        let copy = elements as f64 * 0.08;
        let traffic = |r: u64| Some(Traffic { reads: r * array, writes: array });
        records.push(record(format!("copy/f32/{shape}/1r1w"), copy, traffic(1)));
        records.push(record(format!("copy/f32/{shape}/2r1w"), copy * 1.5, traffic(2)));
        for (m, method) in METHODS.iter().enumerate() {
            let reads = if *method == "batch" { 2 } else { 1 };
            for (pass, work) in [("fwd", 1.3), ("bwd", 2.1), ("fwdbwd", 3.3)] {
                for (path, slow) in [("fused", 1.0), ("composed", 6.0), ("dfdx", 14.0)] {
                    if *method == "rms" && path == "dfdx" {
                        continue;
                    }
                    let time = copy * work * slow * (1.0 + 0.1 * m as f64);
                    records.push(record(
                        format!("norm/{method}/{path}/f32/{shape}/{pass}"),
                        time,
                        traffic(reads),
                    ));
                }
            }
        }
    }
    for (m, method) in METHODS.iter().enumerate() {
        let time = 2.5e7 * (1.0 + 0.3 * m as f64);
        records.push(record(format!("cell/lstm/{method}/sequence/f32/50x64x128/fwdbwd"), time, None));
    }
    records.push(record("copy/f32/17610/2r1w".into(), 4e3, Some(Traffic { reads: 140_880, writes: 70_440 })));
    for (method, time) in [("none", 1e4), ("rms", 8e5)] {
        let id = format!("update/{method}/optimizer/f32/17610/step");
        records.push(record(id, time, Some(Traffic { reads: 140_880, writes: 70_440 })));
    }
    records
}

pub(crate) fn peers() -> Vec<PeerRecord> {
    let peer = |method: &str, median_ms: f64| PeerRecord {
        id: format!("norm/{method}/fused/f32/64x512/fwd"),
        framework: "PyTorch".into(),
        version: "2.15".into(),
        threads: 1,
        median_ms,
        lower_ms: Some(median_ms * 0.98),
        upper_ms: Some(median_ms * 1.03),
        output_difference: Some(4e-7),
        gradient_difference: Some(9e-7),
        ours_over_peer: Some(0.6),
    };
    vec![peer("layer", 0.007), peer("batch", 0.009)]
}
