//! A made-up run with verdicts: the three methods of the question, every claim of the registry, and the invariance table.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use results::{
    Effect, Expected, Finding, MethodRecord, PairedQuantity, Pairing, ProbeRecord, RunWriter, Side,
    StateSize, Verdict, VerdictRecord,
};

/// The ids of all claims, read from their files: nothing here may depend on the registry itself.
pub(crate) fn ids() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../claims/src/claims");
    let mut ids: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let (_, rest) = text.split_once("id: \"").unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        })
        .collect();
    ids.sort();
    ids
}

/// A claim that was decided by a comparison in training, or that was not run.
pub(crate) fn verdict(id: &str, verdict: Verdict, value: f64) -> VerdictRecord {
    let effect = Effect {
        what: "ln valid_loss, layer − none".into(),
        value,
        lower: Some(value - 0.05),
        upper: Some(value + 0.05),
        pairing: Some(Pairing {
            workload: "mlp".into(),
            first: Side { arm: "layer".into(), metric: "valid_loss".into() },
            second: Side { arm: "none".into(), metric: "valid_loss".into() },
            quantity: PairedQuantity::LogLoss,
            expected: Expected::Lower { delta: 0.02 },
        }),
    };
    let decided = verdict != Verdict::Undecided;
    let finding = Finding {
        what: effect.what.clone(),
        expected: "lower; differences below 0.02 do not matter".into(),
        verdict,
        effect,
        adjusted_p: Some(0.003),
        pairs: 12,
        rates: vec![("layer".into(), 0.03), ("none".into(), 0.01)],
    };
    VerdictRecord {
        id: id.into(),
        source: "ba2016layer".into(),
        statement: format!("What claim {id} states."),
        declared: "0123456789abcdef".into(),
        verdict,
        reason: if decided { "the difference is as claimed" } else { "not run: no workload trains it yet" }
            .into(),
        threshold: if decided { "ln valid_loss, layer − none: lower by 0.02" } else { "" }.into(),
        findings: if decided { vec![finding] } else { vec![] },
        cells: if decided { vec![super::cell("mlp", "layer", 0.1, 1).id] } else { vec![] },
        probe: None,
        ratio: None,
        counts: Vec::new(),
        differs: "digits instead of MNIST".into(),
        core_minutes: Some(7.5),
    }
}

/// Of every claim: a third supported, a third refuted, the rest undecided.
pub(crate) fn verdicts() -> Vec<VerdictRecord> {
    let words = [Verdict::Supported, Verdict::Refuted, Verdict::Undecided];
    let one = |(i, id): (usize, &String)| {
        let value = if i % 3 == 0 { -0.41 } else { 0.37 };
        verdict(id, words[i % 3], value)
    };
    ids().iter().enumerate().map(one).collect()
}

/// The three methods and the others.
pub(crate) fn methods() -> Vec<MethodRecord> {
    let mut all = super::METHODS.map(super::method).to_vec();
    let names = [
        ("recurrent-batch", "Recurrent Batch Normalization", "recurrent_batch", 8),
        ("bn-rnn", "Batch-normalized RNN", "input", 4),
    ];
    for (id, title, place, bytes) in names {
        all.push(MethodRecord {
            id: id.into(),
            title: title.into(),
            policy: "per_step".into(),
            placements: vec![format!("lstm: {place}"), "gru: elsewhere".into()],
            state_growth: [1, 10, 100].map(|steps| StateSize { steps, bytes: bytes * 64 * steps }).into(),
            ..super::method("batch")
        });
    }
    let layer = all.iter_mut().find(|m| m.id == "layer").unwrap();
    layer.placements = vec!["mlp: hidden".into(), "lstm: paper".into()];
    layer.state_growth = [1, 10, 100].map(|steps| StateSize { steps, bytes: 0 }).into();
    all
}

pub(crate) fn probe() -> ProbeRecord {
    let values = [
        ("layer.weight_matrix_scaling", 3e-16),
        ("layer.case_scaling", 9.9e-6),
        ("batch.weight_matrix_scaling", 0.0),
        ("batch.case_scaling", 0.43),
        ("batch.another_change", 1e-5),
        ("largest_where_none", 9.9e-6),
    ];
    ProbeRecord {
        id: "invariance-table".into(),
        about: "One layer of each method under changes.".into(),
        values: values.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<BTreeMap<_, _>>(),
    }
}

/// Writes the whole run.
pub(crate) fn write(dir: &Path) -> RunWriter {
    let run = super::write(dir);
    run.write_methods(&methods()).unwrap();
    run.write_probes(&[probe()]).unwrap();
    run.write_verdicts(&verdicts()).unwrap();
    run
}
