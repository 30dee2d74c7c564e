//! What a workload is: data, model, protocol, target, and which methods its model has a place for. Each is a file of its own.

mod arm;
mod stand;
mod typed_models;

use results::{CellSettings, Direction, Target, Tier, WorkloadRecord};
use sequence::CellKind;

use crate::error::Error;

use super::axes::Axes;
use super::cases::Cases;

pub use arm::Arm;
pub(crate) use arm::{Arms, Build, Place, Placed, number};
pub(crate) use stand::{FOR_A_SHORT_BUILD, centres, in_convolutions};
pub use stand::{Reason, Stand, in_feed_forward, in_recurrence};
pub(crate) use typed_models::{builder, models, table};

/// A workload, as its file describes it.
#[derive(Debug)]
pub struct Workload {
    /// The name people type, and of the file.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// What the data are.
    pub data: &'static str,
    /// Whose they are, and under which licence.
    pub attribution: &'static str,
    /// The model in a word.
    pub model: &'static str,
    /// The model with its sizes.
    pub about: &'static str,
    /// The optimizer in a word.
    pub optimizer: &'static str,
    /// Settings of every cell, which the model hears: see the recurrence's and the perceptron's.
    pub settings: &'static [(&'static str, &'static str)],
    /// Cases in a batch.
    pub batch_size: usize,
    /// Passes over the training cases.
    pub epochs: Epochs,
    /// Learning rates, the same for every method.
    pub rates: Rates,
    /// What counts as reached on the validation cases, set before anything was run.
    pub target: Goal,
    /// What limits the conclusions.
    pub caveats: &'static [&'static str],
    /// The recurrent layer, where the model has one.
    pub recurrence: Option<Recurrence>,
    /// The cases of a cell. What is held out to choose by is drawn from its seed, so that intervals over seeds cover it.
    pub cases: fn(cell: &CellSettings, axes: &Axes<'_>) -> Result<Cases, Error>,
    /// What becomes of each method here.
    pub(crate) arms: Arms,
    /// The updates that are trained with here, beside the optimizer.
    pub(crate) updates: &'static [Arm],
}

/// What counts as reached.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At least this share of the validation cases is right.
    Accuracy(f64),
    /// At most this loss on the validation cases.
    Loss(f64),
}

/// Passes over the training cases by tier.
#[derive(Clone, Copy, Debug)]
pub struct Epochs {
    /// The smoke tier: enough to see that a method learns.
    pub smoke: usize,
    /// The quick tier.
    pub quick: usize,
    /// The tiers of which numbers are quoted.
    pub full: usize,
}

/// Learning rates by tier.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// The one of the smoke tier.
    pub smoke: f64,
    /// The grid of all others.
    pub grid: &'static [f64],
}

impl Rates {
    /// Adam's.
    pub const ADAM: Self = Self { smoke: 1e-2, grid: &[1e-3, 3e-3, 1e-2, 3e-2] };
}

/// A recurrent layer, by what its stored statistics depend on.
#[derive(Clone, Copy, Debug)]
pub struct Recurrence {
    /// Its kind.
    pub kind: CellKind,
    /// Its units.
    pub units: usize,
}

impl Workload {
    fn arms(&self) -> Vec<Arm> {
        let mut all: Vec<Arm> = match self.arms {
            Arms::Types { own, added } => {
                let others = norms::added().iter().map(|m| added(m.descriptor()));
                own.iter().copied().chain(others).collect()
            }
            Arms::Values { place, build } => {
                let one = |m: &norms::Method| Arm::by_value(m.descriptor(), place(m.descriptor()), build);
                norms::all().map(one).collect()
            }
        };
        all.extend_from_slice(self.updates);
        all
    }

    /// What becomes of a method or an update here.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownMethod`].
    pub fn arm(&self, method: &str) -> Result<Arm, Error> {
        let listed = self.arms().into_iter().find(|arm| arm.method == method);
        let other = || {
            let reason = "the weights are moved by another optimizer here";
            norms::find_update(method).map(|u| Arm::refused(u.id, reason))
        };
        listed.or_else(other).ok_or_else(|| Error::UnknownMethod {
            workload: self.id,
            got: method.to_owned(),
            known: super::grid::methods().join(", "),
        })
    }

    /// The methods and updates that are trained here, each with its places in the model.
    pub fn trained(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.arms().into_iter().flat_map(|arm| {
            let places = arm.placements().unwrap_or_default();
            places.into_iter().map(move |place| (arm.method, place))
        })
    }

    /// The methods and updates that are not trained here, each with the reason.
    pub fn refuses(&self) -> impl Iterator<Item = (&'static str, Reason)> {
        let why = |method| Some((method, self.arm(method).ok()?.placements().err()?));
        super::grid::methods().into_iter().filter_map(why)
    }

    /// Passes over the training cases.
    pub fn epochs(&self, tier: Tier) -> usize {
        match tier {
            Tier::Smoke => self.epochs.smoke,
            Tier::Quick => self.epochs.quick,
            Tier::Standard | Tier::Full => self.epochs.full,
        }
    }

    /// The grid, the same for every method.
    pub fn learning_rates(&self, tier: Tier) -> Vec<f64> {
        match tier {
            Tier::Smoke => vec![self.rates.smoke],
            Tier::Quick | Tier::Standard | Tier::Full => self.rates.grid.to_vec(),
        }
    }

    /// What counts as reached.
    pub fn target(&self) -> Target {
        let (metric, value, direction) = match self.target {
            Goal::Accuracy(share) => ("valid_accuracy", share, Direction::HigherIsBetter),
            Goal::Loss(loss) => ("valid_loss", loss, Direction::LowerIsBetter),
        };
        Target { metric: metric.to_owned(), value, direction }
    }

    /// Refuses a cell that says of itself what this workload does not do: whatever is written down changes the run.
    pub(crate) fn check(&self, cell: &CellSettings) -> Result<(), Error> {
        let fixed = [
            ("model", self.model, cell.model.as_str()),
            ("path", "fused", cell.path.as_str()),
            ("dtype", "f32", cell.dtype.as_str()),
        ];
        match fixed.into_iter().find(|(_, only, got)| only != got) {
            None => Ok(()),
            Some((name, only, got)) => {
                Err(Error::Setting { workload: self.id, name, got: got.to_owned(), only })
            }
        }
    }

    /// What a reader of the page is told; [`Error::Data`] for cases that cannot be divided.
    pub fn record(&self) -> Result<WorkloadRecord, Error> {
        let cell = super::grid::plain_cell(self);
        let cases = (self.cases)(&cell, &Axes::new(&cell.settings))?;
        Ok(WorkloadRecord {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            data: self.data.to_owned(),
            attribution: self.attribution.to_owned(),
            train_cases: cases.training().len() as u64,
            validation_cases: cases.validation().len() as u64,
            test_cases: cases.test().len() as u64,
            model: self.about.to_owned(),
            loss: cases.answer().loss().to_owned(),
            protocol: format!(
                "{}, batches of {}, no schedule; {} learning rates, the same for every method; a seed sets initial weights, order and which cases validate, the same for every method; rates are chosen by the validation loss, and validation by statistics estimated anew where a method stores some",
                self.optimizer,
                self.batch_size,
                self.rates.grid.len(),
            ),
            target: self.target(),
            refuses: self.refuses().map(|(id, why)| (id.to_owned(), why.to_owned())).collect(),
            caveats: self.caveats.iter().map(|&caveat| caveat.to_owned()).collect(),
        })
    }
}
