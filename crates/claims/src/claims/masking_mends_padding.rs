//! Padding biases frame-wise statistics; masked sequence-wise ones are free of it.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{ADDING_OF_LENGTHS, FRAME_WISE_COUNTED, SEQUENCE_WISE_COUNTED, SEQUENCE_WISE_MASKED};

pub(crate) static CLAIM: Claim = Claim {
    id: "R34",
    source: "laurent2016batch",
    statement: "In batches of sequences of several lengths, padding distorts statistics of single frames, \
        and statistics over all real frames avoid it.",
    takes: "adding task of several lengths, padded with zeros, batch normalization of the inputs with statistics \
        frame-wise, sequence-wise and sequence-wise masked: the test loss at the end",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: ADDING_OF_LENGTHS,
                first: SEQUENCE_WISE_MASKED,
                second: FRAME_WISE_COUNTED,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: ADDING_OF_LENGTHS,
                first: SEQUENCE_WISE_MASKED,
                second: SEQUENCE_WISE_COUNTED,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 14.0,
    }),
    differs: "adding task instead of speech; the loss is judged, not the statistics themselves",
};
