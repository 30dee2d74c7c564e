//! What trained cells say to a claim.

use std::collections::BTreeSet;

use results::{ConvergenceRecord, Finding, Verdict};

use crate::compare::Tested;
use crate::error::Error;
use crate::experiment::{Arm, Comparison, Experiment, Rule, Setup};
use crate::plan::{Bench, Rate, Run};

/// What was found of an experiment.
pub(crate) struct Found {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) cells: Vec<String>,
    pub(crate) core_minutes: Option<f64>,
}

impl Found {
    /// Nothing, and why.
    pub(crate) fn undecided(reason: String) -> Self {
        Self {
            verdict: Verdict::Undecided,
            reason,
            findings: Vec::new(),
            cells: Vec::new(),
            core_minutes: None,
        }
    }
}

/// One arm with all its cells.
struct Trained<'a> {
    rate: f64,
    chosen_by: Vec<String>,
    records: Vec<&'a ConvergenceRecord>,
}

/// The cells of an arm, or how many are missing.
fn trained<'a>(
    claim: &'static str,
    on: &Setup,
    arm: &Arm,
    bench: &'a dyn Bench,
) -> Result<Result<Trained<'a>, usize>, Error> {
    let run = Run { claim, on, arm };
    let (rate, chosen_by) = match run.rate(bench)? {
        Rate::Needs(cells) => return Ok(Err(cells.len())),
        Rate::At { rate, chosen_by } => (rate, chosen_by),
    };
    let mut records = Vec::new();
    let mut missing = 0;
    for seed in on.protocol.judging_seeds() {
        match bench.record(&run.cell(bench, rate, seed)?.id()) {
            Some(record) => records.push(record),
            None => missing += 1,
        }
    }
    Ok(if missing > 0 { Err(missing) } else { Ok(Trained { rate, chosen_by, records }) })
}

/// The judging cells of an arm at its rate; nothing where some are missing.
pub(crate) fn records<'a>(
    claim: &'static str,
    on: &Setup,
    arm: &Arm,
    bench: &'a dyn Bench,
) -> Result<Option<Vec<&'a ConvergenceRecord>>, Error> {
    Ok(trained(claim, on, arm, bench)?.ok().map(|trained| trained.records))
}

/// Decides an experiment from the cells that are there. Where one is missing nothing is decided.
pub(crate) fn decide(
    claim: &'static str,
    experiment: &Experiment,
    bench: &dyn Bench,
) -> Result<Found, Error> {
    let mut tested: Vec<(&Comparison, Tested, Vec<(String, f64)>)> = Vec::new();
    let (mut cells, mut seconds) = (BTreeSet::new(), 0.0);
    for comparison in experiment.comparisons {
        let mut arms = Vec::new();
        for arm in [&comparison.first, &comparison.second] {
            match trained(claim, &comparison.on, arm, bench)? {
                Ok(trained) => arms.push(trained),
                Err(missing) => {
                    let reason = format!("of the arm “{}” cells are missing: {missing}", arm.label);
                    return Ok(Found::undecided(reason));
                }
            }
        }
        let (first, second) = (&arms[0], &arms[1]);
        let ids = |t: &Trained<'_>| {
            t.chosen_by.iter().cloned().chain(t.records.iter().map(|r| r.id.clone())).collect::<Vec<_>>()
        };
        for id in ids(first).into_iter().chain(ids(second)) {
            let took = bench.record(&id).map_or(0.0, |record| record.wall_seconds);
            if cells.insert(id) {
                seconds += took;
            }
        }
        let numbers = match comparison.numbers(&first.records, &second.records) {
            Ok(numbers) => numbers,
            Err(name) => return Ok(Found::undecided(format!("no cell says its `{name}`"))),
        };
        let rates = vec![
            (comparison.first.label.to_owned(), first.rate),
            (comparison.second.label.to_owned(), second.rate),
        ];
        let test = numbers.test(comparison.quantity).map_err(|source| Error::Statistics { claim, source })?;
        tested.push((comparison, test, rates));
    }
    let findings = findings(&tested).map_err(|source| Error::Statistics { claim, source })?;
    let all = || findings.iter().map(|finding| finding.verdict);
    let verdict = match experiment.rule {
        Rule::Primary => all().next().unwrap_or(Verdict::Undecided),
        Rule::All if all().any(|v| v == Verdict::Refuted) => Verdict::Refuted,
        Rule::All if all().all(|v| v == Verdict::Supported) => Verdict::Supported,
        Rule::All => Verdict::Undecided,
    };
    let reason = match verdict {
        Verdict::Supported => "the difference is as claimed",
        Verdict::Refuted => "the difference is not as claimed",
        Verdict::Undecided => "the interval holds both what is claimed and what is not",
    };
    Ok(Found {
        verdict,
        reason: reason.to_owned(),
        findings,
        cells: cells.into_iter().collect(),
        core_minutes: Some(seconds / 60.0),
    })
}

fn findings(tested: &[(&Comparison, Tested, Vec<(String, f64)>)]) -> statistics::Result<Vec<Finding>> {
    let p: Vec<f64> = tested.iter().map(|(_, test, _)| test.p()).collect();
    let adjusted = statistics::holm(&p)?;
    let one = |((comparison, test, rates), adjusted_p): (&(&Comparison, Tested, Vec<(String, f64)>), f64)| {
        let verdict = test.verdict(comparison.expectation, adjusted_p, tested.len())?;
        Ok(Finding {
            what: comparison.words(),
            expected: comparison.expectation.words(),
            verdict,
            effect: test.effect(comparison)?,
            adjusted_p: Some(adjusted_p),
            pairs: test.pairs() as u64,
            rates: rates.clone(),
        })
    };
    tested.iter().zip(adjusted).map(one).collect()
}
