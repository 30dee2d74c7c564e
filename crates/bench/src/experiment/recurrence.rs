//! Recurrent layers, one above the other, whose sizes are types and everything else is a value: kind, method, place, statistics,
//! where weights start, how many layers. The states of the uppermost go through a linear layer to classes, the last one's, or every
//! step's.

mod layer;
mod numbers;
mod put_together;
mod update;

use dfdx::prelude::*;
use models::Lengths;
use norm_dfdx::Error;
use norm_dfdx::sequence_op::Given;
use sequence::{CellKind, Mode, Population, Slot, Statistics};

use super::answer::Answer;
use super::learner::{Batch, Learner, Noise, Source, Units};
use super::optimizer::{self, Trained, Visitor};
use super::start::Draws;
use super::typed::{self, Logits, Tape as Recording, said};

use layer::{Layer, Method, States, Stores};
pub(crate) use put_together::{Kind, build, place};
use update::Update;

/// Noise on the hidden state before the first step: each training pass draws its own, evaluation always the same unless
/// another is asked for.
pub(super) struct StartNoise {
    pub(super) deviation: f64,
    pub(super) seed: u64,
    pub(super) passes: u64,
    pub(super) evaluation: Noise,
}

impl StartNoise {
    /// That of a pass in training, which are counted from 1 on; 0 is evaluation. Each layer has its own.
    fn draw(&self, len: usize, pass: u64, layer: usize) -> Option<Vec<f32>> {
        // Streams below the first are those of the weights; no training has as many passes as lie between both.
        const FIRST: u64 = 1 << 32;
        const OF_EVALUATION: u64 = 1 << 48;
        const OF_LAYER: u64 = 1 << 56;
        let stream = match self.evaluation {
            Noise::Off if pass == 0 => return None,
            Noise::Draw(n) if pass == 0 => OF_EVALUATION + n,
            _ => FIRST + pass,
        };
        let stream = stream + layer as u64 * OF_LAYER;
        (self.deviation > 0.0).then(|| Draws::new(self.seed, stream).normal(len, self.deviation))
    }
}

/// The layers: `I` inputs, `H` units of each, `W` summed inputs of it, `S` of them without a GRU's candidate, `O` classes.
struct Layers<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize> {
    /// Over the inputs.
    first: Layer<I, H, W, S>,
    /// Those above it, each over the states of the one before.
    above: Vec<Layer<H, H, W, S>>,
    read_out: modules::Linear<H, O, f32, Cpu>,
}

impl<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize> Trained
    for Layers<I, H, W, S, O>
{
    fn visit<V: Visitor>(&mut self, v: &mut V) -> Result<(), String> {
        let mut all = || -> Result<(), CpuError> {
            self.first.visit(v)?;
            self.above.iter_mut().try_for_each(|layer| layer.visit(v))?;
            v.tensor(&mut self.read_out.weight)?;
            v.tensor(&mut self.read_out.bias)
        };
        all().map_err(said)
    }
}

/// The network in training.
pub(crate) struct Recurrence<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize> {
    dev: Cpu,
    method: Method,
    layers: Layers<I, H, W, S, O>,
    noise: StartNoise,
    steps: usize,
    answer: Answer,
    /// What is done with padded steps, where cases have lengths.
    padding: Option<Padding>,
    optimizer: Update,
    /// Always there between calls; taken while a tape owns them.
    gradients: Option<Gradients<f32, Cpu>>,
    /// How many batches they are of.
    batches: usize,
    /// How much the mean size of the uppermost layer's hidden states adds to what is minimized.
    activity_penalty: f64,
}

/// What a recurrence does with padded steps. A case is read out at its own last step either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Padding {
    /// They take part in no statistic.
    Masked,
    /// They are taken for steps like others.
    Counted,
}

impl<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize>
    Recurrence<I, H, W, S, O>
{
    /// What a layer is given in a pass over so many cases, which is 0 in evaluation.
    fn given(&self, cases: usize, lengths: Option<&Lengths>, pass: u64, layer: usize) -> Given<f32> {
        let mask = lengths.filter(|_| self.padding == Some(Padding::Masked)).map(Lengths::mask);
        Given { mask, noise: self.noise.draw(cases * H, pass, layer) }
    }

    /// All hidden states of the uppermost layer as in training, and what each layer is to store.
    fn train(
        &self,
        x: States<I, Recording>,
        lengths: Option<&Lengths>,
    ) -> Result<(States<H, Recording>, Vec<Stores>), Error<CpuError>> {
        let cases = x.shape().1;
        let given = |layer| self.given(cases, lengths, self.noise.passes, layer);
        let (mut y, stores) = self.layers.first.train(&self.method, x, given(0))?;
        let mut all = vec![stores];
        for (n, layer) in self.layers.above.iter().enumerate() {
            let (above, stores) = layer.train(&self.method, y, given(n + 1))?;
            y = above;
            all.push(stores);
        }
        Ok((y, all))
    }

    /// All hidden states of each layer in evaluation, the uppermost last.
    fn evaluate(
        &self,
        x: States<I>,
        lengths: Option<&Lengths>,
        source: Source,
    ) -> Result<Vec<States<H>>, String> {
        let cases = x.shape().1;
        let given = |layer| self.given(cases, lengths, 0, layer);
        let missing = || "statistics of the population were asked for before they were estimated".to_owned();
        let failed = |e: Error<CpuError>| e.to_string();
        let mode = self.layers.first.by(source).ok_or_else(missing)?;
        let mut y = self.layers.first.evaluate(&self.method, x, given(0), mode).map_err(failed)?;
        let mut all = vec![y.clone()];
        for (n, layer) in self.layers.above.iter().enumerate() {
            let mode = layer.by(source).ok_or_else(missing)?;
            y = layer.evaluate(&self.method, y, given(n + 1), mode).map_err(failed)?;
            all.push(y.clone());
        }
        Ok(all)
    }

    /// Lets the statistics of each layer take in those of a batch.
    fn take_in(
        &self,
        x: States<I>,
        lengths: Option<&Lengths>,
        first: &mut Population<f32>,
        above: &mut [Population<f32>],
    ) -> Result<(), Error<CpuError>> {
        let cases = x.shape().1;
        let given = |layer| self.given(cases, lengths, 0, layer);
        let mut y = self.layers.first.evaluate(&self.method, x, given(0), Mode::Estimate(first))?;
        for (n, (layer, population)) in self.layers.above.iter().zip(above).enumerate() {
            y = layer.evaluate(&self.method, y, given(n + 1), Mode::Estimate(population))?;
        }
        Ok(())
    }

    /// One row of logits per case, of its last state, or per step and case, of its own steps.
    fn read_out<T: Tape<f32, Cpu>>(
        &self,
        y: States<H, T>,
        lengths: Option<&Lengths>,
    ) -> Result<Logits<O, T>, String> {
        let (steps, cases, _) = *y.shape();
        let by_step = self.answer == Answer::Step;
        let read = || -> Result<Logits<O, T>, CpuError> {
            let rows: Tensor<(usize, Const<H>), f32, Cpu, T> = match lengths {
                Some(lengths) if by_step => lengths.own_states(y)?,
                Some(lengths) => lengths.last_states(y)?,
                None if by_step => y.try_reshape_like(&(steps * cases, Const))?,
                None => {
                    let last = self.dev.try_tensor_from_vec(vec![steps.saturating_sub(1)], ())?;
                    y.try_select(last)?
                }
            };
            self.layers.read_out.try_forward(rows)
        };
        read().map_err(said)
    }

    fn input(&self, batch: &mut Batch) -> Result<(States<I>, Option<Lengths>), String> {
        let steps = batch.x.len() / (batch.cases * I).max(1);
        let lengths = batch.lengths.take().map(|each| Lengths::new(each, steps)).transpose();
        let x = self.dev.tensor_from_vec(std::mem::take(&mut batch.x), (steps, batch.cases, Const));
        Ok((x, lengths.map_err(|e| e.to_string())?))
    }
}

impl<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize> Learner
    for Recurrence<I, H, W, S, O>
{
    fn steps(&self) -> usize {
        self.steps
    }

    fn values(&self) -> usize {
        self.steps * I
    }

    fn classes(&self) -> usize {
        O
    }

    fn answer(&self) -> Answer {
        self.answer
    }

    fn takes_lengths(&self) -> bool {
        self.padding.is_some()
    }

    fn loss(&mut self, mut batch: Batch) -> Result<f64, String> {
        let (x, lengths) = self.input(&mut batch)?;
        // A step that failed has lost them.
        let mut gradients = self.gradients.take().unwrap_or_else(Gradients::leaky);
        optimizer::prepare(&mut self.layers, &mut gradients, self.batches == 0)?;
        self.noise.passes += 1;
        let (y, stores) = match self.train(x.traced(gradients), lengths.as_ref()) {
            // What training has made too large to be stored is no fault of the cell: it diverged.
            Err(Error::Sequence(sequence::Error::NotStored { .. })) => return Ok(f64::INFINITY),
            other => other.map_err(|e| e.to_string())?,
        };
        let mut stores = stores.into_iter();
        let mut next = |of: &mut Stores| stores.next().into_iter().for_each(|stores| *of = stores);
        next(&mut self.layers.first.stores);
        self.layers.above.iter_mut().for_each(|layer| next(&mut layer.stores));
        let (y, penalty) = numbers::penalty(y, self.activity_penalty).map_err(said)?;
        let logits: Logits<O, Recording> = self.read_out(y, lengths.as_ref())?;
        let (value, gradients) = typed::loss(logits, batch.labels, penalty)?;
        self.gradients = Some(gradients);
        self.batches += 1;
        Ok(value)
    }

    fn update(&mut self) -> Result<Option<String>, String> {
        let Some(mut gradients) = self.gradients.take() else { return Ok(None) };
        if self.batches > 1 {
            optimizer::scale(&mut self.layers, &mut gradients, 1.0 / self.batches as f64)?;
        }
        self.batches = 0;
        let done = self.optimizer.step(&mut self.layers, &mut gradients);
        self.gradients = Some(gradients);
        let cell = &self.method.cell;
        self.layers.first.stores.slots.after_update(cell, H);
        self.layers.above.iter_mut().for_each(|layer| layer.stores.slots.after_update(cell, H));
        done
    }

    fn sources(&self) -> &'static [Source] {
        let per_step = |s: &Slot<f32>| matches!(s.statistics, Statistics::PerStep { .. });
        if !self.method.cell.is_stateful() {
            return &[Source::Running];
        }
        if self.method.cell.slots().any(|(_, slot)| per_step(slot)) {
            return &[Source::Population, Source::Running, Source::Batch, Source::Shared];
        }
        &[Source::Population, Source::Running, Source::Batch]
    }

    fn estimate(&mut self, batches: &mut dyn Iterator<Item = Batch>) -> Result<(), String> {
        if !self.method.cell.is_stateful() {
            return Ok(());
        }
        let mut first = Population::new(&self.method.cell, H);
        let mut above = vec![first.clone(); self.layers.above.len()];
        for mut batch in batches {
            let (x, lengths) = self.input(&mut batch)?;
            self.take_in(x, lengths.as_ref(), &mut first, &mut above).map_err(|e| e.to_string())?;
        }
        self.layers.first.estimated(&self.method.cell, &first);
        for (layer, population) in self.layers.above.iter_mut().zip(&above) {
            layer.estimated(&self.method.cell, population);
        }
        Ok(())
    }

    fn logits(&self, mut batch: Batch, source: Source) -> Result<Vec<f32>, String> {
        let (x, lengths) = self.input(&mut batch)?;
        let mut states = self.evaluate(x, lengths.as_ref(), source)?;
        let uppermost = states.pop().ok_or("a network without a layer")?;
        Ok(self.read_out(uppermost, lengths.as_ref())?.as_vec())
    }

    fn gradient_norm(&mut self) -> Option<f64> {
        let mut gradients = self.gradients.take()?;
        let norm = optimizer::norm(&mut self.layers, &mut gradients).ok();
        self.gradients = Some(gradients);
        norm.map(|norm| norm / self.batches.max(1) as f64)
    }

    fn parameters(&self) -> usize {
        let above: usize = self.layers.above.iter().map(Layer::parameters).sum();
        self.layers.first.parameters() + above + O * (H + 1)
    }

    fn state_bytes(&self) -> usize {
        let above: usize = self.layers.above.iter().map(Layer::stored).sum();
        (self.layers.first.stored() + above) * size_of::<f32>()
    }

    fn units(&self, mut batch: Batch, source: Source) -> Result<Vec<Units>, String> {
        // Of the other kinds the states are no function of one sum.
        if self.method.cell.kind() != CellKind::RnnTanh {
            return Ok(Vec::new());
        }
        let (x, lengths) = self.input(&mut batch)?;
        let of = |states: &States<H>| {
            let states = states.as_vec();
            let slopes = states.iter().map(|h| 1.0 - f64::from(*h).powi(2));
            Units { variance: None, slope: slopes.sum::<f64>() / states.len().max(1) as f64 }
        };
        Ok(self.evaluate(x, lengths.as_ref(), source)?.iter().map(of).collect())
    }

    fn numbers(&self) -> Result<Vec<(&'static str, f64)>, String> {
        self.numbers_at_the_end().map_err(|e| e.to_string())
    }

    fn evaluate_with(&mut self, noise: Noise) -> bool {
        self.noise.evaluation = noise;
        self.noise.deviation > 0.0
    }
}
