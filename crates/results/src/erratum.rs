//! What published code or text does differently from its paper, and what that changes.

use serde::{Deserialize, Serialize};

use crate::Effect;

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErratumRecord {
    /// Short and stable: it names the erratum in files and links.
    pub id: String,
    /// Citation key of the paper whose published code, or whose text, it is about.
    pub source: String,
    /// The methods that it concerns, by id; empty where it concerns none in particular.
    pub methods: Vec<String>,
    /// Where it is found: which program, layer or passage.
    pub place: String,
    /// What is done there.
    pub does: String,
    /// What the paper says, or what is right.
    pub says: String,
    /// The claim whose records measure it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The probe that measures it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// What it changes, in words and numbers; none where the run does not say.
    pub effect: Option<Effect>,
}
