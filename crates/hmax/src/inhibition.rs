//! Inhibition across orientations.

use crate::{
    error::{HmaxError, Result},
    layer::{Layer, UNKNOWN},
};

/// At each place the answers below `min + share·(max - min)` over the orientations become 0 (`mutch2008object`;
/// 0.5 in the published model).
///
/// # Errors
/// A share outside 0 to 1.
pub fn inhibit(layer: &Layer, share: f32) -> Result<Layer> {
    check_share(share)?;
    Ok(Layer::by_rows(layer.features(), *layer.y(), *layer.x(), |feature, y, out| {
        for (x, out) in out.iter_mut().enumerate() {
            *out = inhibited(layer, share, (feature, y, x));
        }
    }))
}

pub(crate) fn check_share(share: f32) -> Result<()> {
    if (0.0..=1.0).contains(&share) {
        return Ok(());
    }
    Err(HmaxError::Parameter { name: "the share of inhibition", value: share.into(), expected: "0 to 1" })
}

/// What is left of one answer.
pub(crate) fn inhibited(layer: &Layer, share: f32, (feature, y, x): (usize, usize, usize)) -> f32 {
    let own = layer.get(feature, y, x);
    if own == UNKNOWN {
        return UNKNOWN;
    }
    let others = (0..layer.features()).map(|f| layer.get(f, y, x)).filter(|&v| v != UNKNOWN);
    let (min, max) = others.fold((own, own), |(min, max), v| (v.min(min), v.max(max)));
    if own < min + share * (max - min) { 0.0 } else { own }
}
