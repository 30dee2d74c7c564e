//! A made-up run whose ranking is known: four methods, two workloads, four rates, five seeds.
//!
//! On `mlp`, which has validation cases: layer and batch learn alike and best, rms a little less, none clearly less and
//! diverges at the largest rate. On `lstm`, which has none, as runs from before there were: layer is best, then rms, batch,
//! and none never reaches the target.

pub(crate) mod check;
pub(crate) mod drawing;
pub(crate) mod judged;
mod look;
mod timings;

use std::collections::BTreeMap;
use std::path::Path;

use results::{
    Answer, CellSettings, CommandLine, ConstantRecord, ConvergenceRecord, CurvePoint, DependencyPicture,
    Descriptions, Direction, FormulaLine, Gotcha, GradientJudges, Identity, Judgement, LetterRecord,
    MethodRecord, NoiseRecord, Outcome, ParameterRecord, Part, PathRecord, PathStatus, PictureGrid, Property,
    QuantityDifference, ReferenceSetRecord, RunWriter, Source, Start, StateRecord, StateSize,
    StatisticRecord, Target, Tier, WorkloadRecord,
};

pub(crate) use look::{Site, position, rendered, rows};
use timings::peers;
pub(crate) use timings::throughput;

pub(crate) const METHODS: [&str; 4] = ["none", "batch", "layer", "rms"];
const RATES: [f64; 4] = [0.01, 0.03, 0.1, 0.3];
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// Writes the whole run.
pub(crate) fn write(dir: &Path) -> RunWriter {
    let about = Descriptions {
        methods: METHODS.map(method).into(),
        workloads: vec![workload("mlp", "Digits, dense network"), workload("lstm", "Digits as rows, LSTM")],
        references: "@article{ba2016layer, title={Layer {N}ormalization}, author={Ba, Jimmy Lei and Kiros, Jamie Ryan and \
             Hinton, Geoffrey E.}, year={2016}, eprint={1607.06450}}\n@inproceedings{ioffe2015batch, title={Batch \
             Normalization}, author={Ioffe, Sergey and Szegedy, Christian}, year={2015}, booktitle={ICML}, \
             url={https://arxiv.org/abs/1502.03167}}\n"
            .into(),
    };
    let mut run = RunWriter::begin(dir, &start(), &about).unwrap();
    for workload in ["mlp", "lstm"] {
        for method in METHODS {
            for rate in RATES {
                for seed in SEEDS {
                    run.write_cell(&cell(workload, method, rate, seed)).unwrap();
                }
            }
        }
    }
    run.write_throughput(&throughput()).unwrap();
    run.write_peers(&peers()).unwrap();
    run.write_noise(&[NoiseRecord {
        id: "norm/layer/fused/f32/64x512/fwd".into(),
        pairs: 20,
        median_ratio: 1.001,
        lower_ratio: 0.982,
        upper_ratio: 1.021,
    }])
    .unwrap();
    run.finish("2026-01-02T03:14:05Z".into()).unwrap();
    run
}

/// A command that measures.
pub(crate) fn start() -> Start {
    let started = "2026-01-02T03:04:05Z".to_owned();
    let words = ["normlab", "converge", "quick"].map(str::to_owned).to_vec();
    Start {
        tier: Tier::Quick,
        seeds: SEEDS.into(),
        another_part: false,
        shard: None,
        part: Part {
            identity: Identity {
                commit: "0123456789abcdef0123456789abcdef01234567".into(),
                dirty: true,
                changes: String::new(),
                lock_sha256: "ab".repeat(32),
                rustc: "rustc 1.95.0 (made up 2026-01-01)".into(),
                features: vec!["simd".into()],
                profile: "release".into(),
                os: "Linux 6.1".into(),
                cpu: "A processor <of> two & cores".into(),
                instruction_set: "Avx2".into(),
                allocator: "mimalloc".into(),
                engine: String::new(),
            },
            logical_cores: 2,
            threads: 1,
            memory_bytes: 8 << 30,
            commands: vec![CommandLine { words, started }],
            throughput: false,
            notes: vec!["made up for a test".into()],
            declared: std::collections::BTreeMap::new(),
            same_bits_as: None,
        },
    }
}

fn target(workload: &str) -> Target {
    let metric = if workload == "mlp" { "valid_accuracy" } else { "test_accuracy" };
    Target { metric: metric.into(), value: 0.9, direction: Direction::HigherIsBetter }
}

fn workload(id: &str, title: &str) -> WorkloadRecord {
    WorkloadRecord {
        id: id.into(),
        title: title.into(),
        data: "1797 images of handwritten digits, 8×8 pixels, split at random".into(),
        attribution: "UCI optdigits test set, CC BY 4.0".into(),
        train_cases: 1437,
        validation_cases: if id == "mlp" { 144 } else { 0 },
        test_cases: 360,
        model: "64 → 64 → 10".into(),
        loss: "cross-entropy".into(),
        protocol: "SGD, batch 32, four rates for every method, five paired seeds".into(),
        target: target(id),
        refuses: [("absent".into(), "it is made up".into())].into(),
        caveats: vec!["The digits come from 13 writers, and a random split mixes them.".into()],
    }
}

/// The accuracy a method ends with at its best rate.
fn ability(workload: &str, method: &str) -> f64 {
    match (workload, method) {
        ("mlp", "layer") => 0.9702,
        ("mlp", "batch") => 0.9700,
        ("mlp", "rms") => 0.955,
        ("mlp", _) => 0.93,
        (_, "layer") => 0.962,
        (_, "rms") => 0.9615,
        (_, "batch") => 0.925,
        _ => 0.80,
    }
}

/// One made-up training run.
pub(crate) fn cell(workload: &str, method: &str, rate: f64, seed: u64) -> ConvergenceRecord {
    let cell = CellSettings {
        workload: workload.into(),
        model: workload.into(),
        method: method.into(),
        variant: if workload == "lstm" { "input".into() } else { String::new() },
        path: "fused".into(),
        dtype: "f32".into(),
        learning_rate: rate,
        seed,
        batch_size: 32,
        epochs: 20,
        settings: BTreeMap::new(),
    };
    // 0.1 is everybody's best rate; noise by seed is shared in part, as pairing has it, and differs in sign by method.
    let loss = 0.03 * (rate / 0.1).log10().abs() * if method == "none" { 4.0 } else { 1.0 };
    let place = METHODS.iter().position(|m| *m == method).unwrap() as u64;
    let own = if (seed >> place).is_multiple_of(2) { 0.002 } else { -0.002 };
    let end = ability(workload, method) - loss + 0.001 * (seed as f64 - 3.0) + own;
    let speed = if method == "none" { 150.0 } else { 60.0 };
    let diverged = method == "none" && rate > 0.2;
    let mut curve = Vec::new();
    let mut reached = None;
    for i in 1..=20u64 {
        let step = i * 45;
        let accuracy = end - (end - 0.1) * (-(step as f64) / speed).exp();
        if diverged && i > 4 {
            break;
        }
        if accuracy >= 0.9 && reached.is_none() {
            reached = Some(step);
        }
        curve.push(CurvePoint {
            step,
            epoch: i as f64,
            seconds: step as f64 * 0.002,
            train_loss: Some(if diverged && i == 4 { f64::NAN } else { 1.2 - accuracy }),
            ..if workload == "mlp" {
                CurvePoint {
                    valid_loss: Some(1.2 - accuracy),
                    valid_accuracy: Some(accuracy),
                    test_accuracy: (i == 20).then_some(accuracy),
                    ..CurvePoint::default()
                }
            } else {
                CurvePoint { test_accuracy: Some(accuracy), ..CurvePoint::default() }
            }
        });
    }
    let mut metrics = BTreeMap::new();
    if workload == "mlp" && !diverged {
        metrics.insert("test_accuracy_running".to_owned(), if method == "batch" { end - 0.4 } else { end });
        if method == "batch" {
            metrics.insert("test_accuracy_population".to_owned(), end);
        }
    }
    ConvergenceRecord {
        id: cell.id(),
        cell,
        curve,
        target: target(workload),
        steps_to_target: reached,
        seconds_to_target: reached.map(|s| s as f64 * 0.002),
        outcome: if diverged {
            Outcome::Diverged { step: 190, what: "train_loss".into() }
        } else {
            Outcome::Completed
        },
        metrics,
        parameters: if method == "none" { 4810 } else { 4938 },
        state_bytes: if method == "batch" { 512 } else { 0 },
        wall_seconds: 2.0,
        identity: None,
    }
}

fn line(lhs: &str, rhs: &str, mathml: &str) -> FormulaLine {
    FormulaLine {
        lhs: lhs.into(),
        text: format!("{lhs} = {rhs}"),
        latex: format!("{lhs} = {rhs}"),
        mathml: mathml.into(),
    }
}

fn picture(method: &str) -> DependencyPicture {
    let (down, across) = (4, 6);
    let depends = |a: usize, b: usize| match method {
        "none" => a == b,
        "batch" => a % across == b % across,
        _ => a / across == b / across,
    };
    let labels = |what: &str| -> Vec<String> {
        (0..down * across).map(|i| format!("{what}[{}, {}]", i / across, i % across)).collect()
    };
    DependencyPicture {
        title: "y on x".into(),
        rows: labels("y"),
        columns: labels("x"),
        cells: (0..down * across).map(|a| (0..down * across).map(|b| depends(a, b)).collect()).collect(),
        grid: Some(PictureGrid { down_axis: "cases".into(), down, across_axis: "features".into(), across }),
        declared_equals_measured: true,
    }
}

/// One made-up method.
#[expect(clippy::too_many_lines, reason = "one literal")]
pub(crate) fn method(id: &str) -> MethodRecord {
    let (title, set, axes, key) = match id {
        "none" => ("No normalization", "nothing", "nothing is pooled", None),
        "batch" => ("Batch Normalization", "batch", "all cases, feature by feature", Some("ioffe2015batch")),
        "layer" => ("Layer Normalization", "features", "all features of one case", Some("ba2016layer")),
        _ => ("RMS Normalization", "features", "all features of one case", Some("zhang2019rms")),
    };
    let property = |answer, why: &str, source| Property { answer, why: why.into(), source };
    let batch = id == "batch";
    let normalizes = id != "none";
    let math = "<math display=\"block\"><mrow><mi>y</mi><mo>=</mo><mi>g</mi><mo>⊙</mo><mfrac><mrow><mi>x</mi><mo>−</mo>\
                <mi>μ</mi></mrow><msqrt><mrow><msup><mi>σ</mi><mn>2</mn></msup><mo>+</mo><mi>ε</mi></mrow></msqrt></mfrac>\
                <mo>+</mo><mi>b</mi></mrow></math>";
    let differences = |scale: f64| {
        let one = |quantity: &str, f: f64| QuantityDifference {
            quantity: quantity.into(),
            max_relative: scale * f,
        };
        Some(Judgement { differences: vec![one("dx", 1.0), one("dgain", 0.3), one("dbias", 0.1)] })
    };
    MethodRecord {
        id: id.into(),
        title: title.into(),
        citations: key.iter().map(|k| (*k).to_owned()).collect(),
        equations: if id == "layer" { vec!["3".into(), "4".into()] } else { vec![] },
        kind: if normalizes { "normalization" } else { "identity" }.into(),
        site: "summed inputs".into(),
        reference_set: ReferenceSetRecord { name: set.into(), axes: axes.into() },
        policy: if batch { "running, rate 0.1" } else { "instant" }.into(),
        placements: vec!["input".into(), "hidden".into(), "joint".into()],
        parameters: if normalizes {
            vec![
                ParameterRecord { name: "gain".into(), initial: 1.0, axes: "features".into() },
                ParameterRecord { name: "bias".into(), initial: 0.0, axes: "features".into() },
            ]
        } else {
            vec![]
        },
        constants: if normalizes {
            vec![ConstantRecord { name: "eps".into(), default: 1e-5 }]
        } else {
            vec![]
        },
        state: if batch {
            vec![StateRecord {
                name: "mean, variance".into(),
                axes: "features".into(),
                bytes: "8·F·T_max".into(),
            }]
        } else {
            vec![]
        },
        state_growth: if batch {
            vec![StateSize { steps: 1, bytes: 512 }, StateSize { steps: 64, bytes: 32_768 }]
        } else {
            vec![]
        },
        statistics: if normalizes {
            vec![StatisticRecord { name: "mu".into(), text: "mean(x)".into() }]
        } else {
            vec![]
        },
        formula: vec![line(
            "y",
            if normalizes { "gain * (x - mu) / sqrt(var + eps) + bias" } else { "x" },
            if normalizes { math } else { "" },
        )],
        gradient: vec![line("dx", "…", math)],
        letters: vec![LetterRecord {
            name: "x".into(),
            mathml: "<math display=\"inline\"><mi>x</mi></math>".into(),
            meaning: "what is normalized".into(),
        }],
        gotchas: vec![Gotcha {
            sentence: "Epsilon stands inside the root here and outside it elsewhere.".into(),
            citation: key.map(str::to_owned),
        }],
        train_equals_eval: property(if batch { Answer::No } else { Answer::Yes }, "", Source::Test),
        batch_one: property(
            if batch { Answer::No } else { Answer::Yes },
            if batch { "no variance" } else { "" },
            Source::Probe,
        ),
        longer_than_training: property(
            if batch { Answer::Conditional } else { Answer::Yes },
            if batch { "clamped to the last statistics" } else { "no statistics over time" },
            Source::Descriptor,
        ),
        padding: property(
            if batch { Answer::No } else { Answer::Yes },
            if batch { "enters the statistics unless masked" } else { "" },
            Source::Probe,
        ),
        reparametrization: property(
            if batch || !normalizes { Answer::Yes } else { Answer::No },
            if batch { "in evaluation only" } else { "" },
            Source::Test,
        ),
        pictures: vec![picture(id)],
        gradient_judges: vec![GradientJudges {
            shape: "8x16".into(),
            dtype: "f32".into(),
            hand_derived: differences(2.4e-7),
            symbolic: differences(2.4e-7),
            tape: differences(3.1e-7),
            central_difference: None,
            judge: "central differences".into(),
        }],
        paths: vec![
            PathRecord { path: "fused".into(), status: PathStatus::Available, note: String::new() },
            PathRecord { path: "cuda".into(), status: PathStatus::Missing, note: "no device".into() },
        ],
    }
}
