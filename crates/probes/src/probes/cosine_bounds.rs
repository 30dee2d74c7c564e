//! The sums of cosine normalization lie between -1 and 1.

use norm_core::conformance::peak;

use crate::cosine::CosineLayer;
use crate::dense::Dense;
use crate::draw::Draw;
use crate::probe::{Probe, Values};

const SIZES: Dense = Dense { cases: 60, inputs: 20, units: 15 };

pub(crate) const PROBE: Probe = Probe {
    id: "cosine-bounds",
    about: "Sums of plain and centred cosine norm, 60 inputs and 15 weight vectors of 20 components with lengths from 1e-12 to \
            1e12, multiples of a weight vector and a vector of zeros among the inputs: the largest size.",
    find,
};

/// Vectors of very different lengths.
fn vectors(draw: &mut Draw, n: usize) -> Vec<f64> {
    let one = |draw: &mut Draw| {
        let size = 10f64.powf(24.0 * draw.uniform() - 12.0);
        draw.normals(SIZES.inputs, size)
    };
    (0..n).flat_map(|_| one(draw)).collect()
}

fn problem() -> (Vec<f64>, Vec<f64>) {
    let mut draw = Draw::new(141);
    let w = vectors(&mut draw, SIZES.units);
    let mut x = vectors(&mut draw, SIZES.cases);
    // The first cases lie along a weight vector each, forwards and backwards; the last one is blank.
    for (n, x) in x.chunks_exact_mut(SIZES.inputs).enumerate().take(2 * SIZES.units) {
        let (unit, sign) = (n / 2, if n % 2 == 0 { 1.0 } else { -1.0 });
        let size = sign * 10f64.powf(6.0 * draw.uniform() - 3.0);
        let row = &w[unit * SIZES.inputs..][..SIZES.inputs];
        x.iter_mut().zip(row).for_each(|(x, w)| *x = size * w);
    }
    let blank = x.len() - SIZES.inputs;
    x[blank..].fill(0.0);
    (w, x)
}

fn find() -> Values {
    let (w, x) = problem();
    let of = |id| peak(&CosineLayer::new(id, SIZES).sums(&w, &x));
    let (plain, centred) = (of("cosine"), of("cosine-centred"));
    Values::new().with("largest", plain.max(centred)).with("plain", plain).with("centred", centred)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_reached_and_kept() {
        let found = find();
        for kind in ["plain", "centred"] {
            assert!((found.get(kind) - 1.0).abs() < 1e-12, "{found:?}");
        }
        // A dot product has no such bound, and one side alone has none.
        let (w, x) = problem();
        assert!(peak(&SIZES.sums(&w, &x)) > 1e3);
        let rows = crate::norm::Norm::new("cosine", SIZES.units, SIZES.inputs).forward(&w).y;
        assert!(peak(&SIZES.sums(&rows, &x)) > 1e3);
    }
}
