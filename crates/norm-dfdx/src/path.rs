//! Which code runs: a type, so that a record can name it and both paths exist side by side on the CPU.

use std::fmt::Debug;

use dfdx::prelude::*;
use norm_core::{Elem, Layout, NormState, Unstorable};

use crate::composed;
use crate::error::Error;
use crate::fused::{self, Flat};
use crate::mailbox::Mailbox;

/// A way to run a normalization on a device.
pub trait Path<E: Dtype + Elem, D: Device<E>>: Copy + Default + Debug + Send + Sync + 'static {
    /// As it stands in records.
    const NAME: &'static str;

    /// Normalizes `x` as in training, and moves what is stored. `params` are the learned parameters alone, in declared order.
    /// What the backward pass finds for the store is left in `mailbox`, where those of earlier uses see it.
    ///
    /// # Errors
    ///
    /// [`Error`]: sizes that do not fit, a statistic that cannot be stored, or a device that failed; nothing was taken in then.
    fn train<S: Shape, T: Tape<E, D>>(
        state: &mut NormState<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
        mailbox: &Mailbox<E>,
        unstorable: Unstorable,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>>;

    /// Normalizes `x` as in evaluation, by what is stored, where something is; through that nothing flows back.
    ///
    /// # Errors
    ///
    /// [`Error`]: sizes that do not fit, or a device that failed.
    fn evaluate<S: Shape, T: Tape<E, D>>(
        state: &NormState<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>>;
}

/// One operation per normalization, on the CPU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fused;

impl<E: Dtype + Elem> Path<E, Cpu> for Fused
where
    Cpu: Device<E>,
{
    const NAME: &'static str = "fused";

    fn train<S: Shape, T: Tape<E, Cpu>>(
        state: &mut NormState<E>,
        layout: Layout,
        x: Tensor<S, E, Cpu, T>,
        params: Vec<Flat<E, Cpu, T>>,
        mailbox: &Mailbox<E>,
        unstorable: Unstorable,
    ) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>> {
        fused::train(state, layout, x, params, mailbox, unstorable)
    }

    fn evaluate<S: Shape, T: Tape<E, Cpu>>(
        state: &NormState<E>,
        layout: Layout,
        x: Tensor<S, E, Cpu, T>,
        params: Vec<Flat<E, Cpu, T>>,
    ) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>> {
        fused::evaluate(state, layout, x, params)
    }
}

/// dfdx's own operations, one by one, on any device.
#[derive(Clone, Copy, Debug, Default)]
pub struct Composed;

impl<E: Dtype + Elem, D: Device<E>> Path<E, D> for Composed {
    const NAME: &'static str = "composed";

    fn train<S: Shape, T: Tape<E, D>>(
        state: &mut NormState<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
        mailbox: &Mailbox<E>,
        unstorable: Unstorable,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        composed::train(state, layout, x, params, mailbox, unstorable)
    }

    fn evaluate<S: Shape, T: Tape<E, D>>(
        state: &NormState<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        composed::evaluate(state, layout, x, params)
    }
}
