//! The digits as images, through a network that applies one residual function at every step.

use models::{AllPerStep, AllShared, SharedConv, StatisticsPerStep};
use norm_core::{Descriptor, PolicyKind, ReferenceSet};

use crate::experiment::digits;
use crate::experiment::typed::Image;
use crate::experiment::workload::{
    Epochs, Goal, Rates, Reason, Stand, Workload, in_convolutions, models, table,
};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-shared-conv",
    title: "Digits as images, convolved in steps that share their weights",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "shared-conv",
    about: "8 channels, 3 residual steps with the same two 3 by 3 convolutions, each normalized and rectified before it, mean over positions to 10 classes",
    optimizer: "Adam",
    settings: &[],
    batch_size: 64,
    epochs: Epochs { smoke: 2, quick: 8, full: 20 },
    rates: Rates { smoke: 1e-2, grid: &[3e-3, 1e-2, 3e-2] },
    target: Goal::Accuracy(0.90),
    caveats: &[digits::WRITERS],
    recurrence: None,
    cases: digits::pixels,
    arms: ARMS,
    updates: &[],
};

/// Methods that keep statistics of each step stand here in three ways, beside batch normalization and the plain network.
const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    match (in_convolutions(d), d.policy, d.reference_set) {
        _ if d.is_identity() => Ok(Stand::Sums),
        (_, PolicyKind::PerStep, ReferenceSet::BatchSpace) => Ok(Stand::PerStep),
        (Ok(Stand::Sums), PolicyKind::Running, _) => Ok(Stand::Sums),
        (Ok(_), _, _) => Err("compared is what steps share of statistics over cases"),
        (refused, _, _) => refused,
    }
}

models! {
    F in Image<1, 8, 8>, 10 classes, by Adam;
    PerStep {
        "statistics per step" => SharedConv<F, StatisticsPerStep, 1, 8, 3, 10>,
        "all per step" => SharedConv<F, AllPerStep, 1, 8, 3, 10>,
        "all shared" => SharedConv<F, AllShared, 1, 8, 3, 10>,
    }
    Sums { "all shared" => SharedConv<F, AllShared, 1, 8, 3, 10> }
}
