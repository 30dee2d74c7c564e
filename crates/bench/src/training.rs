//! Training one cell: the workload's model with the method in it, the protocol of all methods, the curve.

use std::marker::PhantomData;
use std::time::Instant;

use data::{Batches, Images, LastBatch, digits};
use dfdx::data::OneHotEncode;
use dfdx::optim::{Adam, AdamConfig};
use dfdx::prelude::*;
use models::{LstmClassifier, Mlp, NormedMlp, Usual};
use norm_core::{Descriptor, Formula};
use results::{CellSettings, ConvergenceRecord, CurvePoint, Outcome};

use crate::error::Error;
use crate::runner::stopping;
use crate::workload::{LSTM_UNITS, LSTM_WIDTH, MLP_UNITS, STEPS, Workload, split};

impl Workload {
    /// Trains one cell; `None` if it was interrupted.
    pub fn train(self, cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        macro_rules! dispatch {
            ($($formula:path),+ $(,)?) => {
                match self {
                    $(Self::DigitsMlp if cell.method == <$formula as Formula>::DESCRIPTOR.id => {
                        Perceptron::<$formula, { perceptron(<$formula as Formula>::DESCRIPTOR) }>::train(cell)
                    })+
                    $(Self::DigitsLstm if cell.method == <$formula as Formula>::DESCRIPTOR.id => {
                        Recurrence::<
                            $formula,
                            { Self::DigitsLstm.refuses(<$formula as Formula>::DESCRIPTOR).is_none() },
                        >::train(cell)
                    })+
                    Self::DigitsMlp | Self::DigitsLstm => Err(Error::UnknownMethod {
                        workload: self.id(),
                        got: cell.method.clone(),
                        known: crate::grid::methods().join(", "),
                    }),
                }
            };
        }
        norms::for_each_norm!(dispatch)
    }
}

/// A method in a model. Which model is chosen by a constant in the type, so that nothing is compiled for a pair that is
/// refused.
trait Trained {
    fn train(cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error>;
}

const NOWHERE: u8 = 0;
const AT_SUMS: u8 = 1;
const AT_WEIGHTS: u8 = 2;

/// Where a method stands in the perceptron.
const fn perceptron(d: &Descriptor) -> u8 {
    match Workload::DigitsMlp.refuses(d) {
        Some(_) => NOWHERE,
        None if Workload::at_weights(d) => AT_WEIGHTS,
        None => AT_SUMS,
    }
}

fn refused<F: Formula>(workload: Workload) -> Error {
    let reason = workload.refuses(F::DESCRIPTOR).unwrap_or_default();
    Error::Refused { workload: workload.id(), method: F::DESCRIPTOR.id, reason }
}

struct Perceptron<F, const WHERE: u8>(PhantomData<F>);

impl<F: Formula> Trained for Perceptron<F, NOWHERE> {
    fn train(_: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        Err(refused::<F>(Workload::DigitsMlp))
    }
}

impl<F: Formula> Trained for Perceptron<F, AT_SUMS> {
    fn train(cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        type Model<F> = Mlp<F, 64, MLP_UNITS, 10>;
        train::<Flat64, <Model<F> as BuildOnDevice<Cpu, f32>>::Built>(Workload::DigitsMlp, cell)
    }
}

impl<F: Formula> Trained for Perceptron<F, AT_WEIGHTS> {
    fn train(cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        type Model<F> = NormedMlp<F, 64, MLP_UNITS, 10>;
        train::<Flat64, <Model<F> as BuildOnDevice<Cpu, f32>>::Built>(Workload::DigitsMlp, cell)
    }
}

struct Recurrence<F, const FITS: bool>(PhantomData<F>);

impl<F: Formula> Trained for Recurrence<F, false> {
    fn train(_: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        Err(refused::<F>(Workload::DigitsLstm))
    }
}

impl<F: Formula> Trained for Recurrence<F, true> {
    fn train(cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error> {
        type Model<F> = LstmClassifier<F, Usual<F>, 1, LSTM_UNITS, LSTM_WIDTH, 10>;
        train::<Steps1, <Model<F> as BuildOnDevice<Cpu, f32>>::Built>(Workload::DigitsLstm, cell)
    }
}

type Flat64 = (usize, Const<64>);
type Steps1 = (usize, usize, Const<1>);

/// How a batch of `cases` cases is shaped for a model.
trait Input: Shape {
    fn of(cases: usize) -> Self;
}

impl Input for Flat64 {
    fn of(cases: usize) -> Self {
        (cases, Const)
    }
}

impl Input for Steps1 {
    fn of(cases: usize) -> Self {
        (STEPS, cases, Const)
    }
}

type Logits<T = NoneTape> = Tensor<(usize, Const<10>), f32, Cpu, T>;

fn train<S: Input, M>(workload: Workload, cell: &CellSettings) -> Result<Option<ConvergenceRecord>, Error>
where
    M: BuildModule<Cpu, f32>
        + TensorCollection<f32, Cpu, To<f32, Cpu> = M>
        + ModuleMut<
            Tensor<S, f32, Cpu, OwnedTape<f32, Cpu>>,
            Output = Logits<OwnedTape<f32, Cpu>>,
            Error = CpuError,
        > + Module<Tensor<S, f32, Cpu>, Output = Logits, Error = CpuError>,
{
    let started = Instant::now();
    let images = digits();
    let split = split(&images)?;
    let dev = Cpu::seed_from_u64(cell.seed);
    let failed = |step: u64| {
        let cell = cell.id();
        move |e: CpuError| Error::Training { cell, step, what: e.to_string() }
    };
    let mut model = M::try_build(&dev).map_err(failed(0))?;
    let config = AdamConfig { lr: cell.learning_rate, ..Default::default() };
    let mut optimizer = Adam::<_, f32, Cpu>::new(&model, config);
    let order = Batches::new(&split.train, cell.batch_size, LastBatch::Drop, cell.seed)?;
    let mut gradients = model.try_alloc_grads().map_err(failed(0))?;
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    let mut curve = vec![];
    let mut outcome = Outcome::Completed;
    let (mut step, mut training) = (0u64, 0.0);
    let target = workload.target();
    let (mut steps_to_target, mut seconds_to_target) = (None, None);
    'training: for epoch in 0..=cell.epochs {
        let mut losses = Vec::new();
        if epoch > 0 {
            let clock = Instant::now();
            for cases in order.epoch(epoch as u64) {
                if stopping() {
                    return Ok(None);
                }
                step += 1;
                workload.gather(&images, &cases, &mut pixels)?;
                images.gather_labels(&cases, &mut labels)?;
                let x = dev.tensor_from_vec(pixels.clone(), S::of(cases.len()));
                let y: Tensor<(usize, Const<10>), f32, Cpu> = dev.one_hot_encode(Const::<10>, labels.clone());
                let logits = model.try_forward_mut(x.traced(gradients)).map_err(failed(step))?;
                let loss = cross_entropy_with_logits_loss(logits, y);
                let value = f64::from(loss.array());
                losses.push(value);
                gradients = loss.try_backward().map_err(failed(step))?;
                if !value.is_finite() {
                    outcome = Outcome::Diverged { step, what: format!("the training loss is {value}") };
                    curve.push(point(step, epoch as f64, training, Some(value), None, None));
                    break 'training;
                }
                optimizer.update(&mut model, &gradients).map_err(|e| Error::Training {
                    cell: cell.id(),
                    step,
                    what: format!("{e:?}"),
                })?;
                model.try_zero_grads(&mut gradients).map_err(failed(step))?;
            }
            training += clock.elapsed().as_secs_f64();
        }
        let (test_loss, accuracy) = evaluate::<S, M>(workload, &model, &dev, &images, &split.test)?;
        let mean = (!losses.is_empty()).then(|| losses.iter().sum::<f64>() / losses.len() as f64);
        curve.push(point(step, epoch as f64, training, mean, Some(test_loss), Some(accuracy)));
        if steps_to_target.is_none() && accuracy >= target.value {
            (steps_to_target, seconds_to_target) = (Some(step), Some(training));
        }
    }
    Ok(Some(ConvergenceRecord {
        id: cell.id(),
        cell: cell.clone(),
        curve,
        target,
        steps_to_target,
        seconds_to_target,
        outcome,
        metrics: std::collections::BTreeMap::new(),
        parameters: model.num_trainable_params() as u64,
        state_bytes: crate::methods::state_bytes(&cell.method, workload, STEPS),
        wall_seconds: started.elapsed().as_secs_f64(),
    }))
}

fn point(
    step: u64,
    epoch: f64,
    seconds: f64,
    train_loss: Option<f64>,
    test_loss: Option<f64>,
    test_accuracy: Option<f64>,
) -> CurvePoint {
    CurvePoint { step, epoch, seconds, train_loss, test_loss, test_accuracy }
}

/// Mean loss and accuracy over the test cases, in evaluation mode; in batches as large as those of training, which
/// fit into the buffers that are there.
fn evaluate<S: Input, M>(
    workload: Workload,
    model: &M,
    dev: &Cpu,
    images: &Images,
    cases: &[usize],
) -> Result<(f64, f64), Error>
where
    M: Module<Tensor<S, f32, Cpu>, Output = Logits, Error = CpuError>,
{
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    let failed =
        |e: CpuError| Error::Training { cell: "evaluation".to_owned(), step: 0, what: e.to_string() };
    let (mut loss, mut right) = (0.0, 0usize);
    for cases in cases.chunks(workload.batch_size()) {
        workload.gather(images, cases, &mut pixels)?;
        images.gather_labels(cases, &mut labels)?;
        let x = dev.tensor_from_vec(pixels.clone(), S::of(cases.len()));
        let logits = model.try_forward(x).map_err(failed)?.as_vec();
        for (row, label) in logits.chunks_exact(10).zip(&labels) {
            let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f64 = row.iter().map(|v| f64::from(v - top).exp()).sum();
            loss += sum.ln() - f64::from(row[*label] - top);
            // A row of NaN has no largest entry and is wrong.
            let best = row.iter().enumerate().filter(|(_, v)| **v == top).map(|(i, _)| i).next();
            right += usize::from(best == Some(*label));
        }
    }
    Ok((loss / cases.len() as f64, right as f64 / cases.len() as f64))
}
