//! Lengths of the weights that lead to a unit, and how far an update turns them.

use super::{mean, median};

/// What was seen of the rows of one matrix in the first pass and in the last.
#[derive(Debug, Default)]
pub(super) struct Rows {
    before: Option<(Vec<f32>, usize)>,
    first: Seen,
    last: Seen,
}

/// Medians over rows, update by update.
#[derive(Debug, Default)]
struct Seen {
    norms: Vec<f64>,
    turns: Vec<f64>,
    /// Of the longer half of the rows, and of the shorter.
    longer: Vec<f64>,
    shorter: Vec<f64>,
}

impl Rows {
    pub(super) fn before(&mut self, rows: Option<(Vec<f32>, usize)>) {
        self.before = rows;
    }

    pub(super) fn after(&mut self, rows: Option<(Vec<f32>, usize)>, first: bool, last: bool) {
        let (Some((before, width)), Some((after, _))) = (self.before.take(), rows) else { return };
        let pairs = before.chunks_exact(width).zip(after.chunks_exact(width));
        let mut turned: Vec<(f64, f64)> = pairs.map(|(a, b)| (norm(a), angle(a, b))).collect();
        turned.sort_by(|a, b| a.0.total_cmp(&b.0));
        if first {
            self.first.take(&turned);
        }
        if last {
            self.last.take(&turned);
        }
    }

    pub(super) fn numbers(&self) -> [(&'static str, Option<f64>); 6] {
        [
            ("row_norm_first", mean(&self.first.norms)),
            ("row_norm_last", mean(&self.last.norms)),
            ("row_turn_first", mean(&self.first.turns)),
            ("row_turn_last", mean(&self.last.turns)),
            ("turn_of_longer_rows", mean(&self.last.longer)),
            ("turn_of_shorter_rows", mean(&self.last.shorter)),
        ]
    }
}

impl Seen {
    /// Takes in the lengths and angles of one update, by rising length.
    fn take(&mut self, turned: &[(f64, f64)]) {
        let norms = || turned.iter().map(|(norm, _)| *norm);
        let turns = |of: &[(f64, f64)]| median(&mut of.iter().map(|(_, turn)| *turn).collect::<Vec<_>>());
        self.norms.extend(median(&mut norms().collect::<Vec<_>>()));
        self.turns.extend(turns(turned));
        let half = turned.len() / 2;
        self.shorter.extend(turns(&turned[..half]));
        self.longer.extend(turns(&turned[half..]));
    }
}

fn norm(v: &[f32]) -> f64 {
    v.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt()
}

/// The angle between two vectors in radians; 0 beside a vector of zeros. By the half-angle's tangent, which keeps the digits of
/// small angles.
fn angle(a: &[f32], b: &[f32]) -> f64 {
    let (of_a, of_b) = (norm(a), norm(b));
    if of_a == 0.0 || of_b == 0.0 {
        return 0.0;
    }
    let (mut apart, mut along) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a) / of_a, f64::from(*b) / of_b);
        apart += (a - b).powi(2);
        along += (a + b).powi(2);
    }
    2.0 * apart.sqrt().atan2(along.sqrt())
}
