//! Batch normalization gets there sooner, and the inputs of its last sigmoid wander less.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R3",
    source: "ioffe2015batch",
    statement: "With batch normalization a sigmoid perceptron needs at most half the updates, and the \
        distribution of inputs to its last hidden layer drifts less.",
    takes: "sigmoid perceptron on the digits, batches of 60: updates until 90 % and the drift of the 15th, \
        50th and 85th percentile",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "percentiles of pre-activations over training are no metric of a cell yet",
    },
    differs: "digits instead of MNIST",
};
