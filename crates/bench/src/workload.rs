//! What is trained: data, model, loss, metric, target. Widths are small enough for two cores and large enough that
//! methods differ.

use data::{Fractions, Images, ReadOrder, Split, digits};
use models::{PlacedIn, Usual};
use norm_core::{Descriptor, Formula, PolicyKind, ReferenceSet, Site};
use results::{Direction, Target, Tier, WorkloadRecord};

use crate::error::Error;

/// The split is the same for every cell, so that seeds differ in weights and order only.
pub const SPLIT_SEED: u64 = 20_261;

/// Steps of a sequence: one for each pixel.
pub(crate) const STEPS: usize = 64;

/// Hidden units of the perceptron.
pub(crate) const MLP_UNITS: usize = 100;
/// Hidden units of the recurrent network.
pub(crate) const LSTM_UNITS: usize = 48;
pub(crate) const LSTM_WIDTH: usize = 4 * LSTM_UNITS;

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
    pub(crate) const fn at_weights(d: &Descriptor) -> bool {
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

    pub(crate) fn gather(self, images: &Images, cases: &[usize], out: &mut Vec<f32>) -> Result<(), Error> {
        match self {
            Self::DigitsMlp => images.gather_images(cases, out)?,
            Self::DigitsLstm => images.gather_steps(cases, &ReadOrder::scan(images.pixels()), out)?,
        }
        Ok(())
    }
}

pub(crate) fn split(images: &Images) -> Result<Split, Error> {
    Ok(Split::stratified(images.labels(), Fractions { validation: 0.0, test: 0.2 }, SPLIT_SEED)?)
}
