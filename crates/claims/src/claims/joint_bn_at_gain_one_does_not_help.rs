//! Batch normalization of the recurrent sum at gain 1 does not help, save at rates where the plain net fails.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R32",
    source: "laurent2016batch",
    statement: "Batch normalization of the sum of both terms, from a gain of 1, never beats the plain \
        recurrent net, except at rates so high that the plain one diverges.",
    takes: "tanh character net, a grid of rates up to divergent ones: the best validation loss at each rate",
    evidence: Evidence::Later {
        core_minutes: 25.0,
        missing: "no workload trains on characters, and no experiment compares arms rate by rate",
    },
    differs: "one layer instead of three, a small text",
};
