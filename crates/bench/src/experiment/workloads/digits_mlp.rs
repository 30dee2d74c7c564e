//! The digits as images, through a perceptron.

use models::{Mlp, NormedMlp, StreamingMlp};
use norm_core::{Descriptor, Site};

use crate::experiment::typed::Flat;
use crate::experiment::workload::{
    Epochs, Goal, Rates, Reason, Stand, Workload, in_feed_forward, models, table,
};
use crate::experiment::{digits, perceptron};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-mlp",
    title: "Digits as images",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "mlp",
    about: "64 - 100 - 100 - 10 perceptron, normalized before each hidden ReLU",
    optimizer: "Adam",
    settings: &[],
    batch_size: 64,
    epochs: Epochs { smoke: 5, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.95),
    caveats: &[digits::WRITERS],
    recurrence: None,
    cases: digits::pixels,
    arms: ARMS,
    updates: &[],
};

/// A value where it can be one; a type where what it keeps is kept by a typed layer.
const fn stand(d: &'static Descriptor) -> Result<Stand, Reason> {
    match d.site {
        Site::SummedInputs if d.pools_space() => Err("it pools space, of which a perceptron has none"),
        _ if perceptron::place(d).is_ok() => Ok(Stand::Value),
        _ => in_feed_forward(d),
    }
}

models! {
    [value "hidden" => |cell, axes| perceptron::build::<64, 100, 10>(2, cell, axes)]
    F in Flat<64>, 10 classes, by Adam;
    Sums { "hidden" => Mlp<F, 64, 100, 10> }
    Weights { "hidden weights" => NormedMlp<F, 64, 100, 10> }
    Streams { "hidden" => StreamingMlp<F, 64, 100, 10> }
}
