//! What a workload is: data, model, protocol, target, and which methods its model has a place for. Each is a file of its own.

use norm_core::{Descriptor, PolicyKind, ReferenceSet, Site};
use results::{CellSettings, Direction, Target, Tier, WorkloadRecord};
use sequence::CellKind;

use crate::error::Error;

pub use super::arm::{Arm, Reason, Stand};
pub(crate) use super::arm::{Build, Place, Placed, number};
use super::axes::Axes;
use super::cases::Cases;

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

/// What becomes of each method in a workload.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arms {
    /// One by one, where a method is a type of the model.
    Types {
        /// Those of normlab.
        own: &'static [Arm],
        /// That of another repository's method.
        added: fn(&'static Descriptor) -> Arm,
    },
    /// By what a method says of itself, where it is a value.
    Values {
        /// Where tables compare it.
        place: fn(&'static Descriptor) -> Result<&'static str, Reason>,
        /// Builds it there, or where the settings of a cell say.
        build: Build,
    },
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

/// Writes down the models of a workload, for each [`Stand`] the places by name and the dfdx type with the method in it; in brackets
/// who builds it, where the model hears settings. Makes `ARMS` of it and of the file's `stand`.
macro_rules! models {
    (
        $([value $at:expr => $by_value:expr])?
        $formula:ident in $view:ty, $classes:literal classes, by $rule:ident;
        $($stand:ident { $($place:expr => $model:ty $([$builder:ident])?),+ $(,)? })+
    ) => {
        struct Model<F, const STAND: u8>(std::marker::PhantomData<F>);

        impl<F: norm_core::Formula> $crate::experiment::workload::Placed for Model<F, 0> {
            const PLACES: &'static [$crate::experiment::workload::Place] = &[];
        }

        $(impl<F: norm_core::Formula> $crate::experiment::workload::Placed
            for Model<F, { $crate::experiment::workload::Stand::Value as u8 }>
        {
            const PLACES: &'static [$crate::experiment::workload::Place] =
                &[$crate::experiment::workload::Place { name: $at, build: $by_value }];
        })?

        $(impl<$formula: norm_core::Formula> $crate::experiment::workload::Placed
            for Model<$formula, { $crate::experiment::workload::Stand::$stand as u8 }>
        {
            const PLACES: &'static [$crate::experiment::workload::Place] = &[$($crate::experiment::workload::Place {
                name: $place,
                build: $crate::experiment::workload::builder!(
                    [$($builder)?] $view, $model, $crate::experiment::typed::$rule, $classes
                ),
            }),+];
        })+

        const VALUE: &[$crate::experiment::workload::Place] =
            &[$($crate::experiment::workload::Place { name: $at, build: $by_value })?];

        const ARMS: $crate::experiment::workload::Arms = $crate::experiment::workload::Arms::Types {
            own: norms::for_each_norm!(table),
            added: |d| $crate::experiment::workload::Arm::added(d, stand(d), VALUE),
        };
    };
}
pub(crate) use models;

/// Who builds a model: `build`, or who is named.
macro_rules! builder {
    ([] $view:ty, $model:ty, $rule:ty, $classes:literal) => {
        $crate::experiment::typed::build::<$view, $model, $rule, $classes>
    };
    ([$builder:ident] $view:ty, $model:ty, $rule:ty, $classes:literal) => {
        $crate::experiment::typed::$builder::<$view, $model, $rule, $classes>
    };
}
pub(crate) use builder;

macro_rules! table {
    ($($formula:path),+ $(,)?) => {
        &[$($crate::experiment::workload::Arm::of::<
            Model<
                $formula,
                { $crate::experiment::workload::number(stand(<$formula as norm_core::Formula>::DESCRIPTOR)) },
            >,
        >(
            <$formula as norm_core::Formula>::DESCRIPTOR,
            stand(<$formula as norm_core::Formula>::DESCRIPTOR),
        )),+]
    };
}
pub(crate) use table;

/// How a method stands in a feed-forward network; the error is why not.
pub const fn in_feed_forward(d: &Descriptor) -> Result<Stand, Reason> {
    match (d.site, d.policy, d.reference_set) {
        (Site::Inputs, _, _) => Err("its templates are cut from images and not trained"),
        (Site::Weights | Site::WeightsAndInputs, _, _) => Ok(Stand::Weights),
        (Site::SummedInputs, PolicyKind::Streaming, _) => Ok(Stand::Streams),
        (Site::SummedInputs, _, ReferenceSet::Group) => Ok(Stand::Groups),
        (Site::SummedInputs, PolicyKind::PerStep, _) | (_, _, ReferenceSet::BatchTime) => {
            Err("it is defined over the steps of a sequence, of which the model has none")
        }
        (Site::SummedInputs, _, _) => Ok(Stand::Sums),
        (_, _, _) => Err("the model has no such site"),
    }
}

/// The same in a network of convolutions, whose sums have space; the error is why not.
pub(crate) const fn in_convolutions(d: &Descriptor) -> Result<Stand, Reason> {
    match (in_feed_forward(d), d.reference_set) {
        (Ok(_), ReferenceSet::Batch) => Err("it is for vectors, and a convolution has space"),
        (stand, _) => stand,
    }
}

pub(crate) const FOR_A_SHORT_BUILD: Reason = "to keep the build short it is trained in other workloads only";

/// Whether a method centres, or is the baseline: what a workload with little room is for.
pub(crate) const fn centres(d: &Descriptor) -> bool {
    let mut i = 0;
    while i < d.statistics.len() {
        if d.statistics[i].is_variance {
            return true;
        }
        i += 1;
    }
    d.is_identity()
}

/// How a method stands in a recurrent network; the error is why not.
pub const fn in_recurrence(d: &Descriptor) -> Result<Stand, Reason> {
    match (d.site, d.policy, d.reference_set) {
        (Site::Inputs, _, _) => Err("its templates are cut from images and not trained"),
        (_, PolicyKind::PerStep, ReferenceSet::BatchSpace) => {
            Err("it stands in a recurrent network of convolutions")
        }
        _ => match models::in_cells(d) {
            Ok(()) => Ok(Stand::Sums),
            Err(reason) => Err(reason),
        },
    }
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
            norms::find_update(method).map(|u| Arm::without(u.id, reason))
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
