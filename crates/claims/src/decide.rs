//! From records to verdicts.

use results::{Effect, Finding, ProbeRecord, Verdict, VerdictRecord};

use crate::claim::{Claim, Evidence, Expect};
use crate::error::Error;
use crate::plan::Bench;
use crate::trained::{self, Found};
use crate::{counted, timed};

/// What probes and cells say to claims, in the order of the claims.
///
/// # Errors
///
/// [`Error`], for a claim that is declared wrongly.
pub fn verdicts(
    claims: &[&Claim],
    probes: &[ProbeRecord],
    bench: &dyn Bench,
) -> Result<Vec<VerdictRecord>, Error> {
    claims.iter().map(|claim| verdict(claim, probes, bench)).collect()
}

/// What they say to one.
pub(crate) fn verdict(
    claim: &Claim,
    probes: &[ProbeRecord],
    bench: &dyn Bench,
) -> Result<VerdictRecord, Error> {
    let (mut timed_by, mut counts) = (None, Vec::new());
    let (threshold, probe, found) = match &claim.evidence {
        Evidence::Probe { probe, expects } => {
            let record = probes.iter().find(|record| record.id == *probe);
            let words = expects.iter().map(|e| format!("{}: {}", e.about, e.within.words()));
            (words.collect::<Vec<_>>().join("; "), record.map(|r| r.id.clone()), of_probe(expects, record))
        }
        Evidence::Trained(experiment) => {
            let words =
                experiment.comparisons.iter().map(|c| format!("{}: {}", c.words(), c.expectation.words()));
            let mut found = trained::decide(claim.id, experiment, bench)?;
            found.core_minutes.get_or_insert(experiment.core_minutes);
            (words.collect::<Vec<_>>().join("; "), None, found)
        }
        Evidence::Timed { ratio, about, within } => {
            let record = bench.ratio(ratio);
            timed_by = record.map(|r| r.id.clone());
            (format!("{about}: {}", within.words()), None, timed::decide(claim.id, about, *within, record)?)
        }
        Evidence::Counted(difficulties) => {
            let found;
            (counts, found) = counted::decide(difficulties, probes, bench)?;
            (format!("of {} difficulties more than half", difficulties.len()), None, found)
        }
        Evidence::Later { core_minutes, missing } => {
            let mut found = Found::undecided(format!("not run: {missing}"));
            found.core_minutes = Some(*core_minutes);
            (String::new(), None, found)
        }
    };
    Ok(VerdictRecord {
        id: claim.id.to_owned(),
        source: claim.source.to_owned(),
        statement: claim.statement.to_owned(),
        declared: claim.declared(),
        verdict: found.verdict,
        reason: found.reason,
        threshold,
        findings: found.findings,
        cells: found.cells,
        probe,
        ratio: timed_by,
        counts,
        differs: claim.differs.to_owned(),
        core_minutes: found.core_minutes,
    })
}

fn of_probe(expects: &[Expect], record: Option<&ProbeRecord>) -> Found {
    let Some(record) = record else { return Found::undecided("the probe was not run".to_owned()) };
    let mut findings = Vec::new();
    for expect in expects {
        let Some(&value) = record.values.get(expect.value) else {
            return Found::undecided(format!("the probe does not say `{}`", expect.value));
        };
        let verdict = if expect.within.holds(value) { Verdict::Supported } else { Verdict::Refuted };
        findings.push(Finding {
            what: expect.about.to_owned(),
            expected: expect.within.words(),
            verdict,
            effect: Effect::of(expect.about, value),
            adjusted_p: None,
            pairs: 0,
            rates: Vec::new(),
        });
    }
    let holds = !findings.is_empty() && findings.iter().all(|f| f.verdict == Verdict::Supported);
    Found {
        verdict: if holds { Verdict::Supported } else { Verdict::Refuted },
        reason: if holds { "every number is as claimed" } else { "a number is not as claimed" }.to_owned(),
        findings,
        cells: Vec::new(),
        core_minutes: None,
    }
}
