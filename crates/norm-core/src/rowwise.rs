//! The rowwise skeleton: pools `(K, S)` for each `(n, g)`. A row is read from memory once and swept in
//! cache as often as the formula needs.
//!
//! Statistics lie interleaved, `[N·G][statistics]`. Parameters are expanded to one case, `[G·K·S]`, so that
//! every parameter axis runs through one loop.

use crate::chunk;
use crate::formula::Formula;
use crate::isa::{Isa, Job};
use crate::kernel::{BackwardArgs, Call, Rule};
use crate::layout::{Layout, ParamAxis};
use crate::value::{Array, Elem, Value, Vector};

/// Vectors added up before a partial sum is put aside: keeps the rounding error of long rows flat.
const SPAN: usize = 64;

/// A parameter repeated over one case.
fn expand<'a, T: Elem>(axis: ParamAxis, values: &'a [T], l: &Layout) -> std::borrow::Cow<'a, [T]> {
    if axis.len(l) == l.case() {
        return values.into();
    }
    (0..l.case()).map(|i| values[axis.index(i, l)]).collect::<Vec<_>>().into()
}

pub(crate) fn expand_params<'a, F: Formula, T: Elem>(call: &Call<'a, T>) -> Vec<std::borrow::Cow<'a, [T]>> {
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

#[inline(always)]
fn zeros<V: Value, A: Array<V>>() -> A {
    A::from_fn(|_| V::lit(0.0))
}

#[inline(always)]
fn add<V: Value, A: Array<V>>(a: &mut A, b: &A) {
    for (a, b) in a.values_mut().iter_mut().zip(b.values()) {
        *a = *a + *b;
    }
}

#[inline(always)]
fn splat<T: Elem, V: Vector<T>, A: Array<T>, B: Array<V>>(a: &A) -> B {
    B::from_fn(|i| V::splat(a.values()[i]))
}

#[inline(always)]
fn params_at<F: Formula, T: Elem, V: Vector<T>>(params: &[&[T]], at: usize) -> F::Params<V> {
    F::Params::<V>::from_fn(|i| V::load(&params[i][at..at + V::LEN]))
}

#[inline(always)]
fn accumulate<F: Formula, T: Elem, V: Vector<T>, const LEVEL: usize>(
    x: &[T],
    center: T,
    s: &F::Statistics<T>,
    c: &F::Consts,
) -> F::Means<T> {
    let s: F::Statistics<V> = splat::<T, V, _, _>(s);
    let center = V::splat(center);
    let mut total: F::Means<V> = zeros();
    for span in x.chunks(SPAN * V::LEN) {
        let mut sum: F::Means<V> = zeros();
        for v in span.chunks_exact(V::LEN) {
            let v = V::load(v);
            // A constant condition: the subtraction costs nothing where it is not wanted.
            let v = if F::CENTRAL_MOMENTS && LEVEL == 0 { v - center } else { v };
            add(&mut sum, &F::accumulate::<V, LEVEL>(v, &s, c));
        }
        add(&mut total, &sum);
    }
    F::Means::<T>::from_fn(|i| total.values()[i].sum())
}

#[inline(always)]
fn level<F: Formula, T: Elem, const LEVEL: usize>(x: &[T], s: &mut F::Statistics<T>, c: &F::Consts) {
    let whole = x.len() / T::Vector::LEN * T::Vector::LEN;
    // A mean is found from deviations from one of the values: far from zero it costs no digits, and a row of one
    // value has exactly that mean.
    let center = x[0];
    let mut sum = accumulate::<F, T, T::Vector, LEVEL>(&x[..whole], center, s, c);
    add(&mut sum, &accumulate::<F, T, T::Single, LEVEL>(&x[whole..], center, s, c));
    let n = T::lit(x.len() as f64);
    for m in sum.values_mut() {
        *m = *m / n;
        if F::CENTRAL_MOMENTS && LEVEL == 0 {
            *m = *m + center;
        }
    }
    F::finish::<T, LEVEL>(&sum, n, s, c);
}

#[inline(always)]
fn row_statistics<F: Formula, T: Elem>(x: &[T], c: &F::Consts) -> F::Statistics<T> {
    let mut s: F::Statistics<T> = zeros();
    if F::LEVELS > 0 {
        level::<F, T, 0>(x, &mut s, c);
    }
    if F::LEVELS > 1 {
        level::<F, T, 1>(x, &mut s, c);
    }
    if F::LEVELS > 2 {
        level::<F, T, 2>(x, &mut s, c);
    }
    if F::LEVELS > 3 {
        level::<F, T, 3>(x, &mut s, c);
    }
    s
}

#[inline(always)]
fn apply_part<F: Formula, T: Elem, V: Vector<T>>(
    x: &[T],
    y: &mut [T],
    params: &[&[T]],
    mut at: usize,
    h: &F::ForApply<T>,
    c: &F::Consts,
) {
    let h: F::ForApply<V> = splat::<T, V, _, _>(h);
    for (x, y) in x.chunks_exact(V::LEN).zip(y.chunks_exact_mut(V::LEN)) {
        F::apply::<V>(V::load(x), &h, &params_at::<F, T, V>(params, at), c).store(y);
        at += V::LEN;
    }
}

#[inline(always)]
fn row_apply<F: Formula, T: Elem>(
    x: &[T],
    y: &mut [T],
    params: &[&[T]],
    at: usize,
    s: &F::Statistics<T>,
    c: &F::Consts,
) {
    let h = F::hoist_apply::<T>(s, &zeros(), T::lit(x.len() as f64), c);
    let whole = x.len() / T::Vector::LEN * T::Vector::LEN;
    apply_part::<F, T, T::Vector>(&x[..whole], &mut y[..whole], params, at, &h, c);
    apply_part::<F, T, T::Single>(&x[whole..], &mut y[whole..], params, at + whole, &h, c);
}

#[inline(always)]
fn terms_part<F: Formula, T: Elem, V: Vector<T>>(
    x: &[T],
    dy: &[T],
    params: &[&[T]],
    dparams: &mut [T],
    case: usize,
    mut at: usize,
    h: &F::ForTerms<T>,
    c: &F::Consts,
) -> F::Sums<T> {
    let h: F::ForTerms<V> = splat::<T, V, _, _>(h);
    let mut total: F::Sums<V> = zeros();
    for (x, dy) in x.chunks(SPAN * V::LEN).zip(dy.chunks(SPAN * V::LEN)) {
        let mut sum: F::Sums<V> = zeros();
        for (x, dy) in x.chunks_exact(V::LEN).zip(dy.chunks_exact(V::LEN)) {
            let p = params_at::<F, T, V>(params, at);
            let (sums, terms) = F::terms::<V>(V::load(x), V::load(dy), &h, &p, c);
            add(&mut sum, &sums);
            for i in 0..F::Params::<V>::LEN {
                let d = &mut dparams[i * case + at..i * case + at + V::LEN];
                (V::load(d) + terms.values()[i]).store(d);
            }
            at += V::LEN;
        }
        add(&mut total, &sum);
    }
    F::Sums::<T>::from_fn(|i| total.values()[i].sum())
}

#[inline(always)]
fn row_terms<F: Formula, T: Elem>(
    x: &[T],
    dy: &[T],
    params: &[&[T]],
    dparams: &mut [T],
    case: usize,
    at: usize,
    s: &F::Statistics<T>,
    c: &F::Consts,
) -> F::Sums<T> {
    let h = F::hoist_terms::<T>(s, s, &zeros(), T::lit(x.len() as f64), c);
    let whole = x.len() / T::Vector::LEN * T::Vector::LEN;
    let mut sums = terms_part::<F, T, T::Vector>(&x[..whole], &dy[..whole], params, dparams, case, at, &h, c);
    let rest =
        terms_part::<F, T, T::Single>(&x[whole..], &dy[whole..], params, dparams, case, at + whole, &h, c);
    add(&mut sums, &rest);
    sums
}

#[inline(always)]
fn input_part<F: Formula, T: Elem, V: Vector<T>>(
    x: &[T],
    dy: &[T],
    dx: &mut [T],
    params: &[&[T]],
    mut at: usize,
    h: &F::ForInput<T>,
    overwrite: bool,
    c: &F::Consts,
) {
    let h: F::ForInput<V> = splat::<T, V, _, _>(h);
    for ((x, dy), dx) in x.chunks_exact(V::LEN).zip(dy.chunks_exact(V::LEN)).zip(dx.chunks_exact_mut(V::LEN))
    {
        let d = F::input::<V>(V::load(x), V::load(dy), &h, &params_at::<F, T, V>(params, at), c);
        if overwrite {
            d.store(dx);
        } else {
            (V::load(dx) + d).store(dx);
        }
        at += V::LEN;
    }
}

#[inline(always)]
fn row_input<F: Formula, T: Elem>(
    x: &[T],
    dy: &[T],
    dx: &mut [T],
    params: &[&[T]],
    at: usize,
    s: &F::Statistics<T>,
    g: &F::Statistics<T>,
    overwrite: bool,
    c: &F::Consts,
) {
    let h = F::hoist_input::<T>(s, s, g, &zeros(), T::lit(x.len() as f64), c);
    let whole = x.len() / T::Vector::LEN * T::Vector::LEN;
    let (dx0, dx1) = dx.split_at_mut(whole);
    input_part::<F, T, T::Vector>(&x[..whole], &dy[..whole], dx0, params, at, &h, overwrite, c);
    input_part::<F, T, T::Single>(&x[whole..], &dy[whole..], dx1, params, at + whole, &h, overwrite, c);
}

/// Some whole cases of the forward.
struct ForwardCases<'a, F: Formula, T> {
    x: &'a [T],
    y: Option<&'a mut [T]>,
    stats: Stats<'a, T>,
    params: &'a [&'a [T]],
    mask: Option<&'a [bool]>,
    layout: Layout,
    consts: F::Consts,
}

enum Stats<'a, T> {
    Find(&'a mut [T]),
    Given(&'a [T]),
}

impl<F: Formula, T: Elem> Job for ForwardCases<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run(mut self) {
        let (case, set, ns) = (self.layout.case(), self.layout.k * self.layout.s, F::Statistics::<T>::LEN);
        for (n, x) in self.x.chunks_exact(case).enumerate() {
            let on = self.mask.is_none_or(|m| m[n]);
            for (g, x) in x.chunks_exact(set).enumerate() {
                let row = n * self.layout.g + g;
                let s = match &mut self.stats {
                    Stats::Find(stats) => {
                        let s = row_statistics::<F, T>(x, &self.consts);
                        stats[row * ns..(row + 1) * ns].copy_from_slice(s.values());
                        s
                    }
                    Stats::Given(stats) => F::Statistics::<T>::from_fn(|i| stats[row * ns + i]),
                };
                if let Some(y) = &mut self.y {
                    let y = &mut y[n * case + g * set..n * case + (g + 1) * set];
                    if on {
                        row_apply::<F, T>(x, y, self.params, g * set, &s, &self.consts);
                    } else {
                        y.fill(T::default());
                    }
                }
            }
        }
    }
}

/// What a backward chunk is to do.
enum Phase<'a, T> {
    /// All of it with the gradient rule.
    Whole { dx: &'a mut [T], rule: Rule },
    /// Up to the gradients at the statistics and the sums they came from.
    Statistics { gradients: &'a mut [T], sums: &'a mut [T] },
    /// From given gradients at the statistics to `dx`.
    Inputs { dx: &'a mut [T], gradients: &'a [T], sums: &'a [T] },
}

struct BackwardCases<'a, F: Formula, T> {
    x: &'a [T],
    dy: &'a [T],
    stats: &'a [T],
    dparams: &'a mut [T],
    params: &'a [&'a [T]],
    mask: Option<&'a [bool]>,
    layout: Layout,
    overwrite: bool,
    phase: Phase<'a, T>,
    consts: F::Consts,
}

impl<F: Formula, T: Elem> Job for BackwardCases<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run(mut self) {
        let (case, set) = (self.layout.case(), self.layout.k * self.layout.s);
        let (ns, nb) = (F::Statistics::<T>::LEN, F::Sums::<T>::LEN);
        let count = T::lit(set as f64);
        let c = &self.consts;
        for n in 0..self.x.len() / case {
            let on = self.mask.is_none_or(|m| m[n]);
            for g in 0..self.layout.g {
                let row = n * self.layout.g + g;
                let span = n * case + g * set..n * case + (g + 1) * set;
                let (x, dy, at) = (&self.x[span.clone()], &self.dy[span.clone()], g * set);
                let s = F::Statistics::<T>::from_fn(|i| self.stats[row * ns + i]);
                match &mut self.phase {
                    Phase::Whole { dx, rule } => {
                        let dx = &mut dx[span];
                        if !on {
                            if self.overwrite {
                                dx.fill(T::default());
                            }
                            continue;
                        }
                        let sums = row_terms::<F, T>(x, dy, self.params, self.dparams, case, at, &s, c);
                        let gradients = match rule {
                            Rule::Exact => {
                                let hat = F::statistic_gradients::<T>(&sums, &s, &zeros(), count, c);
                                F::chain::<T>(&hat, &sums, &s, count, c)
                            }
                            Rule::Frozen => zeros(),
                        };
                        row_input::<F, T>(x, dy, dx, self.params, at, &s, &gradients, self.overwrite, c);
                    }
                    Phase::Statistics { gradients, sums } => {
                        if !on {
                            gradients[row * ns..(row + 1) * ns].fill(T::default());
                            sums[row * nb..(row + 1) * nb].fill(T::default());
                            continue;
                        }
                        let b = row_terms::<F, T>(x, dy, self.params, self.dparams, case, at, &s, c);
                        let hat = F::statistic_gradients::<T>(&b, &s, &zeros(), count, c);
                        gradients[row * ns..(row + 1) * ns].copy_from_slice(hat.values());
                        sums[row * nb..(row + 1) * nb].copy_from_slice(b.values());
                    }
                    Phase::Inputs { dx, gradients, sums } => {
                        let dx = &mut dx[span];
                        if !on {
                            if self.overwrite {
                                dx.fill(T::default());
                            }
                            continue;
                        }
                        let hat = F::Statistics::<T>::from_fn(|i| gradients[row * ns + i]);
                        let b = F::Sums::<T>::from_fn(|i| sums[row * nb + i]);
                        let g = F::chain::<T>(&hat, &b, &s, count, c);
                        row_input::<F, T>(x, dy, dx, self.params, at, &s, &g, self.overwrite, c);
                    }
                }
            }
        }
    }
}

/// Statistics and, if asked for, the output.
pub(crate) fn forward<F: Formula, T: Elem, const SIMD: bool>(
    isa: Isa,
    call: &Call<'_, T>,
    stats: crate::kernel::StatisticsArg<'_, T>,
    y: Option<&mut [T]>,
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
        crate::kernel::StatisticsArg::Find(s) => Box::new(s.chunks_mut(per).map(Stats::Find)),
        crate::kernel::StatisticsArg::Given(s) => Box::new(s.chunks(per).map(Stats::Given)),
    };
    let tasks: Vec<ForwardCases<'_, F, T>> = call
        .x
        .chunks(cases * l.case())
        .filter_map(|x| {
            Some(ForwardCases {
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
pub(crate) fn backward<F: Formula, T: Elem, const SIMD: bool>(
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
        crate::kernel::BackwardPhase::Whole { dx, rule } => {
            dx.chunks_mut(cases * l.case()).map(|dx| Phase::Whole { dx, rule }).collect()
        }
        crate::kernel::BackwardPhase::Statistics { gradients, sums } => {
            let mut gradients = gradients.chunks_mut(ns.max(1));
            let mut sums = sums.chunks_mut(nb.max(1));
            (0..count)
                .map(|_| Phase::Statistics {
                    gradients: gradients.next().unwrap_or_default(),
                    sums: sums.next().unwrap_or_default(),
                })
                .collect()
        }
        crate::kernel::BackwardPhase::Inputs { dx, gradients, sums } => {
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
    let tasks: Vec<BackwardCases<'_, F, T>> = phases
        .drain(..)
        .enumerate()
        .map(|(i, phase)| {
            let elements = i * cases * l.case()..((i + 1) * cases * l.case()).min(l.len());
            let end = ((i + 1) * ns).min(args.hat.len());
            BackwardCases {
                x: &call.x[elements.clone()],
                dy: &args.dy[elements],
                stats: &args.hat[(i * ns).min(end)..end],
                dparams: partial.next().unwrap_or_default(),
                params: &params,
                mask: call.mask.map(|m| &m[i * cases..((i + 1) * cases).min(l.n)]),
                layout: l,
                overwrite: args.overwrite,
                phase,
                consts,
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
