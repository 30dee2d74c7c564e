//! Recurrent batch normalization is more often right on new permuted digits.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R16",
    source: "cooijmans2017recurrent",
    statement: "An LSTM with recurrent batch normalization is right on more unseen cases of the permuted \
        task than the plain LSTM, evaluated by stored statistics.",
    takes: "LSTM over permuted pixels of the digits: the share of test cases that is right, more than a \
        point apart",
    evidence: Evidence::Later {
        core_minutes: 5.0,
        missing: "the experiment on `digits-lstm-64` is not declared",
    },
    differs: "8 by 8 digits instead of MNIST, 32 units instead of 100",
};
