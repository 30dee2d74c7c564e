//! What a recurrence says of itself beside its loss, and what its activity adds to what is minimized.

use dfdx::prelude::*;
use norm_dfdx::Error;

use super::super::metrics::{early, late, mean};
use super::super::typed::Tape as Recording;
use super::{Recurrence, States};

/// The mean size of the hidden states times a weight, whose tape goes on in the states; nothing at a weight of 0.
pub(super) fn penalty<const H: usize>(
    y: States<H, Recording>,
    weight: f64,
) -> Result<(States<H, Recording>, Option<Tensor<Rank0, f32, Cpu>>), CpuError> {
    if weight == 0.0 {
        return Ok((y, None));
    }
    let (y, tape) = y.split_tape();
    let size: Tensor<Rank0, f32, Cpu, _> = y.clone().put_tape(tape).try_abs()?.try_mean()?;
    let (penalty, tape) = size.try_mul(weight as f32)?.split_tape();
    Ok((y.put_tape(tape), Some(penalty)))
}

impl<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize>
    Recurrence<I, H, W, S, O>
{
    /// Those of the documentation of metrics that belong to the trained network.
    pub(super) fn numbers_at_the_end(&self) -> Result<Vec<(&'static str, f64)>, Error<CpuError>> {
        let (method, cell) = (&self.method, &self.method.cell);
        let mut largest = self.layers.first.singular_value(method)?;
        let mut by_statistic = self.layers.first.changes(cell, self.steps);
        for layer in &self.layers.above {
            largest = largest.max(layer.singular_value(method)?);
            by_statistic.extend(layer.changes(cell, self.steps));
        }
        let mut all = vec![("recurrent_singular_value", largest)];
        let over = |part: fn(&[f64]) -> Option<f64>| {
            mean(&by_statistic.iter().filter_map(|changes| part(changes)).collect::<Vec<_>>())
        };
        all.extend(over(early).map(|v| ("step_change_early", v)));
        all.extend(over(late).map(|v| ("step_change_late", v)));
        Ok(all)
    }
}
