//! Digits among fragments of others, through a convolutional network: unlike the digits alone they leave room to differ.

use std::sync::OnceLock;

use models::{ConvNet, NormedConvNet, PositionConvNet, StreamingConvNet, TwiceNormedConvNet};
use norm_core::{Descriptor, ReferenceSet};
use norm_dfdx::Fused;
use norms::methods::{WeightNorm, WeightStandardization};
use results::CellSettings;

use crate::error::Error;
use crate::experiment::axes::Axes;
use crate::experiment::cases::Cases;
use crate::experiment::digits;
use crate::experiment::typed::Image;
use crate::experiment::workload::{
    Epochs, FOR_A_SHORT_BUILD, Goal, Rates, Reason, Stand, Workload, centres, in_convolutions, models, table,
};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "cluttered-conv",
    title: "Digits among fragments of others, convolved",
    data: "optdigits, each of 8 by 8 pixels somewhere on 16 by 16 among four fragments of 4 by 4 pixels of other digits: 3823 by 30 writers, a fifth of which validate, and 1797 by 13 other writers, which judge; grey levels 0 to 16 scaled to 0 to 1",
    attribution: digits::ATTRIBUTION,
    model: "conv",
    about: "two 3 by 3 convolutions to 8 and 16 channels, normalized before each ReLU, each pooled, mean over positions to 10 classes",
    optimizer: "Adam",
    settings: &[],
    batch_size: 64,
    epochs: Epochs { smoke: 3, quick: 10, full: 20 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.50),
    caveats: &[
        digits::WRITERS,
        "Every cell sees the same canvases: places and fragments are drawn once, not at each pass.",
    ],
    recurrence: None,
    cases,
    arms: ARMS,
    updates: &[],
};

const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    match (in_convolutions(d), d.reference_set) {
        (Ok(Stand::Weights), _) if d.policy.stores() => {
            Err("it keeps what it found of a matrix, and a convolution with normalized weights keeps nothing")
        }
        (Ok(Stand::Sums), _) if d.is_identity() => Ok(Stand::Sums),
        (Ok(Stand::Sums), ReferenceSet::Features) if centres(d) => Ok(Stand::Positions),
        (Ok(Stand::Sums), ReferenceSet::BatchSpace) if !d.plan.is_staged() => {
            // What subtracts means alone leaves lengths to the weights.
            let means_alone = !centres(d) && d.statistics.len() == 1 && d.params.len() == 1;
            Ok(if means_alone { Stand::BesideWeights } else { Stand::Sums })
        }
        (Ok(Stand::Sums), ReferenceSet::Channels) => Ok(Stand::Sums),
        (Ok(Stand::Sums), _) => Err(FOR_A_SHORT_BUILD),
        (stand, _) => stand,
    }
}

models! {
    F in Image<1, 16, 16>, 10 classes, by Adam;
    Sums { "hidden" => ConvNet<F, 1, 8, 16, 10> [build_with_filters] }
    Positions {
        "hidden" => ConvNet<F, 1, 8, 16, 10>,
        "hidden, each position" => PositionConvNet<F, 1, 8, 16, 10>,
    }
    BesideWeights {
        "hidden" => ConvNet<F, 1, 8, 16, 10>,
        "hidden, normalized weights" => TwiceNormedConvNet<WeightNorm, F, 1, 8, 16, 10>,
    }
    Groups {
        "hidden, 4 groups" => ConvNet<F, 1, 8, 16, 10, Fused, 4>,
        "hidden, 4 groups, standardized weights" => TwiceNormedConvNet<WeightStandardization, F, 1, 8, 16, 10, 4>,
    }
    Streams { "hidden" => StreamingConvNet<F, 1, 8, 16, 10> }
    Weights { "hidden" => NormedConvNet<F, 1, 8, 16, 10> }
}

/// Where digits and fragments lie on the canvases of training and test. Records name the workload only, so these may never
/// change.
const CANVASES: [u64; 2] = [1, 2];

/// All canvases, training before test, once they were asked for.
static PIXELS: OnceLock<Vec<f32>> = OnceLock::new();

fn draw() -> Result<Vec<f32>, Error> {
    let parts = data::optdigits();
    let drawn = [data::cluttered(&parts.train, CANVASES[0])?, data::cluttered(&parts.test, CANVASES[1])?];
    Ok(drawn.iter().flat_map(data::Images::scaled).collect())
}

/// Labels and division as of the digits.
fn cases(cell: &CellSettings, _: &Axes<'_>) -> Result<Cases, Error> {
    let (_, labels, split) = digits::division(cell.seed)?;
    let pixels = if let Some(pixels) = PIXELS.get() {
        pixels
    } else {
        let drawn = draw()?;
        PIXELS.get_or_init(|| drawn)
    };
    Ok(Cases::classes(pixels.clone(), labels, split))
}
