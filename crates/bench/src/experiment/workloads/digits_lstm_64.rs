//! The digits pixel by pixel, through an LSTM.

use models::{LstmClassifier, PlacedIn, Usual};
use sequence::CellKind;

use crate::digits;
use crate::learner::Steps;
use crate::workload::{Epochs, Rates, Recurrence, Workload, at_sums as stand, models, table};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-lstm-64",
    title: "Digits pixel by pixel",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "lstm",
    about: "LSTM of 48 units over 64 steps of one pixel in scan order, last state to 10 classes",
    optimizer: "Adam",
    batch_size: 32,
    epochs: Epochs { smoke: 2, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: 0.80,
    caveats: &[digits::WRITERS, "The forget gate starts without an offset for every method."],
    recurrence: Some(Recurrence { kind: CellKind::Lstm, units: 48 }),
    labels: digits::labels,
    values: digits::pixels,
    arms: ARMS,
    updates: &[],
};

models! {
    F in Steps<64, 1>, 10 classes, by Adam;
    Sums { <Usual<F> as PlacedIn>::PLACEMENT.name => LstmClassifier<F, Usual<F>, 1, 48, 192, 10> }
}
