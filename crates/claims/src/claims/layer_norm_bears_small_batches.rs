//! Layer normalization does not care about the batch, batch normalization does.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R7",
    source: "ba2016layer",
    statement: "Going from batches of 128 to batches of 4 costs layer normalization next to nothing and \
        batch normalization more.",
    takes: "perceptron on the digits, batches of 128 and of 4, batch norm in hidden layers and everywhere: \
        the error on test cases",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "batch normalization behind the last layer is no place of the perceptron, so the paper's \
            confound cannot be told apart",
    },
    differs: "digits instead of MNIST, 100 units instead of 1000",
};
