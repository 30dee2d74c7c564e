//! What a layer normalizes with, whatever its method: compiled once for all methods of one width.

use dfdx::prelude::*;
use norm_core::{Elem, Kernel, Layout};

use crate::blocks_op::InBlocks;
use crate::error::Error;
use crate::fused::{Flat, Statistics};
use crate::layer::{Holder, holder};
use crate::path::Path;
use crate::running;

/// The tensors of a layer without what it stores of statistics.
pub(crate) struct Parts<'l, const C: usize, const G: usize, E: Dtype + Elem, D: Storage<E>> {
    pub(crate) kernel: Kernel<E>,
    pub(crate) channel: &'l [Tensor<Rank1<C>, E, D>],
    pub(crate) group: &'l [Tensor<Rank1<G>, E, D>],
    pub(crate) scalar: &'l [Tensor<Rank0, E, D>],
    pub(crate) controls: &'l [Tensor<Rank1<C>, E, D>],
    pub(crate) consts: &'l [f64],
}

impl<const C: usize, const G: usize, E: Dtype + Elem, D: Device<E>> Parts<'_, C, G, E, D> {
    /// The parameters in declared order, each on a tape of its own.
    pub(crate) fn flat<T: Tape<E, D>>(&self) -> Result<Vec<Flat<E, D, T>>, D::Err> {
        let (mut channel, mut group, mut scalar) =
            (self.channel.iter(), self.group.iter(), self.scalar.iter());
        let mut all = Vec::with_capacity(self.kernel.descriptor.params.len());
        for spec in self.kernel.descriptor.params {
            let flat = match holder(spec.axis) {
                Holder::Channel => channel.next().map(|t| t.retaped::<T>().try_reshape_like(&(C,))),
                Holder::Group => group.next().map(|t| t.retaped::<T>().try_reshape_like(&(G,))),
                Holder::Scalar => scalar.next().map(|t| t.retaped::<T>().try_reshape_like(&(1,))),
            };
            all.extend(flat.transpose()?);
        }
        Ok(all)
    }

    /// Normalizes with these statistics.
    pub(crate) fn normalize<P: Path<E, D>, S: Shape, T: Tape<E, D>>(
        &self,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        running: &[Tensor<Rank1<C>, E, D>],
        statistics: Statistics<'_, E>,
        found: Option<&mut Vec<E>>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        let mut params = self.flat().map_err(|source| Error::Device { source })?;
        // No control acts here: a use in training that has some goes by blocks.
        for control in self.controls {
            let still = control.device().try_zeros_like(&(C,));
            params.push(still.map_err(|source| Error::Device { source })?.retaped::<T>());
        }
        let frozen = running::frozen(self.kernel.descriptor, running);
        params.extend(frozen.map_err(|source| Error::Device { source })?);
        P::normalize(self.kernel, layout, x, params, self.consts, statistics, found)
    }

    /// Normalizes with the statistics of `x`, which come second.
    pub(crate) fn found<P: Path<E, D>, S: Shape, T: Tape<E, D>>(
        &self,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        running: &[Tensor<Rank1<C>, E, D>],
    ) -> Result<(Tensor<S, E, D, T>, Vec<E>), Error<D::Err>> {
        let mut found = Vec::new();
        let y = self.normalize::<P, _, _>(layout, x, running, Statistics::Current, Some(&mut found))?;
        Ok((y, found))
    }

    /// Normalizes block after block.
    pub(crate) fn in_blocks<P: Path<E, D>, S: Shape, T: Tape<E, D>>(
        &self,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        of: InBlocks<'_, E>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        let params = self.flat().map_err(|source| Error::Device { source })?;
        P::in_blocks(self.kernel, layout, x, params, self.consts, of)
    }
}
