//! A softmax of cosines cannot be sure of anything.

use crate::cosine::CosineLayer;
use crate::dense::Dense;
use crate::draw::Draw;
use crate::probe::{Probe, Values};
use crate::softmax::cross_entropy;

const CLASSES: usize = 10;
const INPUTS: usize = 12;
const DRAWS: usize = 2000;
const SCALE: f64 = 10.0;

pub(crate) const PROBE: Probe = Probe {
    id: "cosine-floor",
    about: "Cross-entropy of ten classes with cosines as logits: the smallest over 2000 draws of weights, input and class and over \
            the best arrangement there is, a weight vector along the input and nine against it; and that arrangement with \
            logits times 10.",
    find,
};

fn loss(w: &[f64], x: &[f64], label: usize, scale: f64) -> f64 {
    let layer = CosineLayer::new("cosine", Dense { cases: 1, inputs: INPUTS, units: CLASSES });
    let logits: Vec<f64> = layer.sums(w, x).iter().map(|z| scale * z).collect();
    cross_entropy(&logits, &[label]).0
}

fn find() -> Values {
    let mut draw = Draw::new(147);
    let mut drawn = f64::INFINITY;
    for _ in 0..DRAWS {
        let (w, x) = (draw.normals(CLASSES * INPUTS, 1.0), draw.normals(INPUTS, 1.0));
        drawn = drawn.min(loss(&w, &x, draw.below(CLASSES), 1.0));
    }
    let x = draw.normals(INPUTS, 1.0);
    let toward = |class: usize| if class == 0 { 3.0 } else { -3.0 };
    let w: Vec<f64> = (0..CLASSES).flat_map(|class| x.iter().map(move |x| toward(class) * x)).collect();
    let best = loss(&w, &x, 0, 1.0);
    Values::new()
        .with("smallest", drawn.min(best))
        .with("drawn", drawn)
        .with("best", best)
        .with("scaled", loss(&w, &x, 0, SCALE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_that_of_one_against_nine() {
        let found = find();
        let floor = |scale: f64| (9.0 * (-2.0 * scale).exp()).ln_1p();
        assert!((found.get("best") - floor(1.0)).abs() < 1e-12, "{found:?}");
        assert!((found.get("scaled") - floor(SCALE)).abs() < 1e-12, "{found:?}");
        assert!(found.get("drawn") > found.get("best"), "{found:?}");
    }
}
