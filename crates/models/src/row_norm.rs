//! A method at the rows of a cell's weights, or at weights and inputs: applied once for all steps, before the cell meets them.

use dfdx::prelude::*;
use norm_core::policy::Running;
use norm_core::{Descriptor, Elem, Kernel, Site};
use norm_dfdx::Error;
use norm_dfdx::fused::{Flat, Statistics, normalize};

use crate::recurrent::Sequence;

/// The method of the rows of both weight matrices of a cell.
#[derive(Clone, Debug)]
pub struct RowNorm<E: 'static>(Kernel<E>);

/// What the method stores of the rows of one matrix, `[statistics][rows]`; empty where it stores nothing.
#[derive(Debug)]
pub enum RowStore<'a, E> {
    /// A use in evaluation: it stays as it is.
    Held(&'a [E]),
    /// A use in training: it takes in what is found.
    Moved(&'a mut Vec<E>),
}

/// Both matrices `[W, I]` and `[W, H]`, or what belongs to each of them.
#[derive(Clone, Debug)]
pub struct Both<A, B = A> {
    /// Of the input.
    pub ih: A,
    /// Of the hidden state.
    pub hh: B,
}

type Rows<const W: usize, E> = [Tensor<Rank1<W>, E, Cpu>];

/// A matrix as it acts, of weights as they lie.
type Acting<const W: usize, const C: usize, E, T> = Tensor<Rank2<W, C>, E, Cpu, T>;

/// Whether a method stands at the weights, alone or not.
pub(crate) const fn at_weights(d: &Descriptor) -> bool {
    matches!(d.site, Site::Weights | Site::WeightsAndInputs)
}

impl<E: Dtype + Elem> RowNorm<E>
where
    Cpu: Device<E>,
{
    /// The method, where it stands at weights.
    pub fn of(kernel: Kernel<E>) -> Option<Self> {
        at_weights(kernel.descriptor).then_some(Self(kernel))
    }

    /// What is stored of a matrix of so many rows before its first use.
    pub fn start(&self, rows: usize) -> Vec<E> {
        let d = self.0.descriptor;
        if d.policy.stores() { Running::initial(d, rows) } else { Vec::new() }
    }

    /// The inputs and both matrices as they act, the tapes of the matrices in that of the inputs.
    ///
    /// # Errors
    ///
    /// [`Error`] for parameters or stores that do not fit; a store may have taken in what was found then.
    pub fn acting<const I: usize, const H: usize, const W: usize, T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
        weights: &Both<&Tensor<Rank2<W, I>, E, Cpu>, &Tensor<Rank2<W, H>, E, Cpu>>,
        params: &Rows<W, E>,
        stores: Both<RowStore<'_, E>>,
    ) -> Result<ActingOn<I, H, W, E, T>, Error<CpuError>> {
        let d = self.0.descriptor;
        let x = if d.site == Site::WeightsAndInputs {
            let (steps, cases, _) = *x.shape();
            let layout = d.reference_set.layout(steps * cases, I, 1, 1)?;
            normalize(self.0, layout, x, Vec::new(), &d.default_consts(), Statistics::Current, None)?
        } else {
            x
        };
        let (of_ih, of_hh) = params.split_at(params.len() / 2);
        let (ih, of_ih) = self.rows::<W, I, T>(of_ih, weights.ih, stores.ih)?.split_tape();
        let (hh, of_hh) = self.rows::<W, H, T>(of_hh, weights.hh, stores.hh)?.split_tape();
        let (x, tape) = x.split_tape();
        Ok((x.put_tape(tape.merge(of_ih).merge(of_hh)), Both { ih, hh }))
    }

    /// The rows of one matrix, normalized with the parameters that belong to them, on a tape of their own.
    ///
    /// # Errors
    ///
    /// As those of [`RowNorm::acting`].
    pub fn rows<const W: usize, const C: usize, T: Tape<E, Cpu>>(
        &self,
        params: &Rows<W, E>,
        weight: &Tensor<Rank2<W, C>, E, Cpu>,
        store: RowStore<'_, E>,
    ) -> Result<Acting<W, C, E, T>, Error<CpuError>> {
        let d = self.0.descriptor;
        let consts = d.default_consts();
        let before: &[E] = match &store {
            RowStore::Held(values) => values,
            RowStore::Moved(values) => values,
        };
        let mut flat: Vec<Flat<E, Cpu, T>> = Vec::with_capacity(params.len() + d.frozen.len());
        for t in params {
            flat.push(t.retaped::<T>().try_reshape_like(&(W,))?);
        }
        for frozen in d.frozen {
            let seen = frozen.of(before, W).to_vec();
            flat.push(weight.device().try_tensor_from_vec(seen, (W,))?.put_tape(T::default()));
        }
        let layout = d.reference_set.layout(W, C, 1, 1)?;
        let weight = weight.retaped::<T>();
        match store {
            RowStore::Held(values) if !values.is_empty() => {
                normalize(self.0, layout, weight, flat, &consts, Statistics::Stored(values), None)
            }
            RowStore::Held(_) => normalize(self.0, layout, weight, flat, &consts, Statistics::Current, None),
            RowStore::Moved(values) => {
                let mut found = Vec::new();
                let acting =
                    normalize(self.0, layout, weight, flat, &consts, Statistics::Current, Some(&mut found))?;
                Running::default().named(d, &consts).update(d, &found, C, values);
                Ok(acting)
            }
        }
    }
}

/// The inputs with all tapes, and both matrices as they act.
pub type ActingOn<const I: usize, const H: usize, const W: usize, E, T> =
    (Sequence<I, E, Cpu, T>, Both<Tensor<Rank2<W, I>, E, Cpu>, Tensor<Rank2<W, H>, E, Cpu>>);
