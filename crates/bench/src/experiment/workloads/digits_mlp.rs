//! The digits as images, through a perceptron.

use models::{Mlp, NormedMlp, StreamingMlp};
use norm_core::{Descriptor, Site};
use norm_dfdx::Fused;

use crate::digits;
use crate::learner::Flat;
use crate::workload::{Epochs, Rates, Reason, Stand, Workload, in_feed_forward, models, table};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-mlp",
    title: "Digits as images",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "mlp",
    about: "64 - 100 - 100 - 10 perceptron, normalized before each hidden ReLU",
    optimizer: "Adam",
    batch_size: 64,
    epochs: Epochs { smoke: 5, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: 0.95,
    caveats: &[digits::WRITERS],
    recurrence: None,
    labels: digits::labels,
    values: digits::pixels,
    arms: ARMS,
    updates: &[],
};

const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    match d.site {
        Site::SummedInputs if d.pools_space() => Err("it pools space, of which a perceptron has none"),
        _ => in_feed_forward(d),
    }
}

models! {
    F in Flat<64>, 10 classes, by Adam;
    Sums { "hidden" => Mlp<F, 64, 100, 10> }
    Groups { "hidden, 10 groups" => Mlp<F, 64, 100, 10, Fused, 10> }
    Weights { "hidden weights" => NormedMlp<F, 64, 100, 10> }
    Streams { "hidden" => StreamingMlp<F, 64, 100, 10> }
}
