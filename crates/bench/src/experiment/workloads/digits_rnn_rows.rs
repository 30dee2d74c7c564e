//! The digits row by row, through a simple recurrence.

use models::{PlacedIn, RnnClassifier, Tanh, Usual};
use sequence::CellKind;

use crate::digits;
use crate::learner::Steps;
use crate::workload::{Epochs, Rates, Recurrence, Workload, in_recurrence as stand, models, table};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-rnn-rows",
    title: "Digits row by row, simple",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "rnn",
    about: "simple recurrence with the hyperbolic tangent of 48 units over 8 steps of a row of 8 pixels, last state to 10 classes",
    optimizer: "Adam",
    batch_size: 32,
    epochs: Epochs { smoke: 3, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: 0.85,
    caveats: &[digits::WRITERS],
    recurrence: Some(Recurrence { kind: CellKind::RnnTanh, units: 48 }),
    labels: digits::labels,
    values: digits::pixels,
    arms: ARMS,
    updates: &[],
};

models! {
    F in Steps<8, 8>, 10 classes, by Adam;
    Sums { <Usual<F> as PlacedIn>::PLACEMENT.name => RnnClassifier<Tanh, F, Usual<F, 8>, 8, 48, 10> }
}
