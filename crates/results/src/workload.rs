//! What a workload is, in words for a reader.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cell::Target;

/// Data, model, protocol and target of one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadRecord {
    /// The id cells use.
    pub id: String,
    /// One line.
    pub title: String,
    /// What the data are and how they were split.
    pub data: String,
    /// Source and licence of the data.
    pub attribution: String,
    /// Cases in the training set.
    pub train_cases: u64,
    /// Cases in the validation set, by which rates are chosen; 0 in runs from before there was one.
    #[serde(default)]
    pub validation_cases: u64,
    /// Cases in the test set.
    pub test_cases: u64,
    /// The model.
    pub model: String,
    /// The loss.
    pub loss: String,
    /// Optimizer, budget, tuning.
    pub protocol: String,
    /// The target, set before measuring.
    pub target: Target,
    /// Methods that are not trained on it, by id, each with the reason.
    #[serde(default)]
    pub refuses: BTreeMap<String, String>,
    /// What limits the conclusions (mixed writers, a small test set).
    pub caveats: Vec<String>,
}
