//! What a model is to say of a case: it sets which labels the data have, which loss is trained on, and which metrics there
//! are.

/// What a model is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A class of each case.
    Class,
    /// A class at each step of a case.
    Step,
    /// Numbers for each case, one or as many as the model has outputs.
    Number,
}

impl Answer {
    /// The loss, in words.
    pub(crate) const fn loss(self) -> &'static str {
        match self {
            Self::Class | Self::Step => "softmax cross-entropy",
            Self::Number => "mean squared error",
        }
    }
}

/// What is right of the cases of one pass, one entry for each row that a model says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answers {
    Classes(Vec<usize>),
    /// Row by row, one or as many as a row has.
    Numbers(Vec<f32>),
    /// Of each row which output is judged, and its number; the others may say anything.
    Chosen(Vec<(usize, f32)>),
}

impl Default for Answers {
    /// None, as in a pass that only reads.
    fn default() -> Self {
        Self::Classes(Vec::new())
    }
}

/// Mean loss over answers, and the share of right ones where they are classes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Score {
    pub(crate) loss: f64,
    pub(crate) accuracy: Option<f64>,
}

/// The score of answers that come in several passes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    loss: f64,
    right: usize,
    classes: bool,
    count: usize,
}

impl Tally {
    /// Adds a pass: `said` has a row of `width` numbers for each answer.
    pub(crate) fn add(&mut self, said: &[f32], width: usize, answers: &Answers) {
        match answers {
            Answers::Classes(labels) => {
                self.classes = true;
                self.count += labels.len();
                for (row, &label) in said.chunks_exact(width).zip(labels) {
                    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    let sum: f64 = row.iter().map(|v| f64::from(v - top).exp()).sum();
                    self.loss += sum.ln() - f64::from(row[label] - top);
                    // A row of NaN has no largest entry and is wrong.
                    self.right += usize::from(row.iter().position(|v| *v == top) == Some(label));
                }
            }
            Answers::Numbers(numbers) => {
                self.count += numbers.len();
                self.loss += said.iter().zip(numbers).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
            }
            Answers::Chosen(chosen) => {
                self.count += chosen.len();
                let rows = said.chunks_exact(width).zip(chosen);
                self.loss += rows.map(|(row, (at, b))| f64::from(row[*at] - b).powi(2)).sum::<f64>();
            }
        }
    }

    /// The means.
    pub(crate) fn score(self) -> Score {
        let count = self.count.max(1) as f64;
        Score { loss: self.loss / count, accuracy: self.classes.then(|| self.right as f64 / count) }
    }
}
