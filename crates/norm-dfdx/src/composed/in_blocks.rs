//! A use in blocks, block by block in dfdx operations. The backward pass plays each block once more, on a tape of its own: what
//! controls one block is known only when the one before it has been through.

use dfdx::prelude::*;
use norm_core::blocks::Blocks;
use norm_core::{Averages, Descriptor, Elem, Feedback, Layout, Unstorable};

use super::control::add;
use super::{apart, are_finite, normalize, nothing};
use crate::error::Error;
use crate::fused::{Flat, Statistics};
use crate::mailbox::Mailbox;

/// One block: its elements, and what was stored before it.
struct Block<E> {
    layout: Layout,
    elements: std::ops::Range<usize>,
    frozen: Vec<Vec<E>>,
}

/// What does not change from block to block.
struct Use<S: Shape, E: Dtype, D: Device<E>> {
    descriptor: &'static Descriptor,
    x: Tensor<S, E, D>,
    y: Tensor<S, E, D>,
    params: Vec<Flat<E, D>>,
    consts: Vec<f64>,
    blocks: Vec<Block<E>>,
    /// What the layer stored after the way there; the mailbox holds what backward passes have found since.
    averages: Averages<E>,
    mailbox: Mailbox<E>,
}

fn row<E: Dtype, D: Device<E>>(device: &D, values: &[E]) -> Result<Flat<E, D>, D::Err> {
    device.try_tensor_from_vec(values.to_vec(), (values.len(),))
}

/// The states of controls as they are now: those that the layer held, and what letters add.
pub(crate) fn now<E: Elem>(held: &Averages<E>, letters: &[Feedback<E>]) -> Vec<Vec<E>> {
    let mut now = held.clone();
    for letter in letters {
        if let Feedback::Controls(grown) = letter {
            now.grow(grown);
        }
    }
    now.controls
}

/// What they have grown by since.
fn growth<E: Elem>(from: &[Vec<E>], to: &[Vec<E>]) -> Vec<Vec<E>> {
    let one = |(from, to): (&Vec<E>, &Vec<E>)| from.iter().zip(to).map(|(a, b)| *b - *a).collect();
    from.iter().zip(to).map(one).collect()
}

/// Normalizes as in training; `params` are the learned parameters alone.
pub(crate) fn in_blocks<S: Shape, E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    descriptor: &'static Descriptor,
    averages: &mut Averages<E>,
    layout: Layout,
    x: Tensor<S, E, D, T>,
    params: Vec<Flat<E, D, T>>,
    consts: &[f64],
    mailbox: &Mailbox<E>,
    unstorable: Unstorable,
) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
    let device = |source| Error::Device { source };
    descriptor.check_consts::<E>(consts)?;
    let blocks_of = Blocks::of(descriptor, consts)?;
    let (x, flat, mut tape) = apart(x, params);
    if layout.is_empty() {
        return Ok(nothing(x, flat, tape));
    }
    let (on, values) = (x.device().clone(), x.as_vec());
    let sets = layout.channels();
    let still = vec![E::default(); sets];
    let (mut next, mut y, mut blocks) = (averages.clone(), Vec::with_capacity(values.len()), Vec::new());
    for cases in blocks_of.ranges(layout.n) {
        let elements = cases.start * layout.case()..cases.end * layout.case();
        let layout = Layout { n: cases.len(), ..layout };
        let frozen: Vec<Vec<E>> =
            descriptor.frozen.iter().map(|f| f.of(&next.values, sets).to_vec()).collect();
        let block = Block { layout, elements, frozen };
        let states = descriptor.plan.controls().into_iter().map(|_| &still);
        let stored = states.chain(&block.frozen).map(|v| row(&on, v));
        let stored = stored.collect::<Result<Vec<_>, _>>().map_err(device)?;
        let inputs = flat.iter().cloned().chain(stored).collect();
        let part = row(&on, &values[block.elements.clone()]).map_err(device)?;
        let mut found = Vec::new();
        let played =
            normalize(descriptor, layout, part, inputs, consts, Statistics::Current, Some(&mut found))?;
        let pooled = layout.n * layout.s;
        next.take_in(descriptor, &found, pooled, unstorable, || are_finite(&values))?;
        y.extend(played.as_vec());
        blocks.push(block);
    }
    *averages = next;
    let y = on.try_tensor_from_vec(y, *x.shape()).map_err(device)?;
    if T::OWNS_TAPE {
        let played = Use {
            descriptor,
            x,
            y: y.clone(),
            params: flat,
            consts: consts.to_vec(),
            blocks,
            averages: averages.clone(),
            mailbox: mailbox.handle(),
        };
        tape.add_backward_op(move |gradients| played.back(gradients));
    }
    Ok(y.put_tape(tape))
}

impl<S: Shape, E: Dtype + Elem, D: Device<E>> Use<S, E, D> {
    /// Adds to the gradients of `x` and of the parameters, and leaves a letter.
    fn back(self, gradients: &mut Gradients<E, D>) -> Result<(), D::Err> {
        let device = self.x.device().clone();
        gradients.try_alloc_for(&self.y)?;
        let (values, dy) = (self.x.as_vec(), gradients.get(&self.y).as_vec());
        let before = self.mailbox.with(|letters| now(&self.averages, letters));
        let mut states = before.clone();
        let mut dx = Vec::with_capacity(values.len());
        for block in &self.blocks {
            let part = row(&device, &values[block.elements.clone()])?;
            let upstream = row(&device, &dy[block.elements.clone()])?;
            let controls = states.iter().map(|s| row(&device, s)).collect::<Result<Vec<_>, _>>()?;
            let frozen = block.frozen.iter().map(|f| row(&device, f)).collect::<Result<Vec<_>, _>>()?;
            let inputs = self.params.iter().chain(&controls).chain(&frozen).map(Trace::leaky_trace).collect();
            let (traced, statistics) = (part.leaky_trace(), Statistics::Current);
            let played =
                normalize(self.descriptor, block.layout, traced, inputs, &self.consts, statistics, None);
            let played = match played {
                Ok(played) => played,
                Err(Error::Device { source }) => return Err(source),
                Err(other) => unreachable!("the forward pass went through the same: {other}"),
            };
            let loss = played.try_mul(upstream)?.try_sum::<Rank0, _>()?;
            let mut found = loss.try_backward()?;
            found.try_alloc_for(&part)?;
            dx.extend(found.get(&part).as_vec());
            for p in &self.params {
                found.try_alloc_for(p)?;
                add(gradients, p, found.get(p))?;
            }
            for (state, control) in states.iter_mut().zip(&controls) {
                found.try_alloc_for(control)?;
                for (state, by) in state.iter_mut().zip(found.get(control).as_vec()) {
                    *state += by;
                }
            }
        }
        if !states.is_empty() {
            let grown = Feedback::Controls(growth(&before, &states));
            self.mailbox.with(|letters| letters.push(grown));
        }
        let dx = device.try_tensor_from_vec(dx, *self.x.shape())?;
        add(gradients, &self.x, dx)
    }
}
