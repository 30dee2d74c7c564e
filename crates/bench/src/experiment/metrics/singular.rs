//! The largest singular value of a matrix.

/// Passes of the power iteration; each shrinks what stands beside the largest by the squared ratio of the two.
const PASSES: usize = 300;

/// The largest singular value of `[rows][columns]`, by power iteration on `AᵀA` from a vector without zeros.
pub(crate) fn largest_singular_value(matrix: &[f32], columns: usize) -> f64 {
    let mut v: Vec<f64> = (0..columns).map(|i| 1.0 + 0.5 * (i as f64).sin()).collect();
    let mut value = 0.0;
    for _ in 0..PASSES {
        let length = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        if length == 0.0 {
            return 0.0;
        }
        for v in &mut v {
            *v /= length;
        }
        let mut next = vec![0.0; columns];
        let mut squares = 0.0;
        for row in matrix.chunks_exact(columns) {
            let along: f64 = row.iter().zip(&v).map(|(w, v)| f64::from(*w) * v).sum();
            squares += along * along;
            for (n, w) in next.iter_mut().zip(row) {
                *n += along * f64::from(*w);
            }
        }
        value = squares.sqrt();
        v = next;
    }
    value
}
