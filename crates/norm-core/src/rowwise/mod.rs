//! The rowwise skeleton: pools `(K, S)` for each `(n, g)`. A row is read from memory once and swept in
//! cache as often as the formula needs.
//!
//! Statistics lie interleaved, `[N·G][statistics]`. Parameters are expanded to one case, `[G·K·S]`, so that
//! every parameter axis runs through one loop.

mod cases;
mod sweeps;

use std::mem::MaybeUninit;

use crate::chunk;
use crate::formula::Bodies;
use crate::isa::Isa;
use crate::kernel::Call;
use crate::layout::{Layout, ParamAxis};
use crate::phase::BackwardArgs;
use crate::value::{Array, Elem};
use cases::{Backward, Forward, Phase, Stats};
use sweeps::Given;

/// A parameter repeated over one case.
fn expand<'a, T: Elem>(axis: ParamAxis, values: &'a [T], l: &Layout) -> std::borrow::Cow<'a, [T]> {
    if axis.len(l) == l.case() {
        return values.into();
    }
    (0..l.case()).map(|i| values[axis.index(i, l)]).collect::<Vec<_>>().into()
}

fn expand_params<'a, F: Bodies, T: Elem>(call: &Call<'a, T>) -> Vec<std::borrow::Cow<'a, [T]>> {
    let specs = F::DESCRIPTOR.params;
    specs.iter().zip(call.params).map(|(p, v)| expand(p.axis, v, &call.layout)).collect()
}

/// Adds `[params][case]` sums into gradients of each parameter's own length.
fn reduce_params<T: Elem>(specs: &[crate::descriptor::Param], sums: &[T], l: &Layout, out: &mut [&mut [T]]) {
    let case = l.case();
    for ((spec, sum), out) in specs.iter().zip(sums.chunks_exact(case.max(1))).zip(out) {
        for (i, v) in sum.iter().enumerate() {
            let j = spec.axis.index(i, l);
            out[j] = out[j] + *v;
        }
    }
}

/// Statistics and, if asked for, the output.
pub(crate) fn forward<F: Bodies, T: Elem, const SIMD: bool>(
    isa: Isa,
    call: &Call<'_, T>,
    stats: crate::phase::StatisticsArg<'_, T>,
    y: Option<&mut [MaybeUninit<T>]>,
) {
    let consts = crate::kernel::consts::<F>(call.consts);
    let l = call.layout;
    if l.is_empty() {
        return;
    }
    let expanded = expand_params::<F, T>(call);
    let params: Vec<&[T]> = expanded.iter().map(|p| &p[..]).collect();
    let cases = chunk::cases_per_chunk(l.case());
    let per = cases * l.g * F::Statistics::<T>::LEN;
    let mut ys = y.map(|y| y.chunks_mut(cases * l.case()));
    let mut masks = call.mask.map(|m| m.chunks(cases));
    let mut stats: Box<dyn Iterator<Item = Stats<'_, T>>> = match stats {
        _ if per == 0 => Box::new(std::iter::repeat_with(|| Stats::Given(&[]))),
        crate::phase::StatisticsArg::Find(s) => Box::new(s.chunks_mut(per).map(Stats::Find)),
        crate::phase::StatisticsArg::Given(s) => Box::new(s.chunks(per).map(Stats::Given)),
    };
    let tasks: Vec<Forward<'_, F, T>> = call
        .x
        .chunks(cases * l.case())
        .filter_map(|x| {
            Some(Forward {
                x,
                y: ys.as_mut().and_then(Iterator::next),
                stats: stats.next()?,
                params: &params,
                mask: masks.as_mut().and_then(Iterator::next),
                layout: l,
                consts,
            })
        })
        .collect();
    chunk::for_each(tasks, l.len(), |task| crate::kernel::run::<_, SIMD>(isa, task));
}

/// One of the backward phases.
pub(crate) fn backward<F: Bodies, T: Elem, const SIMD: bool>(
    isa: Isa,
    call: &Call<'_, T>,
    args: BackwardArgs<'_, '_, T>,
) {
    let consts = crate::kernel::consts::<F>(call.consts);
    let l = call.layout;
    if l.is_empty() {
        return;
    }
    let expanded = expand_params::<F, T>(call);
    let params: Vec<&[T]> = expanded.iter().map(|p| &p[..]).collect();
    let np = F::Params::<T>::LEN;
    let cases = chunk::cases_per_chunk(l.case());
    let (ns, nb) = (cases * l.g * F::Statistics::<T>::LEN, cases * l.g * F::Sums::<T>::LEN);
    let count = l.n.div_ceil(cases);
    let with_params = args.dparams.is_some() && np > 0;
    let mut partials = vec![T::default(); count * np * l.case()];
    let mut partial = partials.chunks_mut((np * l.case()).max(1));
    let mut phases: Vec<Phase<'_, T>> = match args.phase {
        crate::phase::BackwardPhase::Whole { dx, rule } => {
            dx.chunks_mut(cases * l.case()).map(|dx| Phase::Whole { dx, rule }).collect()
        }
        crate::phase::BackwardPhase::Statistics { gradients, sums } => {
            let mut gradients = gradients.chunks_mut(ns.max(1));
            let mut sums = sums.chunks_mut(nb.max(1));
            (0..count)
                .map(|_| Phase::Statistics {
                    gradients: gradients.next().unwrap_or_default(),
                    sums: sums.next().unwrap_or_default(),
                })
                .collect()
        }
        crate::phase::BackwardPhase::Inputs { dx, gradients, sums } => {
            let mut gradients = gradients.chunks(ns.max(1));
            let mut sums = sums.chunks(nb.max(1));
            dx.chunks_mut(cases * l.case())
                .map(|dx| Phase::Inputs {
                    dx,
                    gradients: gradients.next().unwrap_or_default(),
                    sums: sums.next().unwrap_or_default(),
                })
                .collect()
        }
    };
    let tasks: Vec<Backward<'_, F, T>> = phases
        .drain(..)
        .enumerate()
        .map(|(i, phase)| {
            let elements = i * cases * l.case()..((i + 1) * cases * l.case()).min(l.len());
            let end = ((i + 1) * ns).min(args.hat.len());
            Backward {
                given: Given {
                    x: &call.x[elements.clone()],
                    dy: &args.dy[elements],
                    params: &params,
                    case: l.case(),
                    row: l.k * l.s,
                    consts,
                },
                stats: &args.hat[(i * ns).min(end)..end],
                current: &args.current[(i * ns).min(end)..end],
                dparams: partial.next().unwrap_or_default(),
                mask: call.mask.map(|m| &m[i * cases..((i + 1) * cases).min(l.n)]),
                groups: l.g,
                overwrite: args.overwrite,
                phase,
            }
        })
        .collect();
    chunk::for_each(tasks, l.len(), |task| crate::kernel::run::<_, SIMD>(isa, task));
    if with_params && let Some(out) = args.dparams {
        let (sum, rest) = partials.split_at_mut(np * l.case());
        for part in rest.chunks_exact(np * l.case()) {
            for (a, b) in sum.iter_mut().zip(part) {
                *a = *a + *b;
            }
        }
        reduce_params(F::DESCRIPTOR.params, sum, &l, out);
    }
}
