//! How the vectors of a block are visited. Without space (`S = 1`) a vector lies across channels and a few cases are
//! taken together, so that values and sums of a channel are loaded once for all of them; with space it lies along
//! space, where they are repeated.

use std::ops::Range;

use crate::layout::Layout;
use crate::value::{Array, Elem, Registers, Value, Vector};

/// Vectors (along space) or cases (across channels) added up in the element type before the sum goes on in double
/// precision. A long run would lose digits with its length.
const RUN: usize = 64;

/// Cases taken together across channels. A run is a whole number of them.
const TOGETHER: usize = 4;

/// What is done with each vector.
pub(super) trait Body<T: Elem> {
    /// Values per channel that it reads.
    type PerChannel<V: Value>: Array<V>;
    /// Sums per channel that it adds to.
    type Sums<V: Value>: Array<V>;
    /// The vector at `at` of the block, `within` its case.
    fn vector<V: Vector<T>>(
        &mut self,
        at: usize,
        within: usize,
        channel: &Self::PerChannel<V>,
        sums: &mut Self::Sums<V>,
    );
    /// A case that does not count.
    fn skip(&mut self, _elements: Range<usize>) {}
}

/// Where a body is led: `cases` cases of `layout`, without those that the mask takes out.
pub(super) struct Sweep<'a, T> {
    pub(super) layout: Layout,
    pub(super) cases: usize,
    pub(super) mask: Option<&'a [bool]>,
    /// What [`Body::PerChannel`] is read from, `[values][channels]`.
    pub(super) per_channel: &'a [T],
}

impl<T: Elem> Sweep<'_, T> {
    /// Leads `body` through; its sums, `[sums][channels]`, go to `sums`.
    #[inline(always)]
    pub(super) fn run<R: Registers, B: Body<T>>(&self, body: &mut B, sums: &mut [f64]) {
        if self.layout.s == 1 {
            self.across_channels::<R, B>(body, sums);
        } else {
            self.along_space::<R, B>(body, sums);
        }
    }

    #[inline(always)]
    fn counts<B: Body<T>>(&self, n: usize, body: &mut B) -> bool {
        let on = self.mask.is_none_or(|m| m[n]);
        if !on {
            body.skip(n * self.layout.case()..(n + 1) * self.layout.case());
        }
        on
    }

    #[inline(always)]
    fn across_channels<R: Registers, B: Body<T>>(&self, body: &mut B, sums: &mut [f64]) {
        let mut run = vec![T::default(); sums.len()];
        let (mut rows, mut held, mut in_run) = ([0; TOGETHER], 0, 0);
        for n in 0..self.cases {
            if !self.counts(n, body) {
                continue;
            }
            rows[held] = n;
            held += 1;
            if held == TOGETHER {
                self.rows::<R, B>(&rows, body, &mut run);
                (held, in_run) = (0, in_run + TOGETHER);
                if in_run == RUN {
                    in_run = 0;
                    put_aside(&mut run, sums);
                }
            }
        }
        self.rows::<R, B>(&rows[..held], body, &mut run);
        put_aside(&mut run, sums);
    }

    #[inline(always)]
    fn rows<R: Registers, B: Body<T>>(&self, rows: &[usize], body: &mut B, run: &mut [T]) {
        let channels = self.layout.channels();
        let len = <T::Vector<R>>::LEN;
        let whole = channels / len * len;
        for at in (0..whole).step_by(len) {
            self.column::<T::Vector<R>, B>(rows, at, body, run);
        }
        for at in whole..channels {
            self.column::<T::Single, B>(rows, at, body, run);
        }
    }

    #[inline(always)]
    fn column<V: Vector<T>, B: Body<T>>(&self, rows: &[usize], at: usize, body: &mut B, run: &mut [T]) {
        let channels = self.layout.channels();
        let place = |i: usize| i * channels + at..i * channels + at + V::LEN;
        let values = B::PerChannel::<V>::from_fn(|i| V::load(&self.per_channel[place(i)]));
        let mut sums = B::Sums::<V>::from_fn(|i| V::load(&run[place(i)]));
        for n in rows {
            body.vector::<V>(n * channels + at, at, &values, &mut sums);
        }
        for (i, sum) in sums.values().iter().enumerate() {
            sum.store(&mut run[place(i)]);
        }
    }

    #[inline(always)]
    fn along_space<R: Registers, B: Body<T>>(&self, body: &mut B, sums: &mut [f64]) {
        let (channels, space) = (self.layout.channels(), self.layout.s);
        let len = <T::Vector<R>>::LEN;
        let whole = space / len * len;
        for n in 0..self.cases {
            if !self.counts(n, body) {
                continue;
            }
            for channel in 0..channels {
                for from in (0..whole).step_by(RUN * len) {
                    let to = (from + RUN * len).min(whole);
                    self.span::<T::Vector<R>, B>(n, channel, from..to, body, sums);
                }
                self.span::<T::Single, B>(n, channel, whole..space, body, sums);
            }
        }
    }

    #[inline(always)]
    fn span<V: Vector<T>, B: Body<T>>(
        &self,
        n: usize,
        channel: usize,
        space: Range<usize>,
        body: &mut B,
        sums: &mut [f64],
    ) {
        let channels = self.layout.channels();
        let values = B::PerChannel::<V>::from_fn(|i| V::splat(self.per_channel[i * channels + channel]));
        let mut run = B::Sums::<V>::from_fn(|_| V::lit(0.0));
        for s in space.step_by(V::LEN) {
            let within = channel * self.layout.s + s;
            body.vector::<V>(n * self.layout.case() + within, within, &values, &mut run);
        }
        for (i, run) in run.values().iter().enumerate() {
            sums[i * channels + channel] += run.sum().to_f64();
        }
    }
}

/// Moves the sums of a run to where they are kept in double precision.
#[inline(always)]
fn put_aside<T: Elem>(run: &mut [T], sums: &mut [f64]) {
    for (run, sum) in run.iter_mut().zip(sums) {
        *sum += run.to_f64();
        *run = T::default();
    }
}
