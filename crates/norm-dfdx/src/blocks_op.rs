//! One tape operation for a use of a layer in blocks, on the CPU.

use dfdx::prelude::*;
use norm_core::blocks::{self, Seen};
use norm_core::policy::Running;
use norm_core::{Call, Elem, Isa, Kernel, Layout};

use crate::buffer::{Dense, slot, split_all};
use crate::error::Error;
use crate::fused::Flat;

/// Letters are what the states of controls have grown by in one backward pass, a row for each.
pub(crate) type Mailbox<E> = crate::mailbox::Mailbox<Vec<Vec<E>>>;

/// What a use in blocks takes in and hands on: the store at once, the states of controls in the backward pass.
#[derive(Debug)]
pub struct InBlocks<'a, E> {
    /// How the store takes in a block.
    pub(crate) running: Running,
    /// `[statistics][channels]`.
    pub(crate) store: &'a mut [E],
    /// The states that the layer holds; the mailbox has what was found since.
    pub(crate) states: Vec<Vec<E>>,
    pub(crate) mailbox: &'a Mailbox<E>,
    /// Where statistics of a block go that are not finite, and that the store has not taken in.
    pub(crate) odd: &'a mut Option<Vec<E>>,
}

/// The states as they are now: those held, and what letters add.
pub(crate) fn now<E: Elem>(held: &[Vec<E>], letters: &[Vec<Vec<E>>]) -> Vec<Vec<E>> {
    let mut now = held.to_vec();
    for letter in letters {
        for (state, by) in now.iter_mut().flatten().zip(letter.iter().flatten()) {
            *state = *state + *by;
        }
    }
    now
}

/// What they have grown by since.
pub(crate) fn growth<E: Elem>(from: &[Vec<E>], to: &[Vec<E>]) -> Vec<Vec<E>> {
    let one = |(from, to): (&Vec<E>, &Vec<E>)| from.iter().zip(to).map(|(a, b)| *b - *a).collect();
    from.iter().zip(to).map(one).collect()
}

/// Normalizes as in training. With a tape, one operation is recorded, whose backward pass leaves what the states have grown
/// by in the mailbox.
pub(crate) fn train<S: Shape, E: Dtype + Elem, T: Tape<E, Cpu>>(
    kernel: Kernel<E>,
    layout: Layout,
    x: Tensor<S, E, Cpu, T>,
    params: Vec<Flat<E, Cpu, T>>,
    consts: &[f64],
    of: InBlocks<'_, E>,
) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, flat, mut tape) = split_all(x, params)?;
    let isa = Isa::detect();
    let slices: Vec<&[E]> = flat.iter().map(Dense::elements).collect();
    let call = Call { layout, x: x.elements(), params: &slices, consts, mask: None };
    let (y, seen) = blocks::forward(&kernel, isa, &call, of.running, of.store)?;
    *of.odd = seen.iter().find_map(|block| blocks::odd(&block.statistics));
    let y = x.tensor().device().try_tensor_from_vec(y, *x.tensor().shape())?;
    if T::OWNS_TAPE {
        let (held, mailbox) = (of.states, of.mailbox.handle());
        let consts = consts.to_vec();
        let op = Backward { kernel, layout, x, y: y.clone(), params: flat, consts, seen, held, mailbox };
        tape.add_backward_op(move |gradients| op.run(isa, gradients));
    }
    Ok(y.put_tape(tape))
}

/// What the backward pass needs of the forward one.
struct Backward<S: Shape, E: Unit> {
    kernel: Kernel<E>,
    layout: Layout,
    x: Dense<S, E>,
    y: Tensor<S, E, Cpu>,
    params: Vec<Dense<(usize,), E>>,
    consts: Vec<f64>,
    seen: Vec<Seen<E>>,
    /// The states that the layer held at the forward pass.
    held: Vec<Vec<E>>,
    mailbox: Mailbox<E>,
}

impl<S: Shape, E: Unit + Elem> Backward<S, E> {
    /// Adds to the gradients of `x` and of the parameters.
    fn run(self, isa: Isa, gradients: &mut Gradients<E, Cpu>) -> Result<(), CpuError> {
        let mut dparams = self.params.iter().map(Dense::zeros).collect::<Result<Vec<_>, _>>()?;
        let slices: Vec<&[E]> = self.params.iter().map(Dense::elements).collect();
        let (layout, x, consts) = (self.layout, self.x.elements(), &self.consts[..]);
        let call = Call { layout, x, params: &slices, consts, mask: None };
        let dy = std::mem::take(slot(gradients, &self.y)?);
        let mut dx = std::mem::take(slot(gradients, self.x.tensor())?);
        let done = self.mailbox.with(|letters| {
            let before = now(&self.held, letters);
            let mut states = before.clone();
            let (seen, overwrite) = (&self.seen, false);
            blocks::backward(
                &self.kernel,
                isa,
                &call,
                &dy,
                seen,
                &mut states,
                overwrite,
                &mut dx,
                &mut dparams,
            )?;
            if !states.is_empty() {
                letters.push(growth(&before, &states));
            }
            Ok::<(), norm_core::Error>(())
        });
        *slot(gradients, self.x.tensor())? = dx;
        *slot(gradients, &self.y)? = dy;
        // The forward pass has checked the same lengths.
        done.map_err(|_| CpuError::WrongNumElements)?;
        for (p, found) in self.params.iter().zip(dparams) {
            for (sum, term) in slot(gradients, p.tensor())?.iter_mut().zip(found) {
                *sum = *sum + term;
            }
        }
        Ok(())
    }
}
