//! A dfdx model with a normalization in it, trained on the embedded digits.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, Result};
use data::{Batches, Fractions, Images, LastBatch, Split};
use dfdx::optim::{Adam, AdamConfig};
use dfdx::prelude::*;
use norm_core::Formula;
use norm_dfdx::Norm;
use results::{CellSettings, ConvergenceRecord, CurvePoint, Direction, Outcome, Target, WorkloadRecord};

const BATCH: usize = 64;
const EPOCHS: usize = 6;

/// 64 pixels, 48 normalized rectifiers, 10 classes.
pub type Model<F> = (Linear<64, 48>, Norm<F, 48>, ReLU, Linear<48, 10>);

type Rows<const W: usize> = Tensor<(usize, Const<W>), f32, Cpu>;

fn target() -> Target {
    Target { metric: "test_accuracy".into(), value: 0.9, direction: Direction::HigherIsBetter }
}

fn split(set: &Images) -> Result<Split> {
    Ok(Split::stratified(set.labels(), Fractions { validation: 0.2, test: 0.2 }, 7)?)
}

/// The id under which cells name the workload.
const ID: &str = "outside-mlp";

/// What is trained, in words.
///
/// # Errors
/// None in practice: the data are embedded.
pub fn workload() -> Result<WorkloadRecord> {
    let split = split(&data::digits())?;
    Ok(WorkloadRecord {
        id: ID.into(),
        title: "Digits as images, a dense network outside normlab".into(),
        data: "1797 images of handwritten digits, 8×8 pixels, a fifth to validate and a fifth to test".into(),
        attribution: "UCI optdigits test set, CC BY 4.0".into(),
        train_cases: split.train.len() as u64,
        validation_cases: split.validation.len() as u64,
        test_cases: split.test.len() as u64,
        model: "64 → 48 → 10".into(),
        loss: "cross-entropy".into(),
        protocol: format!("Adam, batches of {BATCH}, {EPOCHS} epochs, paired seeds"),
        target: target(),
        refuses: BTreeMap::new(),
        caveats: vec!["The digits come from 13 writers, and a random split mixes them.".into()],
    })
}

fn batch(dev: &Cpu, set: &Images, cases: &[usize]) -> Result<(Rows<64>, Rows<10>, Vec<usize>)> {
    let (mut x, mut labels) = (Vec::new(), Vec::new());
    set.gather_images(cases, &mut x)?;
    set.gather_labels(cases, &mut labels)?;
    let mut classes = vec![0.0; cases.len() * 10];
    for (i, label) in labels.iter().enumerate() {
        classes[i * 10 + label] = 1.0;
    }
    Ok((
        dev.tensor_from_vec(x, (cases.len(), Const)),
        dev.tensor_from_vec(classes, (cases.len(), Const)),
        labels,
    ))
}

/// Fraction of the rows whose largest entry stands at the label.
fn accuracy(logits: &Rows<10>, labels: &[usize]) -> f64 {
    let logits = logits.as_vec();
    let right = logits.chunks(10).zip(labels).filter(|(row, label)| {
        row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).is_some_and(|(i, _)| i == **label)
    });
    right.count() as f64 / labels.len() as f64
}

/// Trains one cell and records it.
///
/// # Errors
/// Where a batch or an update is refused.
pub fn train<F: Formula>(learning_rate: f64, seed: u64) -> Result<ConvergenceRecord> {
    let start = Instant::now();
    let set = data::digits();
    let split = split(&set)?;
    let batches = Batches::new(&split.train, BATCH, LastBatch::Drop, seed)?;
    let dev = Cpu::seed_from_u64(seed);
    let mut model = dev.build_module::<Model<F>, f32>();
    let mut adam = Adam::new(&model, AdamConfig { lr: learning_rate, ..AdamConfig::default() });
    let (valid, test) = (batch(&dev, &set, &split.validation)?, batch(&dev, &set, &split.test)?);
    let (mut curve, mut seconds, mut step) = (Vec::new(), 0.0, 0);
    for epoch in 0..EPOCHS {
        let (from, mut loss) = (Instant::now(), 0.0);
        for cases in batches.epoch(epoch as u64) {
            let (x, classes, _) = batch(&dev, &set, &cases)?;
            let logits = model.forward_mut(x.traced(model.alloc_grads()));
            let value = cross_entropy_with_logits_loss(logits, classes);
            loss += f64::from(value.array()) / batches.per_epoch() as f64;
            adam.update(&mut model, &value.backward()).context("a tensor of the model has no gradient")?;
            step += 1;
        }
        seconds += from.elapsed().as_secs_f64();
        let judge = |(x, classes, labels): &(Rows<64>, Rows<10>, Vec<usize>)| {
            let logits = model.forward(x.clone());
            let right = accuracy(&logits, labels);
            let loss = cross_entropy_with_logits_loss(logits, classes.clone()).array();
            (Some(f64::from(loss)), Some(right))
        };
        let (valid_loss, valid_accuracy) = judge(&valid);
        let (test_loss, test_accuracy) = judge(&test);
        let epoch = (epoch + 1) as f64;
        let train_loss = Some(loss);
        curve.push(CurvePoint {
            step,
            epoch,
            seconds,
            train_loss,
            valid_loss,
            valid_accuracy,
            test_loss,
            test_accuracy,
        });
    }
    let reached = curve.iter().find(|p| p.test_accuracy.is_some_and(|a| a >= target().value)).copied();
    let cell = CellSettings {
        workload: ID.into(),
        model: "mlp".into(),
        method: F::DESCRIPTOR.id.into(),
        variant: String::new(),
        path: "fused".into(),
        dtype: "f32".into(),
        learning_rate,
        seed,
        batch_size: BATCH,
        epochs: EPOCHS,
        settings: BTreeMap::new(),
    };
    Ok(ConvergenceRecord {
        id: cell.id(),
        cell,
        target: target(),
        steps_to_target: reached.map(|p| p.step),
        seconds_to_target: reached.map(|p| p.seconds),
        outcome: Outcome::Completed,
        metrics: BTreeMap::new(),
        parameters: model.num_trainable_params() as u64,
        state_bytes: 0,
        wall_seconds: start.elapsed().as_secs_f64(),
        identity: None,
        curve,
    })
}
