//! Features of HMAX and pixels under the same read-out, from few examples of digits at any place (serre2007robust).

use hmax::{Density, FilterBank, Gaussian, Layer, Pool, Prototype, Reach, Result, S2, Tuning, c2};

use crate::digits::Drawn;
use crate::draw::Draw;
use crate::probe::{Probe, Values};

/// Examples of each class.
const EXAMPLES: [usize; 3] = [5, 10, 15];
const TEST: usize = 200;
const DRAWS: u64 = 2;
const PROTOTYPES: usize = 80;

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-few-examples",
    about: "Digits of 24 pixels at drawn places in 48, with 5, 10 and 15 examples of each class: the share of 200 others that ridge \
            regression gets right by 80 C2 features, prototypes cut from the examples, less that by the pixels; the mean of two \
            draws.",
    find: || found(EXAMPLES, TEST, DRAWS).expect("pictures that the filters fit into"),
};

fn found<const N: usize>(examples: [usize; N], test: usize, draws: u64) -> Result<Values> {
    let most = examples.iter().copied().max().unwrap_or(1);
    let bank = FilterBank::small()?;
    let mut sums = [[0.0; 2]; N];
    for n in 0..draws {
        let mut draw = Draw::new(190 + n);
        let drawn = Drawn::new(most, test, &mut draw);
        let mut pixels = Vec::new();
        let mut c1: Vec<Vec<Layer>> = Vec::new();
        for case in 0..drawn.len() {
            let picture = drawn.placed(case, &mut draw)?;
            c1.push(bank.c1(&picture)?);
            pixels.push(picture.pixels().to_vec());
        }
        for (sum, per_class) in sums.iter_mut().zip(examples) {
            let train = 10 * per_class;
            let prototypes = Prototype::sample(&c1[..train], &[3, 5, 7], PROTOTYPES, Density::Dense, n)?;
            let tuning = Tuning::Gaussian(Gaussian { sigma: 1.0, smallest: 3, normalized: false });
            let s2 = S2::new(prototypes, tuning)?;
            let features: Vec<Vec<f32>> =
                c1.iter().map(|c1| c2(c1, &s2, Reach::Everywhere, Pool::Max)).collect::<Result<_>>()?;
            sum[0] += drawn.right(&features, train)? / draws as f64;
            sum[1] += drawn.right(&pixels, train)? / draws as f64;
        }
    }
    let mut values = Values::new();
    for (sum, per_class) in sums.iter().zip(examples) {
        values.put(format!("gained_by_{per_class}"), sum[0] - sum[1]);
        values.put(format!("c2_by_{per_class}"), sum[0]);
        values.put(format!("pixels_by_{per_class}"), sum[1]);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_that_bear_shifts_are_ahead_of_those_that_do_not() {
        let found = found([5], 60, 1).unwrap();
        assert!(found.get("c2_by_5") > found.get("pixels_by_5"), "{found:?}");
        assert!(found.get("pixels_by_5") > 0.05 && found.get("c2_by_5") < 1.0, "{found:?}");
    }
}
