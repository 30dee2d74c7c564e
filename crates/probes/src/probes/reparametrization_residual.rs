//! Which normalized layers are linear layers under another name.

use crate::cosine::CosineLayer;
use crate::dense::{Dense, dot};
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const INPUTS: usize = 10;
const UNITS: usize = 8;
const CASES: usize = 300;
const SIZES: Dense = Dense { cases: CASES, inputs: INPUTS, units: UNITS };

pub(crate) const PROBE: Probe = Probe {
    id: "reparametrization-residual",
    about: "The best linear layer with a bias, fitted to a normalized layer of 10 inputs and 8 units on 300 normal inputs: its root \
            mean square residual on 300 new ones, over the deviation of the output. Batch norm with the statistics of another \
            batch, and with its own.",
    find,
};

/// The residual on the second half of what maps inputs to outputs, `[CASES][units]` each.
fn residual(seen: (&[f64], &[f64]), new: (&[f64], &[f64])) -> f64 {
    let design = |x: &[f64]| -> Vec<Vec<f64>> {
        let column = |i: usize| x.iter().skip(i).step_by(INPUTS).copied().collect();
        std::iter::once(vec![1.0; CASES]).chain((0..INPUTS).map(column)).collect()
    };
    let units = seen.1.len() / CASES;
    let (mut columns, mut applied) = (design(seen.0), design(new.0));
    // Both sets of columns through the same triangular steps: what makes the first orthogonal is applied to the second.
    for i in 0..columns.len() {
        for _ in 0..2 {
            for j in 0..i {
                let along = dot(&columns[i], &columns[j]);
                for all in [&mut columns, &mut applied] {
                    let (before, from) = all.split_at_mut(i);
                    from[0].iter_mut().zip(&before[j]).for_each(|(c, o)| *c -= along * o);
                }
            }
        }
        let size = dot(&columns[i], &columns[i]).sqrt();
        for all in [&mut columns, &mut applied] {
            all[i].iter_mut().for_each(|c| *c /= size);
        }
    }
    let (mut left, mut spread) = (0.0, 0.0);
    for unit in 0..units {
        let of = |y: &[f64]| -> Vec<f64> { y.iter().skip(unit).step_by(units).copied().collect() };
        let (y, mut rest) = (of(seen.1), of(new.1));
        let mean = rest.iter().sum::<f64>() / CASES as f64;
        spread += rest.iter().map(|y| (y - mean).powi(2)).sum::<f64>();
        for (column, applied) in columns.iter().zip(&applied) {
            let along = dot(&y, column);
            rest.iter_mut().zip(applied).for_each(|(r, a)| *r -= along * a);
        }
        left += dot(&rest, &rest);
    }
    (left / spread).sqrt()
}

fn find() -> Values {
    let mut draw = Draw::new(161);
    let w = draw.normals(UNITS * INPUTS, 1.0);
    let (seen, new, other) = (
        draw.normals(CASES * INPUTS, 1.0),
        draw.normals(CASES * INPUTS, 1.0),
        draw.normals(CASES * INPUTS, 2.0),
    );
    let of = |layer: &dyn Fn(&[f64]) -> Vec<f64>| residual((&seen, &layer(&seen)), (&new, &layer(&new)));
    let at_weights = |id: &str| {
        let weights = Norm::new(id, UNITS, INPUTS).forward(&w).y;
        of(&|x| SIZES.sums(&weights, x))
    };
    let at_sums = |id: &str| of(&|x| Norm::new(id, CASES, UNITS).exact().forward(&SIZES.sums(&w, x)).y);
    let at_both = |id: &str| of(&|x| CosineLayer::new(id, SIZES).sums(&w, x));
    let batch = Norm::new("batch", CASES, UNITS).exact();
    let stored = batch.forward(&SIZES.sums(&w, &other)).statistics;
    Values::new()
        .with("weight", at_weights("weight"))
        .with("weight_standardization", at_weights("weight-standardization"))
        .with("spectral", at_weights("spectral"))
        .with("frozen_batch", of(&|x| batch.apply(&SIZES.sums(&w, x), &stored)))
        .with("batch", at_sums("batch"))
        .with("layer", at_sums("layer"))
        .with("rms", at_sums("rms"))
        .with("cosine", at_both("cosine"))
        .with("cosine_centred", at_both("cosine-centred"))
        .with("ndp", of(&|x| SIZES.sums(&w, &Norm::new("ndp", CASES, INPUTS).forward(x).y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pools_within_a_case_is_no_linear_layer() {
        let found = find();
        for linear in ["weight", "weight_standardization", "spectral", "frozen_batch"] {
            assert!(found.get(linear) < 1e-12, "{linear}: {found:?}");
        }
        for not in ["layer", "rms", "cosine", "cosine_centred", "ndp"] {
            assert!(found.get(not) > 1e-2, "{not}: {found:?}");
        }
    }

    #[test]
    fn a_linear_map_is_fitted_and_a_square_is_not() {
        let mut draw = Draw::new(5);
        let (seen, new) = (draw.normals(CASES * INPUTS, 1.0), draw.normals(CASES * INPUTS, 1.0));
        let row = |x: &[f64]| -> Vec<f64> { x.chunks_exact(INPUTS).map(|x| 3.0 + x[0] - 2.0 * x[4]).collect() };
        assert!(residual((&seen, &row(&seen)), (&new, &row(&new))) < 1e-12);
        let square = |x: &[f64]| -> Vec<f64> { x.chunks_exact(INPUTS).map(|x| x[0] * x[0]).collect() };
        assert!(residual((&seen, &square(&seen)), (&new, &square(&new))) > 0.9);
    }
}
