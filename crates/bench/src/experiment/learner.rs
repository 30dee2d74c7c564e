//! What the training loop asks of a model, whatever its type: the loop is compiled once.

use super::answer::{Answer, Answers};

/// Cases for one pass, laid out as a model wants them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// `[steps][cases][values of a step]`.
    pub(crate) x: Vec<f32>,
    /// One per case, or per step and case, `[steps][cases]`, without padded steps.
    pub(crate) labels: Answers,
    /// How many cases.
    pub(crate) cases: usize,
    /// Steps of each case, where some are padded to the longest.
    pub(crate) lengths: Option<Vec<usize>>,
}

/// Where the statistics of a pass in evaluation come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The running averages that training left; for a method that stores nothing, those of each case.
    Running,
    /// The plain average over batches of the training cases, with the weights as they are now.
    Population,
    /// As the one before, with what differs from step to step averaged over the steps.
    Shared,
    /// Those of the batch that is evaluated.
    Batch,
}

impl Source {
    /// As it ends the name of a metric.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Population => "population",
            Self::Shared => "shared",
            Self::Batch => "batch",
        }
    }
}

/// Noise on the first hidden state in evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Noise {
    /// One draw for all evaluations.
    #[default]
    Fixed,
    /// None.
    Off,
    /// The draw of that number.
    Draw(u64),
}

/// What a model said of cases at some time, whatever has become of it since: one row for each case.
pub(crate) type Frozen = Box<dyn Fn(Batch) -> Result<Vec<f32>, String>>;

/// A model in training. What fails says so in words, which the loop puts into its error.
pub(crate) trait Learner {
    /// Steps that the values of a case are cut into.
    fn steps(&self) -> usize;
    /// Values of a case in all steps.
    fn values(&self) -> usize;
    /// Classes that are told apart.
    fn classes(&self) -> usize;
    /// What it says of a case.
    fn answer(&self) -> Answer {
        Answer::Class
    }
    /// Whether cases may be padded.
    fn takes_lengths(&self) -> bool {
        false
    }
    /// Sets gains and biases from a batch, before the first update, where the settings ask for it.
    fn initialize(&mut self, _batch: Batch) -> Result<(), String> {
        Ok(())
    }
    /// The loss on a batch, and its gradients, which are added to those of the batches since the last
    /// [`update`](Self::update).
    fn loss(&mut self, batch: Batch) -> Result<f64, String>;
    /// Moves the weights along the mean of the gradients that are kept; says why where the optimizer left them as they were.
    fn update(&mut self) -> Result<Option<String>, String>;
    /// Where statistics can come from in evaluation, the first of which the curve is drawn by.
    fn sources(&self) -> &'static [Source] {
        &[Source::Running]
    }
    /// Averages the statistics of batches anew, for [`Source::Population`] and [`Source::Shared`].
    fn estimate(&mut self, _batches: &mut dyn Iterator<Item = Batch>) -> Result<(), String> {
        Ok(())
    }
    /// One row of logits for each label that the cases have. The batch has no labels.
    fn logits(&self, batch: Batch, source: Source) -> Result<Vec<f32>, String>;
    /// The model as it is now, read by statistics from there; nothing where it cannot be kept so.
    fn frozen(&self, _source: Source) -> Option<Frozen> {
        None
    }
    /// The L2 norm of the mean of the gradients that are kept; nothing where the model does not say.
    fn gradient_norm(&mut self) -> Option<f64> {
        None
    }
    /// Trained numbers.
    fn parameters(&self) -> usize;
    /// Bytes of what is stored beside the parameters.
    fn state_bytes(&self) -> usize;
    /// What the units of each hidden layer do with a batch, in evaluation; empty where the model does not say.
    fn units(&self, _batch: Batch, _source: Source) -> Result<Vec<Units>, String> {
        Ok(Vec::new())
    }
    /// The weights of the first hidden layer and how many lead to a unit, `[units][weights]`; nothing where the model does
    /// not say.
    fn rows(&self) -> Option<(Vec<f32>, usize)> {
        None
    }
    /// Numbers of the model as training has left it, each with its name.
    fn numbers(&self) -> Result<Vec<(&'static str, f64)>, String> {
        Ok(Vec::new())
    }
    /// Sets the noise of evaluations to come; false where the model draws none.
    fn evaluate_with(&mut self, _noise: Noise) -> bool {
        false
    }
}

/// What the units of a layer do with a batch, in the mean over them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Units {
    /// The variance over the cases of what goes into the nonlinearity; nothing where it cannot be seen.
    pub(crate) variance: Option<f64>,
    /// The slope of the nonlinearity there.
    pub(crate) slope: f64,
}
