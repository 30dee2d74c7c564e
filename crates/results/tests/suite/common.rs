//! Small valid records.

use std::collections::BTreeMap;

use results::{
    CellSettings, CommandLine, ConvergenceRecord, CurvePoint, Descriptions, Direction, FormulaLine, Identity,
    MethodRecord, Outcome, Part, Start, Target, ThroughputRecord, Tier, WorkloadRecord,
};

/// A command that measures seeds 1 to 3.
pub(crate) fn start() -> Start {
    Start {
        tier: Tier::Quick,
        seeds: vec![1, 2, 3],
        another_part: false,
        shard: None,
        part: Part {
            identity: Identity {
                commit: "0123456789abcdef0123456789abcdef01234567".into(),
                dirty: false,
                changes: String::new(),
                lock_sha256: "ab".repeat(32),
                rustc: "rustc 1.95.0".into(),
                features: vec![],
                profile: "release".into(),
                os: "Linux 6.1".into(),
                cpu: "a processor".into(),
                instruction_set: "Avx2".into(),
                allocator: "mimalloc".into(),
                engine: String::new(),
            },
            logical_cores: 2,
            threads: 1,
            memory_bytes: 8 << 30,
            commands: vec![command("converge")],
            throughput: false,
            notes: vec![],
            declared: std::collections::BTreeMap::new(),
            same_bits_as: None,
        },
    }
}

pub(crate) fn command(word: &str) -> CommandLine {
    CommandLine { words: vec!["normlab".into(), word.into()], started: "2026-01-02T03:04:05Z".into() }
}

/// What a run says of one method and one workload.
pub(crate) fn descriptions() -> Descriptions {
    Descriptions {
        methods: vec![method("layer")],
        workloads: vec![workload("digits-mlp")],
        references: "@article{a,}\n".into(),
    }
}

pub(crate) fn target() -> Target {
    Target { metric: "test_accuracy".into(), value: 0.8, direction: Direction::HigherIsBetter }
}

pub(crate) fn workload(id: &str) -> WorkloadRecord {
    WorkloadRecord {
        id: id.into(),
        title: id.into(),
        data: "digits".into(),
        attribution: "public".into(),
        train_cases: 100,
        validation_cases: 0,
        test_cases: 20,
        model: "mlp".into(),
        loss: "cross-entropy".into(),
        protocol: "SGD".into(),
        target: target(),
        refuses: [("path-sgd".into(), "another optimizer".into())].into(),
        caveats: vec![],
    }
}

pub(crate) fn record(method: &str, learning_rate: f64, seed: u64) -> ConvergenceRecord {
    let cell = CellSettings {
        workload: "digits-mlp".into(),
        model: "mlp".into(),
        method: method.into(),
        variant: String::new(),
        path: "fused".into(),
        dtype: "f32".into(),
        learning_rate,
        seed,
        batch_size: 32,
        epochs: 2,
        settings: BTreeMap::new(),
    };
    let point = |step: u64, accuracy| CurvePoint {
        step,
        epoch: step as f64 / 10.0,
        seconds: step as f64 * 0.1,
        train_loss: Some(1.0 / (1.0 + step as f64)),
        test_accuracy: Some(accuracy),
        ..CurvePoint::default()
    };
    ConvergenceRecord {
        id: cell.id(),
        cell,
        curve: vec![point(10, 0.5), point(20, 0.9)],
        target: target(),
        steps_to_target: Some(20),
        seconds_to_target: Some(2.0),
        outcome: Outcome::Completed,
        metrics: BTreeMap::new(),
        parameters: 1000,
        state_bytes: 0,
        wall_seconds: 2.5,
        identity: None,
    }
}

pub(crate) fn method(id: &str) -> MethodRecord {
    let line = FormulaLine {
        lhs: "y".into(),
        text: "y = x".into(),
        latex: "y = x".into(),
        mathml: "<math/>".into(),
    };
    MethodRecord { id: id.into(), title: id.into(), formula: vec![line], ..MethodRecord::default() }
}

pub(crate) fn throughput(id: &str, median_ns: f64) -> ThroughputRecord {
    ThroughputRecord {
        id: id.into(),
        median_ns,
        lower_ns: median_ns * 0.9,
        upper_ns: median_ns * 1.1,
        mean_ns: median_ns,
        samples: 100,
        traffic: None,
    }
}
