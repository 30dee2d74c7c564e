//! Training one cell: the protocol of all methods, the curve.

use std::time::Instant;

use data::{Batches, LastBatch};
use results::{CellSettings, ConvergenceRecord, CurvePoint, Outcome};

use crate::cases::{Cases, Unfit};
use crate::error::Error;
use crate::learner::Learner;
use crate::runner::stopping;
use crate::workload::Workload;

impl Workload {
    /// Trains one cell; `None` if it was interrupted.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownMethod`] and [`Error::Refused`] for a method without a place here; [`Error::Unfit`] for
    /// cases of other sizes than the model's; [`Error::Training`] where a step fails.
    pub fn train(&self, cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        let started = Instant::now();
        let cases = Cases::new((self.values)(&cell.method)?, (self.labels)())?;
        let failed = |step: u64| {
            let cell = cell.id();
            move |what: String| Error::Training { cell, step, what }
        };
        let build = self.arm(&cell.method)?.build(self, &cell.variant)?;
        let mut model = build(cell).map_err(failed(0))?;
        if let Some(Unfit { what, want, got }) = cases.unfit(model.values(), model.classes()) {
            return Err(Error::Unfit { workload: self.id, what, want, got });
        }
        let order = Batches::new(cases.training(), cell.batch_size, LastBatch::Drop, cell.seed)?;
        let mut curve = vec![];
        let mut diverged = None;
        let (mut step, mut training) = (0u64, 0.0);
        'training: for epoch in 0..=cell.epochs {
            let mut losses = Vec::new();
            if epoch > 0 {
                let clock = Instant::now();
                for batch in order.epoch(epoch as u64) {
                    if stopping() {
                        return Ok(None);
                    }
                    step += 1;
                    let x = cases.gather(&batch, model.steps());
                    let value = model.loss(x, cases.labels(&batch)).map_err(failed(step))?;
                    losses.push(value);
                    let left = if value.is_finite() {
                        model.update().map_err(failed(step))?
                    } else {
                        Some(format!("the training loss is {value}"))
                    };
                    if let Some(what) = left {
                        diverged = Some(Outcome::Diverged { step, what });
                        curve.push(CurvePoint {
                            step,
                            epoch: epoch as f64,
                            seconds: training,
                            train_loss: Some(value),
                            test_loss: None,
                            test_accuracy: None,
                        });
                        break 'training;
                    }
                }
                training += clock.elapsed().as_secs_f64();
            }
            let (test_loss, accuracy) = evaluate(&*model, &cases, cell.batch_size).map_err(failed(step))?;
            let mean = (!losses.is_empty()).then(|| losses.iter().sum::<f64>() / losses.len() as f64);
            curve.push(CurvePoint {
                step,
                epoch: epoch as f64,
                seconds: training,
                train_loss: mean,
                test_loss: Some(test_loss),
                test_accuracy: Some(accuracy),
            });
        }
        let outcome = diverged.unwrap_or_else(|| Outcome::of(&curve));
        let mut record = ConvergenceRecord {
            id: cell.id(),
            cell: cell.clone(),
            curve,
            target: self.target(),
            steps_to_target: None,
            seconds_to_target: None,
            outcome,
            metrics: std::collections::BTreeMap::new(),
            parameters: model.parameters() as u64,
            state_bytes: model.state_bytes() as u64,
            wall_seconds: started.elapsed().as_secs_f64(),
            identity: None,
        };
        let reached = record.first_reaching().copied();
        record.steps_to_target = reached.map(|point| point.step);
        record.seconds_to_target = reached.map(|point| point.seconds);
        Ok(Some(record))
    }
}

/// Mean loss and accuracy over the test cases, in evaluation mode; in batches as large as those of training, which
/// fit into the buffers that are there.
fn evaluate(model: &dyn Learner, cases: &Cases, batch_size: usize) -> Result<(f64, f64), String> {
    let (mut loss, mut right) = (0.0, 0usize);
    let test = cases.test();
    for batch in test.chunks(batch_size) {
        let labels = cases.labels(batch);
        let logits = model.logits(cases.gather(batch, model.steps()), batch.len())?;
        for (row, label) in logits.chunks_exact(logits.len() / batch.len()).zip(labels) {
            let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f64 = row.iter().map(|v| f64::from(v - top).exp()).sum();
            loss += sum.ln() - f64::from(row[label] - top);
            // A row of NaN has no largest entry and is wrong.
            right += usize::from(row.iter().position(|v| *v == top) == Some(label));
        }
    }
    Ok((loss / test.len() as f64, right as f64 / test.len() as f64))
}
