//! The whole protocol, from the choice of rates to the word, on real cells: 200 seeds of one perceptron at every rate
//! (`bank.csv`, made by `just bank`). Arms that are drawn from it are equal, so whatever calls them different is wrong.

use std::collections::BTreeMap;

use claims::{
    Arm, Bench, Claim, Comparison, Evidence, Expectation, Experiment, Protocol, Quantity, Rule, Setup,
    Wanted, next, verdicts,
};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use results::{CellSettings, ConvergenceRecord, Verdict};

use crate::bench::{Ending, record};

const PROTOCOL: Protocol =
    Protocol { epochs: 20, batch_size: None, rates: &[1e-3, 3e-3, 1e-2, 3e-2], tuning: 3, judging: 10 };
const ON: Setup = Setup { workload: "digits-mlp", protocol: PROTOCOL };
const ARMS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const SEEDS: usize = 200;
const TRIALS: usize = 1000;

/// How each cell ended: validation and test loss by rate and seed.
struct Bank(BTreeMap<String, Vec<(f64, f64)>>);

impl Bank {
    fn read() -> Self {
        let mut by_rate: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
        for line in include_str!("../bank.csv").lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |at: usize| fields[at].parse().unwrap();
            by_rate.entry(fields[0].to_owned()).or_default().push((number(2), number(3)));
        }
        assert_eq!(by_rate.len(), 6);
        assert!(by_rate.values().all(|cells| cells.len() == SEEDS));
        Self(by_rate)
    }
}

/// Cells of arms that are drawn from the bank: each arm has seeds of its own, and its losses multiplied by `exp(effect)`.
struct Drawn<'a> {
    bank: &'a Bank,
    /// For each arm the cells of the bank that stand for its seeds.
    seeds: Vec<Vec<usize>>,
    /// Of the first arm.
    effect: f64,
    records: BTreeMap<String, ConvergenceRecord>,
}

impl<'a> Drawn<'a> {
    fn new(bank: &'a Bank, arms: usize, trial: u64, effect: f64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(trial);
        let one = 13;
        let mut seeds = Vec::new();
        // Two arms share no cell; of twelve each is drawn by itself, as there are not enough.
        let mut all: Vec<usize> = (0..SEEDS).collect();
        all.shuffle(&mut rng);
        for arm in 0..arms {
            let from = (arm * one) % (SEEDS - one);
            seeds.push(all[from..from + one].to_vec());
        }
        Self { bank, seeds, effect, records: BTreeMap::new() }
    }

    /// Trains what a claim asks for until it asks for nothing more.
    fn finish(&mut self, claim: &Claim) -> results::VerdictRecord {
        loop {
            let cells = next(&[claim], &*self).unwrap();
            if cells.is_empty() {
                return verdicts(&[claim], &[], &*self).unwrap().remove(0);
            }
            self.train(cells);
        }
    }

    /// Of the logarithms of the test losses of the first two arms, seed by seed, at the chosen rates.
    fn differences(&mut self, claim: &Claim) -> Vec<f64> {
        let rates = self.finish(claim).findings[0].rates.clone();
        let of = |arm: usize, seed: usize| {
            self.bank.0[&rates[arm].1.to_string()][self.seeds[arm][seed + 3]].1.ln()
        };
        (0..10).map(|seed| of(0, seed) - of(1, seed)).collect()
    }

    fn train(&mut self, cells: Vec<CellSettings>) {
        for cell in cells {
            let arm = ARMS.iter().position(|a| *a == cell.method).unwrap();
            let place = match cell.seed {
                tuning @ 101..=103 => tuning as usize - 101,
                judging => judging as usize - 201 + 3,
            };
            let cells = &self.bank.0[&cell.learning_rate.to_string()];
            let (valid, test) = cells[self.seeds[arm][place]];
            let by = if arm == 0 { self.effect.exp() } else { 1.0 };
            let mut record = record(cell, Ending::with_loss(valid * by));
            if let Some(point) = record.curve.last_mut() {
                point.test_loss = Some(test * by);
            }
            self.records.insert(record.id.clone(), record);
        }
    }
}

impl Bench for Drawn<'_> {
    fn cell(&self, wanted: &Wanted<'_>) -> Result<CellSettings, String> {
        crate::bench::MadeUp::default().cell(wanted)
    }

    fn record(&self, id: &str) -> Option<&ConvergenceRecord> {
        self.records.get(id)
    }
}

/// The first arm against so many others, by the test loss.
fn contest(others: usize) -> &'static Claim {
    let one = |other: &&'static str| Comparison {
        on: ON,
        first: Arm::of("a", ARMS[0]),
        second: Arm::of(other, other),
        quantity: Quantity::log_loss("test_loss"),
        // So small that nothing is equivalent: what is supported or refuted is called different.
        expectation: Expectation::Lower { delta: 1e-9 },
    };
    let comparisons: Vec<Comparison> = ARMS[1..=others].iter().map(one).collect();
    let comparisons = Box::leak(comparisons.into_boxed_slice());
    Box::leak(Box::new(Claim {
        id: "drawn",
        source: "nobody",
        statement: "Arms from one bank.",
        takes: "nothing",
        evidence: Evidence::Trained(Experiment { comparisons, rule: Rule::All, core_minutes: 1.0 }),
        differs: "",
    }))
}

/// In how many of the trials the findings of a claim are as asked.
fn count(claim: &Claim, arms: usize, effect: f64, asked: impl Fn(&[Verdict]) -> bool) -> usize {
    let bank = Bank::read();
    let once = |trial: usize| {
        let mut drawn = Drawn::new(&bank, arms, trial as u64, effect);
        let found = drawn.finish(claim);
        let words: Vec<Verdict> = found.findings.iter().map(|f| f.verdict).collect();
        assert_eq!(words.len(), arms - 1);
        asked(&words)
    };
    (0..TRIALS).filter(|trial| once(*trial)).count()
}

fn any_different(words: &[Verdict]) -> bool {
    words.iter().any(|word| *word != Verdict::Undecided)
}

#[test]
fn equal_arms_are_called_different_as_rarely_as_promised() {
    let wrong = count(contest(1), 2, 0.0, any_different);
    assert!(wrong <= 67, "{wrong} of {TRIALS}");
}

#[test]
fn a_contest_of_twelve_equal_arms_calls_none_different_as_rarely() {
    let wrong = count(contest(11), 12, 0.0, any_different);
    assert!(wrong <= 67, "{wrong} of {TRIALS}");
}

/// The deviation of the differences of equal arms under the protocol, the choice of rates included.
fn deviation() -> f64 {
    let bank = Bank::read();
    let claim = contest(1);
    let mut differences = Vec::new();
    for trial in 0..200 {
        let mut drawn = Drawn::new(&bank, 2, trial, 0.0);
        differences.extend(drawn.differences(claim));
    }
    statistics::sd(&differences).unwrap()
}

#[test]
fn a_planted_effect_of_one_deviation_is_found() {
    let effect = -deviation();
    let found = count(contest(1), 2, effect, |words| words == [Verdict::Supported]);
    assert!(found >= 780, "{found} of {TRIALS}");
    // And the other way round it is refuted as often.
    let refuted = count(contest(1), 2, -effect, |words| words == [Verdict::Refuted]);
    assert!(refuted >= 780, "{refuted} of {TRIALS}");
}
