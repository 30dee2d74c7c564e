//! An experiment: arms under one protocol, and what is compared of them.

use results::Expected;
use serde::Serialize;

/// Networks in training that decide a claim.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Experiment {
    /// What is compared; the first is the primary comparison.
    pub comparisons: &'static [Comparison],
    /// Which of them decide.
    pub rule: Rule,
    /// What it is expected to cost, in minutes of one core.
    #[serde(skip)]
    pub core_minutes: f64,
}

/// Which comparisons of a claim decide it. Holm's correction is over all of them either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Rule {
    /// The first alone; the others are findings beside it.
    Primary,
    /// The claim holds where all hold, and falls where one falls.
    All,
}

/// Where two arms are compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Setup {
    /// The workload.
    pub workload: &'static str,
    /// How it is run.
    pub protocol: Protocol,
}

/// How the arms of a claim are run. Rates are chosen by the validation loss, tuning seeds leaving two finalists and all seeds
/// choosing between them; claims are decided under judging seeds, by cases that no choice has seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Protocol {
    /// Passes over the training cases.
    pub epochs: usize,
    /// Cases in a batch; by default the workload's.
    pub batch_size: Option<usize>,
    /// Learning rates, rising, each about the same factor above the one before. Where the best is the first or the last, the
    /// grid is extended there, three times at most.
    pub rates: &'static [f64],
    /// How many seeds choose the rate.
    pub tuning: u64,
    /// How many others judge.
    pub judging: u64,
}

impl Protocol {
    /// Seeds by which rates are chosen. They are not those that judge.
    pub fn tuning_seeds(&self) -> impl Iterator<Item = u64> + use<> {
        (1..=self.tuning).map(|n| 100 + n)
    }

    /// Seeds that judge. They are not the small ones either, by which pilots are run.
    pub fn judging_seeds(&self) -> impl Iterator<Item = u64> + use<> {
        (1..=self.judging).map(|n| 200 + n)
    }
}

/// One arm: a method in its place, with settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Arm {
    /// What it is called beside the others of its claim.
    #[serde(skip)]
    pub label: &'static str,
    /// The method.
    pub method: &'static str,
    /// Its place in the model; empty for the one that tables compare.
    pub place: &'static str,
    /// Settings beside the workload's own, by name.
    pub settings: &'static [(&'static str, &'static str)],
    /// Cases in a batch, where the arm has others than the protocol.
    pub batch_size: Option<usize>,
    /// Citation key of the paper whose network it is; none for the fair common one.
    pub network: Option<&'static str>,
}

impl Arm {
    /// A method as tables compare it.
    pub const fn of(label: &'static str, method: &'static str) -> Self {
        Self { label, method, place: "", settings: &[], batch_size: None, network: None }
    }

    /// With settings.
    #[must_use]
    pub const fn with(self, settings: &'static [(&'static str, &'static str)]) -> Self {
        Self { settings, ..self }
    }

    /// In another place.
    #[must_use]
    pub const fn at(self, place: &'static str) -> Self {
        Self { place, ..self }
    }

    /// With batches of another size.
    #[must_use]
    pub const fn in_batches_of(self, batch_size: usize) -> Self {
        Self { batch_size: Some(batch_size), ..self }
    }

    /// As a paper has it.
    #[must_use]
    pub const fn network_of(self, key: &'static str) -> Self {
        Self { network: Some(key), ..self }
    }
}

/// Two arms, what of them, and what the claim says of the difference *first − second*.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Comparison {
    /// Where both are trained.
    pub on: Setup,
    /// The first arm.
    pub first: Arm,
    /// The second.
    pub second: Arm,
    /// What is compared.
    pub quantity: Quantity,
    /// What the claim says.
    pub expectation: Expectation,
}

/// What is compared of two arms, pair by pair over judging seeds. By `of` and `against` a cell is asked for a number: `metric`
/// of both arms, or of each its own (one cell evaluated in two ways).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Quantity {
    /// The natural logarithm of a loss. A diverged cell has none, and then ranks decide, with diverged as worst.
    LogLoss {
        /// The metric of the first arm's cells.
        of: &'static str,
        /// That of the second's.
        against: &'static str,
    },
    /// A number as it is: a share of right answers, a gap.
    Number {
        /// The metric of the first arm's cells.
        of: &'static str,
        /// That of the second's.
        against: &'static str,
    },
    /// A number of the first arm less a fixed level; the second arm is the first once more.
    Level {
        /// The metric.
        of: &'static str,
        /// The level.
        level: f64,
    },
    /// The logarithm of the updates until the target of the workload; never is infinite, and ranks decide.
    Steps,
    /// The logarithm of the ratio of standard deviations over seeds, by the test of Pitman and Morgan. A diverged cell leaves
    /// nothing to say.
    Spread {
        /// The metric.
        metric: &'static str,
    },
    /// The number at the end under another name: how often a metric is at least `least`, by McNemar's test.
    Success {
        /// The metric.
        metric: &'static str,
        /// From where on it counts.
        least: f64,
    },
}

impl Quantity {
    /// The same logarithm of a loss of both arms.
    pub const fn log_loss(metric: &'static str) -> Self {
        Self::LogLoss { of: metric, against: metric }
    }

    /// The same number of both arms.
    pub const fn number(metric: &'static str) -> Self {
        Self::Number { of: metric, against: metric }
    }
}

/// What a claim says of a difference. `delta` is the smallest difference that matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Expectation {
    /// Below 0. Refuted where the arms differ the other way, or are equivalent within `delta`.
    Lower {
        /// The smallest difference that matters.
        delta: f64,
    },
    /// Above 0, likewise.
    Higher {
        /// The smallest difference that matters.
        delta: f64,
    },
    /// Below `-margin` as a whole interval.
    LowerBy {
        /// The margin; below 0 it says "no more than so much higher".
        margin: f64,
    },
    /// Above `margin` as a whole interval.
    HigherBy {
        /// The margin; below 0 it says "no more than so much lower".
        margin: f64,
    },
    /// Equivalent within `delta`. Refuted where the arms differ.
    Same {
        /// The largest difference that does not matter.
        delta: f64,
    },
}

impl Expectation {
    /// As a record says it.
    pub(crate) fn record(self) -> Expected {
        match self {
            Self::Lower { delta } => Expected::Lower { delta },
            Self::Higher { delta } => Expected::Higher { delta },
            Self::LowerBy { margin } => Expected::LowerBy { margin },
            Self::HigherBy { margin } => Expected::HigherBy { margin },
            Self::Same { delta } => Expected::Same { delta },
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Lower { delta } => format!("lower; differences below {delta} do not matter"),
            Self::Higher { delta } => format!("higher; differences below {delta} do not matter"),
            Self::LowerBy { margin } if margin < 0.0 => format!("higher by less than {}", -margin),
            Self::LowerBy { margin } => format!("lower by more than {margin}"),
            Self::HigherBy { margin } if margin < 0.0 => format!("lower by less than {}", -margin),
            Self::HigherBy { margin } => format!("higher by more than {margin}"),
            Self::Same { delta } => format!("equivalent within {delta}"),
        }
    }
}
