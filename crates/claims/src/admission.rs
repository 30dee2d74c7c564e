//! What a workload can tell: whether its budget is long enough for the plain network to come to rest, and whether methods differ
//! there by more than seeds do. Read from the cells of a run, as from any pilot.

use crate::claim::{Claim, Evidence};
use crate::error::Error;
use crate::experiment::{Arm, Setup};
use crate::plan::{Bench, Rate, Run};

/// A plain network is at rest where its validation loss moves by no more than this share over the last fifth of its budget.
pub const AT_REST: f64 = 0.02;

/// Methods differ where the best and the worst lie further apart than so many deviations of seeds.
pub const SPREAD: f64 = 3.0;

/// A workload under a protocol, as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    /// Where.
    pub on: Setup,
    /// By which share the plain network's validation loss still falls over the last fifth of the passes, the mean over judging
    /// seeds; nothing without a plain arm whose cells are whole.
    pub falls: Option<f64>,
    /// How far the arms' mean logarithms of the validation loss lie apart, in deviations of seeds; nothing for fewer than two.
    pub spread: Option<f64>,
    /// Arms whose cells are whole.
    pub arms: usize,
}

impl Admission {
    /// Whether the plain network is at rest.
    pub fn is_at_rest(&self) -> bool {
        self.falls.is_some_and(|share| share.abs() <= AT_REST)
    }

    /// Whether methods differ here.
    pub fn tells_apart(&self) -> bool {
        self.spread.is_some_and(|spread| spread > SPREAD)
    }
}

/// The curve of an arm under one seed: the validation losses after four fifths of the passes and at the end.
type Losses = (f64, f64);

/// Every setup of these claims, with what the cells show of it.
///
/// # Errors
///
/// [`Error::Arm`] for an arm that a workload cannot train.
pub fn admissions(claims: &[&'static Claim], bench: &dyn Bench) -> Result<Vec<Admission>, Error> {
    let mut setups: Vec<(&'static str, Setup, Vec<Arm>)> = Vec::new();
    for claim in claims {
        let Evidence::Trained(experiment) = &claim.evidence else { continue };
        for comparison in experiment.comparisons {
            let at = setups.iter().position(|(_, on, _)| *on == comparison.on);
            let at = at.unwrap_or_else(|| {
                setups.push((claim.id, comparison.on, Vec::new()));
                setups.len() - 1
            });
            for arm in [comparison.first, comparison.second] {
                if !setups[at].2.contains(&arm) {
                    setups[at].2.push(arm);
                }
            }
        }
    }
    setups.iter().map(|(claim, on, arms)| admission(claim, on, arms, bench)).collect()
}

fn admission(claim: &'static str, on: &Setup, arms: &[Arm], bench: &dyn Bench) -> Result<Admission, Error> {
    let (mut falls, mut means, mut variances) = (None, Vec::new(), Vec::new());
    for arm in arms {
        let Some(curves) = curves(&Run { claim, on, arm }, bench)? else { continue };
        if arm.method == "none" && falls.is_none() {
            falls = Some(mean(curves.iter().map(|(before, end)| (before - end) / before)));
        }
        let logs: Vec<f64> = curves.iter().map(|(_, end)| end.ln()).collect();
        let centre = mean(logs.iter().copied());
        variances.push(
            logs.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (logs.len() as f64 - 1.0).max(1.0),
        );
        means.push(centre);
    }
    let deviation = mean(variances.iter().copied()).sqrt();
    let most = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = means.iter().copied().fold(f64::INFINITY, f64::min);
    let spread = (means.len() > 1 && deviation > 0.0).then(|| (most - least) / deviation);
    Ok(Admission { on: *on, falls, spread, arms: means.len() })
}

/// The losses of an arm at its rate under every judging seed; nothing where a cell is missing or diverged.
fn curves(run: &Run<'_>, bench: &dyn Bench) -> Result<Option<Vec<Losses>>, Error> {
    let Rate::At { rate, .. } = run.rate(bench)? else { return Ok(None) };
    let mut all = Vec::new();
    for seed in run.on.protocol.judging_seeds() {
        let id = run.cell(bench, rate, seed)?.id();
        let Some(record) = bench.record(&id) else { return Ok(None) };
        let passes = record.curve.last().map_or(0.0, |point| point.epoch);
        let before =
            record.curve.iter().rev().find(|point| point.epoch <= passes * 0.8).and_then(|p| p.valid_loss);
        match before.zip(record.curve.last().and_then(|point| point.valid_loss)) {
            Some((before, end)) if before > 0.0 && end > 0.0 => all.push((before, end)),
            _ => return Ok(None),
        }
    }
    Ok(Some(all))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
    sum / f64::max(count, 1.0)
}
