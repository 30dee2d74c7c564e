//! The kit must be able to fail: sound methods pass it, each spoilt one is caught by the check meant for it.

use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, Report, Subject, run,
};
use norm_core::{Bodies, Descriptor, Invariance, Kernel};

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
