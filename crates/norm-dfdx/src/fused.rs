//! One tape operation for a whole normalization, on the CPU, for any kernel table.

use dfdx::prelude::*;
use norm_core::{Call, Elem, Isa, Kernel, Layout, Rule};

use crate::buffer::{Dense, slot, split_all};
use crate::error::Error;

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
    let (x, flat, mut tape) = split_all(x, params)?;
    let isa = Isa::detect();
    let slices: Vec<&[E]> = flat.iter().map(Dense::elements).collect();
    let call = Call { layout, x: x.elements(), params: &slices, consts, mask: None };
    let (y, hat, rule) = match statistics {
        Statistics::Current => {
            let mut current = vec![E::default(); kernel.statistics_len(&layout)];
            let y = kernel.forward_new(isa, &call, &mut current)?;
            (y, current, Rule::Exact)
        }
        Statistics::Stored(given) => (kernel.apply_new(isa, &call, given)?, given.to_vec(), Rule::Frozen),
    };
    if let Some(found) = found {
        found.clone_from(&hat);
    }
    let y = x.tensor().device().try_tensor_from_vec(y, *x.tensor().shape())?;
    if T::OWNS_TAPE {
        let op =
            Backward { kernel, layout, x, y: y.clone(), params: flat, consts: consts.to_vec(), hat, rule };
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
    hat: Vec<E>,
    rule: Rule,
}

impl<S: Shape, E: Unit + Elem> Backward<S, E> {
    /// Adds to the gradients of `x` and of the parameters.
    ///
    /// Buffers are taken out of their slots and put back, one after the other, so that nothing is borrowed
    /// twice even where two parameters are the same tensor.
    fn run(self, isa: Isa, gradients: &mut Gradients<E, Cpu>) -> Result<(), CpuError> {
        if self.layout.is_empty() {
            // Nothing to add; but who asks for a gradient finds zeros.
            slot(gradients, self.x.tensor())?;
            return self.params.iter().try_for_each(|p| slot(gradients, p.tensor()).map(|_| ()));
        }
        let slices: Vec<&[E]> = self.params.iter().map(Dense::elements).collect();
        // Nothing flows into the frozen inputs behind the parameters; what controls between them would grow by is not for
        // this use to keep.
        let d = self.kernel.descriptor;
        let returned = self.params.iter().take(d.returned_names().len());
        let mut found = returned.map(Dense::zeros).collect::<Result<Vec<_>, _>>()?;
        let mut dparams: Vec<&mut [E]> = found.iter_mut().map(|v| &mut v[..]).collect();
        let call = Call {
            layout: self.layout,
            x: self.x.elements(),
            params: &slices,
            consts: &self.consts,
            mask: None,
        };

        let dy = std::mem::take(slot(gradients, &self.y)?);
        let mut dx = std::mem::take(slot(gradients, self.x.tensor())?);
        let done = self.kernel.backward(isa, &call, &dy, &self.hat, self.rule, false, &mut dx, &mut dparams);
        *slot(gradients, self.x.tensor())? = dx;
        *slot(gradients, &self.y)? = dy;
        // The forward pass has checked the same lengths.
        done.map_err(|_| CpuError::WrongNumElements)?;

        for (p, found) in self.params.iter().take(d.params.len()).zip(found) {
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
