//! Times that cannot be are found by name and left out.

use results::{Contents, NoiseRecord, PeerRecord, Problem, RunWriter, ThroughputRecord, Traffic};

use crate::common::{descriptions, start, throughput};

/// The contents of a run with these measurements.
fn with_times(records: &[ThroughputRecord]) -> Contents {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    run.write_throughput(records).unwrap();
    run.contents().unwrap()
}

fn copy() -> ThroughputRecord {
    let array = 64 * 512 * 4;
    ThroughputRecord {
        traffic: Some(Traffic { reads: array, writes: array }),
        ..throughput("copy/f32/64x512/1r1w", 1000.0)
    }
}

fn timed(id: &str, ns: f64) -> ThroughputRecord {
    ThroughputRecord { traffic: copy().traffic, ..throughput(id, ns) }
}

#[test]
fn a_benchmark_has_times_samples_and_the_traffic_of_its_id() {
    type Change = fn(&mut ThroughputRecord);
    let changes: [(&str, Change); 12] = [
        ("samples", |r| r.samples = 0),
        ("mean_ns", |r| r.mean_ns = -1.0),
        ("mean_ns", |r| r.mean_ns = 0.0),
        ("median_ns", |r| r.lower_ns = 0.0),
        ("median_ns", |r| r.lower_ns = 1001.0),
        ("median_ns", |r| r.upper_ns = 999.0),
        ("median_ns", |r| r.median_ns = -5.0),
        ("traffic", |r| r.traffic = None),
        ("traffic", |r| r.traffic = Some(Traffic { reads: 1, writes: 1 })),
        ("id", |r| r.id = "x".into()),
        ("id", |r| r.id = "copy/f32/4294967296x4294967296/1r1w".into()),
        ("id", |r| r.id = "norm/nobody/fused/f32/64x512/fwd".into()),
    ];
    for (field, change) in changes {
        let mut record = copy();
        change(&mut record);
        let contents = with_times(&[record, timed("norm/layer/fused/f32/64x512/fwd", 2000.0)]);
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|s| s.starts_with("throughput.json") && s.contains(&format!("{field}: "))),
            "{said:?}"
        );
        assert_eq!(contents.throughput.unwrap().len(), 1, "{field}");
    }
    let twice = with_times(&[copy(), copy()]);
    assert!(matches!(&twice.problems[..], [Problem::Duplicate { field: "id", .. }]), "{:?}", twice.problems);
    assert_eq!(twice.throughput.unwrap().len(), 1);
}

#[test]
fn what_is_faster_than_its_traffic_can_be_was_not_the_operation() {
    let kept = |ns: f64| {
        let contents = with_times(&[copy(), timed("norm/layer/fused/f32/64x512/fwd", ns)]);
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        let kept = contents.throughput.unwrap().len() == 2;
        assert_eq!(kept, said.is_empty(), "{said:?}");
        assert!(said.iter().all(|s| s.contains("norm/layer/fused/f32/64x512/fwd: median_ns")), "{said:?}");
        kept
    };
    assert!(kept(2000.0) && kept(1000.0) && kept(700.0));
    assert!(!kept(600.0) && !kept(0.4));
    assert!(kept(1000.0 / 1.5 + 1e-9) && !kept(1000.0 / 1.5 - 1e-9), "the bound itself");
    // The fastest copy per byte is what counts, and only one of the same size and element type.
    let slow = ThroughputRecord {
        traffic: Some(Traffic { reads: 2 * 131_072, writes: 131_072 }),
        ..throughput("copy/f32/64x512/2r1w", 9000.0)
    };
    let layer = timed("norm/layer/fused/f32/64x512/fwd", 600.0);
    assert_eq!(with_times(&[copy(), slow.clone(), layer.clone()]).problems.len(), 1);
    assert_eq!(with_times(&[slow, copy(), layer.clone()]).problems.len(), 1);
    let wide = ThroughputRecord { id: layer.id.replace("f32", "f64"), ..layer.clone() };
    assert_eq!(with_times(&[copy(), wide]).problems, []);
    assert_eq!(with_times(&[copy(), ThroughputRecord { traffic: None, ..layer }]).problems, []);
}

fn peer() -> PeerRecord {
    PeerRecord {
        id: "norm/layer/fused/f32/64x512/fwd".into(),
        framework: "PyTorch".into(),
        version: "2".into(),
        threads: 1,
        median_ms: 0.004,
        lower_ms: Some(0.003),
        upper_ms: Some(0.005),
        output_difference: Some(0.0),
        gradient_difference: None,
        ours_over_peer: Some(0.5),
    }
}

fn noise() -> NoiseRecord {
    NoiseRecord {
        id: "norm/layer/fused/f32/64x512/fwd".into(),
        pairs: 50,
        median_ratio: 1.0,
        lower_ratio: 0.98,
        upper_ratio: 1.02,
    }
}

#[test]
fn a_peer_took_time_and_is_the_twin_of_a_benchmark() {
    type Change = fn(&mut PeerRecord);
    let changes: [(&str, Change); 10] = [
        ("id", |r| r.id = "nothing".into()),
        ("threads", |r| r.threads = 0),
        ("median_ms", |r| r.median_ms = -1.0),
        ("median_ms", |r| (r.median_ms, r.lower_ms, r.upper_ms) = (0.0, None, None)),
        ("lower_ms", |r| (r.lower_ms, r.upper_ms) = (Some(0.005), Some(0.003))),
        ("lower_ms", |r| r.lower_ms = None),
        ("lower_ms", |r| r.upper_ms = None),
        ("lower_ms", |r| r.lower_ms = Some(0.0)),
        ("ours_over_peer", |r| r.ours_over_peer = Some(0.0)),
        ("output_difference", |r| r.output_difference = Some(-1e-9)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    for (field, change) in changes {
        let mut record = peer();
        change(&mut record);
        run.write_peers(&[record, peer()]).unwrap();
        let contents = run.contents().unwrap();
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|s| s.starts_with("peers.json") && s.contains(&format!("{field}: "))),
            "{said:?}"
        );
        assert_eq!(contents.peers.unwrap(), [peer()], "{field}");
    }
    let bare = PeerRecord { lower_ms: None, upper_ms: None, ours_over_peer: None, ..peer() };
    run.write_peers(std::slice::from_ref(&bare)).unwrap();
    assert_eq!(run.contents().unwrap().peers.unwrap(), [bare]);
}

#[test]
fn noise_is_a_ratio_of_pairs_inside_its_interval() {
    type Change = fn(&mut NoiseRecord);
    let changes: [(&str, Change); 5] = [
        ("id", |r| r.id = "nothing".into()),
        ("pairs", |r| r.pairs = 0),
        ("median_ratio", |r| r.lower_ratio = 5.0),
        ("median_ratio", |r| r.upper_ratio = -1.0),
        ("median_ratio", |r| r.lower_ratio = 0.0),
    ];
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    for (field, change) in changes {
        let mut record = noise();
        change(&mut record);
        run.write_noise(&[record, noise()]).unwrap();
        let contents = run.contents().unwrap();
        let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|s| s.starts_with("noise.json") && s.contains(&format!("{field}: "))),
            "{said:?}"
        );
        assert_eq!(contents.noise.unwrap(), [noise()], "{field}");
    }
}
