//! {{title}}.

use models::Mlp;
use norm_core::{Descriptor, ReferenceSet};

use crate::error::Error;
use crate::learner::Flat;
use crate::workload::{
    Epochs, FOR_A_SHORT_BUILD, Rates, Reason, Stand, Workload, centres, in_feed_forward, models, table,
};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "{{id}}",
    title: "{{title}}",
    data: "to be written: what the cases are, and how many",
    attribution: "to be written: whose they are and under which licence, or that they are drawn here",
    model: "mlp",
    about: "to be written: the model with its sizes, and what is normalized",
    optimizer: "Adam",
    batch_size: 64,
    epochs: Epochs { smoke: 5, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: 0.9, // to be written: the accuracy that counts as reached, before anything is run
    caveats: &["to be written: what limits the conclusions"],
    recurrence: None,
    labels,
    values,
    arms: ARMS,
    updates: &[],
};

/// How each method stands in the model, or why it does not: every method has an answer.
const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    match (in_feed_forward(d), d.reference_set) {
        (_, ReferenceSet::Space) => Err("it pools space, of which a perceptron has none"),
        (Ok(Stand::Sums), _) if centres(d) => Ok(Stand::Sums),
        (Ok(_), _) => Err(FOR_A_SHORT_BUILD),
        (refused, _) => refused,
    }
}

// to be written: the layout of a case, the classes, and for each way to stand the model with `F` in it
models! {
    F in Flat<64>, 10 classes, by Adam;
    Sums { "hidden" => Mlp<F, 64, 100, 10> }
}

/// The class of each case, from 0.
fn labels() -> Vec<u8> {
    crate::digits::labels() // to be written
}

/// What a method sees of the cases, `[cases][values]`.
fn values(method: &str) -> Result<Vec<f32>, Error> {
    crate::digits::pixels(method) // to be written
}
