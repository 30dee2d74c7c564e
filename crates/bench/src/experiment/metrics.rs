//! What a cell says of its training beside the curve, as entries of its metrics. All are of a cell that did not diverge, and of
//! models that say them.
//!
//! | name | what it is | of |
//! |---|---|---|
//! | `first_gradient_norm`, `last_gradient_norm`, `median_gradient_norm` | L2 norm of the whole gradient at the first update, at the last, and the median over these and each tenth | models whose method is a value |
//! | `unit_variance_<layer>` | variance over cases of what goes into a nonlinearity, mean over units, then over the start and the end of each pass; layers count from 1 | perceptron |
//! | `mean_slope` | slope of the nonlinearities, likewise, mean over layers | perceptron, simple recurrence |
//! | `row_norm_first`, `row_norm_last` | L2 norm of the weights that lead to a unit of the first hidden layer, median over units, then over the updates of the first pass and of the last | perceptron |
//! | `row_turn_first`, `row_turn_last` | angle in radians by which an update turns those weights, likewise | perceptron |
//! | `turn_of_longer_rows`, `turn_of_shorter_rows` | that angle in the last pass, over the longer and the shorter half of the rows alone | perceptron |
//! | `step_change_early`, `step_change_late` | relative change of population statistics behind the recurrence from a step to the next, mean over the first five changes and over those from the twentieth step on, and over layers | recurrence with statistics of each step |
//! | `valid_return`, `test_return` | discounted return of the policy that takes the step of the highest value, mean over the starts of that part | Q-network |
//! | `valid_regret`, `test_regret` | how much more the best policy earns, likewise | Q-network |
//! | `recurrent_singular_value` | largest singular value of the recurrent matrix as it acts, gates stacked; of several layers the largest | recurrence |

mod by_step;
mod rows;
mod singular;

use std::collections::BTreeMap;

use super::cases::Cases;
use super::learner::Learner;

pub(crate) use by_step::{changes, early, late};
use rows::Rows;
pub(crate) use singular::largest_singular_value;

/// Validation cases on which units are looked at: few, so that a pass over them does not count beside training.
const INSPECTED: usize = 128;

/// What was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Course {
    gradient_norms: Vec<f64>,
    /// Per layer, of each pass.
    variances: Vec<Vec<f64>>,
    slopes: Vec<f64>,
    rows: Rows,
}

impl Course {
    /// Looks at a model between the loss and the update, which is one of so many.
    pub(super) fn before(
        &mut self,
        model: &mut dyn Learner,
        (step, steps): (u64, u64),
        (epoch, epochs): (usize, usize),
    ) {
        // A norm takes a twentieth of the time of an update.
        if step == 1 || step % 10 == 0 || step == steps {
            self.gradient_norms.extend(model.gradient_norm());
        }
        if epoch == 1 || epoch == epochs {
            self.rows.before(model.rows());
        }
    }

    /// Looks at it after the update.
    pub(super) fn after(&mut self, model: &dyn Learner, epoch: usize, epochs: usize) {
        if epoch == 1 || epoch == epochs {
            self.rows.after(model.rows(), epoch == 1, epoch == epochs);
        }
    }

    /// Looks at it at the start and after each pass.
    pub(super) fn inspect(&mut self, model: &dyn Learner, cases: &Cases) -> Result<(), String> {
        let of = cases.validation();
        let batch = cases.batch(&of[..of.len().min(INSPECTED)], model.steps());
        let layers = model.units(batch, model.sources()[0])?;
        self.variances.resize(layers.len(), Vec::new());
        for (all, layer) in self.variances.iter_mut().zip(&layers) {
            all.extend(layer.variance);
        }
        let slopes: Vec<f64> = layers.iter().map(|layer| layer.slope).collect();
        self.slopes.extend(mean(&slopes));
        Ok(())
    }

    /// Writes down what is seen of the first update, whatever comes of the cell.
    pub(super) fn begin(&self, metrics: &mut BTreeMap<String, f64>) {
        if let Some(first) = self.gradient_norms.first().filter(|norm| norm.is_finite()) {
            metrics.insert("first_gradient_norm".to_owned(), *first);
        }
    }

    /// Writes down what was seen of a cell that has not diverged.
    pub(super) fn finish(
        mut self,
        model: &dyn Learner,
        metrics: &mut BTreeMap<String, f64>,
    ) -> Result<(), String> {
        let last = self.gradient_norms.last().copied();
        let mut put = |name: &str, value: Option<f64>| {
            if let Some(value) = value.filter(|v| v.is_finite()) {
                metrics.insert(name.to_owned(), value);
            }
        };
        put("last_gradient_norm", last);
        put("median_gradient_norm", median(&mut self.gradient_norms));
        for (i, layer) in self.variances.iter().enumerate() {
            put(&format!("unit_variance_{}", i + 1), mean(layer));
        }
        put("mean_slope", mean(&self.slopes));
        for (name, value) in self.rows.numbers() {
            put(name, value);
        }
        for (name, value) in model.numbers()? {
            put(name, Some(value));
        }
        Ok(())
    }
}

/// The mean; none of nothing.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The median; none of nothing.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    Some(f64::midpoint(*values.get(n.wrapping_sub(1) / 2)?, values[n / 2]))
}
