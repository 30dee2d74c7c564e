//! How steep a tanh is on the average, by the deviation of what goes in.

use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

/// Names of the deviations, and the deviations.
const DEVIATIONS: [(&str, f64); 8] = [
    ("0_1", 0.1),
    ("0_2", 0.2),
    ("0_3", 0.3),
    ("0_5", 0.5),
    ("0_7", 0.7),
    ("1_0", 1.0),
    ("1_41", std::f64::consts::SQRT_2),
    ("2_0", 2.0),
];
const CASES: usize = 200_000;

pub(crate) const PROBE: Probe = Probe {
    id: "tanh-slope",
    about: "200000 normal numbers through batch norm with a gain, then the slope 1 - tanh² there: its mean, for gains from 0.1 \
            to 2.",
    find,
};

fn find() -> Values {
    let x = Draw::new(113).normals(CASES, 3.0);
    DEVIATIONS.into_iter().fold(Values::new(), |values, (name, deviation)| {
        let y = Norm::new("batch", CASES, 1).exact().with_param("gain", deviation).forward(&x).y;
        values.with(format!("slope_{name}"), y.iter().map(|y| 1.0 - y.tanh().powi(2)).sum::<f64>() / CASES as f64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expectation by Simpson's rule over twelve deviations to each side.
    fn expected(deviation: f64) -> f64 {
        let (steps, reach) = (4000, 12.0);
        let h = 2.0 * reach / f64::from(steps);
        let density = |z: f64| (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
        let at = |i: i32| {
            let z = -reach + f64::from(i) * h;
            (1.0 - (deviation * z).tanh().powi(2)) * density(z)
        };
        let weight = |i| if i == 0 || i == steps { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) };
        (0..=steps).map(|i| weight(i) * at(i)).sum::<f64>() * h / 3.0
    }

    #[test]
    fn means_of_samples_are_the_integral() {
        let found = find();
        for (name, deviation) in DEVIATIONS {
            let (got, expected) = (found.get(&format!("slope_{name}")), expected(deviation));
            assert!((got - expected).abs() < 2e-3, "{deviation}: {got}, {expected}");
        }
    }
}
