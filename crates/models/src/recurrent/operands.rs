//! What is normalized before the cell meets it: the rows of the weights, once for all steps, and the inputs.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula, Kernel, Site};
use norm_dfdx::fused::{Flat, Statistics, normalize};
use norm_dfdx::initial::Initial;
use norm_dfdx::{Error, sequence_op};

use super::{RecurrentLayer, Sequence};
use crate::kind::Kind;
use crate::placement::PlacedIn;

/// Whether the method stands at the weights, alone or not.
const fn at_weights<F: Formula>() -> bool {
    matches!(F::DESCRIPTOR.site, Site::Weights | Site::WeightsAndInputs)
}

/// The names of what belongs to the rows of the weights, for each matrix what the method declares. Each is `[W]`.
pub(super) fn row_params<F: Formula>() -> Vec<String> {
    let declared = if at_weights::<F>() { F::DESCRIPTOR.params } else { &[] };
    ["ih", "hh"].iter().flat_map(|side| declared.iter().map(move |p| format!("{side}.{}", p.name))).collect()
}

/// Where they start: at what is declared, whichever the matrix.
pub(super) struct OfRows<F>(PhantomData<F>);

impl<F: Formula> Initial for OfRows<F> {
    fn value(at: usize) -> f64 {
        let params = F::DESCRIPTOR.params;
        params.get(at % params.len().max(1)).map_or(0.0, |p| p.initial)
    }
}

/// Both weight matrices as they act.
pub(super) struct Acting<const I: usize, const H: usize, const W: usize, E: Unit> {
    ih: Tensor<Rank2<W, I>, E, Cpu>,
    hh: Tensor<Rank2<W, H>, E, Cpu>,
}

impl<const I: usize, const H: usize, const W: usize, E: Unit> Acting<I, H, W, E> {
    /// In the place of the raw ones.
    pub(super) fn instead<'a, const S: usize>(
        &'a self,
        raw: sequence_op::Tensors<'a, I, H, W, S, E>,
    ) -> sequence_op::Tensors<'a, I, H, W, S, E> {
        sequence_op::Tensors { weight_ih: &self.ih, weight_hh: &self.hh, ..raw }
    }
}

/// The rows of one weight matrix `[W, C]`, normalized with the parameters that belong to them, on a tape of their own.
fn rows_of<const W: usize, const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    kernel: Kernel<E>,
    params: &[Tensor<Rank1<W>, E, Cpu>],
    weight: &Tensor<Rank2<W, C>, E, Cpu>,
) -> Result<Tensor<Rank2<W, C>, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let d = kernel.descriptor;
    let mut flat: Vec<Flat<E, Cpu, T>> = Vec::with_capacity(params.len());
    for t in params {
        flat.push(t.retaped::<T>().try_reshape_like(&(W,))?);
    }
    let layout = d.reference_set.layout(W, C, 1, 1)?;
    let weight = weight.retaped::<T>();
    normalize(kernel, layout, weight, flat, &d.default_consts(), Statistics::Current, None)
}

/// The inputs and the weights as a method at the weights makes them, the weights' tapes in that of the inputs.
fn acting<const I: usize, const H: usize, const W: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    kernel: Kernel<E>,
    rows: &[Tensor<Rank1<W>, E, Cpu>],
    weight_ih: &Tensor<Rank2<W, I>, E, Cpu>,
    weight_hh: &Tensor<Rank2<W, H>, E, Cpu>,
    x: Sequence<I, E, Cpu, T>,
) -> Result<(Sequence<I, E, Cpu, T>, Acting<I, H, W, E>), Error<CpuError>>
where
    Cpu: Device<E>,
{
    let d = kernel.descriptor;
    let x = if d.site == Site::WeightsAndInputs {
        let (steps, cases, _) = *x.shape();
        let layout = d.reference_set.layout(steps * cases, I, 1, 1)?;
        normalize(kernel, layout, x, Vec::new(), &d.default_consts(), Statistics::Current, None)?
    } else {
        x
    };
    let (of_ih, of_hh) = rows.split_at(rows.len() / 2);
    let (ih, of_ih) = rows_of::<W, I, E, T>(kernel, of_ih, weight_ih)?.split_tape();
    let (hh, of_hh) = rows_of::<W, H, E, T>(kernel, of_hh, weight_hh)?.split_tape();
    let (x, tape) = x.split_tape();
    Ok((x.put_tape(tape.merge(of_ih).merge(of_hh)), Acting { ih, hh }))
}

impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E>
    RecurrentLayer<K, F, P, I, H, W, S, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    /// The inputs and the weights as the method makes them; no weights where it leaves them alone.
    pub(super) fn operands<T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
    ) -> Result<(Sequence<I, E, Cpu, T>, Option<Acting<I, H, W, E>>), Error<CpuError>> {
        if !at_weights::<F>() {
            return Ok((x, None));
        }
        let (x, weights) = acting(E::kernel::<F>(), &self.rows, &self.weight_ih, &self.weight_hh, x)?;
        Ok((x, Some(weights)))
    }
}
