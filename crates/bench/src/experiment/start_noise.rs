//! A trained network whose first hidden state is noisy, read without the noise and under several draws of it.

use std::collections::BTreeMap;

use super::cases::Cases;
use super::learner::{Learner, Noise};
use super::training::score;

/// How often the noise is drawn.
const DRAWS: u64 = 10;

/// The test without noise, the mean of the test over draws, and the deviation over draws of the share that is right; nothing for
/// a model that draws no noise.
pub(super) fn draws(
    model: &mut dyn Learner,
    cases: &Cases,
    metrics: &mut BTreeMap<String, f64>,
) -> Result<(), String> {
    if !model.evaluate_with(Noise::Off) {
        return Ok(());
    }
    let (steps, source) = (model.steps(), model.sources()[0]);
    let quiet = score(model, cases, cases.test(), steps, source)?;
    metrics.insert("test_loss_without_noise".to_owned(), quiet.loss);
    metrics.extend(quiet.accuracy.map(|right| ("test_accuracy_without_noise".to_owned(), right)));
    let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
    for draw in 0..DRAWS {
        model.evaluate_with(Noise::Draw(draw));
        let noisy = score(model, cases, cases.test(), steps, source)?;
        losses.push(noisy.loss);
        accuracies.extend(noisy.accuracy);
    }
    model.evaluate_with(Noise::Fixed);
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    metrics.insert("test_loss_with_noise".to_owned(), mean(&losses));
    if !accuracies.is_empty() {
        let middle = mean(&accuracies);
        let squares: f64 = accuracies.iter().map(|right| (right - middle).powi(2)).sum();
        let deviation = (squares / (accuracies.len() - 1) as f64).sqrt();
        metrics.insert("test_accuracy_with_noise".to_owned(), middle);
        metrics.insert("test_accuracy_deviation_of_noise".to_owned(), deviation);
    }
    Ok(())
}
