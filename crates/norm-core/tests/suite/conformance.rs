//! The kit must be able to fail: sound methods pass it, each spoilt one is caught by the check meant for it.

use norm_core::conformance::{
    Behaviour, Judged, Outcome, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, Report,
    Single, Statements, Subject, Verdict, difference, largest, pools, relative_difference, run, run_only,
};
use norm_core::{Bodies, Descriptor, Invariance, Kernel, Param, ParamAxis, ReferenceSet};

norm_core::formula! {
    /// Centred over the features, scaled by a gain
    Centred(ba2016layer) as "centred" over features {
        invariant weight_matrix_centering;
        param gain = 1.0;
        mu = mean(x);
        y  = gain * (x - mu);
    }
}

norm_core::formula! {
    /// The same with a parameter that learns nothing
    Dead(ba2016layer) as "dead" over features {
        invariant weight_matrix_centering;
        param gain = 1.0;
        mu = mean(x);
        y  = stop_gradient(gain) * (x - mu);
    }
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let l = call.layout;
    let h = l.k * l.s;
    let on = |row: usize| call.mask.is_none_or(|m| m[row / l.g]);
    let mean = |row: &[f64]| row.iter().sum::<f64>() / h as f64;
    let rows = call.x.chunks(h).enumerate();
    let y = rows.flat_map(|(r, row)| {
        let m = mean(row);
        let each = row.iter().enumerate();
        each.map(move |(i, x)| if on(r) { call.params[0][r % l.g * l.k + i / l.s] * (x - m) } else { 0.0 })
            .collect::<Vec<_>>()
    });
    ReferenceForward { y: y.collect(), statistics: vec![call.x.chunks(h).map(mean).collect()] }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let l = call.layout;
    let h = l.k * l.s;
    let statistics = forward(call).statistics;
    let mut dx = vec![0.0; l.len()];
    let mut dgain = vec![0.0; l.channels()];
    for row in (0..l.n * l.g).filter(|r| call.mask.is_none_or(|m| m[r / l.g])) {
        let channel = |i: usize| row % l.g * l.k + i / l.s;
        let g = |i: usize| call.params[0][channel(i)] * dy[row * h + i];
        let mean_g = (0..h).map(g).sum::<f64>() / h as f64;
        for i in 0..h {
            dx[row * h + i] = g(i) - mean_g;
            dgain[channel(i)] += dy[row * h + i] * (call.x[row * h + i] - statistics[0][row]);
        }
    }
    ReferenceBackward { dx, dparams: vec![dgain] }
}

const SOUND: Reference = Reference { forward, backward, stored: None };

impl Judged for Centred {
    const REFERENCE: Reference = SOUND;
}

norm_core::conformance!(a_sound_method_passes: Centred);

fn of<F: Bodies>(reference: Reference) -> Subject {
    Subject { f32: Kernel::portable::<F>(), f64: Kernel::portable::<F>(), reference }
}

/// The kernels of `Centred` that say something else about themselves.
fn saying(change: impl FnOnce(&mut Descriptor)) -> Subject {
    let mut subject = of::<Centred>(SOUND);
    let mut d = *subject.f64.descriptor;
    change(&mut d);
    let d: &'static Descriptor = Box::leak(Box::new(d));
    subject.f32.descriptor = d;
    subject.f64.descriptor = d;
    subject
}

fn caught(report: &Report, by: &[&str]) {
    let failed: Vec<&str> = report.failures().map(|c| c.name).collect();
    assert_eq!(failed, by, "\n{report}");
}

#[test]
fn a_wrong_forward_is_caught() {
    fn shifted(call: &ReferenceCall<'_>) -> ReferenceForward {
        let mut f = forward(call);
        f.y.iter_mut().for_each(|y| *y *= 1.0 + 1e-9);
        f
    }
    let report = run(&of::<Centred>(Reference { forward: shifted, ..SOUND }));
    caught(&report, &["forward equals the reference"]);
}

#[test]
fn a_wrong_statistic_is_caught() {
    fn halved(call: &ReferenceCall<'_>) -> ReferenceForward {
        let mut f = forward(call);
        f.statistics[0].iter_mut().for_each(|m| *m *= 0.5);
        f
    }
    let report = run(&of::<Centred>(Reference { forward: halved, ..SOUND }));
    caught(&report, &["forward equals the reference"]);
}

#[test]
fn a_wrong_backward_is_caught() {
    fn no_mean(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
        let l = call.layout;
        let scaled = |(i, v): (usize, &f64)| call.params[0][i % l.case() / l.s] * v;
        ReferenceBackward { dx: dy.iter().enumerate().map(scaled).collect(), ..backward(call, dy) }
    }
    let report = run(&of::<Centred>(Reference { backward: no_mean, ..SOUND }));
    caught(&report, &["backward equals the reference"]);
}

#[test]
fn a_claimed_invariance_that_does_not_hold_is_caught() {
    let claims = &[Invariance::WeightMatrixCentering, Invariance::CaseScaling];
    caught(&run(&saying(|d| d.invariances = claims)), &["declared invariances hold, others fail"]);
}

#[test]
fn an_invariance_that_is_not_claimed_is_caught() {
    caught(&run(&saying(|d| d.invariances = &[])), &["declared invariances hold, others fail"]);
}

#[test]
fn a_gradient_that_is_secretly_exact_is_caught() {
    caught(&run(&saying(|d| d.exact_gradient = false)), &["backward equals central differences"]);
}

#[test]
fn a_gradient_that_is_secretly_replaced_and_dead_is_caught() {
    let mut subject = of::<Dead>(SOUND);
    let d: &'static Descriptor =
        Box::leak(Box::new(Descriptor { exact_gradient: true, ..*subject.f64.descriptor }));
    (subject.f32.descriptor, subject.f64.descriptor) = (d, d);
    let by = ["backward equals the reference", "backward equals central differences", "no dead parameter"];
    caught(&run(&subject), &by);
}

#[test]
fn a_policy_without_a_reference_is_caught() {
    let report = run(&saying(|d| d.policy = norm_core::PolicyKind::Running));
    assert!(report.failures().any(|c| c.name == "stored statistics equal the reference"), "\n{report}");
}

#[test]
fn a_wrong_reference_set_is_caught() {
    // The rows of a group declared as rows of all features: the layout follows the descriptor, the kernel too; so
    // what is declared wrongly is the set that pools only space.
    let mut subject = saying(|d| d.reference_set = norm_core::ReferenceSet::Nothing);
    subject.reference = SOUND;
    let report = run(&subject);
    assert!(report.failures().any(|c| c.name == "depends on exactly its reference set"), "\n{report}");
}

/// What a check found, in words.
fn reason(report: &Report, check: &str) -> String {
    match &report.check(check).unwrap().outcome {
        Outcome::Fail { reason } => reason.clone(),
        other => panic!("{check}: {other:?}"),
    }
}

#[test]
fn a_difference_says_whose_numbers_they_are() {
    fn shifted(call: &ReferenceCall<'_>) -> ReferenceForward {
        let mut f = forward(call);
        f.y.iter_mut().for_each(|y| *y += 1.0);
        f
    }
    let report = run(&of::<Centred>(Reference { forward: shifted, ..SOUND }));
    let said = reason(&report, "forward equals the reference");
    assert!(
        said.starts_with("y of normal x, mean 0, deviation 1, 1 cases × 1 channels, element 0:"),
        "{said}"
    );
    assert!(said.contains("the kernel gives 0e0, the reference 1e0"), "{said}");
}

#[test]
fn a_false_invariance_says_what_moved_and_what_to_do() {
    let claims = &[Invariance::WeightMatrixCentering, Invariance::CaseScaling];
    let report = run(&saying(|d| d.invariances = claims));
    let said = reason(&report, "declared invariances hold, others fail");
    assert!(
        said.starts_with(
            "case_scaling is declared and does not hold: of what its values differ by the output moves by "
        ),
        "{said}"
    );
    assert!(said.ends_with("take it out of `invariant`, or mend the formula"), "{said}");
    let said = reason(&run(&saying(|d| d.invariances = &[])), "declared invariances hold, others fail");
    assert!(said.starts_with("weight_matrix_centering holds and is not declared"), "{said}");
}

#[test]
fn a_gain_that_starts_at_zero_hides_nothing() {
    fn coarse(call: &ReferenceCall<'_>) -> ReferenceForward {
        let mut f = forward(call);
        f.y.iter_mut().for_each(|y| *y *= 1.0 + 1e-5);
        f
    }
    const NONE: &[Param] = &[Param { name: "gain", initial: 0.0, grows: false, axis: ParamAxis::Channel }];
    let mut subject = saying(|d| d.params = NONE);
    let report = run(&subject);
    assert!(report.passed(), "\n{report}");
    subject.reference = Reference { forward: coarse, ..SOUND };
    let report = run(&subject);
    assert!(reason(&report, "f32 within 8 units on N(0, 1)").contains("in units of rounding"), "\n{report}");
}

norm_core::formula! {
    /// Centred around a level far from 0
    Lifted(none) as "lifted" over features {
        param gain = 1.0;
        const level = 1e4;
        mu = mean(x);
        y  = gain * (x - mu) + level;
    }
}

impl Judged for Lifted {
    const REFERENCE: Reference = Reference {
        forward: |call| {
            let mut f = forward(call);
            let counts = |i: usize| call.mask.is_none_or(|m| m[i / call.layout.case()]);
            f.y.iter_mut().enumerate().filter(|(i, _)| counts(*i)).for_each(|(_, y)| *y += call.consts[0]);
            f
        },
        backward,
        stored: None,
    };
}

/// Single precision is held against the size of the output: near 1e4 a unit of rounding is 1e-3.
#[test]
fn an_output_far_from_zero_is_rounded_where_it_stands() {
    fn off(call: &ReferenceCall<'_>) -> ReferenceForward {
        let mut f = (Lifted::REFERENCE.forward)(call);
        f.y.iter_mut().for_each(|y| *y *= 1.0 + 1e-6);
        f
    }
    let report = run_only(&Subject::of::<Lifted>(), "f32");
    assert!(report.passed() && report.checks.len() == 2, "\n{report}");
    let report = run_only(&of::<Lifted>(Reference { forward: off, ..Lifted::REFERENCE }), "f32");
    assert_eq!(report.failures().count(), 1, "\n{report}");
}

norm_core::formula! {
    /// Divided by a bare root, whose slope at 0 is infinite
    Bare(none) as "bare" over features {
        const eps = 1e-5;
        ms = mean(square(x));
        y  = x / (sqrt(ms) + eps);
    }
}

/// The right gradient at zeros is `dy / eps`; the kernel's is no number, and it is said where and what to write.
#[test]
fn a_root_of_nothing_gets_its_remedy() {
    fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
        let (mut y, mut statistics) = (vec![0.0; call.x.len()], Vec::new());
        for pool in pools(call, ReferenceSet::Features) {
            let n = (pool.elements.len() as f64).max(1.0);
            let ms = pool.elements.iter().map(|i| call.x[*i].powi(2)).sum::<f64>() / n;
            pool.elements.iter().for_each(|i| y[*i] = call.x[*i] / (ms.sqrt() + call.consts[0]));
            statistics.push(ms);
        }
        ReferenceForward { y, statistics: vec![statistics] }
    }
    fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
        let mut dx = vec![0.0; call.x.len()];
        for pool in pools(call, ReferenceSet::Features) {
            let n = pool.elements.len() as f64;
            let root = (pool.elements.iter().map(|i| call.x[*i].powi(2)).sum::<f64>() / n).sqrt();
            let d = root + call.consts[0];
            let along = pool.elements.iter().map(|i| dy[*i] * call.x[*i]).sum::<f64>() / (d * d * n);
            for &i in &pool.elements {
                dx[i] = dy[i] / d - if root > 0.0 { along * call.x[i] / root } else { 0.0 };
            }
        }
        ReferenceBackward { dx, dparams: Vec::new() }
    }
    let report =
        run_only(&of::<Bare>(Reference { forward, backward, stored: None }), "backward equals the reference");
    let said = reason(&report, "backward equals the reference");
    assert!(said.starts_with("dx of x that is 0 everywhere"), "{said}");
    assert!(said.contains("the kernel gives NaN; a root"), "{said}");
    assert!(
        said.contains("in `y = x/(sqrt(ms) + eps)` add a constant under it, as in `sqrt(v + eps)`"),
        "{said}"
    );
}

norm_core::formula! {
    /// Rows of weights divided by their length, with a gain for each
    Rows(none) as "rows" over fan_in {
        site weights;
        param gain: group = 1.0;
        const tiny = 1e-30;
        squares = sum(square(x));
        y = gain * x * rsqrt(squares + tiny);
    }
}

/// Weights have no cases: what is said of them is said of the whole matrix.
#[test]
fn weights_are_seen_as_a_whole() {
    let k = Kernel::<f64>::portable::<Rows>();
    let seen = Behaviour::measured(&k).unwrap();
    assert_eq!((seen.single, seen.padding_leaves_output), (Single::AsInBatch, true));
    let said = Statements::of(k.descriptor, &seen);
    assert_eq!((said.foldable.verdict, said.batch_of_one.verdict), (Verdict::Yes, Verdict::Yes));
    // In cases, the same formula is told apart from a straight line.
    let seen = Behaviour::measured(&Kernel::portable::<Centred>()).unwrap();
    assert!(seen.straight_in_evaluation && seen.evaluation_follows);
}

#[test]
fn a_nan_is_infinitely_far() {
    assert_eq!(largest([0.5, f64::NAN, 0.25]), f64::INFINITY);
    assert_eq!(difference(&[1.0, f64::NAN], &[1.0, 2.0]), f64::INFINITY);
    assert_eq!(difference(&[f64::NAN], &[f64::NAN]), f64::INFINITY);
    assert_eq!(difference(&[f64::INFINITY], &[f64::INFINITY]), 0.0);
    assert_eq!(difference(&[f32::INFINITY], &[1.0]), f64::INFINITY);
    assert_eq!(difference(&[1.0], &[1.0, 2.0]), f64::INFINITY);
    assert_eq!(relative_difference(&[1.0, -3.0], &[2.0, -4.0], 0.0), 0.25);
    // A gradient of NaN is no perfect score, and neither is a scale of nothing.
    assert_eq!(relative_difference(&[f64::NAN], &[0.0], 0.0), f64::INFINITY);
}
