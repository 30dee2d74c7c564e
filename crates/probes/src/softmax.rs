//! Cross-entropy of a softmax.

/// Mean over the cases, and its gradient at the logits `[cases][classes]`.
pub(crate) fn cross_entropy(logits: &[f64], labels: &[usize]) -> (f64, Vec<f64>) {
    let classes = logits.len() / labels.len();
    let cases = labels.len() as f64;
    let (mut loss, mut gradient) = (0.0, Vec::with_capacity(logits.len()));
    for (row, &label) in logits.chunks_exact(classes).zip(labels) {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = row.iter().map(|z| (z - top).exp()).sum();
        loss += (sum.ln() + top - row[label]) / cases;
        let share = |(class, z): (usize, &f64)| {
            ((z - top).exp() / sum - if class == label { 1.0 } else { 0.0 }) / cases
        };
        gradient.extend(row.iter().enumerate().map(share));
    }
    (loss, gradient)
}

#[cfg(test)]
mod tests {
    use super::cross_entropy;

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let (logits, labels) = ([0.3, -1.0, 2.0, 700.0, 699.0, 701.0], [0, 2]);
        let (loss, gradient) = cross_entropy(&logits, &labels);
        assert!(loss.is_finite());
        for i in 0..logits.len() {
            let at = |by: f64| {
                let mut moved = logits;
                moved[i] += by;
                cross_entropy(&moved, &labels).0
            };
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope - gradient[i]).abs() < 1e-6, "{i}: {slope} {}", gradient[i]);
        }
    }
}
