//! A constant in the divisor helps recurrent nets, the penalty on activity less.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R38",
    source: "ren2017normalizing",
    statement: "In recurrent nets a sizeable constant under the root makes layer normalization better, and \
        a penalty on absolute activity adds less than that.",
    takes: "tanh character net: layer norm, with sigma, with the penalty, with both, and divisive: bits for \
        each character",
    evidence: Evidence::Later {
        core_minutes: 50.0,
        missing: "the constant under the root is no setting of a cell, and the penalty on activity is not built",
    },
    differs: "a small text instead of Penn Treebank",
};
