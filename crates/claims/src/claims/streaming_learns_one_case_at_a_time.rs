//! Streaming normalization learns from one case at a time in every kind of net.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q17",
    source: "stackexchange12956",
    statement: "Streaming normalization works in convolutional nets, in recurrent nets and with one case at \
        a time.",
    takes: "fully connected, convolutional and gated recurrent net at batches of 1 and 16: the share right, \
        within a margin",
    evidence: Evidence::Later {
        core_minutes: 20.0,
        missing: "no experiment with single cases is declared on a recurrence, and streaming convolutions are judged elsewhere",
    },
    differs: "digits",
};
