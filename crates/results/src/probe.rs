//! Numbers found without training: what a claim about a formula is decided by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What one probe found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeRecord {
    /// Its name, by which claims ask for it.
    pub id: String,
    /// What was done, in a sentence.
    pub about: String,
    /// The numbers, by name.
    #[serde(with = "crate::float::map")]
    pub values: BTreeMap<String, f64>,
}
