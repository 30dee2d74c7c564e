//! The pointwise skeleton: several inputs, several outputs, nothing pooled. A recurrent cell's update.
//!
//! Buffers are rows of parts: `z[N][4][H]` is one buffer of four parts. Inputs and outputs of the
//! declaration are numbered through the parts of their buffers in order.

use crate::chunk;
use crate::formula::Pointwise;
use crate::isa::{Isa, Job};
use crate::kernel::run;
use crate::value::{Array, Elem, Registers, Vector};

/// `rows` rows of `parts` parts of `width` elements.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// Parts in a row.
    pub parts: usize,
}

/// The same, to be written.
#[derive(Debug)]
pub struct PartsMut<'a, T> {
    /// The elements.
    pub data: &'a mut [T],
    /// Parts in a row.
    pub parts: usize,
}

#[inline(always)]
fn load<T: Elem, V: Vector<T>, A: Array<V>>(bufs: &[Parts<'_, T>], row: usize, width: usize, at: usize) -> A {
    let (mut buffer, mut part) = (0, 0);
    A::from_fn(|_| {
        while part == bufs[buffer].parts {
            buffer += 1;
            part = 0;
        }
        let start = (row * bufs[buffer].parts + part) * width + at;
        part += 1;
        V::load(&bufs[buffer].data[start..start + V::LEN])
    })
}

#[inline(always)]
fn store<T: Elem, V: Vector<T>, A: Array<V>>(
    bufs: &mut [PartsMut<'_, T>],
    row: usize,
    width: usize,
    at: usize,
    a: &A,
) {
    let (mut buffer, mut part) = (0, 0);
    for v in a.values() {
        while part == bufs[buffer].parts {
            buffer += 1;
            part = 0;
        }
        let start = (row * bufs[buffer].parts + part) * width + at;
        part += 1;
        v.store(&mut bufs[buffer].data[start..start + V::LEN]);
    }
}

struct Work<'a, P, T> {
    inputs: Vec<Parts<'a, T>>,
    upstream: Option<Vec<Parts<'a, T>>>,
    outputs: Vec<PartsMut<'a, T>>,
    rows: usize,
    width: usize,
    cell: std::marker::PhantomData<P>,
}

impl<P: Pointwise, T: Elem> Work<'_, P, T> {
    #[inline(always)]
    fn at<V: Vector<T>>(&mut self, row: usize, at: usize) {
        let x: P::Inputs<V> = load::<T, V, _>(&self.inputs, row, self.width, at);
        match &self.upstream {
            None => store(&mut self.outputs, row, self.width, at, &P::forward::<V>(&x)),
            Some(dy) => {
                let dy: P::Outputs<V> = load::<T, V, _>(dy, row, self.width, at);
                store(&mut self.outputs, row, self.width, at, &P::backward::<V>(&x, &dy));
            }
        }
    }
}

impl<P: Pointwise, T: Elem> Job for Work<'_, P, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        let len = <T::Vector<R>>::LEN;
        let whole = self.width / len * len;
        for row in 0..self.rows {
            for at in (0..whole).step_by(len) {
                self.at::<T::Vector<R>>(row, at);
            }
            for at in whole..self.width {
                self.at::<T::Single>(row, at);
            }
        }
    }
}

type PointwiseFn<T> = fn(Isa, usize, usize, &[Parts<'_, T>], Option<&[Parts<'_, T>]>, &mut [PartsMut<'_, T>]);

fn call<P: Pointwise, T: Elem>(
    isa: Isa,
    rows: usize,
    width: usize,
    inputs: &[Parts<'_, T>],
    upstream: Option<&[Parts<'_, T>]>,
    outputs: &mut [PartsMut<'_, T>],
) {
    if rows * width == 0 {
        return;
    }
    let parts: usize = inputs.iter().map(|p| p.parts).sum();
    let per = (chunk::CHUNK / (parts * width)).max(1);
    let cut = |p: &Parts<'_, T>, i: usize| -> std::ops::Range<usize> {
        let row = p.parts * width;
        i * per * row..((i + 1) * per).min(rows) * row
    };
    let mut rest: Vec<(&mut [T], usize)> = outputs.iter_mut().map(|o| (&mut *o.data, o.parts)).collect();
    let tasks: Vec<Work<'_, P, T>> = (0..rows.div_ceil(per))
        .map(|i| {
            let rows = per.min(rows - i * per);
            let share = |b: &Parts<'_, T>| cut(b, i);
            Work {
                inputs: inputs.iter().map(|b| Parts { data: &b.data[share(b)], parts: b.parts }).collect(),
                upstream: upstream
                    .map(|u| u.iter().map(|b| Parts { data: &b.data[share(b)], parts: b.parts }).collect()),
                outputs: rest
                    .iter_mut()
                    .map(|(data, parts)| {
                        let (head, tail) = std::mem::take(data).split_at_mut(rows * *parts * width);
                        *data = tail;
                        PartsMut { data: head, parts: *parts }
                    })
                    .collect(),
                rows,
                width,
                cell: std::marker::PhantomData,
            }
        })
        .collect();
    chunk::for_each(tasks, rows * width * parts, |t| run::<_, true>(isa, t));
}

/// The kernels of one cell for one element type.
#[derive(Clone, Copy)]
pub struct CellKernel<T: 'static> {
    /// What the declaration says about itself.
    pub descriptor: &'static crate::formula::PointwiseDescriptor,
    call: PointwiseFn<T>,
}

impl<T> std::fmt::Debug for CellKernel<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CellKernel").field("name", &self.descriptor.type_name).finish_non_exhaustive()
    }
}

impl<T: Elem> CellKernel<T> {
    /// The table of `P`.
    pub const fn of<P: Pointwise>() -> Self {
        Self { descriptor: P::DESCRIPTOR, call: call::<P, T> }
    }
    /// `outputs` from `inputs`, `rows` rows of `width`-wide parts.
    pub fn forward(
        &self,
        isa: Isa,
        rows: usize,
        width: usize,
        inputs: &[Parts<'_, T>],
        outputs: &mut [PartsMut<'_, T>],
    ) {
        (self.call)(isa, rows, width, inputs, None, outputs);
    }
    /// Gradients of the inputs from gradients of the outputs.
    pub fn backward(
        &self,
        isa: Isa,
        rows: usize,
        width: usize,
        inputs: &[Parts<'_, T>],
        upstream: &[Parts<'_, T>],
        gradients: &mut [PartsMut<'_, T>],
    ) {
        (self.call)(isa, rows, width, inputs, Some(upstream), gradients);
    }
}
