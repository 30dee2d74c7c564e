//! One tape operation for a use of a layer that streams, on the CPU.

use dfdx::prelude::*;
use norm_core::streaming::{Half, Store, Streaming, Used};
use norm_core::{Call, Elem, Isa, Kernel, Layout};

use crate::buffer::{Dense, slot, split_all};
use crate::error::Error;
use crate::fused::Flat;

/// Letters are the gradients at the statistics of a use, all in one.
pub(crate) type Mailbox<E> = crate::mailbox::Mailbox<Vec<E>>;

impl<E: Elem> Mailbox<E> {
    /// Moves what lies in it to the store.
    pub(crate) fn drain(&self, half: &mut Half<E>) {
        for gradients in self.with(std::mem::take) {
            half.push(&gradients);
        }
    }
}

/// Normalizes as in training, and takes the statistics into `store`. With a tape, one operation is recorded, whose
/// backward pass leaves the gradients at the statistics in `mailbox`.
pub(crate) fn train<S: Shape, E: Dtype + Elem, T: Tape<E, Cpu>>(
    kernel: Kernel<E>,
    settings: Streaming,
    layout: Layout,
    x: Tensor<S, E, Cpu, T>,
    params: Vec<Flat<E, Cpu, T>>,
    consts: &[f64],
    store: &mut Store<E>,
    mailbox: &Mailbox<E>,
) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, flat, mut tape) = split_all(x, params)?;
    let isa = Isa::detect();
    let slices: Vec<&[E]> = flat.iter().map(Dense::elements).collect();
    let call = Call { layout, x: x.elements(), params: &slices, consts, mask: None };
    let (y, used) = settings.forward(&kernel, isa, &call, store)?;
    let y = x.tensor().device().try_tensor_from_vec(y, *x.tensor().shape())?;
    if T::OWNS_TAPE {
        let op = Backward {
            kernel,
            settings,
            layout,
            x,
            y: y.clone(),
            params: flat,
            consts: consts.to_vec(),
            used,
            history: store.gradients.clone(),
            mailbox: mailbox.handle(),
        };
        tape.add_backward_op(move |gradients| op.run(isa, gradients));
    }
    Ok(y.put_tape(tape))
}

/// What the backward pass needs of the forward one.
struct Backward<S: Shape, E: Unit> {
    kernel: Kernel<E>,
    settings: Streaming,
    layout: Layout,
    x: Dense<S, E>,
    y: Tensor<S, E, Cpu>,
    params: Vec<Dense<(usize,), E>>,
    consts: Vec<f64>,
    used: Used<E>,
    /// The gradients that the layer had taken in at the forward pass; the mailbox holds later ones.
    history: Half<E>,
    mailbox: Mailbox<E>,
}

impl<S: Shape, E: Unit + Elem> Backward<S, E> {
    /// Adds to the gradients of `x` and of the parameters.
    fn run(mut self, isa: Isa, gradients: &mut Gradients<E, Cpu>) -> Result<(), CpuError> {
        if self.layout.is_empty() {
            // Nothing to add; but who asks for a gradient finds zeros.
            slot(gradients, self.x.tensor())?;
            return self.params.iter().try_for_each(|p| slot(gradients, p.tensor()).map(|_| ()));
        }
        let slices: Vec<&[E]> = self.params.iter().map(Dense::elements).collect();
        let mut found = self.params.iter().map(Dense::zeros).collect::<Result<Vec<_>, _>>()?;
        let mut dparams: Vec<&mut [E]> = found.iter_mut().map(|v| &mut v[..]).collect();
        let (x, consts) = (self.x.elements(), &self.consts);
        let call = Call { layout: self.layout, x, params: &slices, consts, mask: None };

        let dy = std::mem::take(slot(gradients, &self.y)?);
        let mut dx = std::mem::take(slot(gradients, self.x.tensor())?);
        let (settings, kernel, used, half) = (self.settings, &self.kernel, &self.used, &mut self.history);
        let done = self.mailbox.with(|letters| {
            for earlier in letters.iter() {
                half.push(earlier);
            }
            let own = settings.backward(kernel, isa, &call, &dy, used, half, false, &mut dx, &mut dparams)?;
            letters.push(own);
            Ok::<(), norm_core::Error>(())
        });
        *slot(gradients, self.x.tensor())? = dx;
        *slot(gradients, &self.y)? = dy;
        // The forward pass has checked the same lengths.
        done.map_err(|_| CpuError::WrongNumElements)?;

        for (p, found) in self.params.iter().zip(found) {
            for (sum, term) in slot(gradients, p.tensor())?.iter_mut().zip(found) {
                *sum = *sum + term;
            }
        }
        Ok(())
    }
}
