//! Batch normalization does not see the size of the weights, and divides their gradient by it.

use norm_core::conformance::difference;

use crate::dense::Dense;
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const SIZES: Dense = Dense { cases: 32, inputs: 10, units: 12 };
const FACTOR: f64 = 7.0;

pub(crate) const PROBE: Probe = Probe {
    id: "bn-weight-scale",
    about: "Batch norm of W x, 32 cases, 10 inputs, 12 units, epsilon 0, and of 7 W x: largest change of the output, and \
            largest difference of 7 times the gradient at 7 W and the gradient at W.",
    find: || find(&Norm::new("batch", SIZES.cases, SIZES.units).exact()),
};

fn find(norm: &Norm) -> Values {
    let mut draw = Draw::new(101);
    let (x, w) = (draw.normals(SIZES.cases * SIZES.inputs, 1.0), draw.normals(SIZES.units * SIZES.inputs, 1.0));
    let dy = draw.normals(SIZES.cases * SIZES.units, 1.0);
    let layer = |w: &[f64]| {
        let z = SIZES.sums(w, &x);
        let forward = norm.forward(&z);
        let dz = norm.backward(&z, &forward.statistics, &dy).x;
        (forward.y, SIZES.to_weights(&x, &dz))
    };
    let (y, dw) = layer(&w);
    let larger: Vec<f64> = w.iter().map(|w| FACTOR * w).collect();
    let (y_larger, dw_larger) = layer(&larger);
    let restored: Vec<f64> = dw_larger.iter().map(|g| FACTOR * g).collect();
    Values::new().with("output", difference(&y_larger, &y)).with("gradient", difference(&restored, &dw))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With an epsilon as large as the variances neither holds.
    #[test]
    fn an_epsilon_would_be_seen() {
        let found = find(&Norm::new("batch", SIZES.cases, SIZES.units).with("eps", 1.0));
        assert!(found.get("output") > 1e-2 && found.get("gradient") > 1e-2, "{found:?}");
        let found = (PROBE.find)();
        assert!(found.get("output") < 1e-10 && found.get("gradient") < 1e-10, "{found:?}");
    }
}
