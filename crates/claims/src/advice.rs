//! Which method a need asks for: of those that meet it, the simplest that was not seen to be worse than the best.

use std::cmp::Ordering;

use results::{AdviceRecord, Answer, ConvergenceRecord, MethodRecord, Property, Standing};

use crate::error::Error;
use crate::experiment::{Arm, Comparison, Expectation, Quantity, Setup};
use crate::needs::NEEDS;
use crate::plan::Bench;
use crate::trained;

/// What somebody needs, and where the methods that may serve are compared.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// Short and stable: it names the line in files and links.
    pub id: &'static str,
    /// The need, in the words of whoever has it.
    pub need: &'static str,
    /// The task by which it is judged, in words.
    pub task: &'static str,
    /// Where the candidates are trained.
    pub on: Setup,
    /// What is compared; each stands in a claim too, so that its cells are there.
    pub candidates: &'static [Candidate],
    /// What a method must not fail to do.
    pub requires: &'static [Requirement],
    /// The claims that speak of it.
    pub claims: &'static [&'static str],
}

/// An arm and the loss that it is judged by, as it would be read in use.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The arm.
    pub arm: Arm,
    /// The name of the loss.
    pub loss: &'static str,
}

impl Candidate {
    /// Judged by the loss on the test cases, with the statistics that curves are drawn by.
    pub(crate) const fn of(arm: Arm) -> Self {
        Self { arm, loss: "test_loss" }
    }

    /// Judged by another loss.
    pub(crate) const fn by(arm: Arm, loss: &'static str) -> Self {
        Self { arm, loss }
    }
}

/// A property that a need asks for. A method meets it unless it was found not to; one that does under a condition meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// One case at a time.
    OneCase,
    /// The same function in training and in use.
    SameInUse,
    /// Sequences longer than those of training.
    Longer,
    /// Nothing of it is left to compute after training.
    Foldable,
}

impl Requirement {
    fn of(self, method: &MethodRecord) -> &Property {
        match self {
            Self::OneCase => &method.batch_one,
            Self::SameInUse => &method.train_equals_eval,
            Self::Longer => &method.longer_than_training,
            Self::Foldable => &method.reparametrization,
        }
    }
}

/// A candidate with its cells.
struct Read<'a> {
    candidate: &'static Candidate,
    method: &'a MethodRecord,
    records: Vec<&'a ConvergenceRecord>,
    /// The mean of the logarithm of its loss.
    score: f64,
}

/// What the records of a run say to each need. A need whose cells are not all there has no standings.
///
/// # Errors
///
/// [`Error::Arm`], [`Error::Statistics`].
pub fn advice(methods: &[MethodRecord], bench: &dyn Bench) -> Result<Vec<AdviceRecord>, Error> {
    NEEDS.iter().map(|need| need.read(methods, bench)).collect()
}

impl Need {
    fn read(&'static self, methods: &[MethodRecord], bench: &dyn Bench) -> Result<AdviceRecord, Error> {
        let (mut read, mut left_out, mut missing) = (Vec::new(), Vec::new(), 0);
        for candidate in self.candidates {
            let Some(method) = methods.iter().find(|m| m.id == candidate.arm.method) else {
                missing += 1;
                continue;
            };
            let fails = |r: &&Requirement| r.of(method).answer == Answer::No;
            if let Some(failed) = self.requires.iter().find(fails) {
                left_out.push((method.id.clone(), failed.of(method).why.clone()));
                continue;
            }
            match trained::records(self.id, &self.on, &candidate.arm, bench)? {
                Some(records) => match score(&records, candidate.loss) {
                    Some(score) => read.push(Read { candidate, method, records, score }),
                    None => missing += 1,
                },
                None => missing += 1,
            }
        }
        let protocol = self.on.protocol;
        let batch = protocol.batch_size.map_or_else(String::new, |n| format!(", batches of {n}"));
        let standings = if missing == 0 { self.standings(&read)? } else { Vec::new() };
        Ok(AdviceRecord {
            id: self.id.to_owned(),
            need: self.need.to_owned(),
            measured: format!("{} ({}, {} passes{batch})", self.task, self.on.workload, protocol.epochs),
            reason: if missing == 0 {
                reason(&standings, &read)
            } else {
                format!("cells of {missing} arms are not there")
            },
            standings,
            left_out,
            claims: self.claims.iter().map(|&id| id.to_owned()).collect(),
        })
    }

    /// The candidates in the order in which they are recommended.
    fn standings(&self, read: &[Read<'_>]) -> Result<Vec<Standing>, Error> {
        let statistics = |source| Error::Statistics { claim: self.id, source };
        let Some(best) = read.iter().min_by(|a, b| a.score.total_cmp(&b.score)) else {
            return Ok(Vec::new());
        };
        let mut tested = Vec::new();
        for each in read.iter().filter(|each| !std::ptr::eq(*each, best)) {
            let comparison = Comparison {
                on: self.on,
                first: each.candidate.arm,
                second: best.candidate.arm,
                quantity: Quantity::LogLoss { of: each.candidate.loss, against: best.candidate.loss },
                expectation: Expectation::Higher { delta: f64::MIN_POSITIVE },
            };
            let Ok(numbers) = comparison.numbers(&each.records, &best.records) else { continue };
            let test = numbers.test(comparison.quantity).map_err(statistics)?;
            tested.push((each, test, comparison));
        }
        let p: Vec<f64> = tested.iter().map(|(_, test, _)| test.p()).collect();
        let adjusted = statistics::holm(&p).map_err(statistics)?;
        let standing = |each: &Read<'_>| Standing {
            method: each.method.id.clone(),
            label: each.candidate.arm.label.to_owned(),
            mean: each.score.exp(),
            behind: None,
            told_apart: false,
        };
        let mut all = vec![(best, standing(best))];
        for ((each, test, comparison), p) in tested.into_iter().zip(adjusted) {
            let behind = Some(test.effect(&comparison).map_err(statistics)?);
            let told_apart = p < statistics::ALPHA;
            all.push((each, Standing { behind, told_apart, ..standing(each) }));
        }
        all.sort_by(|(a, x), (b, y)| x.told_apart.cmp(&y.told_apart).then_with(|| order(a, b, x.told_apart)));
        Ok(all.into_iter().map(|(_, standing)| standing).collect())
    }
}

/// Of two that were not told apart from the best the simpler comes first; of two that were, the better.
fn order(a: &Read<'_>, b: &Read<'_>, told_apart: bool) -> Ordering {
    let by_score = a.score.total_cmp(&b.score);
    if told_apart {
        return by_score;
    }
    let simple =
        |read: &Read<'_>| (!same_in_use(read.method), state(read.method), !read.method.parameters.is_empty());
    simple(a).cmp(&simple(b)).then(by_score)
}

fn same_in_use(method: &MethodRecord) -> bool {
    method.train_equals_eval.answer == Answer::Yes
}

/// Bytes kept beside the parameters, on the longest sequences that were measured.
fn state(method: &MethodRecord) -> u64 {
    method.state_growth.last().map_or(0, |size| size.bytes)
}

/// The mean of the logarithm of a loss; infinite where one diverged, and nothing where a cell does not have it.
fn score(records: &[&ConvergenceRecord], loss: &str) -> Option<f64> {
    let logs = records.iter().map(|record| crate::compare::number(record, loss).map(f64::ln));
    statistics::mean(&logs.collect::<Option<Vec<f64>>>()?)
}

/// Why the first is first.
fn reason(standings: &[Standing], read: &[Read<'_>]) -> String {
    let Some(first) = standings.first() else {
        return "no method that was measured meets the need".to_owned();
    };
    let Some(best) = standings.iter().find(|standing| standing.behind.is_none()) else {
        return String::new();
    };
    let equals = standings.iter().filter(|standing| !standing.told_apart).count();
    if first.method == best.method && first.label == best.label {
        return if standings.len() == 1 {
            "it is the only one that meets the need".to_owned()
        } else if equals == 1 {
            "it has the lowest loss, and every other one is told apart from it".to_owned()
        } else {
            "it has the lowest loss, and of those not told apart from it it is the simplest".to_owned()
        };
    }
    let method = |standing: &Standing| read.iter().map(|r| r.method).find(|m| m.id == standing.method);
    let simpler = match (method(first), method(best)) {
        (Some(a), Some(b)) if same_in_use(a) && !same_in_use(b) => "computes the same in training and in use",
        (Some(a), Some(b)) if state(a) < state(b) => "keeps less",
        _ => "is the simpler",
    };
    format!("it is not told apart from the lowest loss, that of {}, and {simpler}", best.label)
}
