//! The digits row by row, through a gated recurrent unit.

use models::{GatedKeep, GruClassifier, PlacedIn, Usual};
use norm_core::Descriptor;
use sequence::CellKind;

use crate::digits;
use crate::learner::Steps;
use crate::workload::{
    Epochs, FOR_A_SHORT_BUILD, Rates, Reason, Recurrence, Stand, Workload, at_sums, centres, models, table,
};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-gru-rows",
    title: "Digits row by row, gated",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "gru",
    about: "gated recurrent units of 48 units over 8 steps of a row of 8 pixels, last state to 10 classes",
    optimizer: "Adam",
    batch_size: 32,
    epochs: Epochs { smoke: 3, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: 0.90,
    caveats: &[digits::WRITERS],
    recurrence: Some(Recurrence { kind: CellKind::GruKeep, units: 48 }),
    labels: digits::labels,
    values: digits::pixels,
    arms: ARMS,
    updates: &[],
};

const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    match at_sums(d) {
        Ok(_) if !centres(d) => Err(FOR_A_SHORT_BUILD),
        stand => stand,
    }
}

models! {
    F in Steps<8, 8>, 10 classes, by Adam;
    Sums { <Usual<F> as PlacedIn>::PLACEMENT.name => GruClassifier<GatedKeep, F, Usual<F, 8>, 8, 48, 144, 96, 10> }
}
