//! Where inputs are white, weight normalization is batch normalization.

use norm_core::conformance::difference;

use crate::dense::{Dense, dot};
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const INPUTS: usize = 8;
const UNITS: usize = 6;
/// Draws over which the difference at a batch size is averaged.
const DRAWS: u64 = 40;
const BATCHES: [usize; 4] = [16, 64, 256, 1024];

pub(crate) const PROBE: Probe = Probe {
    id: "weight-batch-whitened",
    about: "Weight norm with gain 1 and batch norm of the same sums without an affine part, 8 inputs, 6 units: largest difference \
            on a batch that was whitened itself; root mean square difference on standard normal inputs by the size of the \
            batch, over 40 draws, and on 1024 correlated inputs with means.",
    find,
};

/// Both outputs.
fn outputs(w: &[f64], x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let sizes = Dense { cases: x.len() / INPUTS, inputs: INPUTS, units: UNITS };
    let weights = Norm::new("weight", UNITS, INPUTS).forward(w).y;
    let batch = Norm::new("batch", sizes.cases, UNITS).exact().forward(&sizes.sums(w, x)).y;
    (sizes.sums(&weights, x), batch)
}

fn mean_square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64
}

/// Columns made orthogonal to the ones and to each other, of mean square 1: mean 0 and covariance 1 in this batch.
fn whitened(x: &[f64]) -> Vec<f64> {
    let cases = x.len() / INPUTS;
    let mut done: Vec<Vec<f64>> = vec![vec![1.0; cases]];
    for input in 0..INPUTS {
        let mut column: Vec<f64> = x.iter().skip(input).step_by(INPUTS).copied().collect();
        // Twice, for what the first time leaves by rounding.
        for _ in 0..2 {
            for other in &done {
                let along = dot(&column, other) / cases as f64;
                column.iter_mut().zip(other).for_each(|(c, o)| *c -= along * o);
            }
        }
        let size = (dot(&column, &column) / cases as f64).sqrt();
        for c in &mut column {
            *c /= size;
        }
        done.push(column);
    }
    (0..cases).flat_map(|n| done[1..].iter().map(move |column| column[n])).collect()
}

fn find() -> Values {
    let mut draw = Draw::new(139);
    let w = draw.normals(UNITS * INPUTS, 1.0);
    let mix = draw.normals(INPUTS * INPUTS, 0.5);
    let means = draw.normals(INPUTS, 1.0);
    let latent = draw.normals(1024 * INPUTS, 1.0);
    let mixed = Dense { cases: 1024, inputs: INPUTS, units: INPUTS }.sums(&mix, &latent);
    let raw: Vec<f64> = mixed.iter().zip(means.iter().cycle()).map(|(x, m)| x + m).collect();

    let (weight, batch) = outputs(&w, &whitened(&raw));
    let mut values = Values::new().with("whitened", difference(&weight, &batch));
    let mut by_size = Vec::new();
    for cases in BATCHES {
        let one = |seed| {
            let mut draw = Draw::new(1000 * cases as u64 + seed);
            let (weight, batch) = outputs(&draw.normals(UNITS * INPUTS, 1.0), &draw.normals(cases * INPUTS, 1.0));
            mean_square(&weight, &batch)
        };
        let found = ((0..DRAWS).map(one).sum::<f64>() / DRAWS as f64).sqrt();
        values.put(format!("normal_{cases}"), found);
        by_size.push(found);
    }
    let least = by_size.windows(2).map(|pair| pair[0] - pair[1]).fold(f64::INFINITY, f64::min);
    let (weight, batch) = outputs(&w, &raw);
    values.with("least_fall", least).with("raw", mean_square(&weight, &batch).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_inputs_make_them_one_and_others_do_not() {
        let found = find();
        assert!(found.get("whitened") < 1e-10 && found.get("raw") > 1e-2, "{found:?}");
        // A statistic of so many cases is off by the root of their number: a quarter of the cases, twice as far.
        let ratio = found.get("normal_64") / found.get("normal_256");
        assert!((1.6..2.5).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_whitened_batch_has_mean_0_and_covariance_1() {
        let x = whitened(&Draw::new(1).normals(50 * INPUTS, 2.0));
        for i in 0..INPUTS {
            assert!(x.iter().skip(i).step_by(INPUTS).sum::<f64>().abs() < 1e-10);
            for j in 0..=i {
                let product: f64 = x.chunks_exact(INPUTS).map(|x| x[i] * x[j]).sum::<f64>() / 50.0;
                assert!((product - f64::from(i == j)).abs() < 1e-12, "{i} {j} {product}");
            }
        }
    }
}
