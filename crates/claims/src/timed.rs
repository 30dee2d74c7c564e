//! What ratios of times say to a claim.

use results::{Effect, Finding, RatioRecord, Verdict};

use crate::claim::Within;
use crate::error::Error;
use crate::trained::Found;

/// The level of the interval.
const LEVEL: f64 = 0.95;

/// What timing one ratio takes, in minutes of one core.
const CORE_MINUTES: f64 = 1.0;

/// Nothing measured, and what measuring takes.
fn undecided(reason: &str) -> Found {
    Found { core_minutes: Some(CORE_MINUTES), ..Found::undecided(reason.to_owned()) }
}

/// Decides by the interval for the median of the ratios.
pub(crate) fn decide(
    claim: &'static str,
    about: &str,
    within: Within,
    record: Option<&RatioRecord>,
) -> Result<Found, Error> {
    let Some(record) = record else {
        return Ok(undecided("the times were not measured"));
    };
    let Some(median) = statistics::median(&record.ratios) else {
        return Ok(undecided("no round was timed"));
    };
    let interval = statistics::median_interval(&record.ratios, LEVEL)
        .map_err(|source| Error::Statistics { claim, source })?;
    let (verdict, reason) = match within.holds_all(interval.lower, interval.upper) {
        Some(true) => (Verdict::Supported, "the whole interval is as claimed"),
        Some(false) => (Verdict::Refuted, "the whole interval is not as claimed"),
        None => (Verdict::Undecided, "the interval holds both what is claimed and what is not"),
    };
    let finding = Finding {
        what: about.to_owned(),
        expected: within.words(),
        verdict,
        effect: Effect {
            what: about.to_owned(),
            value: median,
            lower: Some(interval.lower),
            upper: Some(interval.upper),
            pairing: None,
        },
        adjusted_p: None,
        pairs: record.ratios.len() as u64,
        rates: Vec::new(),
    };
    Ok(Found {
        verdict,
        reason: reason.to_owned(),
        findings: vec![finding],
        cells: Vec::new(),
        core_minutes: Some(CORE_MINUTES),
    })
}
