//! Inputs whose squares are no numbers of their element type, while the answer is an ordinary number: every method, values and
//! gradients. The judge is the method's reference, in double precision and at a size where squares are numbers.

use norm_core::conformance::relative_difference;
use norm_core::scaling::Degrees;
use norm_core::{Call, Descriptor, Elem, Isa, Kernel, Layout, ReferenceSet, Rule, Skeleton};
use norms::{METHODS, Method};

/// Numbers between -1 and 1 that look random.
fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / 2f64.powi(52) - 1.0
    };
    (0..n).map(|_| next()).collect()
}

struct Case {
    layout: Layout,
    x: Vec<f64>,
    dy: Vec<f64>,
    params: Vec<Vec<f64>>,
    consts: Vec<f64>,
}

struct Answer {
    y: Vec<f64>,
    dx: Vec<f64>,
    dparams: Vec<Vec<f64>>,
}

fn case(d: &Descriptor) -> Case {
    let space = if matches!(d.reference_set, ReferenceSet::Batch | ReferenceSet::BatchTime) { 1 } else { 3 };
    let layout = d.reference_set.layout(4, 6, space, 2).unwrap();
    let near = |(i, p): (usize, Vec<f64>)| {
        let by = noise(p.len(), 7 + i as u64);
        p.iter().zip(by).map(|(p, by)| p + p.abs().max(0.5) * 0.3 * by).collect()
    };
    Case {
        layout,
        x: noise(layout.len(), 1),
        dy: noise(layout.len(), 2),
        params: d.initial_inputs(&layout).into_iter().enumerate().map(near).collect(),
        consts: d.default_consts(),
    }
}

fn narrow<T: Elem>(v: &[f64]) -> Vec<T> {
    v.iter().map(|v| T::lit(*v)).collect()
}

fn wide<T: Elem>(v: &[T]) -> Vec<f64> {
    v.iter().map(|v| v.to_f64()).collect()
}

fn kernel<T: Elem>(k: &Kernel<T>, case: &Case) -> Answer {
    let (l, x, dy) = (case.layout, narrow::<T>(&case.x), narrow::<T>(&case.dy));
    let params: Vec<Vec<T>> = case.params.iter().map(|p| narrow(p)).collect();
    let params: Vec<&[T]> = params.iter().map(|p| &p[..]).collect();
    let call = Call { layout: l, x: &x, params: &params, consts: &case.consts, mask: None };
    let mut stats = vec![T::default(); k.statistics_len(&l)];
    let y = k.forward_new(Isa::detect(), &call, &mut stats).unwrap();
    let mut dx = vec![T::default(); l.len()];
    let mut dparams: Vec<Vec<T>> =
        params.iter().take(k.descriptor.params.len()).map(|p| vec![T::default(); p.len()]).collect();
    let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
    k.backward(Isa::detect(), &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut slots).unwrap();
    Answer { y: wide(&y), dx: wide(&dx), dparams: dparams.iter().map(|p| wide(p)).collect() }
}

fn reference(method: &Method, case: &Case, in_range: bool) -> Answer {
    let params: Vec<&[f64]> = case.params.iter().map(|p| &p[..]).collect();
    let call = Call { layout: case.layout, x: &case.x, params: &params, consts: &case.consts, mask: None };
    let (d, judge) = (method.descriptor(), &method.reference);
    let (y, back) = if in_range {
        (judge.forward_scaled(d, &call).y, judge.backward_scaled(d, &call, &case.dy))
    } else {
        ((judge.forward)(&call).y, (judge.backward)(&call, &case.dy))
    };
    Answer { y, dx: back.dx, dparams: back.dparams.into_iter().take(d.params.len()).collect() }
}

/// `least` is the size below which the element type has not all its digits.
fn agree(what: &str, got: &Answer, want: &Answer, bound: f64, least: f64) {
    let parts = [("y", &got.y, &want.y), ("dx", &got.dx, &want.dx)];
    let dparams =
        got.dparams.iter().zip(&want.dparams).map(|(got, want)| ("a parameter's gradient", got, want));
    for (part, got, want) in parts.into_iter().chain(dparams) {
        let off = relative_difference(got, want, least);
        assert!(off < bound, "{what}: {part} is off by {off:e}");
    }
}

/// Methods whose output is made of squares of this batch. What a store alone says has no squares in it.
fn squares() -> impl Iterator<Item = &'static Method> {
    METHODS.iter().filter(|m| {
        let d = m.descriptor();
        let degrees = Degrees::of(d, &d.default_consts());
        let sums = !d.statistics.is_empty() || d.plan.is_staged();
        degrees.is_some_and(|degrees| degrees.highest > 1.0)
            && sums
            && (d.frozen.is_empty() || d.plan.uses_statistics())
    })
}

/// All of the input, or every other unit that is multiplied alone, by a factor.
fn scaled(case: &Case, d: &Descriptor, factor: f64, all: bool) -> Case {
    let l = case.layout;
    let together = d.plan.is_staged() && !d.statistics.is_empty();
    let chosen = |i: usize| {
        let unit = match d.reference_set.skeleton() {
            _ if together => 0,
            Skeleton::Rowwise if d.plan.is_staged() => i / l.case(),
            Skeleton::Rowwise => i / (l.k * l.s),
            Skeleton::Channelwise => i / l.s % l.channels(),
        };
        all || unit.is_multiple_of(2)
    };
    let x = case.x.iter().enumerate().map(|(i, v)| if chosen(i) { v * factor } else { *v }).collect();
    Case { layout: l, x, dy: case.dy.clone(), params: case.params.clone(), consts: case.consts.clone() }
}

#[test]
fn single_precision_takes_inputs_whose_squares_are_too_large_for_it() {
    let mut tried = 0;
    for method in squares() {
        let d = method.descriptor();
        let case = case(d);
        for factor in [1e12, 1e20, 1e25, 1e30] {
            for all in [true, false] {
                let what = format!("{} at {factor:e}{}", d.id, if all { "" } else { " in part" });
                let case = scaled(&case, d, factor, all);
                let got = kernel(method.f32, &case);
                // The judge reads what single precision holds.
                let read = Case { x: wide(&narrow::<f32>(&case.x)), ..case };
                agree(&what, &got, &reference(method, &read, false), 2e-4, 1e-31);
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried}");
}

/// At such a size nothing but the largest power of the input is left, so the answer grows by its degree alone.
#[test]
fn double_precision_takes_inputs_whose_squares_are_too_large_for_it() {
    for method in squares() {
        let d = method.descriptor();
        let case = case(d);
        let degrees = Degrees::of(d, &case.consts).unwrap();
        let (near, far) = (2f64.powi(90), 2f64.powi(600));
        let grown = (far / near).powf(degrees.y);
        let mut want = reference(method, &scaled(&case, d, near, true), false);
        want.y.iter_mut().for_each(|v| *v *= grown);
        want.dx.iter_mut().for_each(|v| *v *= grown / (far / near));
        for (gradient, degree) in want.dparams.iter_mut().zip(&degrees.inputs) {
            for v in gradient.iter_mut() {
                *v *= grown / (far / near).powf(*degree);
            }
        }
        let case = scaled(&case, d, far, true);
        agree(&format!("{}, kernel", d.id), &kernel(method.f64, &case), &want, 1e-9, 1e-290);
        agree(&format!("{}, reference", d.id), &reference(method, &case, true), &want, 1e-9, 1e-290);
    }
}

/// Without an epsilon beside it a sum of squares may vanish; what is divided by its root has direction alone.
#[test]
fn a_small_input_has_a_direction() {
    for id in ["weight", "weight-exp", "cosine", "cosine-centred", "ndp"] {
        let method = norms::find(id).unwrap();
        let d = method.descriptor();
        let case = case(d);
        let want = reference(method, &case, false);
        for (factor, single) in [(2f64.powi(-80), true), (2f64.powi(-80), false), (2f64.powi(-500), false)] {
            let mut want = Answer { y: want.y.clone(), dx: want.dx.clone(), dparams: want.dparams.clone() };
            want.dx.iter_mut().for_each(|v| *v /= factor);
            let case = scaled(&case, d, factor, true);
            let got = if single { kernel(method.f32, &case) } else { kernel(method.f64, &case) };
            agree(&format!("{id} at {factor:e}"), &got, &want, if single { 2e-5 } else { 1e-12 }, 1e-290);
            if !single {
                agree(
                    &format!("{id} at {factor:e}, reference"),
                    &reference(method, &case, true),
                    &want,
                    1e-12,
                    1e-290,
                );
            }
        }
    }
}

/// A policy stands between the halves; without one they are the whole.
#[test]
fn the_halves_of_a_backward_pass_take_them_too() {
    for method in squares() {
        let (d, k) = (method.descriptor(), method.f32);
        let degrees = Degrees::of(d, &d.default_consts()).unwrap();
        // The gradient at a square of 1e50 is a number that single precision does not have.
        let linear = degrees.statistics.iter().all(|degree| *degree <= 1.0);
        for all in [true, false] {
            let case = scaled(&case(d), d, if linear { 1e25 } else { 1e15 }, all);
            let want = kernel(k, &case);
            let (l, x, dy) = (case.layout, narrow::<f32>(&case.x), narrow::<f32>(&case.dy));
            let params: Vec<Vec<f32>> = case.params.iter().map(|p| narrow(p)).collect();
            let params: Vec<&[f32]> = params.iter().map(|p| &p[..]).collect();
            let call = Call { layout: l, x: &x, params: &params, consts: &case.consts, mask: None };
            let (isa, mut stats) = (Isa::detect(), vec![0.0; k.statistics_len(&l)]);
            k.statistics(isa, &call, &mut stats).unwrap();
            let (mut gradients, mut sums) = (vec![0.0; stats.len()], vec![0.0; k.sums_len(&l)]);
            let mut dparams: Vec<Vec<f32>> = d.params.iter().map(|p| vec![0.0; p.axis.len(&l)]).collect();
            let mut slots: Vec<&mut [f32]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
            k.backward_statistics(isa, &call, &dy, &stats, &mut gradients, &mut sums, &mut slots).unwrap();
            let mut dx = vec![0.0; l.len()];
            k.backward_inputs(isa, &call, &dy, &stats, &gradients, &sums, true, &mut dx).unwrap();
            let dparams = dparams.iter().map(|p| wide(p)).collect();
            let got = Answer { y: want.y.clone(), dx: wide(&dx), dparams };
            agree(&format!("{}, all {all}", d.id), &got, &want, 1e-5, 1e-31);
        }
    }
}

/// What stands in a case that does not count has no say in the size of the others.
#[test]
fn what_a_mask_leaves_out_is_not_looked_at() {
    for method in squares().filter(|m| !m.descriptor().reference_set.is_of_weights()) {
        let (d, k) = (method.descriptor(), method.f32);
        let case = scaled(&case(d), d, 1e25, true);
        let (l, mask) = (case.layout, [true, false, true, true]);
        let params: Vec<Vec<f32>> = case.params.iter().map(|p| narrow(p)).collect();
        let params: Vec<&[f32]> = params.iter().map(|p| &p[..]).collect();
        let run = |garbage: f32| {
            let mut x = narrow::<f32>(&case.x);
            x[l.case()..2 * l.case()].fill(garbage);
            let call = Call { layout: l, x: &x, params: &params, consts: &case.consts, mask: Some(&mask) };
            k.forward_new(Isa::detect(), &call, &mut vec![0.0; k.statistics_len(&l)]).unwrap()
        };
        let y = run(0.0);
        assert!(y.iter().all(|v| v.is_finite()) && y.iter().any(|v| *v != 0.0), "{}", d.id);
        assert_eq!(y, run(3e38), "{}", d.id);
    }
}

/// Where no square is lost a factor changes no bit: the same digits at a size that is multiplied and at one that is not.
#[test]
fn a_factor_keeps_the_bits() {
    for method in squares() {
        let d = method.descriptor();
        let mut case = case(d);
        let degrees = Degrees::of(d, &case.consts).unwrap();
        if degrees.inputs.iter().chain([&degrees.y]).any(|degree| *degree != 0.0) {
            continue;
        }
        let plain = kernel(method.f64, &case);
        let by = 2f64.powi(300);
        for (c, degree) in case.consts.iter_mut().zip(&degrees.consts) {
            *c *= by.powf(*degree);
        }
        let moved = kernel(method.f64, &scaled(&case, d, by, true));
        assert_eq!(plain.y, moved.y, "{}", d.id);
        assert_eq!(plain.dparams, moved.dparams, "{}", d.id);
    }
}
