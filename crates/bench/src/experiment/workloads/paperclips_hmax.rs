//! Paperclips by C2 of HMAX, whose S2 cells compare by the normalized dot product, or by distance; a linear read-out is
//! trained.

use std::sync::LazyLock;

use dfdx::prelude::Linear;
use hmax::{
    Density, FilterBank, Gaussian, HmaxError, Layer, Ndp, Paperclip, Pool, Prototype, Reach, S2, Tuning,
    View, c2,
};
use norm_core::{Descriptor, Site};
use results::CellSettings;

use crate::error::Error;
use crate::experiment::axes::Axes;
use crate::experiment::cases::{Cases, SPLIT_SEED, held_out};
use crate::experiment::typed::Flat;
use crate::experiment::workload::{Epochs, Goal, Rates, Reason, Stand, Workload, models, table};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "paperclips-hmax",
    title: "Paperclips by their C2 features",
    data: "10 bent wires, each from 15 angles within 91 degrees and moved by up to 4 pixels, drawn in 64 by 64 pixels",
    attribution: "drawn here, after Riesenhuber and Poggio 1999",
    model: "hmax",
    about: "filters of 7 scales, S2 of 50 patches of training views, compared by the normalized dot product or, for the plain model, by a Gaussian of the distance; maxima over positions and scales, brought to mean 0 and variance 1; trained is a linear read-out to 10 classes",
    optimizer: "Adam",
    settings: &[],
    batch_size: 32,
    epochs: Epochs { smoke: 20, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.90),
    caveats: &[
        "Clips are known and views are new: angles of the test lie between those of training.",
        "The patches are the same for every seed; a seed sets the weights of the read-out.",
    ],
    recurrence: None,
    cases,
    arms: ARMS,
    updates: &[],
};

const fn stand(d: &Descriptor) -> Result<Stand, Reason> {
    match d.site {
        Site::Inputs => Ok(Stand::Features),
        _ if d.is_identity() => Ok(Stand::Features),
        _ => Err("trained is one linear layer, with nothing to normalize before it"),
    }
}

models! {
    F in Flat<FEATURES>, 10 classes, by Adam;
    Features { "S2" => Linear<FEATURES, 10> }
}

const FEATURES: usize = 50;
const CLIPS: u8 = 10;
const VIEWS: u8 = 15;
/// Small enough for a smoke run: all features take a few seconds.
const FRONT: View = View { frame: 64, clip: 40.0, ..View::SMALL };

fn labels() -> Vec<u8> {
    (0..CLIPS).flat_map(|clip| std::iter::repeat_n(clip, VIEWS.into())).collect()
}

/// C2 of every view by each tuning, computed at the first use: no method changes them.
static C2: LazyLock<hmax::Result<[Vec<Vec<f32>>; 2]>> = LazyLock::new(|| {
    let c1 = views()?;
    let distance = Tuning::Gaussian(Gaussian { sigma: 1.0, smallest: 3, normalized: false });
    Ok([features(&c1, distance)?, features(&c1, Tuning::Ndp(Ndp::default()))?])
});

/// Features brought to mean 0 and variance 1 over the cases that train.
fn cases(cell: &CellSettings, _: &Axes<'_>) -> Result<Cases, Error> {
    let normalized = norms::find(&cell.method).is_some_and(|m| m.descriptor().site == Site::Inputs);
    let mut all = C2.as_ref().map_err(HmaxError::clone)?[usize::from(normalized)].clone();
    let split = held_out(&labels(), cell.seed)?;
    let training = &split.train;
    let n = training.len() as f64;
    for f in 0..FEATURES {
        let mean = training.iter().map(|&case: &usize| f64::from(all[case][f])).sum::<f64>() / n;
        let variance = training.iter().map(|&case| (f64::from(all[case][f]) - mean).powi(2)).sum::<f64>() / n;
        let scale = if variance > 0.0 { variance.sqrt().recip() } else { 0.0 };
        for case in &mut all {
            case[f] = ((f64::from(case[f]) - mean) * scale) as f32;
        }
    }
    Ok(Cases::classes(all.concat(), labels(), split))
}

/// C1 of every view.
fn views() -> hmax::Result<Vec<Vec<Layer>>> {
    let bank = FilterBank::small()?;
    let mut views = Vec::new();
    for clip in 0..CLIPS {
        let wire = Paperclip::random(1, clip.into());
        for view in 0..VIEWS {
            let (degrees, right) = (f64::from(view) * 6.5 - 45.5, f64::from(view * 7 % 9) - 4.0);
            views.push(bank.c1(&wire.view(&FRONT.turned(degrees).shifted(right, -right))?)?);
        }
    }
    Ok(views)
}

/// C2 of all views by patches of those that train.
fn features(c1: &[Vec<Layer>], tuning: Tuning) -> hmax::Result<Vec<Vec<f32>>> {
    // Of cases that never judge, the same for every seed.
    let split = held_out(&labels(), 0).unwrap_or_default();
    let seen: Vec<Vec<Layer>> =
        [split.train, split.validation].concat().iter().map(|&case| c1[case].clone()).collect();
    let prototypes = Prototype::sample(&seen, &[3], FEATURES, Density::Dense, SPLIT_SEED)?;
    let got = prototypes.len();
    if got != FEATURES {
        return Err(HmaxError::Features { what: "S2", expected: FEATURES, got });
    }
    let s2 = S2::new(prototypes, tuning)?;
    c1.iter().map(|view| c2(view, &s2, Reach::Everywhere, Pool::Max)).collect()
}
