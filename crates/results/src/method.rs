//! All that a reader of a run can know about a method: names, formulas, probed and declared properties.

use serde::{Deserialize, Serialize};

/// One method.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodRecord {
    /// The id that cells and benchmarks use.
    pub id: String,
    /// Its name in prose.
    pub title: String,
    /// Keys into the bibliography.
    pub citations: Vec<String>,
    /// Equation numbers in the first of the cited works.
    pub equations: Vec<String>,
    /// What sort of thing it is (`normalization`, `re-parametrization`, …).
    pub kind: String,
    /// What is normalized: inputs, weights, summed inputs, the update.
    pub site: String,
    /// Which elements a statistic pools.
    pub reference_set: ReferenceSetRecord,
    /// How a statistic relates to earlier ones.
    pub policy: String,
    /// Where it may stand in a recurrent cell.
    pub placements: Vec<String>,
    /// What is learned.
    pub parameters: Vec<ParameterRecord>,
    /// What is fixed.
    pub constants: Vec<ConstantRecord>,
    /// What is kept between calls and not learned.
    pub state: Vec<StateRecord>,
    /// Measured size of the state for sequences of several lengths.
    pub state_growth: Vec<StateSize>,
    /// The statistics, in the order in which they are computed.
    pub statistics: Vec<StatisticRecord>,
    /// The formula, line by line.
    pub formula: Vec<FormulaLine>,
    /// The symbolically derived gradient, line by line.
    pub gradient: Vec<FormulaLine>,
    /// What stands in both.
    #[serde(default)]
    pub letters: Vec<LetterRecord>,
    /// What people get wrong.
    pub gotchas: Vec<Gotcha>,
    /// Is the function the same in training and in evaluation?
    pub train_equals_eval: Property,
    /// Does it work with a batch of one?
    pub batch_one: Property,
    /// Does it work on sequences longer than those it was trained on?
    pub longer_than_training: Property,
    /// Does padding leave the other results alone?
    pub padding: Property,
    /// Can it be folded into the weights of a plain network after training?
    pub reparametrization: Property,
    /// Measured dependencies.
    pub pictures: Vec<DependencyPicture>,
    /// How far the independent derivations of the gradient are from the reference.
    pub gradient_judges: Vec<GradientJudges>,
    /// The implementations.
    pub paths: Vec<PathRecord>,
}

/// Which elements a statistic pools.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceSetRecord {
    /// Its name (`features`, `batch`, …).
    pub name: String,
    /// The pooled axes, in words.
    pub axes: String,
}

/// A learned parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterRecord {
    /// Its name in the formula.
    pub name: String,
    /// Its initial value.
    pub initial: f64,
    /// The axes it varies over.
    pub axes: String,
}

/// A constant of the method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConstantRecord {
    /// Its name in the formula.
    pub name: String,
    /// Its default.
    pub default: f64,
}

/// Something kept between calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRecord {
    /// Its name.
    pub name: String,
    /// The axes it varies over.
    pub axes: String,
    /// Its size in bytes, as a formula (`4·features·T_max`).
    pub bytes: String,
}

/// Measured size of all state at one sequence length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateSize {
    /// Time steps of the training sequences.
    pub steps: u64,
    /// Bytes of state.
    pub bytes: u64,
}

/// A statistic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatisticRecord {
    /// Its name in the formula.
    pub name: String,
    /// Its definition as text.
    pub text: String,
}

/// One line `lhs = …` of a formula in three notations. `mathml` is a whole `<math>` element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormulaLine {
    /// What is defined.
    pub lhs: String,
    /// The line as plain text.
    pub text: String,
    /// The line in LaTeX.
    pub latex: String,
    /// The line in MathML.
    pub mathml: String,
}

/// A letter, function or word that stands in a formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterRecord {
    /// Its name in plain text.
    pub name: String,
    /// As it stands in the formula; a whole `<math>` element.
    pub mathml: String,
    /// What it is, in words.
    pub meaning: String,
}

/// Something people get wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gotcha {
    /// One sentence.
    pub sentence: String,
    /// A key into the bibliography, if the sentence has a source there.
    pub citation: Option<String>,
}

/// The short answer to a question about a method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Always.
    Yes,
    /// Never.
    No,
    /// It depends; the reason says on what. Also the value of a record nobody filled in.
    #[default]
    Conditional,
}

impl Answer {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Conditional => "depends",
        }
    }
}

/// How an answer is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// It follows from the declaration.
    #[default]
    Descriptor,
    /// It was found by running the method.
    Probe,
    /// A test asserts it.
    Test,
}

/// An answer with its reason and source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// The answer.
    pub answer: Answer,
    /// The reason, in a few words.
    pub why: String,
    /// How it is known.
    pub source: Source,
}

/// A measured dependency matrix: `cells[row][column]` says whether the row's quantity depends on the column's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DependencyPicture {
    /// What depends on what (`y on x`, `dx on x`).
    pub title: String,
    /// Labels of the rows.
    pub rows: Vec<String>,
    /// Labels of the columns.
    pub columns: Vec<String>,
    /// The matrix.
    pub cells: Vec<Vec<bool>>,
    /// How a row unrolls into a small grid, where it does.
    pub grid: Option<PictureGrid>,
    /// Whether the measured matrix is the declared one.
    pub declared_equals_measured: bool,
}

/// The layout of a picture's columns, and of its rows if there are as many: row-major, `down` × `across`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureGrid {
    /// Name of the axis drawn downwards (`cases`).
    pub down_axis: String,
    /// Its length.
    pub down: usize,
    /// Name of the axis drawn to the right (`features`).
    pub across_axis: String,
    /// Its length.
    pub across: usize,
}

/// Independent derivations of one gradient, each against what judges it. `None` was not measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradientJudges {
    /// Shape of the input (`64x512`).
    pub shape: String,
    /// Element type of what is judged.
    pub dtype: String,
    /// What they are compared with, in words (`central differences`).
    #[serde(default = "unnamed")]
    pub judge: String,
    /// The closed form, derived by hand.
    pub hand_derived: Option<Judgement>,
    /// The form derived from the declaration.
    pub symbolic: Option<Judgement>,
    /// The tape over the composed operations.
    pub tape: Option<Judgement>,
    /// Central differences, where something else judges.
    pub central_difference: Option<Judgement>,
}

/// Records from before the judge was named.
fn unnamed() -> String {
    "the judge of that run".to_owned()
}

/// The differences one derivation shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// By quantity, in the order in which a reader wants them (`dx`, `dgain`, `dbias`).
    pub differences: Vec<QuantityDifference>,
}

/// The difference in one quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantityDifference {
    /// The quantity.
    pub quantity: String,
    /// Largest relative difference to the judge.
    #[serde(with = "crate::float")]
    pub max_relative: f64,
}

/// Whether an implementation can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PathStatus {
    /// It ran and its tests pass.
    Available,
    /// It does not exist.
    Missing,
    /// It exists and something about it failed.
    Failed,
}

/// One implementation of a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRecord {
    /// Its name (`fused`, `composed`, `sequence`, `cuda`).
    pub path: String,
    /// Whether it can be used.
    pub status: PathStatus,
    /// Why not, or under which conditions.
    pub note: String,
}
