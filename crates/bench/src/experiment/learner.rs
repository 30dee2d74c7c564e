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
    /// The loss on a batch, and its gradients, which are kept for [`update`](Self::update).
    fn loss(&mut self, batch: Batch) -> Result<f64, String>;
    /// Moves the weights along the gradients that are kept; says why where the optimizer left them as they were.
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
    /// The L2 norm of the gradient that is kept; nothing where the model does not say.
    fn gradient_norm(&mut self) -> Option<f64> {
        None
    }
    /// Trained numbers.
    fn parameters(&self) -> usize;
    /// Bytes of what is stored beside the parameters.
    fn state_bytes(&self) -> usize;
    /// Sets the noise of evaluations to come; false where the model draws none.
    fn evaluate_with(&mut self, _noise: Noise) -> bool {
        false
    }
}
