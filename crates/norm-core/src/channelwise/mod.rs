//! The channelwise skeleton: pools `(N, S)` for each `(g, k)`.
//!
//! Cases are cut into blocks. Mean and second central moment come from one sweep around a guess at the mean, so
//! that memory is read twice per forward, not three times, and nothing cancels. Statistics lie in planes,
//! `[statistics][channels]`.

mod blocks;
mod channels;
mod statistics;
mod sweep;

use std::mem::MaybeUninit;

use crate::chunk;
use crate::formula::Bodies;
use crate::isa::Isa;
use crate::kernel::{Call, Rule, run};
use crate::layout::Layout;
use crate::phase::{BackwardArgs, BackwardPhase, StatisticsArg, blank_backward, blank_forward};
use crate::value::{Array, Elem};
use blocks::{Apply, Block, Input, Terms};
use channels::{PerChannel, Step};

/// Parameters as the loops want them: set-invariant ones per channel, the others per element of a case.
struct Params<T> {
    per_channel: Vec<Vec<T>>,
    per_element: Vec<Vec<T>>,
    /// Where statistics look at the store, the set-invariant ones per element of a case as well.
    stored: Vec<Vec<T>>,
}

impl<T: Elem> Params<T> {
    fn of<F: Bodies>(call: &Call<'_, T>) -> Self {
        let l = &call.layout;
        let repeat = |width: usize, within: bool| -> Vec<Vec<T>> {
            let specs = F::DESCRIPTOR.input_axes().zip(call.params).zip(F::PARAM_WITHIN);
            specs
                .map(|((axis, values), &w)| {
                    if w != within {
                        return Vec::new();
                    }
                    (0..l.case()).step_by(width).map(|i| values[axis.index(i, l)]).collect()
                })
                .collect()
        };
        let stored = if F::STATISTICS_LOOK_BACK { repeat(1, false) } else { Vec::new() };
        Self { per_channel: repeat(l.s, false), per_element: repeat(1, true), stored }
    }
}

struct Blocks<'a, T> {
    layout: Layout,
    /// Cases in a block.
    cases: usize,
    x: &'a [T],
    mask: Option<&'a [bool]>,
}

impl<'a, T: Elem> Blocks<'a, T> {
    fn of(call: &Call<'a, T>) -> Self {
        let l = call.layout;
        Self { layout: l, cases: chunk::cases_per_block(l.n, l.case()), x: call.x, mask: call.mask }
    }
    fn count(&self) -> usize {
        self.layout.n.div_ceil(self.cases)
    }
    fn span(&self) -> usize {
        self.cases * self.layout.case()
    }
    /// The elements of block `b` in a buffer like `x`.
    fn of_block<'b>(&self, b: usize, like_x: &'b [T]) -> &'b [T] {
        &like_x[b * self.span()..((b + 1) * self.span()).min(self.layout.len())]
    }
    fn block(&self, b: usize) -> Block<'a, T> {
        let mask = self.mask.map(|m| &m[b * self.cases..((b + 1) * self.cases).min(self.layout.n)]);
        Block { layout: self.layout, x: self.of_block(b, self.x), mask }
    }
}

fn rounded<T: Elem>(values: &[f64], scale: f64) -> Vec<T> {
    values.iter().map(|v| T::lit(v / scale)).collect()
}

/// Statistics and, if asked for, the output.
pub(crate) fn forward<F: Bodies, T: Elem, const SIMD: bool>(
    isa: Isa,
    call: &Call<'_, T>,
    stats: StatisticsArg<'_, T>,
    y: Option<&mut [MaybeUninit<T>]>,
) {
    let c = crate::kernel::consts::<F>(call.consts);
    let (l, channels) = (call.layout, call.layout.channels());
    let blocks = Blocks::of(call);
    let pooled = call.counted() * l.s;
    if l.is_empty() {
        return;
    }
    if pooled == 0 {
        blank_forward(stats, y);
        return;
    }
    let n = T::lit(pooled as f64);
    let params = Params::of::<F>(call);
    let stats: &[T] = match stats {
        StatisticsArg::Given(s) => s,
        StatisticsArg::Find(s) => {
            statistics::find::<F, T, SIMD>(isa, &blocks, pooled as f64, c, &params, s);
            s
        }
    };
    let Some(y) = y else { return };
    let mut hoisted = vec![T::default(); F::ForApply::<T>::LEN * channels];
    let step = Step::Apply { stats, out: &mut hoisted };
    run::<_, SIMD>(isa, PerChannel::<F, T> { step, params: &params.per_channel, channels, n, consts: c });
    let tasks = y
        .chunks_mut(blocks.span())
        .enumerate()
        .map(|(b, y)| Apply::<F, T> {
            block: blocks.block(b),
            y,
            hoisted: &hoisted,
            params: &params.per_element,
            consts: c,
        })
        .collect();
    chunk::for_each(tasks, l.len(), |t: Apply<'_, F, T>| run::<_, SIMD>(isa, t));
}

/// One of the backward phases.
pub(crate) fn backward<F: Bodies, T: Elem, const SIMD: bool>(
    isa: Isa,
    call: &Call<'_, T>,
    mut args: BackwardArgs<'_, '_, T>,
) {
    let c = crate::kernel::consts::<F>(call.consts);
    let (l, channels) = (call.layout, call.layout.channels());
    if l.is_empty() {
        return;
    }
    let blocks = Blocks::of(call);
    let pooled = call.counted() * l.s;
    if pooled == 0 {
        blank_backward(args);
        return;
    }
    let n = T::lit(pooled as f64);
    let params = Params::of::<F>(call);
    let (ns, nb) = (F::Statistics::<T>::LEN * channels, F::Sums::<T>::LEN * channels);
    let per_channel = |step: Step<'_, T>| {
        run::<_, SIMD>(isa, PerChannel::<F, T> { step, params: &params.per_channel, channels, n, consts: c });
    };
    let (hat, current) = (args.hat, args.current);
    let dy = args.dy;

    let mut found_sums;
    let mut found_gradients;
    let (gradients, sums): (&[T], &[T]) = match &mut args.phase {
        BackwardPhase::Inputs { gradients, sums, .. } => (gradients, sums),
        BackwardPhase::Whole { .. } | BackwardPhase::Statistics { .. } => {
            let mut hoisted = vec![T::default(); F::ForTerms::<T>::LEN * channels];
            per_channel(Step::Terms { stats: hat, current, out: &mut hoisted });
            let np = F::Params::<T>::LEN;
            let width = if F::PARAM_WITHIN.contains(&true) { np * l.case() } else { 0 };
            let mut sums = vec![0.0; blocks.count() * nb];
            let mut within = vec![T::default(); blocks.count() * width];
            let mut each_sum = sums.chunks_mut(nb.max(1));
            let mut each_within = within.chunks_mut(width.max(1));
            let tasks = (0..blocks.count())
                .map(|b| Terms::<F, T> {
                    block: blocks.block(b),
                    dy: blocks.of_block(b, dy),
                    hoisted: &hoisted,
                    params: &params.per_element,
                    consts: c,
                    sums: each_sum.next().unwrap_or_default(),
                    dparams: each_within.next().unwrap_or_default(),
                })
                .collect();
            chunk::for_each(tasks, l.len(), |t: Terms<'_, F, T>| run::<_, SIMD>(isa, t));
            let dwithin = chunk::add_in_order(&within, width);
            found_sums = rounded::<T>(&chunk::add_in_order(&sums, nb), 1.0);
            found_gradients = vec![T::default(); ns];
            let mut dchannel = vec![T::default(); np * channels];
            per_channel(Step::Gradients {
                stats: hat,
                sums: &found_sums,
                gradients: &mut found_gradients,
                dparams: &mut dchannel,
            });
            if let Some(out) = &mut args.dparams {
                let specs = F::DESCRIPTOR.input_axes().zip(F::PARAM_WITHIN).enumerate();
                for ((i, (axis, &within)), out) in specs.zip(out.iter_mut()) {
                    let (from, step) = if within {
                        (&dwithin[i * l.case()..(i + 1) * l.case()], 1)
                    } else {
                        (&dchannel[i * channels..(i + 1) * channels], l.s)
                    };
                    for (j, v) in from.iter().enumerate() {
                        let at = axis.index(j * step, &l);
                        out[at] = out[at] + *v;
                    }
                }
            }
            if let BackwardPhase::Statistics { gradients, sums } = &mut args.phase {
                gradients.copy_from_slice(&found_gradients);
                sums.copy_from_slice(&found_sums);
                return;
            }
            if let BackwardPhase::Whole { rule: Rule::Frozen, .. } = &args.phase {
                found_gradients.fill(T::default());
                found_sums.fill(T::default());
            }
            (&found_gradients, &found_sums)
        }
    };
    let (BackwardPhase::Whole { dx, .. } | BackwardPhase::Inputs { dx, .. }) = args.phase else { return };
    let mut hoisted = vec![T::default(); F::ForInput::<T>::LEN * channels];
    per_channel(Step::Input { stats: hat, current, sums, gradients, out: &mut hoisted });
    let tasks = dx
        .chunks_mut(blocks.span())
        .enumerate()
        .map(|(b, dx)| Input::<F, T> {
            block: blocks.block(b),
            dy: blocks.of_block(b, dy),
            dx,
            hoisted: &hoisted,
            params: &params.per_element,
            overwrite: args.overwrite,
            consts: c,
        })
        .collect();
    chunk::for_each(tasks, l.len(), |t: Input<'_, F, T>| run::<_, SIMD>(isa, t));
}
