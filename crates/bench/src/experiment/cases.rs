//! The cases of a task, in memory: what a model sees of each, its labels, and which train, which choose and which judge.

use data::{Fractions, Split};

use crate::error::Error;

use super::answer::{Answer, Answers};
use super::learner::Batch;

/// What a model sees of the cases.
#[derive(Clone, Debug)]
pub enum Values {
    /// Numbers, `[cases][values]`.
    Numbers(Vec<f32>),
    /// One of so many symbols per step, `[cases][steps]`; a model sees it as as many numbers, all 0 but one.
    Symbols(Vec<u8>, usize),
}

/// What is to be said of the cases.
#[derive(Clone, Debug)]
pub enum Labels {
    /// A class per case.
    Case(Vec<u8>),
    /// A class per step of each case, `[cases][steps]`.
    Step(Vec<u8>),
    /// A number per case.
    Number(Vec<f32>),
    /// So many numbers per case, `[cases][numbers]`.
    Numbers(Vec<f32>, usize),
}

impl Labels {
    /// What they are labels for.
    pub const fn answer(&self) -> Answer {
        match self {
            Self::Case(_) => Answer::Class,
            Self::Step(_) => Answer::Step,
            Self::Number(_) | Self::Numbers(..) => Answer::Number,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Case(labels) | Self::Step(labels) => labels.len(),
            Self::Number(numbers) => numbers.len(),
            Self::Numbers(numbers, each) => numbers.len() / (*each).max(1),
        }
    }

    /// How many numbers a case has, where they are numbers.
    const fn numbers(&self) -> Option<usize> {
        match self {
            Self::Case(_) | Self::Step(_) => None,
            Self::Number(_) => Some(1),
            Self::Numbers(_, each) => Some(*each),
        }
    }
}

/// Cases with labels.
#[derive(Clone, Debug)]
pub struct Cases {
    values: Values,
    labels: Labels,
    /// The number of cases.
    count: usize,
    /// Steps of each case, behind which it is padded; all have all steps if absent.
    lengths: Option<Vec<usize>>,
    split: Split,
    /// The test once more, in sequences of other lengths.
    longer: Vec<(usize, Cases)>,
}

/// Which cases judge is the same for every cell, where the data have no division of their own.
pub const SPLIT_SEED: u64 = 20_261;

/// What cases a model takes.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// Values of a case in all steps.
    pub values: usize,
    /// Steps that they are cut into.
    pub steps: usize,
    /// Classes that are told apart; of numbers, how many.
    pub classes: usize,
    /// What is said of a case.
    pub answer: Answer,
    /// Whether cases may have lengths of their own.
    pub lengths: bool,
}

/// Cases that do not fit a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What there is too much or too little of.
    pub what: &'static str,
    /// As the model has it.
    pub want: usize,
    /// As the cases have it.
    pub got: usize,
}

/// The division of [`Cases::held_out`].
pub(crate) fn held_out(labels: &[u8], seed: u64) -> Result<Split, Error> {
    let fixed = Split::stratified(labels, Fractions { validation: 0.0, test: 0.2 }, SPLIT_SEED)?;
    let rest: Vec<u8> = fixed.train.iter().map(|&case| labels[case]).collect();
    let drawn = Split::stratified(&rest, Fractions { validation: 0.2, test: 0.0 }, seed)?;
    let of = |part: Vec<usize>| part.into_iter().map(|i| fixed.train[i]).collect();
    Ok(Split { train: of(drawn.train), validation: of(drawn.validation), test: fixed.test })
}

impl Cases {
    /// So many cases, cut by `split`.
    pub fn new(values: Values, labels: Labels, count: usize, split: Split) -> Self {
        Self { values, labels, count, lengths: None, split, longer: Vec::new() }
    }

    /// Numbers with a class per case: what most tasks are.
    pub fn classes(values: Vec<f32>, labels: Vec<u8>, split: Split) -> Self {
        let count = labels.len();
        Self::new(Values::Numbers(values), Labels::Case(labels), count, split)
    }

    /// Numbers with a class per case, of which a fifth of each class judges, always the same, and a fifth of the others
    /// validates, drawn from a seed.
    ///
    /// # Errors
    ///
    /// [`Error::Data`].
    pub fn held_out(values: Vec<f32>, labels: Vec<u8>, seed: u64) -> Result<Self, Error> {
        let split = held_out(&labels, seed)?;
        Ok(Self::classes(values, labels, split))
    }

    /// Of the steps of each case only the first so many are its own; the others hold anything.
    #[must_use]
    pub fn of_lengths(self, lengths: Vec<usize>) -> Self {
        Self { lengths: Some(lengths), ..self }
    }

    /// What is to be said of a case.
    pub const fn answer(&self) -> Answer {
        self.labels.answer()
    }

    /// Where the cases are not what a model is made for, what they should be and what they are.
    pub fn unfit(&self, model: &Takes) -> Option<Unfit> {
        let want = self.count * model.values;
        let got = match &self.values {
            Values::Numbers(numbers) => numbers.len(),
            Values::Symbols(codes, symbols) => codes.len() * symbols,
        };
        if got != want {
            return Some(Unfit { what: "values in all cases", want, got });
        }
        let steps = |answer| if answer == Answer::Step { model.steps } else { 1 };
        let (want, got) = (self.count * steps(model.answer), self.labels.len());
        if got != want {
            return Some(Unfit { what: "labels of all cases", want, got });
        }
        if self.answer() != model.answer {
            // One number is enough to say which: numbers have no classes.
            let numbers = |answer| usize::from(answer == Answer::Number);
            let what = "numbers to be said of a case";
            return Some(Unfit { what, want: numbers(model.answer), got: numbers(self.answer()) });
        }
        if let Labels::Case(labels) | Labels::Step(labels) = &self.labels {
            let largest = labels.iter().copied().max().map_or(0, usize::from);
            if largest >= model.classes {
                return Some(Unfit { what: "classes", want: model.classes, got: largest + 1 });
            }
        }
        if let Some(got) = self.labels.numbers().filter(|each| *each != model.classes) {
            return Some(Unfit { what: "numbers of a case", want: model.classes, got });
        }
        let Some(lengths) = &self.lengths else { return None };
        if !model.lengths {
            let (longest, shortest) = (lengths.iter().max(), lengths.iter().min());
            let several = if longest == shortest { 1 } else { 2 };
            return Some(Unfit { what: "lengths of cases", want: 1, got: several });
        }
        if lengths.len() != self.count {
            return Some(Unfit { what: "lengths, one of each case", want: self.count, got: lengths.len() });
        }
        let wrong = lengths.iter().copied().find(|length| !(1..=model.steps).contains(length));
        wrong.map(|got| Unfit { what: "steps of a case, at least 1 and at most", want: model.steps, got })
    }

    /// Lets the test be read once more in sequences of so many steps.
    pub fn read_longer(&mut self, steps: usize, cases: Self) {
        self.longer.push((steps, cases));
    }

    /// The test in sequences of other lengths, by their steps.
    pub(crate) fn longer(&self) -> &[(usize, Self)] {
        &self.longer
    }

    /// Indices of the cases that train.
    pub fn training(&self) -> &[usize] {
        &self.split.train
    }

    /// Indices of the cases by which rates are chosen and curves are drawn.
    pub fn validation(&self) -> &[usize] {
        &self.split.validation
    }

    /// Indices of the cases that judge.
    pub fn test(&self) -> &[usize] {
        &self.split.test
    }

    /// These cases for a model that cuts their values into `steps` equal pieces, padded to the longest of them.
    pub(crate) fn batch(&self, cases: &[usize], steps: usize) -> Batch {
        let lengths = self.lengths.as_ref().map(|all| cases.iter().map(|&case| all[case]).collect());
        Batch {
            x: self.gather(cases, steps),
            labels: self.answers_of(cases, steps),
            cases: cases.len(),
            lengths,
        }
    }

    /// Whether a step belongs to a case.
    fn is_real(&self, t: usize, case: usize) -> bool {
        self.lengths.as_ref().is_none_or(|lengths| t < lengths[case])
    }

    /// Steps of the longest of these cases.
    fn longest(&self, cases: &[usize], steps: usize) -> usize {
        let all = self.lengths.as_ref().map(|lengths| cases.iter().map(|&case| lengths[case]));
        all.and_then(Iterator::max).unwrap_or(steps)
    }

    fn answers_of(&self, cases: &[usize], steps: usize) -> Answers {
        match &self.labels {
            Labels::Number(_) | Labels::Numbers(..) => Answers::Numbers(self.numbers_of(cases)),
            Labels::Case(_) | Labels::Step(_) => Answers::Classes(self.labels_of(cases, steps)),
        }
    }

    /// The classes of these cases; `[steps][cases]` without padded steps where each step has one, none where a case has
    /// numbers.
    pub fn labels_of(&self, cases: &[usize], steps: usize) -> Vec<usize> {
        match &self.labels {
            Labels::Case(labels) => cases.iter().map(|&case| labels[case].into()).collect(),
            Labels::Step(labels) => {
                let real = |t: usize, n: &&usize| self.is_real(t, **n);
                let at = |t: usize, n: usize| usize::from(labels[n * steps + t]);
                (0..steps)
                    .flat_map(|t| cases.iter().filter(move |n| real(t, n)).map(move |&n| at(t, n)))
                    .collect()
            }
            Labels::Number(_) | Labels::Numbers(..) => Vec::new(),
        }
    }

    /// The numbers of these cases, one case after the other; none where a case has classes.
    pub fn numbers_of(&self, cases: &[usize]) -> Vec<f32> {
        match &self.labels {
            Labels::Number(numbers) => cases.iter().map(|&case| numbers[case]).collect(),
            Labels::Numbers(numbers, each) => {
                cases.iter().flat_map(|&case| &numbers[case * each..][..*each]).copied().collect()
            }
            Labels::Case(_) | Labels::Step(_) => Vec::new(),
        }
    }

    /// The values of these cases, each cut into `steps` equal pieces: `[steps][cases][values of a step]`. Steps behind the
    /// longest of them are left out.
    pub fn gather(&self, cases: &[usize], steps: usize) -> Vec<f32> {
        let taken = self.longest(cases, steps);
        match &self.values {
            Values::Numbers(numbers) => {
                let case = numbers.len() / self.count.max(1);
                let step = case / steps;
                let piece = |t: usize, n: usize| &numbers[n * case + t * step..][..step];
                (0..taken).flat_map(|t| cases.iter().flat_map(move |&n| piece(t, n))).copied().collect()
            }
            Values::Symbols(codes, symbols) => {
                let mut x = vec![0.0; taken * cases.len() * symbols];
                for (row, (t, n)) in x
                    .chunks_exact_mut(*symbols)
                    .zip((0..taken).flat_map(|t| cases.iter().map(move |&n| (t, n))))
                {
                    row[usize::from(codes[n * steps + t])] = 1.0;
                }
                x
            }
        }
    }
}
