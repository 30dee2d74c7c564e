//! Means of the input. dfdx adds up in the element type, one element after the other; where the input is close to its mean,
//! what that rounds off is all that is left when the mean is subtracted. So the mean of the differences to it is added.

use dfdx::prelude::*;
use norm_core::{Op, ReferenceSet};

use super::grid::Grid;
use super::play::{Player, Value};
use super::several::pooled;

impl<G: Grid, E: Dtype, D: Device<E>, T: Tape<E, D>> Player<'_, G, E, D, T> {
    /// The mean of the input over `op`'s reference set. The correction is of the size of a rounding, and so is its gradient:
    /// it is not on the tape.
    pub(super) fn mean_of_input(&mut self, op: Op, x: Value<G, E, D>) -> Result<Value<G, E, D>, D::Err> {
        let x = self.element(x)?;
        if let Op::MeanOver(_, set) = op {
            let l = self.inputs.layout;
            let over = |t| pooled::<_, E, D, NoneTape>(t, &l, set, true);
            let mean = self.taped(x.clone(), |t| pooled(t, &l, set, true))?;
            let correction = over(x.try_sub(mean.clone())?)?;
            return Ok(match set {
                ReferenceSet::Nothing => Value::Element(mean),
                _ => Value::Element(self.taped(mean, |mean| mean.try_add(correction))?),
            });
        }
        let shape = *x.shape();
        let mean = self.taped(x.clone(), MeanTo::try_mean::<G::Set, G::Ax>)?;
        let at_each = mean.clone().try_broadcast_like::<_, G::Ax>(&shape)?;
        let correction = x.try_sub(at_each)?.try_mean::<G::Set, G::Ax>()?;
        Ok(Value::Set(self.taped(mean, |mean| mean.try_add(correction))?))
    }
}
