//! A circuit of powers and one division comes close to the maximum.

use hmax::Circuit;

use crate::draw::Draw;
use crate::probe::{Probe, Values};

const INPUTS: usize = 10;
const DRAWS: usize = 4000;
const POWERS: [f64; 4] = [1.0, 2.0, 4.0, 8.0];

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-softmax",
    about: "The circuit sum v^(q+1) / sum v^q of ten uniform inputs, 4000 draws: its mean relative distance from the largest input, \
            for q of 1, 2, 4 and 8.",
    find,
};

fn error(q: f64) -> f64 {
    let mut draw = Draw::new(193);
    let one = |draw: &mut Draw| {
        let v: Vec<f32> = (0..INPUTS).map(|_| draw.uniform() as f32).collect();
        let largest = f64::from(v.iter().copied().fold(0.0, f32::max));
        let answer = Circuit::soft_max(q).respond(&[1.0; INPUTS], &v).expect("inputs of 0 and above");
        (f64::from(answer) / largest - 1.0).abs()
    };
    (0..DRAWS).map(|_| one(&mut draw)).sum::<f64>() / DRAWS as f64
}

fn find() -> Values {
    let errors = POWERS.map(error);
    let fall = errors.windows(2).map(|pair| pair[0] - pair[1]).fold(f64::INFINITY, f64::min);
    let named = POWERS.iter().zip(errors);
    named.fold(Values::new().with("least_fall", fall), |values, (q, e)| values.with(format!("error_{q}"), e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_the_continuous_circuit() {
        let found = find();
        // With very many uniform inputs the quotient tends to (q + 1)/(q + 2); with ten the largest is about 10/11.
        for (q, name) in [(1.0f64, "error_1"), (8.0, "error_8")] {
            let rough = 1.0 - (q + 1.0) / (q + 2.0) * 11.0 / 10.0;
            assert!((found.get(name) - rough.abs()).abs() < 0.06, "{name}: {found:?} {rough}");
        }
        assert!(found.get("least_fall") > 0.0, "{found:?}");
    }
}
