//! A recurrent layer whose sizes are types and everything else is a value: kind, method, place, statistics, where weights
//! start. Its states go through a linear layer to classes, the last one's, or every step's.

mod numbers;
mod operands;
mod put_together;

use dfdx::prelude::*;
use models::Lengths;
use norm_dfdx::Error;
use norm_dfdx::sequence_op::{Given, SlotTensor, Spare, Tensors, sequence};
use sequence::{Cell, CellKind, Mode, Population, State};

use super::answer::Answer;
use super::learner::{Batch, Learner, Noise, Source, Units};
use super::optimizer::{self, Each, Trained, Visitor};
use super::start::Draws;
use super::typed::{self, Logits, Tape as Recording, said};

pub(super) use operands::Rows;
pub(crate) use put_together::{Kind, build, place};

/// A parameter of a slot, and whether it is trained.
pub(super) struct SlotValue<const H: usize, const S: usize> {
    pub(super) tensor: Held<H, S>,
    pub(super) trained: bool,
}

pub(super) enum Held<const H: usize, const S: usize> {
    Gates(Tensor<Rank1<S>, f32, Cpu>),
    Units(Tensor<Rank1<H>, f32, Cpu>),
}

/// The trained tensors: `I` inputs, `H` units, `W` summed inputs, `S` of them without a GRU's candidate, `O` classes.
pub(super) struct Weights<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize> {
    pub(super) ih: Tensor<Rank2<W, I>, f32, Cpu>,
    pub(super) hh: Tensor<Rank2<W, H>, f32, Cpu>,
    pub(super) bias: Option<Tensor<Rank1<W>, f32, Cpu>>,
    pub(super) recurrent_bias: Option<Tensor<Rank1<H>, f32, Cpu>>,
    pub(super) start: Option<Tensor<Rank1<H>, f32, Cpu>>,
    pub(super) slots: Vec<SlotValue<H, S>>,
    /// Parameters of normalized rows, those of `ih` before those of `hh`.
    pub(super) rows: Vec<Tensor<Rank1<W>, f32, Cpu>>,
    pub(super) read_out: modules::Linear<H, O, f32, Cpu>,
}

impl<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize> Trained
    for Weights<I, H, W, S, O>
{
    fn visit<V: Visitor>(&mut self, v: &mut V) -> Result<(), String> {
        let mut all = || -> Result<(), CpuError> {
            v.tensor(&mut self.ih)?;
            v.tensor(&mut self.hh)?;
            self.bias.iter_mut().try_for_each(|t| v.tensor(t))?;
            self.recurrent_bias.iter_mut().try_for_each(|t| v.tensor(t))?;
            self.start.iter_mut().try_for_each(|t| v.tensor(t))?;
            for slot in self.slots.iter_mut().filter(|slot| slot.trained) {
                match &mut slot.tensor {
                    Held::Gates(t) => v.tensor(t)?,
                    Held::Units(t) => v.tensor(t)?,
                }
            }
            self.rows.iter_mut().try_for_each(|t| v.tensor(t))?;
            v.tensor(&mut self.read_out.weight)?;
            v.tensor(&mut self.read_out.bias)
        };
        all().map_err(said)
    }
}

/// Noise on the hidden state before the first step: each training pass draws its own, evaluation always the same unless
/// another is asked for.
pub(super) struct StartNoise {
    pub(super) deviation: f64,
    pub(super) seed: u64,
    pub(super) passes: u64,
    pub(super) evaluation: Noise,
}

impl StartNoise {
    /// That of a pass in training, which are counted from 1 on; 0 is evaluation.
    fn draw(&self, len: usize, pass: u64) -> Option<Vec<f32>> {
        // Streams below the first are those of the weights; no training has as many passes as lie between both.
        const FIRST: u64 = 1 << 32;
        const OF_EVALUATION: u64 = 1 << 48;
        let stream = match self.evaluation {
            Noise::Off if pass == 0 => return None,
            Noise::Draw(n) if pass == 0 => OF_EVALUATION + n,
            _ => FIRST + pass,
        };
        (self.deviation > 0.0).then(|| Draws::new(self.seed, stream).normal(len, self.deviation))
    }
}

/// The network in training.
pub(crate) struct Recurrence<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize> {
    pub(super) dev: Cpu,
    pub(super) cell: Cell<f32>,
    pub(super) weights: Weights<I, H, W, S, O>,
    /// A method at the rows of the weights.
    pub(super) at_rows: Option<Rows>,
    pub(super) running: State<f32>,
    /// Running statistics, then estimated ones and those shared over time, where somebody estimated.
    pub(super) population: Option<(State<f32>, State<f32>)>,
    pub(super) noise: StartNoise,
    pub(super) steps: usize,
    pub(super) answer: Answer,
    /// What is done with padded steps, where cases have lengths.
    pub(super) padding: Option<Padding>,
    pub(super) optimizer: Each,
    /// Always there between calls; taken while a tape owns them.
    pub(super) gradients: Option<Gradients<f32, Cpu>>,
    /// How many batches they are of.
    pub(super) batches: usize,
    /// How much the mean size of hidden states adds to what is minimized.
    pub(super) activity_penalty: f64,
    pub(super) spare: Spare<f32>,
}

/// What a recurrence does with padded steps. A case is read out at its own last step either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    /// They take part in no statistic.
    Masked,
    /// They are taken for steps like others.
    Counted,
}

type Input<const I: usize> = Tensor<(usize, usize, Const<I>), f32, Cpu>;
pub(super) type States<const H: usize, T> = Tensor<(usize, usize, Const<H>), f32, Cpu, T>;

impl<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize>
    Recurrence<I, H, W, S, O>
{
    /// All hidden states of a batch; `pass` is 0 in evaluation.
    fn states<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(usize, usize, Const<I>), f32, Cpu, T>,
        lengths: Option<&Lengths>,
        mode: Mode<'_, f32>,
        pass: u64,
    ) -> Result<States<H, T>, Error<CpuError>> {
        let w = &self.weights;
        let mask = lengths.filter(|_| self.padding == Some(Padding::Masked)).map(Lengths::mask);
        let given = Given { mask, noise: self.noise.draw(x.shape().1 * H, pass) };
        let slots = w.slots.iter().map(|slot| match &slot.tensor {
            Held::Gates(t) => SlotTensor::Gates(t),
            Held::Units(t) => SlotTensor::Units(t),
        });
        let raw = Tensors {
            weight_ih: &w.ih,
            weight_hh: &w.hh,
            bias: w.bias.as_ref(),
            recurrent_bias: w.recurrent_bias.as_ref(),
            start: w.start.as_ref(),
            slots: slots.collect(),
        };
        let done = match &self.at_rows {
            None => sequence(&self.cell, &raw, x, given, mode, &self.spare),
            Some(rows) => {
                let (x, ih, hh) = rows.acting(&w.rows, &w.ih, &w.hh, x)?;
                let acting = Tensors { weight_ih: &ih, weight_hh: &hh, ..raw };
                sequence(&self.cell, &acting, x, given, mode, &self.spare)
            }
        };
        done.map(|(y, _)| y)
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
            self.weights.read_out.try_forward(rows)
        };
        read().map_err(said)
    }

    /// Evaluation by statistics from there.
    fn by(&self, source: Source) -> Result<Mode<'_, f32>, String> {
        let missing = || "statistics of the population were asked for before they were estimated".to_owned();
        Ok(match source {
            Source::Running => Mode::Eval(&self.running),
            Source::Batch => Mode::EvalBatch,
            Source::Population => Mode::Eval(&self.population.as_ref().ok_or_else(missing)?.0),
            Source::Shared => Mode::Eval(&self.population.as_ref().ok_or_else(missing)?.1),
        })
    }

    fn input(&self, batch: &mut Batch) -> Result<(Input<I>, Option<Lengths>), String> {
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
        optimizer::prepare(&mut self.weights, &mut gradients, self.batches == 0)?;
        self.noise.passes += 1;
        // Lent out while the pass reads the rest of the model.
        let mut running = self.running.clone();
        let (mode, pass) = (Mode::Train(&mut running), self.noise.passes);
        let y = match self.states(x.traced(gradients), lengths.as_ref(), mode, pass) {
            // What training has made too large to be stored is no fault of the cell: it diverged.
            Err(Error::Sequence(sequence::Error::NotStored { .. })) => return Ok(f64::INFINITY),
            other => other.map_err(|e| e.to_string())?,
        };
        self.running = running;
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
            optimizer::scale(&mut self.weights, &mut gradients, 1.0 / self.batches as f64)?;
        }
        self.batches = 0;
        let done = self.optimizer.step(&mut self.weights, &mut gradients);
        self.gradients = Some(gradients);
        self.running.after_update(&self.cell, H);
        done.map(|()| None)
    }

    fn sources(&self) -> &'static [Source] {
        let per_step = |s: &sequence::Slot<f32>| matches!(s.statistics, sequence::Statistics::PerStep { .. });
        if !self.cell.is_stateful() {
            return &[Source::Running];
        }
        if self.cell.slots().any(|(_, slot)| per_step(slot)) {
            return &[Source::Population, Source::Running, Source::Batch, Source::Shared];
        }
        &[Source::Population, Source::Running, Source::Batch]
    }

    fn estimate(&mut self, batches: &mut dyn Iterator<Item = Batch>) -> Result<(), String> {
        if !self.cell.is_stateful() {
            return Ok(());
        }
        let mut population = Population::new(&self.cell, H);
        for mut batch in batches {
            let (x, lengths) = self.input(&mut batch)?;
            let mode = Mode::Estimate(&mut population);
            self.states(x, lengths.as_ref(), mode, 0).map_err(|e| e.to_string())?;
        }
        let found = population.finish();
        let shared = found.shared_over_time(&self.cell);
        self.population = Some((found, shared));
        Ok(())
    }

    fn logits(&self, mut batch: Batch, source: Source) -> Result<Vec<f32>, String> {
        let (x, lengths) = self.input(&mut batch)?;
        let y = self.states(x, lengths.as_ref(), self.by(source)?, 0).map_err(|e| e.to_string())?;
        Ok(self.read_out(y, lengths.as_ref())?.as_vec())
    }

    fn gradient_norm(&mut self) -> Option<f64> {
        let mut gradients = self.gradients.take()?;
        let norm = optimizer::norm(&mut self.weights, &mut gradients).ok();
        self.gradients = Some(gradients);
        norm.map(|norm| norm / self.batches.max(1) as f64)
    }

    fn parameters(&self) -> usize {
        let slot = |s: &SlotValue<H, S>| match &s.tensor {
            Held::Gates(_) => S,
            Held::Units(_) => H,
        };
        let slots: usize = self.weights.slots.iter().filter(|s| s.trained).map(slot).sum();
        let biases = usize::from(self.weights.bias.is_some()) * W
            + usize::from(self.weights.recurrent_bias.is_some()) * H
            + usize::from(self.weights.start.is_some()) * H;
        W * (I + H) + biases + slots + self.weights.rows.len() * W + O * (H + 1)
    }

    fn state_bytes(&self) -> usize {
        let stored: usize = sequence::Place::ALL.iter().map(|p| self.running.get(*p).len()).sum();
        stored * size_of::<f32>()
    }

    fn units(&self, mut batch: Batch, source: Source) -> Result<Vec<Units>, String> {
        // Of the other kinds the states are no function of one sum.
        if self.cell.kind() != CellKind::RnnTanh {
            return Ok(Vec::new());
        }
        let (x, lengths) = self.input(&mut batch)?;
        let states =
            self.states(x, lengths.as_ref(), self.by(source)?, 0).map_err(|e| e.to_string())?.as_vec();
        let slopes = states.iter().map(|h| 1.0 - f64::from(*h).powi(2));
        let slope = slopes.sum::<f64>() / states.len().max(1) as f64;
        Ok(vec![Units { variance: None, slope }])
    }

    fn numbers(&self) -> Result<Vec<(&'static str, f64)>, String> {
        self.numbers_at_the_end().map_err(|e| e.to_string())
    }

    fn evaluate_with(&mut self, noise: Noise) -> bool {
        self.noise.evaluation = noise;
        self.noise.deviation > 0.0
    }
}
