//! C2: each S2 feature pooled over positions and scales.

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    error::{HmaxError, Result, some},
    layer::{Layer, UNKNOWN},
    layout::Axis,
    pool::Pool,
    s2::S2,
};

/// Where a C2 cell looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// At all positions and scales.
    Everywhere,
    /// Near where the prototype was cut (`mutch2008object`); everywhere for one that was not cut.
    Near {
        /// Scales up and down.
        scales: usize,
        /// Distance of the centres up, down, left and right, as a share of the image.
        position: f64,
    },
}

impl Reach {
    /// As in the full model of `mutch2008object`. The paper says 5 %; this is what its authors' package uses.
    pub const PUBLISHED: Self = Self::Near { scales: 1, position: 0.0575 };
}

/// One value per prototype, from the C1 layers of an image, one per scale. A prototype of which no patch is known
/// within reach gets 0.
///
/// # Errors
/// No layer, a layer with another number of features, a prototype that fits into no layer.
pub fn c2(c1: &[Layer], s2: &S2, reach: Reach, pool: Pool) -> Result<Vec<f32>> {
    some("the number of C1 layers", c1.len())?;
    for layer in c1 {
        layer.expect_features("a C1 layer", s2.inputs())?;
    }
    for p in s2.prototypes() {
        if c1.iter().all(|l| p.reach() > l.size().0.min(l.size().1)) {
            let (height, width) = c1[0].size();
            return Err(HmaxError::TooSmall { what: "prototype", field: p.reach(), height, width });
        }
    }
    let one = |feature: usize| {
        let p = &s2.prototypes()[feature];
        let near = match reach {
            Reach::Near { scales, position } => p.origin().map(|o| (o, scales, position)),
            Reach::Everywhere => None,
        };
        let seen = c1.iter().enumerate().flat_map(|(scale, layer)| {
            let (rows, columns) = match near {
                None => (places(layer.y(), p.reach(), None), places(layer.x(), p.reach(), None)),
                Some((o, scales, _)) if scale.abs_diff(o.scale) > scales => (0..0, 0..0),
                Some((o, _, d)) => (
                    places(layer.y(), p.reach(), Some((o.y, d))),
                    places(layer.x(), p.reach(), Some((o.x, d))),
                ),
            };
            rows.flat_map(move |y| columns.clone().map(move |x| s2.respond(feature, layer, (y, x))))
        });
        let value = pool.over(seen);
        if value == UNKNOWN { 0.0 } else { value }
    };
    Ok((0..s2.prototypes().len()).into_par_iter().map(one).collect())
}

/// First cells of the patches of `reach` cells whose centre is within a distance of a point.
fn places(axis: &Axis, reach: usize, near: Option<(f64, f64)>) -> Range<usize> {
    let all = 0..(axis.cells() + 1).saturating_sub(reach);
    let Some((at, distance)) = near else { return all };
    // The centre of a patch lies this far behind its first cell.
    let behind = axis.space() * (reach - 1) as f64 / 2.0;
    let within = axis.within(at - behind, distance);
    within.start.min(all.end)..within.end.min(all.end)
}
