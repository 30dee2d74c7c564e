//! The convolution and its gradients.

use dfdx::prelude::*;
use norm_core::Elem;
use sequence::matmul::{Matrix, Output, Threads, matmul};

use super::columns::Patches;
use super::{Images, KERNEL, Kernels};
use crate::buffer::{Dense, slot};
use crate::error::Error;

/// Convolves with stride 1 and a border of one zero, so that images keep their sides, and adds a bias per channel.
/// With a tape, one operation is recorded; weights and bias may come with tapes of their own.
///
/// Beside the output it takes the columns of a block of cases: 2¹⁶ elements, or `9 · I · height · width` of one case
/// where that is more, and as many outputs. Backward they are laid out again rather than kept.
///
/// # Errors
///
/// [`Error::Device`] where memory runs out.
pub fn convolve<const I: usize, const O: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    x: Images<I, E, Cpu, T>,
    weight: Kernels<I, O, E, Cpu, T>,
    bias: Tensor<Rank1<O>, E, Cpu, T>,
) -> Result<Images<O, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    const { assert!(I > 0 && O > 0, "a convolution from or to no channels is none") };
    let (x, tape) = Dense::split(x)?;
    let (weight, of_weight) = Dense::split(weight)?;
    let (bias, of_bias) = Dense::split(bias)?;
    let mut tape = tape.merge(of_weight).merge(of_bias);
    let (cases, _, height, width) = *x.tensor().shape();
    let sizes = Sizes { cases, outputs: O, patches: Patches { channels: I, height, width } };
    let y = sizes.forward(x.elements(), weight.elements(), bias.elements());
    let y = x.tensor().device().try_tensor_from_vec(y, (cases, Const::<O>, height, width))?;
    if T::OWNS_TAPE {
        let op = Convolved { sizes, x, weight, bias, y: y.clone() };
        tape.add_backward_op(move |gradients| op.run(gradients));
    }
    Ok(y.put_tape(tape))
}

/// Sizes of a convolution.
#[derive(Clone, Copy)]
struct Sizes {
    cases: usize,
    outputs: usize,
    patches: Patches,
}

impl Sizes {
    /// Elements of the output of a case.
    fn output(self) -> usize {
        self.outputs * self.patches.plane()
    }

    fn empty(self) -> bool {
        self.cases * self.output() == 0
    }

    fn forward<E: Elem>(self, x: &[E], weight: &[E], bias: &[E]) -> Vec<E> {
        let Self { outputs, patches, .. } = self;
        let (plane, rows) = (patches.plane(), patches.rows());
        let mut y = Vec::with_capacity(self.cases * self.output());
        if self.empty() {
            return y;
        }
        let block = patches.cases_of_a_block(self.cases);
        let mut columns = vec![E::default(); rows * block * plane];
        let mut sums = vec![E::default(); outputs * block * plane];
        let weight = Matrix::new(weight, outputs, rows);
        for x in x.chunks(block * patches.image()) {
            let cases = x.len() / patches.image();
            let across = cases * plane;
            let columns = &mut columns[..rows * across];
            patches.lay_out(x, columns);
            let sums = &mut sums[..outputs * across];
            matmul(Threads::All, weight, Matrix::new(columns, rows, across), Output::Overwrite, sums);
            // Channels come first in the product, cases first in the output.
            for case in 0..cases {
                for (sums, bias) in sums.chunks_exact(across).zip(bias) {
                    y.extend(sums[case * plane..][..plane].iter().map(|sum| *sum + *bias));
                }
            }
        }
        y
    }

    /// Adds to the gradients of images, weights and bias.
    fn backward<E: Elem>(self, given: &Given<'_, E>, dx: &mut [E], dw: &mut [E], db: &mut [E]) {
        if self.empty() {
            return;
        }
        let Self { outputs, patches, .. } = self;
        let (plane, rows) = (patches.plane(), patches.rows());
        let block = patches.cases_of_a_block(self.cases);
        let mut columns = vec![E::default(); rows * block * plane];
        let mut upstream = vec![E::default(); outputs * block * plane];
        let weight = Matrix::new(given.weight, outputs, rows).transposed();
        let blocks = given.x.chunks(block * patches.image()).zip(dx.chunks_mut(block * patches.image()));
        for ((x, dx), dy) in blocks.zip(given.dy.chunks(block * self.output())) {
            let across = x.len() / patches.channels;
            let upstream = &mut upstream[..outputs * across];
            for (case, dy) in dy.chunks_exact(self.output()).enumerate() {
                for ((upstream, dy), db) in
                    upstream.chunks_exact_mut(across).zip(dy.chunks_exact(plane)).zip(&mut *db)
                {
                    upstream[case * plane..][..plane].copy_from_slice(dy);
                    *db = *db + sum(dy);
                }
            }
            let dy = Matrix::new(upstream, outputs, across);
            let columns = &mut columns[..rows * across];
            patches.lay_out(x, columns);
            matmul(Threads::All, dy, Matrix::new(columns, rows, across).transposed(), Output::Add, dw);
            matmul(Threads::All, weight, dy, Output::Overwrite, columns);
            patches.add_back(columns, dx);
        }
    }
}

/// A sum in sixteen parts, so that no addition waits for the one before.
fn sum<E: Elem>(values: &[E]) -> E {
    let chunks = values.chunks_exact(16);
    let rest = chunks.remainder().iter().fold(E::default(), |sum, v| sum + *v);
    let mut parts = [E::default(); 16];
    for chunk in chunks {
        for (part, v) in parts.iter_mut().zip(chunk) {
            *part = *part + *v;
        }
    }
    parts.into_iter().fold(rest, |sum, part| sum + part)
}

/// What a backward pass reads.
struct Given<'a, E> {
    x: &'a [E],
    weight: &'a [E],
    dy: &'a [E],
}

/// What the backward pass of a convolution needs.
struct Convolved<const I: usize, const O: usize, E: Unit> {
    sizes: Sizes,
    x: Dense<(usize, Const<I>, usize, usize), E>,
    weight: Dense<Rank4<O, I, KERNEL, KERNEL>, E>,
    bias: Dense<Rank1<O>, E>,
    y: Images<O, E, Cpu>,
}

impl<const I: usize, const O: usize, E: Unit + Elem> Convolved<I, O, E> {
    fn run(self, g: &mut Gradients<E, Cpu>) -> Result<(), CpuError> {
        // Buffers are taken out of their slots and put back, so that nothing is borrowed twice.
        let dy = std::mem::take(slot(g, &self.y)?);
        let mut dx = std::mem::take(slot(g, self.x.tensor())?);
        let mut dw = std::mem::take(slot(g, self.weight.tensor())?);
        let given = Given { x: self.x.elements(), weight: self.weight.elements(), dy: &dy };
        self.sizes.backward(&given, &mut dx, &mut dw, slot(g, self.bias.tensor())?);
        *slot(g, self.weight.tensor())? = dw;
        *slot(g, self.x.tensor())? = dx;
        *slot(g, &self.y)? = dy;
        Ok(())
    }
}
