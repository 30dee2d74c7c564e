//! What is normalized before the cell meets it: the rows of the weights, once for all steps, and the inputs.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula, Start};
use norm_dfdx::Error;
use norm_dfdx::initial::Initial;
use norm_dfdx::sequence_op::Tensors;

use super::{RecurrentLayer, Sequence};
use crate::kind::Kind;
use crate::placement::PlacedIn;
use crate::row_norm::{Both, RowNorm, RowStore, at_weights};

/// A name for each of both matrices.
fn of_both(names: &[String]) -> Vec<String> {
    ["ih", "hh"].iter().flat_map(|side| names.iter().map(move |name| format!("{side}.{name}"))).collect()
}

/// The names of what belongs to the rows of the weights, for each matrix what the method declares. Each is `[W]`.
pub(super) fn row_params<F: Formula>() -> Vec<String> {
    let declared = if at_weights(F::DESCRIPTOR) { F::DESCRIPTOR.params } else { &[] };
    of_both(&declared.iter().map(|p| p.name.to_owned()).collect::<Vec<_>>())
}

/// The names of what is stored of the rows of the weights, for each matrix, and where each starts. Each is `[W]`.
pub(super) fn row_stores<F: Formula>() -> Vec<(String, Start)> {
    let d = F::DESCRIPTOR;
    let names = if at_weights(d) { d.stored_names() } else { Vec::new() };
    let starts = (0..names.len()).map(|i| d.start(i)).collect::<Vec<_>>();
    of_both(&names).into_iter().zip(starts.into_iter().cycle()).collect()
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
pub(super) type Acting<const I: usize, const H: usize, const W: usize, E> =
    Both<Tensor<Rank2<W, I>, E, Cpu>, Tensor<Rank2<W, H>, E, Cpu>>;

/// In the place of the raw ones.
pub(super) fn instead<'a, const I: usize, const H: usize, const W: usize, const S: usize, E: Unit>(
    acting: &'a Acting<I, H, W, E>,
    raw: Tensors<'a, I, H, W, S, E>,
) -> Tensors<'a, I, H, W, S, E> {
    Tensors { weight_ih: &acting.ih, weight_hh: &acting.hh, ..raw }
}

impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E>
    RecurrentLayer<K, F, P, I, H, W, S, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    /// What is stored of the rows of both matrices.
    pub(super) fn of_rows(&self) -> Both<Vec<E>> {
        let (ih, hh) = self.row_stores.split_at(self.row_stores.len() / 2);
        let all = |planes: &[Tensor<Rank1<W>, E, Cpu>]| planes.iter().flat_map(Tensor::as_vec).collect();
        Both { ih: all(ih), hh: all(hh) }
    }

    /// Puts it back.
    pub(super) fn keep_of_rows(&mut self, stored: &Both<Vec<E>>) {
        let planes = stored.ih.chunks_exact(W).chain(stored.hh.chunks_exact(W));
        for (tensor, plane) in self.row_stores.iter_mut().zip(planes) {
            tensor.copy_from(plane);
        }
    }

    /// The inputs and the weights as the method makes them; no weights where it leaves them alone.
    pub(super) fn operands<T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
        stores: Both<RowStore<'_, E>>,
    ) -> Result<(Sequence<I, E, Cpu, T>, Option<Acting<I, H, W, E>>), Error<CpuError>> {
        let Some(norm) = RowNorm::of(E::kernel::<F>()) else { return Ok((x, None)) };
        let weights = Both { ih: &self.weight_ih, hh: &self.weight_hh };
        let (x, acting) = norm.acting(x, &weights, &self.rows, stores)?;
        Ok((x, Some(acting)))
    }
}
