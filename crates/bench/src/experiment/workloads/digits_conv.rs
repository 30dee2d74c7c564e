//! The digits as images, through a convolutional network.

use models::{ConvNet, StreamingConvNet};
use norm_core::{Descriptor, ReferenceSet};
use norm_dfdx::Fused;

use crate::experiment::digits;
use crate::experiment::typed::Image;
use crate::experiment::workload::{
    Epochs, FOR_A_SHORT_BUILD, Goal, Rates, Reason, Stand, Workload, centres, in_convolutions, models, table,
};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-conv",
    title: "Digits as images, convolved",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "conv",
    about: "two 3 by 3 convolutions to 8 and 16 channels, normalized before each ReLU, each pooled, mean over positions to 10 classes",
    optimizer: "Adam",
    settings: &[],
    batch_size: 64,
    epochs: Epochs { smoke: 3, quick: 10, full: 30 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.95),
    caveats: &[digits::WRITERS],
    recurrence: None,
    cases: digits::pixels,
    arms: ARMS,
    updates: &[],
};

const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    match in_convolutions(d) {
        Ok(Stand::Weights) => Err("it normalizes weights, which no convolution here does"),
        Ok(Stand::Sums)
            if !centres(d) && !d.plan.is_staged() && !matches!(d.reference_set, ReferenceSet::Space) =>
        {
            Err(FOR_A_SHORT_BUILD)
        }
        stand => stand,
    }
}

models! {
    F in Image<1, 8, 8>, 10 classes, by Adam;
    Sums { "hidden" => ConvNet<F, 1, 8, 16, 10> [build_with_filters] }
    Groups { "hidden, 4 groups" => ConvNet<F, 1, 8, 16, 10, Fused, 4> }
    Streams { "hidden" => StreamingConvNet<F, 1, 8, 16, 10> }
}
