//! The best linear fit.

/// What the best `y = A x + b` leaves of `y`, relative to the spread of `y`. `x` is `[n][i]`, `y` is `[n][o]`.
pub(crate) fn residual(x: &[f64], i: usize, y: &[f64], o: usize) -> f64 {
    let rows: Vec<Vec<f64>> = x.chunks(i).map(|x| x.iter().copied().chain([1.0]).collect()).collect();
    let (width, n) = (i + 1, rows.len());
    let (mut left, mut whole) = (0.0, 0.0);
    for c in 0..o {
        let target: Vec<f64> = (0..n).map(|r| y[r * o + c]).collect();
        let mut m = vec![vec![0.0; width + 1]; width];
        for (row, t) in rows.iter().zip(&target) {
            for a in 0..width {
                for b in 0..width {
                    m[a][b] += row[a] * row[b];
                }
                m[a][width] += row[a] * t;
            }
        }
        let solved = solve(m);
        let mean = target.iter().sum::<f64>() / n as f64;
        for (row, t) in rows.iter().zip(&target) {
            let fitted: f64 = row.iter().zip(&solved).map(|(a, b)| a * b).sum();
            left += (t - fitted).powi(2);
            whole += (t - mean).powi(2);
        }
    }
    (left / whole).sqrt()
}

/// A system with its right side as the last column, by elimination with pivots.
fn solve(mut m: Vec<Vec<f64>>) -> Vec<f64> {
    let n = m.len();
    for at in 0..n {
        let pivot = (at..n).max_by(|a, b| m[*a][at].abs().total_cmp(&m[*b][at].abs())).unwrap();
        m.swap(at, pivot);
        let row = m[at].clone();
        for (r, other) in m.iter_mut().enumerate() {
            if r != at {
                let by = other[at] / row[at];
                other.iter_mut().zip(&row).for_each(|(a, b)| *a -= by * b);
            }
        }
    }
    (0..n).map(|at| m[at][n] / m[at][at]).collect()
}
