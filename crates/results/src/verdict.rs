//! What records say to a claim.

use serde::{Deserialize, Serialize};

use crate::pairing::Pairing;

/// The word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The records bear it out.
    Supported,
    /// They speak against it.
    Refuted,
    /// They say neither, or there are none.
    Undecided,
}

impl Verdict {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Refuted => "refuted",
            Self::Undecided => "undecided",
        }
    }
}

/// How large the difference is that decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// What of what, in words (`ln valid_loss, layer − none`).
    pub what: String,
    /// The estimate; never reached counts as infinite.
    #[serde(with = "crate::float")]
    pub value: f64,
    /// The 95 % interval, where there is one.
    #[serde(with = "crate::float::option")]
    pub lower: Option<f64>,
    /// Its upper end.
    #[serde(with = "crate::float::option")]
    pub upper: Option<f64>,
    /// The arms, where pairs of seeds were compared. Builds before it was written down left it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing: Option<Pairing>,
}

impl Effect {
    /// A number without an interval, of no pairs.
    pub fn of(what: &str, value: f64) -> Self {
        Self { what: what.to_owned(), value, lower: None, upper: None, pairing: None }
    }
}

/// One comparison of a claim, or one number against its threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What was compared, in words.
    pub what: String,
    /// What was expected, in words.
    pub expected: String,
    /// What it says alone.
    pub verdict: Verdict,
    /// The difference, or the number.
    pub effect: Effect,
    /// The p after Holm's correction; none where nothing is drawn at random.
    #[serde(with = "crate::float::option")]
    pub adjusted_p: Option<f64>,
    /// The pairs.
    pub pairs: u64,
    /// The rates that were chosen, by the label of the arm.
    pub rates: Vec<(String, f64)>,
}

/// One difficulty, and whether it is overcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The difficulty, in words.
    pub about: String,
    /// The id of the claim that it is overcome.
    pub claim: String,
    /// The verdict on that claim.
    pub verdict: Verdict,
}

/// What a run says to a claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictRecord {
    /// The id of the claim.
    pub id: String,
    /// Citation key of its source.
    pub source: String,
    /// The claim in our words.
    pub statement: String,
    /// 16 hexadecimal digits of the claim as it was declared: thresholds, arms, rates, seeds. A claim that is declared otherwise
    /// has another one, so that nobody can move a threshold after the run.
    pub declared: String,
    /// The word.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// Threshold, margin or δ, in words, as set before the run.
    pub threshold: String,
    /// What was compared; the first is the one that the claim stands by.
    pub findings: Vec<Finding>,
    /// Ids of the cells that it rests on.
    pub cells: Vec<String>,
    /// The probe that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// The ratio of times that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<String>,
    /// The verdicts that it counts, where it is about several difficulties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Counted>,
    /// What differs from the source.
    pub differs: String,
    /// What deciding it takes, in minutes of one core; for one that is decided what it took.
    #[serde(with = "crate::float::option")]
    pub core_minutes: Option<f64>,
}
