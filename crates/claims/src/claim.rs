//! What a claim is.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::experiment::Experiment;

/// A claim of the literature, in our words.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Claim {
    /// Short and stable: it names the claim in files and links.
    pub id: &'static str,
    /// Citation key of its source.
    pub source: &'static str,
    /// What is claimed.
    pub statement: &'static str,
    /// What deciding it takes, in a sentence.
    pub takes: &'static str,
    /// What decides it.
    pub evidence: Evidence,
    /// What differs from the source; empty where nothing does.
    pub differs: &'static str,
}

/// What decides a claim.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum Evidence {
    /// Numbers that are found without training. The claim is supported where all are as expected, refuted where one is not.
    Probe {
        /// The probe's name.
        probe: &'static str,
        /// The numbers.
        expects: &'static [Expect],
    },
    /// Networks in training.
    Trained(Experiment),
    /// Two things timed in turns: where the interval for the median of the ratios lies.
    Timed {
        /// The name of the ratio.
        ratio: &'static str,
        /// What is over what, in words.
        #[serde(skip)]
        about: &'static str,
        /// Where the whole interval must lie for the claim; it falls where the whole interval lies elsewhere.
        within: Within,
    },
    /// The verdicts on other claims, each of which speaks of one difficulty. The claim is supported where more than half of them
    /// are, and refuted where that cannot be any more, whatever the open ones will say.
    Counted(&'static [Difficulty]),
    /// Nothing yet.
    Later {
        /// What deciding it would cost, in minutes of one core.
        #[serde(skip)]
        core_minutes: f64,
        /// What is missing, in a sentence.
        #[serde(skip)]
        missing: &'static str,
    },
}

/// A difficulty, and the claim that something overcomes it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Difficulty {
    /// What the difficulty is, in words.
    #[serde(skip)]
    pub about: &'static str,
    /// The claim.
    pub claim: &'static str,
}

/// One number of a probe and where it must lie.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Expect {
    /// The number's name.
    pub value: &'static str,
    /// What it is, in words.
    #[serde(skip)]
    pub about: &'static str,
    /// Where.
    pub within: Within,
}

/// Where a number must lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Within {
    /// No higher.
    AtMost(f64),
    /// No lower.
    AtLeast(f64),
    /// Between, ends included.
    Between(f64, f64),
}

impl Within {
    /// Whether a number lies there; NaN lies nowhere.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
            Self::Between(least, most) => (least..=most).contains(&value),
        }
    }

    /// Whether a whole interval lies there, or none of it: neither where it does so in part.
    pub(crate) fn holds_all(self, lower: f64, upper: f64) -> Option<bool> {
        match (self.holds(lower), self.holds(upper)) {
            (true, true) => Some(true),
            // Ends on either side of a range have all of it between them.
            (false, false) if !matches!(self, Self::Between(least, most) if lower < least && upper > most) => {
                Some(false)
            }
            _ => None,
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::AtMost(most) => format!("at most {most}"),
            Self::AtLeast(least) => format!("at least {least}"),
            Self::Between(least, most) => format!("from {least} to {most}"),
        }
    }
}

impl Claim {
    /// 16 hexadecimal digits of everything that decides it: thresholds, arms, rates, seeds, and how rates are chosen. Words may be
    /// mended.
    pub fn declared(&self) -> String {
        /// Grows with each change of how rates are chosen or verdicts made.
        const PROTOCOL: u32 = 2;
        let text = serde_json::to_vec(&(PROTOCOL, self.id, &self.evidence)).unwrap_or_default();
        let mut first = [0; 8];
        first.copy_from_slice(&Sha256::digest(text)[..8]);
        format!("{:016x}", u64::from_be_bytes(first))
    }
}
