//! One training run: its settings, which name it, and what happened.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Everything that determines a training run. Two cells with the same settings are the same cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellSettings {
    /// Id of the workload.
    pub workload: String,
    /// The model, as the workload names it.
    pub model: String,
    /// Id of the method.
    pub method: String,
    /// Placement or variant (`input`, `input+hidden`, …); empty where a model has only one place.
    pub variant: String,
    /// The path that ran (`fused`, `composed`, …).
    pub path: String,
    /// Element type (`f32`, `f64`).
    pub dtype: String,
    /// Learning rate.
    pub learning_rate: f64,
    /// Seed of initialization and data order; paired over methods.
    pub seed: u64,
    /// Cases per update.
    pub batch_size: usize,
    /// Budget in passes over the training set.
    pub epochs: usize,
    /// Whatever else was set, by name (`gain = 0.1`).
    pub settings: BTreeMap<String, String>,
}

impl CellSettings {
    /// The cell's name: 16 hexadecimal digits of the SHA-256 of the settings as JSON, in declared field order.
    pub fn id(&self) -> String {
        digest(self)
    }

    /// The number that the name writes out.
    pub(crate) fn number(&self) -> u64 {
        digest_number(self)
    }
}

/// 16 hexadecimal digits of the SHA-256 of a record as JSON.
pub(crate) fn digest(record: &impl Serialize) -> String {
    format!("{:016x}", digest_number(record))
}

fn digest_number(record: &impl Serialize) -> u64 {
    // Cannot fail: no map key but text, and a float that is not finite becomes null.
    let text = serde_json::to_vec(record).unwrap_or_default();
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(text)[..8]);
    u64::from_be_bytes(first)
}

/// One evaluation during training. What was not evaluated at this point is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// Updates done so far.
    pub step: u64,
    /// Passes over the training set done so far.
    #[serde(with = "crate::float")]
    pub epoch: f64,
    /// Training time so far, without evaluation.
    #[serde(with = "crate::float")]
    pub seconds: f64,
    /// Mean training loss since the last point.
    #[serde(with = "crate::float::option")]
    pub train_loss: Option<f64>,
    /// Loss on the validation set.
    #[serde(default, with = "crate::float::option", skip_serializing_if = "Option::is_none")]
    pub valid_loss: Option<f64>,
    /// Fraction of the validation set that is right, 0 to 1.
    #[serde(default, with = "crate::float::option", skip_serializing_if = "Option::is_none")]
    pub valid_accuracy: Option<f64>,
    /// Loss on the test set.
    #[serde(with = "crate::float::option")]
    pub test_loss: Option<f64>,
    /// Fraction of the test set that is right, 0 to 1.
    #[serde(with = "crate::float::option")]
    pub test_accuracy: Option<f64>,
}

/// Which way a metric improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better (accuracy).
    HigherIsBetter,
    /// Less is better (loss).
    LowerIsBetter,
}

/// What counts as having learned the task, set before measuring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// A field of [`CurvePoint`]: `valid_accuracy`, `valid_loss`, `test_accuracy`, `test_loss` or `train_loss`.
    pub metric: String,
    /// The value to reach.
    pub value: f64,
    /// Which way the metric improves.
    pub direction: Direction,
}

/// How a training run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Outcome {
    /// The budget was used up.
    Completed,
    /// A number left the finite range. The cell stays in every comparison.
    Diverged {
        /// The update at which it was seen.
        step: u64,
        /// What was not finite (`train_loss`, `weights`).
        what: String,
    },
}

impl Outcome {
    /// How a run ended that used up its budget. Where the weights are finite and what they make of the test cases is not, it
    /// did not complete.
    pub fn of(curve: &[CurvePoint]) -> Self {
        let Some(last) = curve.last() else { return Self::Completed };
        let ends = [("validation", last.valid_loss), ("test", last.test_loss)];
        let lost = ends.into_iter().find_map(|(of, loss)| Some((of, loss.filter(|loss| !loss.is_finite())?)));
        match lost {
            Some((of, loss)) => Self::Diverged { step: last.step, what: format!("the {of} loss is {loss}") },
            None => Self::Completed,
        }
    }
}

/// What happened in one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvergenceRecord {
    /// [`CellSettings::id`] of `cell`.
    pub id: String,
    /// The settings.
    pub cell: CellSettings,
    /// The evaluations, by step.
    pub curve: Vec<CurvePoint>,
    /// The target.
    pub target: Target,
    /// Updates until the target; `None` means never reached and counts as infinite.
    pub steps_to_target: Option<u64>,
    /// Training seconds until the target; `None` means never reached and counts as infinite.
    pub seconds_to_target: Option<f64>,
    /// How it ended.
    pub outcome: Outcome,
    /// Numbers measured once at the end, by name (accuracy at a longer sequence, in the other mode, …).
    #[serde(with = "crate::float::map")]
    pub metrics: BTreeMap<String, f64>,
    /// Trainable numbers in the model.
    pub parameters: u64,
    /// Bytes of normalization state that is kept and not trained.
    pub state_bytes: u64,
    /// Wall-clock seconds of the whole cell, evaluation included.
    pub wall_seconds: f64,
    /// [`crate::Identity::id`] of what measured it. Whoever writes the cell into a run adds it; `None` in runs from before
    /// there were parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

impl Target {
    /// Whether a value of the metric is as good as the target; NaN never is.
    pub fn reached_by(&self, value: f64) -> bool {
        match self.direction {
            Direction::HigherIsBetter => value >= self.value,
            Direction::LowerIsBetter => value <= self.value,
        }
    }

    /// Which way its metric improves; `None` for a metric that this format does not know.
    pub fn direction_of_metric(&self) -> Option<Direction> {
        match self.metric.as_str() {
            "valid_accuracy" | "test_accuracy" => Some(Direction::HigherIsBetter),
            "valid_loss" | "test_loss" | "train_loss" => Some(Direction::LowerIsBetter),
            _ => None,
        }
    }
}

impl ConvergenceRecord {
    /// The first point of the curve that reaches the target.
    pub fn first_reaching(&self) -> Option<&CurvePoint> {
        self.curve.iter().find(|point| self.metric(point).is_some_and(|m| self.target.reached_by(m)))
    }

    /// The metric of the target at one point of the curve.
    pub fn metric(&self, point: &CurvePoint) -> Option<f64> {
        match self.target.metric.as_str() {
            "valid_accuracy" => point.valid_accuracy,
            "valid_loss" => point.valid_loss,
            "test_accuracy" => point.test_accuracy,
            "test_loss" => point.test_loss,
            "train_loss" => point.train_loss,
            _ => None,
        }
    }

    /// The first number in which a record of the same cell differs, and what the two have there; times aside, and what only one
    /// of two builds measured.
    pub(crate) fn first_difference(&self, other: &Self) -> Option<(String, [String; 2])> {
        // As text: NaN equals NaN there, and 0 is not -0.
        let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| text(&value));
        let points = [self, other].map(|record| text(&record.curve.len()));
        let mut all = vec![("the number of points of the curve".to_owned(), points)];
        for (a, b) in self.curve.iter().zip(&other.curve) {
            all.push((
                "the update of a point of the curve".to_owned(),
                [a, b].map(|point| text(&point.step)),
            ));
            for (metric, of) in METRICS {
                all.push((format!("{metric} at update {}", a.step), [a, b].map(|point| number(of(point)))));
            }
        }
        for (name, value) in &self.metrics {
            if let Some(there) = other.metrics.get(name) {
                all.push((format!("metric {name}"), [value, there].map(text)));
            }
        }
        all.push(("outcome".to_owned(), [self, other].map(|record| text(&record.outcome))));
        all.push(("parameters".to_owned(), [self, other].map(|record| text(&record.parameters))));
        all.push(("state_bytes".to_owned(), [self, other].map(|record| text(&record.state_bytes))));
        all.into_iter().find(|(_, [a, b])| a != b)
    }

    /// The metric of the target where the curve ends.
    pub fn final_metric(&self) -> Option<f64> {
        self.curve.last().and_then(|point| self.metric(point))
    }
}

/// The numbers of a point of a curve, by name.
const METRICS: [(&str, fn(&CurvePoint) -> Option<f64>); 6] = [
    ("epoch", |point| Some(point.epoch)),
    ("train_loss", |point| point.train_loss),
    ("valid_loss", |point| point.valid_loss),
    ("valid_accuracy", |point| point.valid_accuracy),
    ("test_loss", |point| point.test_loss),
    ("test_accuracy", |point| point.test_accuracy),
];

fn text(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}")
}
