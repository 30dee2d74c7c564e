//! One tape operation for a use of a normalization with what it stores, on the CPU, for any kernel table.

use dfdx::prelude::*;
use norm_core::{Call, Elem, Feedback, Input, Isa, Kernel, Layout, NormState, Rule, Saved, Unstorable};

use crate::buffer::{Dense, slot, split_all};
use crate::error::Error;
use crate::mailbox::Mailbox;

/// Where the statistics of an application come from.
#[derive(Clone, Copy, Debug)]
pub enum Statistics<'a, E> {
    /// From `x` itself; gradients flow through them.
    Current,
    /// Given, laid out as [`Kernel::statistic_index`] says; no gradient flows through them.
    Stored(&'a [E]),
}

/// A parameter as a flat tensor, on a tape of its own or on none.
pub type Flat<E, D, T = NoneTape> = Tensor<(usize,), E, D, T>;

/// Normalizes `x`. The statistics that were used go to `found`, if they are asked for, laid out as
/// [`Kernel::statistic_index`] says.
///
/// `params` come in declared order, each as long as its axis in `layout`, the frozen inputs after them; `consts` in
/// declared order. Permuted
/// and broadcast tensors are copied into order first. With a tape, one operation is recorded: it adds to the
/// gradients of `x` and of the parameters.
///
/// # Errors
///
/// [`Error::Kernel`] where lengths do not fit `layout`, [`Error::Device`] where memory runs out.
pub fn normalize<S: Shape, E: Dtype + Elem, T: Tape<E, Cpu>>(
    kernel: Kernel<E>,
    layout: Layout,
    x: Tensor<S, E, Cpu, T>,
    params: Vec<Flat<E, Cpu, T>>,
    consts: &[f64],
    statistics: Statistics<'_, E>,
    found: Option<&mut Vec<E>>,
) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, mut flat, tape) = split_all(x, params)?;
    let isa = Isa::detect();
    let slices: Vec<&[E]> = flat.iter().map(Dense::elements).collect();
    let call = Call { layout, x: x.elements(), params: &slices, consts, mask: None };
    let (y, statistics, rule) = match statistics {
        Statistics::Current => {
            let mut current = vec![E::default(); kernel.statistics_len(&layout)];
            let y = kernel.forward_new(isa, &call, &mut current)?;
            (y, current, Rule::Exact)
        }
        Statistics::Stored(given) => (kernel.apply_new(isa, &call, given)?, given.to_vec(), Rule::Frozen),
    };
    if let Some(found) = found {
        found.clone_from(&statistics);
    }
    // Nothing flows into what stands behind the parameters.
    let behind = flat.split_off(kernel.descriptor.params.len());
    let frozen = behind.iter().map(|input| input.elements().to_vec()).collect();
    let saved = Saved::Call { statistics, rule, frozen };
    record(&NormState::instant(kernel, consts.to_vec()), layout, x, flat, y, saved, None, tape)
}

/// A use in training, which moves `state`. `params` are the learned parameters alone. With a tape, one operation is recorded,
/// whose backward pass sees what those of later uses have left in `mailbox`, and leaves there what it finds itself.
///
/// # Errors
///
/// As [`normalize`], and [`norm_core::Error::NotStored`] where that is asked for; `state` is as it was then.
pub(crate) fn train<S: Shape, E: Dtype + Elem, T: Tape<E, Cpu>>(
    state: &mut NormState<E>,
    layout: Layout,
    x: Tensor<S, E, Cpu, T>,
    params: Vec<Flat<E, Cpu, T>>,
    mailbox: &Mailbox<E>,
    unstorable: Unstorable,
) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, flat, tape) = split_all(x, params)?;
    let slices: Vec<&[E]> = flat.iter().map(Dense::elements).collect();
    let input = Input { layout, x: x.elements(), params: &slices, mask: None };
    let (y, saved) = state.train_with(Isa::detect(), &input, unstorable)?;
    record(state, layout, x, flat, y, saved, Some(mailbox), tape)
}

/// A use in evaluation. `params` are the learned parameters alone. With a tape, one operation is recorded.
///
/// # Errors
///
/// As [`normalize`].
pub(crate) fn evaluate<S: Shape, E: Dtype + Elem, T: Tape<E, Cpu>>(
    state: &NormState<E>,
    layout: Layout,
    x: Tensor<S, E, Cpu, T>,
    params: Vec<Flat<E, Cpu, T>>,
) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, flat, tape) = split_all(x, params)?;
    let slices: Vec<&[E]> = flat.iter().map(Dense::elements).collect();
    let input = Input { layout, x: x.elements(), params: &slices, mask: None };
    let (y, saved) = state.evaluate(Isa::detect(), &input)?;
    record(state, layout, x, flat, y, saved, None, tape)
}

/// The output as a tensor and, with a tape, the operation that goes back from it.
fn record<S: Shape, E: Dtype + Elem, T: Tape<E, Cpu>>(
    state: &NormState<E>,
    layout: Layout,
    x: Dense<S, E>,
    params: Vec<Dense<(usize,), E>>,
    y: Vec<E>,
    saved: Saved<E>,
    mailbox: Option<&Mailbox<E>>,
    mut tape: T,
) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let y = x.tensor().device().try_tensor_from_vec(y, *x.tensor().shape())?;
    if T::OWNS_TAPE {
        let mailbox = mailbox.map(Mailbox::handle);
        let op = Backward { state: state.clone(), layout, x, y: y.clone(), params, saved, mailbox };
        tape.add_backward_op(move |gradients| op.run(gradients));
    }
    Ok(y.put_tape(tape))
}

/// What the backward pass needs of the forward one.
struct Backward<S: Shape, E: Unit> {
    /// What the layer stored after the forward pass; the mailbox holds what backward passes have found since.
    state: NormState<E>,
    layout: Layout,
    x: Dense<S, E>,
    y: Tensor<S, E, Cpu>,
    params: Vec<Dense<(usize,), E>>,
    saved: Saved<E>,
    mailbox: Option<Mailbox<E>>,
}

impl<S: Shape, E: Unit + Elem> Backward<S, E> {
    /// Adds to the gradients of `x` and of the parameters.
    ///
    /// Buffers are taken out of their slots and put back, one after the other, so that nothing is borrowed
    /// twice even where two parameters are the same tensor.
    fn run(mut self, gradients: &mut Gradients<E, Cpu>) -> Result<(), CpuError> {
        if self.layout.is_empty() {
            // Nothing to add; but who asks for a gradient finds zeros.
            slot(gradients, self.x.tensor())?;
            return self.params.iter().try_for_each(|p| slot(gradients, p.tensor()).map(|_| ()));
        }
        let slices: Vec<&[E]> = self.params.iter().map(Dense::elements).collect();
        let mut found = self.params.iter().map(Dense::zeros).collect::<Result<Vec<_>, _>>()?;
        let mut dparams: Vec<&mut [E]> = found.iter_mut().map(|v| &mut v[..]).collect();
        let input = Input { layout: self.layout, x: self.x.elements(), params: &slices, mask: None };

        let dy = std::mem::take(slot(gradients, &self.y)?);
        let mut dx = std::mem::take(slot(gradients, self.x.tensor())?);
        let (isa, saved) = (Isa::detect(), &self.saved);
        let mut back =
            |state: &NormState<E>| state.backward(isa, &input, saved, &dy, false, &mut dx, &mut dparams);
        let done = match &self.mailbox {
            None => back(&self.state).map(|_| ()),
            Some(mailbox) => mailbox.with(|letters| {
                for later in letters.iter() {
                    self.state.take_in(later);
                }
                let own = back(&self.state)?;
                if own != Feedback::Nothing {
                    letters.push(own);
                }
                Ok(())
            }),
        };
        *slot(gradients, self.x.tensor())? = dx;
        *slot(gradients, &self.y)? = dy;
        // The forward pass has checked the same lengths.
        done.map_err(|_: norm_core::Error| CpuError::WrongNumElements)?;

        for (p, found) in self.params.iter().zip(found) {
            for (sum, term) in slot(gradients, p.tensor())?.iter_mut().zip(found) {
                *sum = *sum + term;
            }
        }
        Ok(())
    }
}

impl From<CpuError> for Error<CpuError> {
    fn from(source: CpuError) -> Self {
        Self::Device { source }
    }
}
