//! The seam: plain slices out of dfdx's tensors and gradient slots, without copies.
//!
//! No function that touches a slot is bounded by `Cpu: Device<E>`: with that bound in scope rustc does not
//! resolve the type of a slot to the `Vec` that it is.

use dfdx::prelude::*;

use crate::fused::Flat;

/// A tensor whose elements lie in logical order, one after the other, from the start of its buffer.
#[derive(Clone)]
pub(crate) struct Dense<S: Shape, E: Unit>(Tensor<S, E, Cpu>);

impl<S: Shape, E: Dtype> Dense<S, E>
where
    Cpu: Device<E>,
{
    /// Takes `t` apart into its elements and its tape. A permuted or broadcast tensor is copied into order,
    /// and the copy is on the tape.
    pub(crate) fn split<T: Tape<E, Cpu>>(t: Tensor<S, E, Cpu, T>) -> Result<(Self, T), CpuError> {
        // dfdx's copy reads the first element before it looks whether there is one.
        let t = if t.shape().num_elements() == 0 { t } else { t.try_contiguous()? };
        let (t, tape) = t.split_tape();
        Ok((Self(t), tape))
    }
}

/// Takes an input and its parameters apart, their tapes merged into one.
pub(crate) fn split_all<S: Shape, E: Dtype, T: Tape<E, Cpu>>(
    x: Tensor<S, E, Cpu, T>,
    params: Vec<Flat<E, Cpu, T>>,
) -> Result<(Dense<S, E>, Vec<Dense<(usize,), E>>, T), CpuError>
where
    Cpu: Device<E>,
{
    let (x, mut tape) = Dense::split(x)?;
    let mut flat = Vec::with_capacity(params.len());
    for p in params {
        let (p, own) = Dense::split(p)?;
        tape = tape.merge(own);
        flat.push(p);
    }
    Ok((x, flat, tape))
}

impl<S: Shape, E: Unit> Dense<S, E> {
    /// The elements.
    pub(crate) fn elements(&self) -> &[E] {
        let len = self.0.shape().num_elements();
        if len == 0 {
            return &[];
        }
        let first: &E = &self.0[Default::default()];
        // SAFETY: `first` points at the first element of the `Vec` behind the tensor. The tensor is contiguous,
        // because `split` is the only constructor and the field is private; so its last element lies `len - 1`
        // places further on, inside the same `Vec` (dfdx's own indexing relies on that). The `Vec` lives as
        // long as the borrow of `self`, and dfdx writes to it through `&mut Tensor` only.
        unsafe { std::slice::from_raw_parts(first, len) }
    }

    /// The tensor.
    pub(crate) fn tensor(&self) -> &Tensor<S, E, Cpu> {
        &self.0
    }

    /// As many zeros, from the device's allocator (and so from its cache, where that is on).
    pub(crate) fn zeros(&self) -> Result<Vec<E>, CpuError> {
        let mut zeros = std::mem::take(slot(&mut Gradients::leaky(), &self.0)?);
        // A broadcast to nothing still has the buffer it came from.
        zeros.truncate(self.0.shape().num_elements());
        Ok(zeros)
    }
}

/// The gradient buffer of `t`, allocated as zeros where there is none yet.
pub(crate) fn slot<'a, S: Shape, E: Unit>(
    gradients: &'a mut Gradients<E, Cpu>,
    t: &Tensor<S, E, Cpu>,
) -> Result<&'a mut Vec<E>, CpuError> {
    Ok(&mut **gradients.get_or_alloc_mut(t)?)
}
