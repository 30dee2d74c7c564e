//! Which method a need asks for, as the records of a run say.

use serde::{Deserialize, Serialize};

use crate::Effect;

/// A line of "which one should I use": a need, one recommendation, its runner-up and what both rest on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdviceRecord {
    /// Short and stable: it names the line in files and links.
    pub id: String,
    /// The need, in the words of whoever has it.
    pub need: String,
    /// What was measured for it, in words: workload, budget, cases in a batch, quantity.
    pub measured: String,
    /// The methods that meet the need and were measured, the recommended one first, the runner-up second. Empty where nothing
    /// was measured yet.
    pub standings: Vec<Standing>,
    /// Methods that do not meet the need, and why.
    pub left_out: Vec<(String, String)>,
    /// Why the first is first, in a sentence.
    pub reason: String,
    /// Ids of the claims that compare them.
    pub claims: Vec<String>,
}

/// A method among those that meet a need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The id of the method.
    pub method: String,
    /// What its arm is called in claims.
    pub label: String,
    /// The mean of what was measured, over judging seeds; never reached and diverged count as infinite.
    #[serde(with = "crate::float")]
    pub mean: f64,
    /// The difference to the arm with the best mean; none for that one.
    pub behind: Option<Effect>,
    /// Whether the difference is told apart from nothing, after Holm's correction over the standings.
    pub told_apart: bool,
}

impl AdviceRecord {
    /// The method that is recommended.
    pub fn choice(&self) -> Option<&Standing> {
        self.standings.first()
    }

    /// The one after it.
    pub fn runner_up(&self) -> Option<&Standing> {
        self.standings.get(1)
    }
}
