//! The gradient of weight normalization is orthogonal to the direction, so plain steps never shorten it.

use crate::dense::{Dense, alignment, length};
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const SIZES: Dense = Dense { cases: 40, inputs: 12, units: 10 };
const STEPS: usize = 50;
const RATE: f64 = 0.2;

pub(crate) const PROBE: Probe = Probe {
    id: "weight-norm-orthogonality",
    about: "tanh of a layer of 10 units with weight norm, 40 cases, 50 plain gradient steps towards drawn targets: largest cosine \
            of the angle between a direction and its gradient, smallest change of a direction's length in a step, and the \
            largest relative distance of that length from the root of the sum of both squares.",
    find: || find("weight"),
};

fn find(id: &str) -> Values {
    let mut draw = Draw::new(131);
    let x = draw.normals(SIZES.cases * SIZES.inputs, 1.0);
    let target = draw.normals(SIZES.cases * SIZES.units, 0.7);
    let mut v = draw.normals(SIZES.units * SIZES.inputs, 0.3);
    let mut norm = Norm::new(id, SIZES.units, SIZES.inputs);
    let (mut inner, mut growth, mut pythagoras) = (0.0f64, f64::INFINITY, 0.0f64);
    let start: Vec<f64> = v.chunks_exact(SIZES.inputs).map(length).collect();
    for _ in 0..STEPS {
        let weights = norm.forward(&v);
        let z = SIZES.sums(&weights.y, &x);
        let dz: Vec<f64> = z
            .iter()
            .zip(&target)
            .map(|(z, t)| (z.tanh() - t) * (1.0 - z.tanh().powi(2)) / SIZES.cases as f64)
            .collect();
        let back = norm.backward(&v, &weights.statistics, &SIZES.to_weights(&x, &dz));
        for (v, dv) in v.chunks_exact_mut(SIZES.inputs).zip(back.x.chunks_exact(SIZES.inputs)) {
            inner = inner.max(alignment(v, dv));
            let (before, step) = (length(v), RATE * length(dv));
            v.iter_mut().zip(dv).for_each(|(v, dv)| *v -= RATE * dv);
            growth = growth.min(length(v) - before);
            pythagoras = pythagoras.max((length(v) / before.hypot(step) - 1.0).abs());
        }
        for (p, dp) in norm.inputs.iter_mut().zip(&back.params) {
            p.iter_mut().zip(dp).for_each(|(p, dp)| *p -= RATE * dp);
        }
    }
    let total = v.chunks_exact(SIZES.inputs).zip(&start).map(|(v, start)| length(v) / start);
    Values::new()
        .with("inner_product", inner)
        .with("least_growth", growth)
        .with("pythagoras", pythagoras)
        .with("least_total_growth", total.fold(f64::INFINITY, f64::min))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_norm_the_gradient_points_anywhere() {
        let found = find("weight");
        assert!(found.get("inner_product") < 1e-12 && found.get("pythagoras") < 1e-12, "{found:?}");
        assert!(found.get("least_growth") >= 0.0 && found.get("least_total_growth") > 1.0, "{found:?}");
        let plain = find("none");
        assert!(plain.get("inner_product") > 1e-2 && plain.get("least_growth") < 0.0, "{plain:?}");
    }
}
