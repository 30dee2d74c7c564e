//! The digits as images, through a plain perceptron: steps along the gradient against steps divided by path scales.

use models::Mlp;
use norm_core::Descriptor;
use norms::methods;

use crate::experiment::digits;
use crate::experiment::typed::{self, Flat};
use crate::experiment::workload::{Arm, Epochs, Goal, Place, Rates, Reason, Stand, Workload, models, table};

/// The two optimizers measure their rates in different units, so the grid is wide enough for both.
pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-mlp-sgd",
    title: "Digits as images, plain steps",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "mlp-sgd",
    about: "64 - 100 - 100 - 10 perceptron with nothing normalized; an update takes the place of the plain step",
    optimizer: "SGD",
    settings: &[],
    batch_size: 64,
    epochs: Epochs { smoke: 5, quick: 30, full: 60 },
    rates: Rates { smoke: 1e-2, grid: &[1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1] },
    target: Goal::Accuracy(0.95),
    caveats: &[digits::WRITERS],
    recurrence: None,
    cases: digits::pixels,
    arms: ARMS,
    updates: &[Arm::of_update(
        "path-sgd",
        &[Place {
            name: "update",
            build: typed::build::<Flat<64>, Mlp<methods::None, 64, 100, 10>, typed::PathSgd, 10>,
        }],
    )],
};

const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    if d.is_identity() { Ok(Stand::Sums) } else { Err("compared are updates of a plain network") }
}

models! {
    F in Flat<64>, 10 classes, by Sgd;
    Sums { "hidden" => Mlp<F, 64, 100, 10> }
}
