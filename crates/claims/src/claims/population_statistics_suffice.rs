//! Running averages stand for the statistics of all data.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R4",
    source: "ioffe2015batch",
    statement: "Once training is over, running averages of batch statistics classify as well as statistics \
        estimated anew from all training data.",
    takes: "one trained perceptron evaluated by running averages, by statistics of the whole training set \
        and by the batch; running averages within a point",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "statistics re-estimated over the whole training set are no source for evaluation yet",
    },
    differs: "digits and a perceptron instead of ImageNet and Inception",
};
