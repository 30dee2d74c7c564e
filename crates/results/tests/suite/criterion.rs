//! Criterion's files as version 0.8 leaves them.

use std::fs;
use std::path::Path;

use results::{BenchId, Error, Traffic, from_criterion};

fn save(root: &Path, folder: &str, full_id: &str, iters: &str, times: &str) {
    let new = root.join(folder).join("new");
    fs::create_dir_all(&new).unwrap();
    fs::create_dir_all(root.join(folder).join("report")).unwrap();
    let benchmark = format!(
        r#"{{"group_id":"g","function_id":"f","value_str":null,"throughput":{{"Bytes":8}},"full_id":"{full_id}","directory_name":"d","title":"t"}}"#
    );
    let one = |v: f64| {
        format!(
            r#"{{"confidence_interval":{{"confidence_level":0.95,"lower_bound":{},"upper_bound":{}}},"point_estimate":{v},"standard_error":0.5}}"#,
            v - 1.0,
            v + 1.0
        )
    };
    let estimates = format!(
        r#"{{"mean":{},"median":{},"median_abs_dev":{},"slope":null,"std_dev":{}}}"#,
        one(101.5),
        one(100.5),
        one(3.0),
        one(4.0)
    );
    fs::write(new.join("benchmark.json"), benchmark).unwrap();
    fs::write(new.join("estimates.json"), estimates).unwrap();
    fs::write(
        new.join("sample.json"),
        format!(r#"{{"sampling_mode":"Linear","iters":{iters},"times":{times}}}"#),
    )
    .unwrap();
}

#[test]
fn saved_estimates_become_records() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "norm_layer/64x512", "norm/layer/fused/f32/64x512/fwd", "[1,2,3]", "[1,2,3]");
    save(folder.path(), "copy", "copy/f32/64x512/2r1w", "[1,2]", "[1,2]");
    fs::create_dir_all(folder.path().join("report")).unwrap();
    let records = from_criterion(folder.path()).unwrap();
    let ids: Vec<&str> = records.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["copy/f32/64x512/2r1w", "norm/layer/fused/f32/64x512/fwd"]);
    let layer = &records[1];
    assert_eq!((layer.median_ns, layer.lower_ns, layer.upper_ns), (100.5, 99.5, 101.5));
    assert_eq!((layer.mean_ns, layer.samples, layer.traffic), (101.5, 3, None));
    let array = 64 * 512 * 4;
    assert_eq!(records[0].traffic, Some(Traffic { reads: 2 * array, writes: array }));
}

#[test]
fn a_foreign_benchmark_is_named() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "a", "something else", "[1]", "[1]");
    let error = from_criterion(folder.path()).unwrap_err();
    assert!(matches!(&error, Error::BenchId { got, .. } if got == "something else"), "{error}");
}

#[test]
fn uneven_samples_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "a", "copy/f32/4/1r1w", "[1,2]", "[1]");
    assert!(matches!(from_criterion(folder.path()), Err(Error::Samples { iters: 2, times: 1, .. })));
    save(folder.path(), "a", "copy/f32/4/1r1w", "[]", "[]");
    assert!(matches!(from_criterion(folder.path()), Err(Error::Samples { iters: 0, times: 0, .. })));
}

#[test]
fn a_copy_moves_the_bytes_of_its_id() {
    let copied = |id: &str| id.parse::<BenchId>().unwrap().copied();
    for (dtype, bytes) in [("f16", 2), ("bf16", 2), ("f32", 4), ("f64", 8)] {
        let expected = Traffic { reads: 2 * 15 * bytes, writes: 15 * bytes };
        assert_eq!(copied(&format!("copy/{dtype}/3x5/2r1w")), Some(expected));
        assert_eq!(expected.total(), 45 * bytes);
    }
    assert_eq!(copied("copy/f8/3x5/2r1w"), None);
    assert_eq!(copied("norm/layer/fused/f32/3x5/fwd"), None);
    assert_eq!(copied(&format!("copy/f64/{}/1r1w", u64::MAX)), None);
    assert_eq!(copied(&format!("copy/f32/{}/8r1w", u64::MAX / 8)), None);
    assert_eq!(copied(&format!("copy/f32/{}/1r8w", u64::MAX / 8)), None);
    assert_eq!(Traffic { reads: u64::MAX, writes: 1 }.total(), u64::MAX);
}

#[test]
fn ids_keep_their_text() {
    for text in [
        "norm/layer/fused/f32/64x512/fwdbwd",
        "cell/lstm/layer/sequence/f64/50x64x128/bwd",
        "update/path-sgd/optimizer/f32/17610/step",
        "copy/f32/4096x1024/1r1w",
    ] {
        assert_eq!(text.parse::<BenchId>().unwrap().to_string(), text);
    }
    for text in [
        "norm/layer/fused/f32/64x512",
        "norm//fused/f32/64x512/fwd",
        "update/path-sgd/f32/17610/step",
        "copy/f32/6y4/1r1w",
        "copy/f32/64/1r",
        "",
    ] {
        assert!(text.parse::<BenchId>().is_err(), "{text}");
    }
    let method = |id: &str| id.parse::<BenchId>().unwrap().method().map(str::to_owned);
    assert_eq!(method("update/path-sgd/optimizer/f32/17610/step").as_deref(), Some("path-sgd"));
    assert_eq!(method("copy/f32/17610/2r1w"), None);
    assert_eq!("copy/f32/4096x1024/1r1w".parse::<BenchId>().unwrap().elements(), 4096 * 1024);
}
