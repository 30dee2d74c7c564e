//! Operations on images `[N, C, height, width]`, on the CPU: dfdx compiles its own only under a nightly compiler.
//!
//! Both are linear in what they pass on, so that a backward pass is the forward one with its ends exchanged.

use dfdx::prelude::*;
use norm_core::Elem;

use crate::buffer::{Dense, slot};
use crate::error::Error;

/// Images with `C` channels.
pub type Images<const C: usize, E, D, T = NoneTape> = Tensor<(usize, Const<C>, usize, usize), E, D, T>;

/// Side of a convolution's kernel.
pub const KERNEL: usize = 3;

/// Kernels from `I` to `O` channels.
pub type Kernels<const I: usize, const O: usize, E, D> = Tensor<Rank4<O, I, KERNEL, KERNEL>, E, D>;

/// Sizes of a convolution.
#[derive(Clone, Copy)]
struct Sizes {
    cases: usize,
    inputs: usize,
    outputs: usize,
    height: usize,
    width: usize,
}

/// A stretch of one row of an output plane, and the stretch of an input plane that one weight carries into it.
struct Stretch {
    /// The weight, in `[outputs, inputs, 3, 3]`.
    weight: usize,
    /// Where the input stretch starts.
    from: usize,
    /// Where the output stretch starts.
    to: usize,
    /// Elements.
    len: usize,
}

impl Sizes {
    /// Every product of the convolution, row by row, always in the same order. What falls on the border is left out.
    fn each(self, mut f: impl FnMut(Stretch)) {
        let Self { cases, inputs, outputs, height, width } = self;
        let plane = height * width;
        for n in 0..cases {
            for (o, i) in (0..outputs).flat_map(|o| (0..inputs).map(move |i| (o, i))) {
                let (input, output) = ((n * inputs + i) * plane, (n * outputs + o) * plane);
                for (ky, kx) in (0..KERNEL).flat_map(|ky| (0..KERNEL).map(move |kx| (ky, kx))) {
                    let weight = ((o * inputs + i) * KERNEL + ky) * KERNEL + kx;
                    // Output position p reads input position p + k - 1.
                    let rows = (1_usize.saturating_sub(ky))..(height + 1 - ky).min(height);
                    let (left, right) = (1_usize.saturating_sub(kx), (width + 1 - kx).min(width));
                    for row in rows.filter(|_| left < right) {
                        f(Stretch {
                            weight,
                            from: input + (row + ky - 1) * width + (left + kx - 1),
                            to: output + row * width + left,
                            len: right - left,
                        });
                    }
                }
            }
        }
    }

    fn plane(self) -> usize {
        self.height * self.width
    }
}

/// Adds `a · x` to `y`.
fn add<E: Elem>(a: E, x: &[E], y: &mut [E]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = *y + a * *x;
    }
}

fn dot<E: Elem>(a: &[E], b: &[E]) -> E {
    a.iter().zip(b).fold(E::default(), |sum, (a, b)| sum + *a * *b)
}

/// Convolves with stride 1 and a border of one zero, so that images keep their sides, and adds a bias per channel.
/// With a tape, one operation is recorded.
///
/// # Errors
///
/// [`Error::Device`] where memory runs out.
pub fn convolve<const I: usize, const O: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    x: Images<I, E, Cpu, T>,
    weight: &Kernels<I, O, E, Cpu>,
    bias: &Tensor<Rank1<O>, E, Cpu>,
) -> Result<Images<O, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, mut tape) = Dense::split(x)?;
    let (weight, _) = Dense::split(weight.clone())?;
    let (bias, _) = Dense::split(bias.clone())?;
    let (cases, _, height, width) = *x.tensor().shape();
    let sizes = Sizes { cases, inputs: I, outputs: O, height, width };
    let mut y = Vec::with_capacity(cases * O * sizes.plane());
    for _ in 0..cases {
        y.extend(bias.elements().iter().flat_map(|b| std::iter::repeat_n(*b, sizes.plane())));
    }
    let (from, w) = (x.elements(), weight.elements());
    sizes.each(|s| add(w[s.weight], &from[s.from..][..s.len], &mut y[s.to..][..s.len]));
    let y = x.tensor().device().try_tensor_from_vec(y, (cases, Const::<O>, height, width))?;
    if T::OWNS_TAPE {
        let op = Convolved { sizes, x, weight, bias, y: y.clone() };
        tape.add_backward_op(move |gradients| op.run(gradients));
    }
    Ok(y.put_tape(tape))
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
    /// Adds to the gradients of images, weights and bias.
    fn run(self, g: &mut Gradients<E, Cpu>) -> Result<(), CpuError> {
        // Buffers are taken out of their slots and put back, so that nothing is borrowed twice.
        let dy = std::mem::take(slot(g, &self.y)?);
        let mut dx = std::mem::take(slot(g, self.x.tensor())?);
        let mut dw = std::mem::take(slot(g, self.weight.tensor())?);
        let (x, w) = (self.x.elements(), self.weight.elements());
        self.sizes.each(|s| {
            let dy = &dy[s.to..][..s.len];
            add(w[s.weight], dy, &mut dx[s.from..][..s.len]);
            dw[s.weight] = dw[s.weight] + dot(dy, &x[s.from..][..s.len]);
        });
        let db = slot(g, self.bias.tensor())?;
        for (channel, dy) in dy.chunks_exact(self.sizes.plane().max(1)).enumerate() {
            let sum = dy.iter().fold(E::default(), |sum, v| sum + *v);
            db[channel % O] = db[channel % O] + sum;
        }
        *slot(g, self.weight.tensor())? = dw;
        *slot(g, self.x.tensor())? = dx;
        *slot(g, &self.y)? = dy;
        Ok(())
    }
}

/// The maxima over 2 × 2 positions: sides are halved, an odd last row or column is left out. The gradient goes to the
/// maximum, the first of several, in the order of rows. A NaN is the maximum of its positions only where it comes first.
///
/// # Errors
///
/// [`Error::Device`] where memory runs out.
pub fn max_pool<const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    x: Images<C, E, Cpu, T>,
) -> Result<Images<C, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, mut tape) = Dense::split(x)?;
    let (cases, _, height, width) = *x.tensor().shape();
    let (rows, columns) = (height / 2, width / 2);
    let from = x.elements();
    let mut at = Vec::with_capacity(cases * C * rows * columns);
    for plane in 0..cases * C {
        for (row, column) in (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c))) {
            let corner = (plane * height + 2 * row) * width + 2 * column;
            let others = [corner + 1, corner + width, corner + width + 1];
            at.push(others.into_iter().fold(corner, |best, i| if from[i] > from[best] { i } else { best }));
        }
    }
    let y = at.iter().map(|i| from[*i]).collect();
    let y = x.tensor().device().try_tensor_from_vec(y, (cases, Const::<C>, rows, columns))?;
    if T::OWNS_TAPE {
        tape.add_backward_op(scatter(x, y.clone(), at));
    }
    Ok(y.put_tape(tape))
}

/// Stands apart so that no bound hides that a slot is a `Vec`, see [`crate::buffer`].
fn scatter<S: Shape, E: Unit + Elem>(
    x: Dense<S, E>,
    y: Tensor<S, E, Cpu>,
    at: Vec<usize>,
) -> impl FnOnce(&mut Gradients<E, Cpu>) -> Result<(), CpuError> {
    move |g| {
        let dy = std::mem::take(slot(g, &y)?);
        let dx = slot(g, x.tensor())?;
        for (i, dy) in at.iter().zip(&dy) {
            dx[*i] = dx[*i] + *dy;
        }
        *slot(g, &y)? = dy;
        Ok(())
    }
}
