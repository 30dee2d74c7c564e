//! Which code runs: a type, so that a record can name it and both paths exist side by side on the CPU.

use std::fmt::Debug;

use dfdx::prelude::*;
use norm_core::{Elem, Kernel, Layout};

use crate::blocks_op::{self, InBlocks};
use crate::composed;
use crate::error::Error;
use crate::fused::{self, Flat, Statistics};

/// A way to run a normalization on a device.
pub trait Path<E: Dtype + Elem, D: Device<E>>: Copy + Default + Debug + Send + Sync + 'static {
    /// As it stands in records.
    const NAME: &'static str;

    /// Normalizes `x`. See [`fused::normalize`] for the arguments.
    ///
    /// # Errors
    ///
    /// [`Error`]: sizes that do not fit, or a device that failed.
    fn normalize<S: Shape, T: Tape<E, D>>(
        kernel: Kernel<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
        consts: &[f64],
        statistics: Statistics<'_, E>,
        found: Option<&mut Vec<E>>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>>;

    /// Normalizes `x` as in training, block after block, with what is stored and what controls moving on. `params` are the
    /// parameters alone. See [`InBlocks`].
    ///
    /// # Errors
    ///
    /// [`Error`]; nothing was taken in then.
    fn in_blocks<S: Shape, T: Tape<E, D>>(
        kernel: Kernel<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
        consts: &[f64],
        blocks: InBlocks<'_, E>,
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

    fn normalize<S: Shape, T: Tape<E, Cpu>>(
        kernel: Kernel<E>,
        layout: Layout,
        x: Tensor<S, E, Cpu, T>,
        params: Vec<Flat<E, Cpu, T>>,
        consts: &[f64],
        statistics: Statistics<'_, E>,
        found: Option<&mut Vec<E>>,
    ) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>> {
        fused::normalize(kernel, layout, x, params, consts, statistics, found)
    }

    fn in_blocks<S: Shape, T: Tape<E, Cpu>>(
        kernel: Kernel<E>,
        layout: Layout,
        x: Tensor<S, E, Cpu, T>,
        params: Vec<Flat<E, Cpu, T>>,
        consts: &[f64],
        blocks: InBlocks<'_, E>,
    ) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>> {
        blocks_op::train(kernel, layout, x, params, consts, blocks)
    }
}

/// dfdx's own operations, one by one, on any device.
#[derive(Clone, Copy, Debug, Default)]
pub struct Composed;

impl<E: Dtype + Elem, D: Device<E>> Path<E, D> for Composed {
    const NAME: &'static str = "composed";

    fn normalize<S: Shape, T: Tape<E, D>>(
        kernel: Kernel<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
        consts: &[f64],
        statistics: Statistics<'_, E>,
        found: Option<&mut Vec<E>>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        composed::normalize(kernel.descriptor, layout, x, params, consts, statistics, found)
    }

    fn in_blocks<S: Shape, T: Tape<E, D>>(
        kernel: Kernel<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        params: Vec<Flat<E, D, T>>,
        consts: &[f64],
        blocks: InBlocks<'_, E>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        composed::in_blocks(kernel.descriptor, layout, x, params, consts, blocks)
    }
}
