//! A claim about several difficulties, by the verdicts on the claims that speak of each.

use std::collections::BTreeSet;

use results::{Counted, Effect, Finding, ProbeRecord, Verdict};

use crate::claim::Difficulty;
use crate::decide::verdict;
use crate::error::Error;
use crate::plan::Bench;
use crate::trained::Found;

/// The verdict on each difficulty, and what their number says. The cells are those of all the claims.
pub(crate) fn decide(
    difficulties: &[Difficulty],
    probes: &[ProbeRecord],
    bench: &dyn Bench,
) -> Result<(Vec<Counted>, Found), Error> {
    let (mut each, mut cells, mut minutes) = (Vec::new(), BTreeSet::new(), 0.0);
    for difficulty in difficulties {
        let said = verdict(crate::find(difficulty.claim)?, probes, bench)?;
        each.push(Counted {
            about: difficulty.about.to_owned(),
            claim: difficulty.claim.to_owned(),
            verdict: said.verdict,
        });
        cells.extend(said.cells);
        minutes += said.core_minutes.unwrap_or(0.0);
    }
    let count = |word: Verdict| each.iter().filter(|counted| counted.verdict == word).count();
    let (overcome, open, all) = (count(Verdict::Supported), count(Verdict::Undecided), each.len());
    let verdict = match () {
        () if 2 * overcome > all => Verdict::Supported,
        () if 2 * (overcome + open) <= all => Verdict::Refuted,
        () => Verdict::Undecided,
    };
    let what = "share of the difficulties that are overcome".to_owned();
    let finding = Finding {
        what: what.clone(),
        expected: "more than half".to_owned(),
        verdict,
        effect: Effect::of(&what, overcome as f64 / all as f64),
        adjusted_p: None,
        pairs: 0,
        rates: Vec::new(),
    };
    let found = Found {
        verdict,
        reason: format!(
            "of {all} difficulties {overcome} are overcome, {} are not, and {open} are not decided",
            all - overcome - open
        ),
        // Of difficulties that are all open nothing is said.
        findings: if open == all { Vec::new() } else { vec![finding] },
        cells: cells.into_iter().collect(),
        core_minutes: Some(minutes),
    };
    Ok((each, found))
}
