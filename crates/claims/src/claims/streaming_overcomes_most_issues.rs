//! Streaming normalization overcomes most of what ails the others.

use crate::claim::{Claim, Difficulty, Evidence};

/// All that the claims about streaming say of a difficulty that another method has; the others among them are about its own parts.
const DIFFICULTIES: &[Difficulty] = &[
    Difficulty { about: "learning from a few cases, where batch normalization fails", claim: "SN2" },
    Difficulty { about: "one set of statistics instead of one for each step", claim: "SN3" },
    Difficulty { about: "recurrent nets, where layer normalization is at home", claim: "SN4" },
    Difficulty { about: "convolutions, where layer normalization stays behind", claim: "SN5" },
    Difficulty { about: "convolutions that share their weights over steps", claim: "SN6" },
    Difficulty { about: "sequences longer than those of training", claim: "SN9" },
    Difficulty { about: "many small batches for an update", claim: "SN10" },
    Difficulty { about: "one case at a time, and every kind of net", claim: "Q17" },
];

pub(crate) static CLAIM: Claim = Claim {
    id: "Q18",
    source: "stackexchange12956",
    statement: "Streaming normalization overcomes most of the difficulties that the other normalizations \
        have.",
    takes: "the verdicts on its claims, difficulty by difficulty; supported where more than half of them are",
    evidence: Evidence::Counted(DIFFICULTIES),
    differs: "a count instead of a judgement; the list of difficulties was written down when some of their verdicts were known",
};
