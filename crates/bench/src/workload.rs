//! What is trained: data, model, loss, metric, target. Widths are small enough for two cores and large enough that
//! methods differ.

use std::marker::PhantomData;
use std::time::Instant;

use data::{Batches, Fractions, Images, LastBatch, ReadOrder, Split, digits};
use dfdx::data::OneHotEncode;
use dfdx::optim::{Adam, AdamConfig};
use dfdx::prelude::*;
use models::{LstmClassifier, Mlp, NormedMlp, PlacedIn, Usual};
use norm_core::{Descriptor, Formula, PolicyKind, ReferenceSet, Site};
use results::{
    CellSettings, ConvergenceRecord, CurvePoint, Direction, Outcome, Target, Tier, WorkloadRecord,
};

use crate::error::Error;
use crate::runner::stopping;

/// The split is the same for every cell, so that seeds differ in weights and order only.
pub const SPLIT_SEED: u64 = 20_261;

/// Steps of a sequence: one for each pixel.
const STEPS: usize = 64;

/// Hidden units of the perceptron.
const MLP_UNITS: usize = 100;
/// Hidden units of the recurrent network.
pub(crate) const LSTM_UNITS: usize = 48;
const LSTM_WIDTH: usize = 4 * LSTM_UNITS;

/// A workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// The digits as images.
    DigitsMlp,
    /// The digits pixel by pixel.
    DigitsLstm,
}

impl Workload {
    /// Every workload, in the order of the page.
    pub const ALL: [Self; 2] = [Self::DigitsMlp, Self::DigitsLstm];

    /// The name people type.
    pub fn id(self) -> &'static str {
        match self {
            Self::DigitsMlp => "digits-mlp",
            Self::DigitsLstm => "digits-lstm-64",
        }
    }

    /// The workload of that name.
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.id() == id)
    }

    /// All names, for an error.
    pub fn ids() -> String {
        Self::ALL.map(Self::id).join(", ")
    }

    /// The model's name.
    pub fn model(self) -> &'static str {
        match self {
            Self::DigitsMlp => "mlp",
            Self::DigitsLstm => "lstm",
        }
    }

    /// Where a method stands in the model.
    pub fn placement(self, method: &str) -> &'static str {
        macro_rules! usual {
            ($($formula:path),+ $(,)?) => {
                match method {
                    $(id if id == <$formula as Formula>::DESCRIPTOR.id => {
                        <Usual<$formula> as PlacedIn>::PLACEMENT.name
                    })+
                    _ => "none",
                }
            };
        }
        let placement = norms::for_each_norm!(usual);
        match self {
            Self::DigitsMlp if norms::find(method).is_some_and(|m| Self::at_weights(m.descriptor())) => {
                "hidden weights"
            }
            Self::DigitsMlp if placement != "none" => "hidden",
            Self::DigitsMlp | Self::DigitsLstm => placement,
        }
    }

    /// Why a method cannot stand in this workload's model, or nothing where it can.
    pub const fn refuses(self, d: &Descriptor) -> Option<&'static str> {
        match (self, d.site) {
            (_, Site::SummedInputs) | (Self::DigitsMlp, Site::Weights | Site::WeightsAndInputs) => {}
            (_, Site::Inputs) => return Some("its templates are cut from images and not trained"),
            (_, _) => return Some("it normalizes weights, which no cell here does"),
        }
        match (self, d.policy, d.reference_set) {
            (Self::DigitsMlp, PolicyKind::PerStep, _) | (Self::DigitsMlp, _, ReferenceSet::BatchTime) => {
                Some("it is defined over the steps of a sequence, of which a perceptron has none")
            }
            (_, PolicyKind::Streaming, _) => {
                Some("its layer has to be told of every update, which the runner does not do")
            }
            (Self::DigitsLstm, PolicyKind::PerStep, ReferenceSet::BatchSpace) => {
                Some("it stands in a recurrent network of convolutions")
            }
            _ => None,
        }
    }

    /// Whether a method needs a layer that holds the weights.
    const fn at_weights(d: &Descriptor) -> bool {
        matches!(d.site, Site::Weights | Site::WeightsAndInputs)
    }

    /// Cases in a batch.
    pub fn batch_size(self) -> usize {
        match self {
            Self::DigitsMlp => 64,
            Self::DigitsLstm => 32,
        }
    }

    /// Passes over the training cases.
    pub fn epochs(self, tier: Tier) -> usize {
        match (tier, self) {
            (Tier::Smoke, Self::DigitsMlp) => 5,
            (Tier::Smoke, Self::DigitsLstm) => 2,
            (Tier::Quick, Self::DigitsMlp | Self::DigitsLstm) => 30,
            (Tier::Standard | Tier::Full, Self::DigitsMlp | Self::DigitsLstm) => 60,
        }
    }

    /// The grid, the same for every method.
    pub fn learning_rates(self, tier: Tier) -> Vec<f64> {
        match tier {
            Tier::Smoke => vec![1e-2],
            Tier::Quick | Tier::Standard | Tier::Full => vec![1e-3, 3e-3, 1e-2, 3e-2],
        }
    }

    /// Channels of all normalized places of the model, where a method that stores statistics stands.
    pub fn normalized_channels(self) -> usize {
        match self {
            Self::DigitsMlp => 2 * MLP_UNITS,
            Self::DigitsLstm => LSTM_WIDTH,
        }
    }

    /// What counts as reached.
    pub fn target(self) -> Target {
        let value = match self {
            Self::DigitsMlp => 0.95,
            Self::DigitsLstm => 0.80,
        };
        Target { metric: "test_accuracy".to_owned(), value, direction: Direction::HigherIsBetter }
    }

    /// What a reader of the page is told.
    pub fn record(self) -> Result<WorkloadRecord, Error> {
        let split = split(&digits())?;
        let (title, model) = match self {
            Self::DigitsMlp => (
                "Digits as images",
                format!("64 - {MLP_UNITS} - {MLP_UNITS} - 10 perceptron, normalized before each hidden ReLU"),
            ),
            Self::DigitsLstm => (
                "Digits pixel by pixel",
                format!(
                    "LSTM of {LSTM_UNITS} units over 64 steps of one pixel in scan order, last state to 10 classes"
                ),
            ),
        };
        Ok(WorkloadRecord {
            id: self.id().to_owned(),
            title: title.to_owned(),
            data: "1797 handwritten digits of 8 by 8 pixels, grey levels 0 to 16 scaled to 0 to 1".to_owned(),
            attribution: "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, CC BY 4.0"
                .to_owned(),
            train_cases: split.train.len() as u64,
            test_cases: split.test.len() as u64,
            model,
            loss: "softmax cross-entropy".to_owned(),
            protocol: format!(
                "Adam, batches of {}, no schedule, no clipping; four learning rates, the same for every method; a seed sets initial weights and order, the same for every method; accuracy after each epoch in evaluation mode",
                self.batch_size()
            ),
            target: self.target(),
            caveats: vec![
                "The 1797 digits come from 13 writers, whom a random split mixes: test accuracy says how well known writers are read.".to_owned(),
                "The best rate of each method is chosen on the test cases that are shown; every rate is shown beside it.".to_owned(),
                "The forget gate starts without an offset for every method.".to_owned(),
            ],
        })
    }

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

    fn gather(self, images: &Images, cases: &[usize], out: &mut Vec<f32>) -> Result<(), Error> {
        match self {
            Self::DigitsMlp => images.gather_images(cases, out)?,
            Self::DigitsLstm => images.gather_steps(cases, &ReadOrder::scan(images.pixels()), out)?,
        }
        Ok(())
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

fn split(images: &Images) -> Result<Split, Error> {
    Ok(Split::stratified(images.labels(), Fractions { validation: 0.0, test: 0.2 }, SPLIT_SEED)?)
}

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
