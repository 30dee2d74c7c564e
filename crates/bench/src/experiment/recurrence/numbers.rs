//! What a recurrence says of itself beside its loss, and what its activity adds to what is minimized.

use dfdx::prelude::*;
use norm_dfdx::Error;
use sequence::Statistics;

use super::super::metrics::{changes, early, largest_singular_value, late, mean};
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
        let acting = match &self.at_rows {
            None => self.weights.hh.as_vec(),
            Some(rows) => {
                let (_, of_hh) = self.weights.rows.split_at(self.weights.rows.len() / 2);
                rows.rows::<W, H, NoneTape>(of_hh, &self.weights.hh)?.as_vec()
            }
        };
        let mut all = vec![("recurrent_singular_value", largest_singular_value(&acting, H))];
        let by_statistic = self.changes();
        let over = |part: fn(&[f64]) -> Option<f64>| {
            mean(&by_statistic.iter().filter_map(|changes| part(changes)).collect::<Vec<_>>())
        };
        all.extend(over(early).map(|v| ("step_change_early", v)));
        all.extend(over(late).map(|v| ("step_change_late", v)));
        Ok(all)
    }

    /// How much each statistic of the population behind the recurrence changes from step to step. Those at the input alone change
    /// by the cases that were drawn and nothing else.
    fn changes(&self) -> Vec<Vec<f64>> {
        let Some((population, _)) = &self.population else { return Vec::new() };
        let mut all = Vec::new();
        for (place, slot) in self.cell.slots().filter(|(place, _)| !place.sees_input()) {
            let Statistics::PerStep { t_max } = slot.statistics else { continue };
            let (stored, kinds) = (population.get(place), slot.kernel.descriptor.statistics.len());
            let step = stored.len() / t_max.max(1);
            let of_kind = step / kinds.max(1);
            for kind in 0..kinds {
                let at = |t: usize| &stored[t * step + kind * of_kind..][..of_kind];
                let steps = t_max.min(self.steps);
                let wide = |t: usize| at(t).iter().map(|v| f64::from(*v)).collect();
                all.push(changes(&(0..steps).map(wide).collect::<Vec<Vec<f64>>>()));
            }
        }
        all
    }
}
