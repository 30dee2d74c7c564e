//! A control in dfdx operations: nothing in the forward pass, its share in the backward pass.

use dfdx::prelude::*;
use norm_core::Control;

use super::arithmetic::lit;
use super::grid::Grid;
use super::play::{Player, Value};

/// Adds `by` to the gradient of `t`. A slot is the device's own buffer, which only its operations can fill: one that has the
/// sum for its gradient, whose buffer is then exchanged for the slot's.
pub(super) fn add<S: Shape, E: Dtype, D: Device<E>>(
    gradients: &mut Gradients<E, D>,
    t: &Tensor<S, E, D>,
    by: Tensor<S, E, D>,
) -> Result<(), D::Err> {
    gradients.try_alloc_for(t)?;
    let sum = gradients.get(t).try_add(by)?;
    let stand_in = t.device().try_zeros_like(t.shape())?;
    let mut found = stand_in.leaky_trace().try_mul(sum)?.try_sum::<Rank0, _>()?.try_backward()?;
    std::mem::swap(gradients.get_or_alloc_mut(t)?, found.get_or_alloc_mut(&stand_in)?);
    Ok(())
}

impl<G: Grid, E: Dtype, D: Device<E>, T: Tape<E, D>> Player<'_, G, E, D, T> {
    /// The value, under a name of its own to the tape. In the backward pass its gradient `g` goes on to the value as
    /// `q = g - (1 - rate) state direction`, and the state gets the mean of `q direction`.
    pub(super) fn controlled(
        &mut self,
        control: Control,
        value: Value<G, E, D>,
        direction: Value<G, E, D>,
        rate: &Value<G, E, D>,
    ) -> Result<Option<Value<G, E, D>>, D::Err> {
        let Value::Number(rate) = *rate else { return Ok(None) };
        let (value, direction) = (self.element(value)?, self.still(direction)?);
        let state = self.inputs.params[control.state].clone();
        let state = state.try_reshape_like(&G::set(&self.inputs.layout))?;
        // Off the tape, so it is a new tensor to dfdx; times one keeps every bit.
        let y = value.clone().try_mul(lit::<E>(1.0))?;
        let held = y.clone();
        self.tape.add_backward_op(move |gradients| {
            gradients.try_alloc_for(&held)?;
            let shape = *held.shape();
            let share =
                state.clone().try_mul(lit::<E>(1.0 - rate))?.try_broadcast_like::<_, G::Ax>(&shape)?;
            let q = gradients.get(&held).try_sub(share.try_mul(direction.clone())?)?;
            let along = q.clone().try_mul(direction)?.try_mean::<G::Set, G::Ax>()?;
            add(gradients, &value, q)?;
            add(gradients, &state, along)
        });
        Ok(Some(Value::Element(y)))
    }

    /// A value per element, off the tape.
    fn still(&mut self, a: Value<G, E, D>) -> Result<Tensor<G::Element, E, D>, D::Err> {
        let tape = std::mem::take(&mut self.tape);
        let element = self.element(a);
        self.tape = tape;
        element
    }
}
