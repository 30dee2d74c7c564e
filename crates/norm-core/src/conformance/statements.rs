//! Answers to what people ask of a method, each from what was seen of it: a sentence here is said of no method that was
//! not seen to do so.

use super::behaviour::{Behaviour, Single};
use crate::descriptor::{Descriptor, Site};
use crate::layout::ReferenceSet;

/// An answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Always.
    Yes,
    /// Never.
    No,
    /// The reason says on what it depends.
    Depends,
}

/// An answer with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The answer.
    pub verdict: Verdict,
    /// The reason, in a few words.
    pub reason: &'static str,
}

/// The answers about one method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statements {
    /// Whether training and evaluation give the same.
    pub training_is_evaluation: Statement,
    /// Whether it works on one case at a time.
    pub batch_of_one: Statement,
    /// Whether it works on sequences longer than those trained on.
    pub longer_sequences: Statement,
    /// Whether padding that is not masked does no harm.
    pub padding: Statement,
    /// Whether plain weights and a bias can do the same after training.
    pub foldable: Statement,
}

use Verdict::{Depends, No, Yes};

const fn say(verdict: Verdict, reason: &'static str) -> Statement {
    Statement { verdict, reason }
}

fn training_is_evaluation(d: &Descriptor, seen: &Behaviour) -> Statement {
    let stores = seen.stored[0] > 0;
    if !stores && seen.evaluation_follows {
        return say(Yes, "nothing is stored");
    }
    if d.reference_set.is_of_weights() {
        return say(
            Depends,
            "training moves what is stored of the weights and uses that, evaluation uses it as it is",
        );
    }
    if seen.evaluation_follows {
        return say(
            Depends,
            "both use what is stored; training takes its input into that before, evaluation does not",
        );
    }
    if !d.plan.uses_statistics() {
        return say(
            Depends,
            "both are made of what is stored; training takes in each batch, or each block of it, once it is normalized",
        );
    }
    if seen.evaluation_before {
        return say(
            Depends,
            "the same as long as the correction towards what is stored is at no bound; what a batch adds to the store counts for the next",
        );
    }
    say(No, "training uses the statistics of the batch, evaluation stored ones")
}

fn batch_of_one(d: &Descriptor, seen: &Behaviour) -> Statement {
    match (seen.single, seen.single_with_space) {
        _ if d.site == Site::Weights => say(Yes, "weights are normalized whatever the batch"),
        (Single::AsInBatch, _) if !d.plan.uses_statistics() && seen.stored[0] > 0 => {
            say(Yes, "the output is made of what is stored, whatever the batch")
        }
        (Single::AsInBatch, _) => say(Yes, "a case gives alone what it gives in a batch"),
        (Single::AsInBatchNear, _) => say(
            Depends,
            "one case gives what it gives in a batch as long as its shift towards what is stored is at no bound; beyond, the bound",
        ),
        (Single::Nothing, Some(true)) => {
            say(Depends, "of one case of one position only the bias is left; with space to pool it works")
        }
        (Single::Nothing, _) if d.reference_set == ReferenceSet::BatchTime => {
            say(Depends, "of one case of one step only the bias is left; with steps to pool it works")
        }
        (Single::Nothing, _) => say(No, "of one case at a step only the bias is left"),
        (Single::Follows, _) if d.plan.is_staged() => say(
            Depends,
            "of one case of one position the part of the batch is the case itself; the other parts have what they always have",
        ),
        (Single::Follows, _) => {
            say(Depends, "one case of one position gives something else than in a batch, which follows it")
        }
        (Single::FollowsLater, _) => say(
            Depends,
            "the first case gives the bias, later ones what the moments of all so far make of them",
        ),
        (Single::RunsAway, Some(true)) => say(
            Depends,
            "one case of one position has no deviation: the first gives the bias, later ones run away; with space to pool it works",
        ),
        (Single::RunsAway, _) => {
            say(No, "one case has no deviation: the first gives the bias, later ones run away")
        }
    }
}

fn longer_sequences(d: &Descriptor, seen: &Behaviour) -> Statement {
    if seen.stored[1] > seen.stored[0] {
        say(Depends, "later steps use the statistics of the last step that was trained on")
    } else if d.site == Site::Weights {
        say(Yes, "weights are the same at all steps")
    } else if seen.stored[0] > 0 {
        say(Yes, "what is stored is the same for all steps")
    } else {
        say(Yes, "each step stands alone")
    }
}

fn padding(seen: &Behaviour) -> Statement {
    match (seen.padding_leaves_output, seen.padding_leaves_store) {
        (true, true) => say(Yes, "a padded step changes no other step"),
        (false, _) => {
            say(No, "padded steps enter the statistics of the others unless the mask leaves them out")
        }
        (true, false) => say(No, "padded steps enter what is stored unless the mask leaves them out"),
    }
}

fn foldable(d: &Descriptor, seen: &Behaviour) -> Statement {
    match (seen.straight_in_training, seen.straight_in_evaluation) {
        _ if d.site == Site::Weights => say(Yes, "the normalized weights are the plain network's"),
        _ if d.is_identity() => say(Yes, "it is the plain network"),
        (true, true) if seen.stored[0] == 0 => say(Yes, "it is a straight line in the input"),
        (true, true) => {
            say(Depends, "what is stored folds into weights and bias at any moment, and training moves it")
        }
        (false, true) => say(
            Depends,
            "with stored statistics it folds into weights and bias; with those of the batch it does not",
        ),
        (_, false) if d.reference_set == ReferenceSet::Nothing => {
            say(No, "it is a nonlinearity of each sum, which no weights can be")
        }
        (_, false) if d.plan.cuts_off() && seen.stored[0] > 0 => {
            say(No, "what is cut off is no straight line, so no fixed weights do the same")
        }
        (_, false) => say(No, "what divides depends on the input, so no fixed weights do the same"),
    }
}

impl Statements {
    /// What is to be said of a method that was seen to behave so.
    pub fn of(d: &Descriptor, seen: &Behaviour) -> Self {
        Self {
            training_is_evaluation: training_is_evaluation(d, seen),
            batch_of_one: batch_of_one(d, seen),
            longer_sequences: longer_sequences(d, seen),
            padding: padding(seen),
            foldable: foldable(d, seen),
        }
    }
}
