//! What a layer normalizes with, whatever its method: compiled once for all methods of one width.

use dfdx::prelude::*;
use norm_core::{Descriptor, Elem, Layout, NormState, Unstorable};

use crate::error::Error;
use crate::fused::Flat;
use crate::layer::{Holder, holder};
use crate::mailbox::Mailbox;
use crate::path::Path;

/// The parameters of a layer.
pub(crate) struct Parts<'l, const C: usize, const G: usize, E: Dtype + Elem, D: Storage<E>> {
    pub(crate) descriptor: &'static Descriptor,
    pub(crate) channel: &'l [Tensor<Rank1<C>, E, D>],
    pub(crate) group: &'l [Tensor<Rank1<G>, E, D>],
    pub(crate) scalar: &'l [Tensor<Rank0, E, D>],
}

impl<const C: usize, const G: usize, E: Dtype + Elem, D: Device<E>> Parts<'_, C, G, E, D> {
    /// In declared order, each on a tape of its own.
    pub(crate) fn flat<T: Tape<E, D>>(&self) -> Result<Vec<Flat<E, D, T>>, Error<D::Err>> {
        let (mut channel, mut group, mut scalar) =
            (self.channel.iter(), self.group.iter(), self.scalar.iter());
        let mut all = Vec::with_capacity(self.descriptor.params.len());
        for spec in self.descriptor.params {
            let flat = match holder(spec.axis) {
                Holder::Channel => channel.next().map(|t| t.retaped::<T>().try_reshape_like(&(C,))),
                Holder::Group => group.next().map(|t| t.retaped::<T>().try_reshape_like(&(G,))),
                Holder::Scalar => scalar.next().map(|t| t.retaped::<T>().try_reshape_like(&(1,))),
            };
            all.extend(flat.transpose().map_err(|source| Error::Device { source })?);
        }
        Ok(all)
    }

    /// A use in training, which moves what is stored.
    pub(crate) fn train<P: Path<E, D>, S: Shape, T: Tape<E, D>>(
        &self,
        state: &mut NormState<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
        mailbox: &Mailbox<E>,
        unstorable: Unstorable,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        P::train(state, layout, x, self.flat()?, mailbox, unstorable)
    }

    /// A use in evaluation.
    pub(crate) fn evaluate<P: Path<E, D>, S: Shape, T: Tape<E, D>>(
        &self,
        state: &NormState<E>,
        layout: Layout,
        x: Tensor<S, E, D, T>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        P::evaluate(state, layout, x, self.flat()?)
    }
}
