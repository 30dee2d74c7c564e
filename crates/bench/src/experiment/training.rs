//! Training one cell: the protocol of all methods, the curve.

use std::collections::BTreeMap;
use std::time::Instant;

use data::{Batches, LastBatch};
use results::{CellSettings, ConvergenceRecord, CurvePoint, Outcome};

use crate::error::Error;

use super::answer::{Score, Tally};
use super::axes::Axes;
use super::cases::{Cases, Takes, Unfit};
use super::learner::{Batch, Learner, Source};
use super::metrics::Course;
use super::runner::stopping;
use super::start_noise;
use super::workload::Workload;

/// Batches of training cases by which statistics of the population are estimated, at most.
const ESTIMATING: usize = 20;

impl Workload {
    /// Trains one cell; `None` if it was interrupted.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownMethod`] and [`Error::Refused`] for a method without a place here; [`Error::Setting`] for a setting that
    /// changes nothing here; [`Error::Unfit`] for cases of other sizes than the model's; [`Error::Training`] where a step fails.
    pub fn train(&self, cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        let started = Instant::now();
        self.check(cell)?;
        let build = self.arm(&cell.method)?.build(self, &cell.variant)?;
        let axes = Axes::new(&cell.settings);
        let cases = (self.cases)(cell, &axes)?;
        let failed = |step: u64| {
            let cell = cell.id();
            move |what: String| Error::Training { cell, step, what }
        };
        let mut model = build(cell, &axes).map_err(failed(0))?;
        let batches = batches_per_update(&axes).map_err(failed(0))?;
        axes.finish(self.id).map_err(failed(0))?;
        self.fits(&cases, &*model)?;
        let order = Batches::new(cases.training(), cell.batch_size, LastBatch::Drop, cell.seed)?;
        let steps = model.steps();
        let first: Vec<usize> = order.epoch(0).next().unwrap_or_default();
        model.initialize(cases.batch(&first, steps)).map_err(failed(0))?;
        let updates = updates(batches, order.per_epoch()).map_err(failed(0))? * cell.epochs as u64;
        let (mut metrics, mut course) = (BTreeMap::new(), Course::default());
        let (mut curve, mut diverged) = (vec![], None);
        let (mut step, mut training) = (0u64, 0.0);
        'training: for epoch in 0..=cell.epochs {
            let mut losses = Vec::new();
            if epoch > 0 {
                let clock = Instant::now();
                let mut of_pass = order.epoch(epoch as u64);
                // As with cases that do not fill a batch, batches that do not fill an update are left out.
                for _ in 0..updates / cell.epochs as u64 {
                    if stopping() {
                        return Ok(None);
                    }
                    step += 1;
                    let mut of_update =
                        of_pass.by_ref().take(batches).map(|batch| cases.batch(&batch, steps));
                    let value = mean_loss(&mut *model, &mut of_update).map_err(failed(step))?;
                    losses.push(value);
                    course.before(&mut *model, (step, updates), (epoch, cell.epochs));
                    let left = if value.is_finite() {
                        model.update().map_err(failed(step))?
                    } else {
                        Some(format!("the training loss is {value}"))
                    };
                    course.after(&*model, epoch, cell.epochs);
                    if let Some(what) = left {
                        diverged = Some(Outcome::Diverged { step, what });
                        curve.push(last_point(step, epoch as f64, training, value));
                        break 'training;
                    }
                }
                training += clock.elapsed().as_secs_f64();
            }
            let valid = match validate(&mut *model, &cases, &order) {
                Ok(valid) => valid,
                Err(what) if step == 0 => return Err(failed(0)(what)),
                // What cannot be read any more has been trained beyond what numbers hold.
                Err(what) => {
                    diverged = Some(Outcome::Diverged { step, what });
                    break 'training;
                }
            };
            course.inspect(&*model, &cases).map_err(failed(step))?;
            let mean = (!losses.is_empty()).then(|| losses.iter().sum::<f64>() / losses.len() as f64);
            curve.push(CurvePoint {
                step,
                epoch: epoch as f64,
                seconds: training,
                train_loss: mean,
                valid_loss: Some(valid.loss),
                valid_accuracy: valid.accuracy,
                ..CurvePoint::default()
            });
        }
        course.begin(&mut metrics);
        if diverged.is_none() {
            let test = ends(&*model, &cases, &mut metrics).map_err(failed(step))?;
            start_noise::draws(&mut *model, &cases, &mut metrics).map_err(failed(step))?;
            if let Some(last) = curve.last_mut() {
                (last.test_loss, last.test_accuracy) = (Some(test.loss), test.accuracy);
            }
            course.finish(&*model, &mut metrics).map_err(failed(step))?;
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
            metrics,
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

/// How many batches an update sees.
fn batches_per_update(axes: &Axes<'_>) -> Result<usize, String> {
    let words = "a whole number above 0";
    Ok(axes.number("batches_per_update", words, |v: usize| v > 0)?.unwrap_or(1))
}

/// Updates of a pass, at least one.
fn updates(batches: usize, of_pass: usize) -> Result<u64, String> {
    if batches > of_pass {
        return Err(format!("{batches} batches for an update are more than the {of_pass} of a pass"));
    }
    Ok((of_pass / batches) as u64)
}

/// The mean loss over the batches of an update, whose gradients add up in the model.
fn mean_loss(model: &mut dyn Learner, batches: &mut dyn Iterator<Item = Batch>) -> Result<f64, String> {
    let (mut sum, mut count) = (0.0, 0u32);
    for batch in batches {
        sum += model.loss(batch)?;
        count += 1;
    }
    Ok(sum / f64::from(count.max(1)))
}

/// A point of a cell that ends here, whose loss may be no number.
fn last_point(step: u64, epoch: f64, seconds: f64, loss: f64) -> CurvePoint {
    CurvePoint { step, epoch, seconds, train_loss: Some(loss), ..CurvePoint::default() }
}

impl Workload {
    /// Whether the cases are those that a model takes.
    fn fits(&self, cases: &Cases, model: &dyn Learner) -> Result<(), Error> {
        let takes = Takes {
            values: model.values(),
            steps: model.steps(),
            classes: model.classes(),
            answer: model.answer(),
            lengths: model.takes_lengths(),
        };
        match cases.unfit(&takes) {
            None => Ok(()),
            Some(Unfit { what, want, got }) => Err(Error::Unfit { workload: self.id, what, want, got }),
        }
    }
}

/// Statistics of the population with the weights as they are, over the first batches of the training cases.
fn estimate(model: &mut dyn Learner, cases: &Cases, order: &Batches) -> Result<(), String> {
    if model.sources()[0] == Source::Running {
        return Ok(());
    }
    let steps = model.steps();
    let mut batches = order.epoch(0).take(ESTIMATING).map(|batch| cases.batch(&batch, steps));
    model.estimate(&mut batches)
}

/// The validation cases, by statistics of the population where there are some.
fn validate(model: &mut dyn Learner, cases: &Cases, order: &Batches) -> Result<Score, String> {
    estimate(model, cases, order)?;
    let source = model.sources()[0];
    score(model, cases, cases.validation(), model.steps(), source)
}

/// Validation and test by statistics from every source, as metrics; the test by the first of them.
fn ends(model: &dyn Learner, cases: &Cases, metrics: &mut BTreeMap<String, f64>) -> Result<Score, String> {
    let mut first = None;
    for &source in model.sources() {
        for (part, of) in [("valid", cases.validation()), ("test", cases.test())] {
            let found = score(model, cases, of, model.steps(), source)?;
            metrics.insert(format!("{part}_loss_{}", source.name()), found.loss);
            if let Some(accuracy) = found.accuracy {
                metrics.insert(format!("{part}_accuracy_{}", source.name()), accuracy);
            }
            if part == "test" {
                first.get_or_insert(found);
            }
        }
        for (steps, longer) in cases.longer() {
            let found = score(model, longer, longer.test(), *steps, source)?;
            metrics.insert(format!("test_loss_{}_{steps}_steps", source.name()), found.loss);
        }
    }
    first.ok_or_else(|| "the model has no statistics to be evaluated by".to_owned())
}

/// Cases of one pass in evaluation: enough for the statistics of a batch to be those of many.
const EVALUATED: usize = 256;

/// The score of cases, in evaluation mode.
pub(super) fn score(
    model: &dyn Learner,
    cases: &Cases,
    of: &[usize],
    steps: usize,
    source: Source,
) -> Result<Score, String> {
    let mut tally = Tally::default();
    for batch in of.chunks(EVALUATED) {
        let mut batch = cases.batch(batch, steps);
        let answers = std::mem::take(&mut batch.labels);
        tally.add(&model.logits(batch, source)?, model.classes(), &answers);
    }
    Ok(tally.score())
}
