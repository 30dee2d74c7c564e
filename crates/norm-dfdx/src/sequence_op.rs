//! One tape operation for a whole sequence: nothing inside but matrix products and fused kernels.

use std::sync::{Arc, Mutex};

use dfdx::prelude::*;
use norm_core::Elem;
use sequence::{
    Cell, Gradients as CellGradients, Inputs, Mode, Outcome, Sizes, Upstream, Weights, Workspace,
};

use crate::buffer::{Dense, slot};
use crate::error::Error;

/// Workspaces that wait for their next sequence. A clone starts empty: two models never share a buffer.
#[derive(Debug)]
pub struct Spare<E: 'static>(Arc<Mutex<Vec<Workspace<E>>>>);

impl<E: 'static> Default for Spare<E> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<E: 'static> Clone for Spare<E> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<E: Elem> Spare<E> {
    /// One of them, with what backward passes on any have found for the cell's stores.
    fn take(&self) -> Workspace<E> {
        let Ok(mut list) = self.0.lock() else { return Workspace::default() };
        let mut ws = list.pop().unwrap_or_default();
        list.iter_mut().for_each(|other| ws.take_over(other));
        ws
    }
    fn put(&self, ws: Workspace<E>) {
        if let Ok(mut list) = self.0.lock() {
            list.push(ws);
        }
    }
    fn handle(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Tensors of a recurrent layer, in the layout of [`sequence::Weights`].
#[derive(Debug)]
pub struct Tensors<'a, const I: usize, const H: usize, const W: usize, const S: usize, E: Unit> {
    /// `[W, I]`, with `W` gates × units.
    pub weight_ih: &'a Tensor<Rank2<W, I>, E, Cpu>,
    /// `[W, H]`.
    pub weight_hh: &'a Tensor<Rank2<W, H>, E, Cpu>,
    /// `[W]`, exactly if the cell has a bias of its own.
    pub bias: Option<&'a Tensor<Rank1<W>, E, Cpu>>,
    /// `[H]`, exactly if the cell has a bias inside the product with a GRU's reset gate.
    pub recurrent_bias: Option<&'a Tensor<Rank1<H>, E, Cpu>>,
    /// `[H]`, the learned hidden state before the first step, the same for every case; zeros if absent.
    pub start: Option<&'a Tensor<Rank1<H>, E, Cpu>>,
    /// Parameters of the slots, in the cell's order.
    pub slots: Vec<SlotTensor<'a, H, S, E>>,
}

/// What a pass is given beside the sequence.
#[derive(Clone, Debug)]
pub struct Given<E> {
    /// `[T, N]`, whether a step belongs to its case; all do if absent.
    pub mask: Option<Vec<bool>>,
    /// `[N, H]`, added to the hidden state before the first step.
    pub noise: Option<Vec<E>>,
}

impl<E> Default for Given<E> {
    fn default() -> Self {
        Self { mask: None, noise: None }
    }
}

/// A parameter of a slot: over the gates, which of a GRU are two without the candidate, or over the units.
#[derive(Debug, Clone, Copy)]
pub enum SlotTensor<'a, const H: usize, const S: usize, E: Unit> {
    /// One value per gate and unit.
    Gates(&'a Tensor<Rank1<S>, E, Cpu>),
    /// One value per unit.
    Units(&'a Tensor<Rank1<H>, E, Cpu>),
}

#[derive(Clone)]
enum SlotDense<const H: usize, const S: usize, E: Unit> {
    Gates(Dense<Rank1<S>, E>),
    Units(Dense<Rank1<H>, E>),
}

impl<const H: usize, const S: usize, E: Unit> SlotDense<H, S, E> {
    fn elements(&self) -> &[E] {
        match self {
            Self::Gates(t) => t.elements(),
            Self::Units(t) => t.elements(),
        }
    }
    fn slot<'g>(&self, g: &'g mut Gradients<E, Cpu>) -> Result<&'g mut Vec<E>, CpuError> {
        match self {
            Self::Gates(t) => slot(g, t.tensor()),
            Self::Units(t) => slot(g, t.tensor()),
        }
    }
}

/// What the operation keeps for its backward pass.
struct Kept<const I: usize, const H: usize, const W: usize, const S: usize, E: Unit + Elem> {
    cell: Cell<E>,
    sizes: Sizes,
    x: Dense<(usize, usize, Const<I>), E>,
    y: Tensor<(usize, usize, Const<H>), E, Cpu>,
    weight_ih: Dense<Rank2<W, I>, E>,
    weight_hh: Dense<Rank2<W, H>, E>,
    bias: Option<Dense<Rank1<W>, E>>,
    recurrent_bias: Option<Dense<Rank1<H>, E>>,
    start: Option<Dense<Rank1<H>, E>>,
    slots: Vec<SlotDense<H, S, E>>,
    mask: Option<Vec<bool>>,
    h0: Option<Vec<E>>,
    ws: Workspace<E>,
    spare: Spare<E>,
}

impl<const I: usize, const H: usize, const W: usize, const S: usize, E: Unit + Elem> Kept<I, H, W, S, E> {
    fn run(mut self, g: &mut Gradients<E, Cpu>) -> Result<(), CpuError> {
        let slots: Vec<&[E]> = self.slots.iter().map(SlotDense::elements).collect();
        let w = Weights {
            ih: self.weight_ih.elements(),
            hh: self.weight_hh.elements(),
            bias: self.bias.as_ref().map(Dense::elements),
            recurrent_bias: self.recurrent_bias.as_ref().map(Dense::elements),
            slots: &slots,
        };
        let mask = self.mask.as_deref();
        let inputs =
            Inputs { sizes: self.sizes, x: self.x.elements(), mask, h0: self.h0.as_deref(), c0: None };
        // Buffers are taken out of their slots and put back, so that nothing is borrowed twice.
        let dy = std::mem::take(slot(g, &self.y)?);
        let mut dx = std::mem::take(slot(g, self.x.tensor())?);
        let mut dih = std::mem::take(slot(g, self.weight_ih.tensor())?);
        let mut dhh = std::mem::take(slot(g, self.weight_hh.tensor())?);
        let mut dbias = match &self.bias {
            Some(b) => Some(std::mem::take(slot(g, b.tensor())?)),
            None => None,
        };
        let mut drecurrent = match &self.recurrent_bias {
            Some(b) => Some(std::mem::take(slot(g, b.tensor())?)),
            None => None,
        };
        let mut dh0 = self.start.as_ref().map(|_| vec![E::default(); self.sizes.cases * H]);
        let mut dslots = Vec::with_capacity(self.slots.len());
        for s in &self.slots {
            dslots.push(std::mem::take(s.slot(g)?));
        }
        let mut dslot_refs: Vec<&mut [E]> = dslots.iter_mut().map(|d| &mut d[..]).collect();
        let mut out = CellGradients {
            x: Some(&mut dx),
            ih: &mut dih,
            hh: &mut dhh,
            bias: dbias.as_deref_mut(),
            recurrent_bias: drecurrent.as_deref_mut(),
            slots: &mut dslot_refs,
            h0: dh0.as_deref_mut(),
            c0: None,
        };
        let up = Upstream { y: &dy, h: None, c: None };
        let done = self.cell.backward(&w, &inputs, &up, &mut self.ws, &mut out);
        for (s, d) in self.slots.iter().zip(dslots) {
            *s.slot(g)? = d;
        }
        if let (Some(start), Some(d)) = (&self.start, dh0) {
            let sum = slot(g, start.tensor())?;
            for case in d.chunks_exact(H) {
                sum.iter_mut().zip(case).for_each(|(sum, d)| *sum = *sum + *d);
            }
        }
        if let (Some(b), Some(d)) = (&self.recurrent_bias, drecurrent) {
            *slot(g, b.tensor())? = d;
        }
        if let (Some(b), Some(d)) = (&self.bias, dbias) {
            *slot(g, b.tensor())? = d;
        }
        *slot(g, self.weight_hh.tensor())? = dhh;
        *slot(g, self.weight_ih.tensor())? = dih;
        *slot(g, self.x.tensor())? = dx;
        *slot(g, &self.y)? = dy;
        self.spare.put(self.ws);
        // The forward pass has checked the same lengths.
        done.map_err(|_| CpuError::WrongNumElements)
    }
}

fn dense<S: Shape, E: Dtype>(t: &Tensor<S, E, Cpu>) -> Result<Dense<S, E>, CpuError>
where
    Cpu: Device<E>,
{
    Ok(Dense::split(t.clone())?.0)
}

/// The hidden state before the first step, `[N, H]`: the learned one for every case, and the noise. Noise of another
/// length is handed on as it is, for the cell to refuse.
fn initial<const H: usize, E: Unit + Elem>(
    start: Option<&Dense<Rank1<H>, E>>,
    noise: Option<Vec<E>>,
    cases: usize,
) -> Option<Vec<E>> {
    let Some(start) = start else { return noise };
    let mut h0 = noise.unwrap_or_else(|| vec![E::default(); cases * H]);
    for case in h0.chunks_exact_mut(H.max(1)) {
        case.iter_mut().zip(start.elements()).for_each(|(h, start)| *h = *h + *start);
    }
    Some(h0)
}

/// Runs `cell` over `x[T, N, I]` and returns all hidden states `[T, N, H]`, with one operation on the tape.
///
/// # Errors
///
/// [`Error::Sequence`] where sizes do not fit the cell, [`Error::Device`] where memory runs out.
pub fn sequence<
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    E: Dtype + Elem,
    T: Tape<E, Cpu>,
>(
    cell: &Cell<E>,
    tensors: &Tensors<'_, I, H, W, S, E>,
    x: Tensor<(usize, usize, Const<I>), E, Cpu, T>,
    given: Given<E>,
    mode: Mode<'_, E>,
    spare: &Spare<E>,
) -> Result<(Tensor<(usize, usize, Const<H>), E, Cpu, T>, Outcome), Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, mut tape) = Dense::split(x)?;
    let (steps, cases, _) = *x.tensor().shape();
    let sizes = Sizes { steps, cases, inputs: I, units: H };
    let weight_ih = dense(tensors.weight_ih)?;
    let weight_hh = dense(tensors.weight_hh)?;
    let bias = tensors.bias.map(dense).transpose()?;
    let recurrent_bias = tensors.recurrent_bias.map(dense).transpose()?;
    let start = tensors.start.map(dense).transpose()?;
    let Given { mask, noise } = given;
    let h0 = initial(start.as_ref(), noise, cases);
    let mut slots = Vec::with_capacity(tensors.slots.len());
    for s in &tensors.slots {
        slots.push(match s {
            SlotTensor::Gates(t) => SlotDense::Gates(dense(t)?),
            SlotTensor::Units(t) => SlotDense::Units(dense(t)?),
        });
    }
    let mut ws = spare.take();
    let mut y = vec![E::default(); steps * cases * H];
    let outcome = {
        let slots: Vec<&[E]> = slots.iter().map(SlotDense::elements).collect();
        let w = Weights {
            ih: weight_ih.elements(),
            hh: weight_hh.elements(),
            bias: bias.as_ref().map(Dense::elements),
            recurrent_bias: recurrent_bias.as_ref().map(Dense::elements),
            slots: &slots,
        };
        let inputs = Inputs { sizes, x: x.elements(), mask: mask.as_deref(), h0: h0.as_deref(), c0: None };
        cell.forward(&w, &inputs, mode, &mut ws, &mut y)?
    };
    let y = x.tensor().device().try_tensor_from_vec(y, (steps, cases, Const::<H>))?;
    if T::OWNS_TAPE {
        let (cell, spare, y) = (cell.clone(), spare.handle(), y.clone());
        let kept = Kept {
            cell,
            sizes,
            x,
            y,
            weight_ih,
            weight_hh,
            bias,
            recurrent_bias,
            start,
            slots,
            mask,
            h0,
            ws,
            spare,
        };
        tape.add_backward_op(move |g| kept.run(g));
    } else {
        spare.put(ws);
    }
    Ok((y.put_tape(tape), outcome))
}
