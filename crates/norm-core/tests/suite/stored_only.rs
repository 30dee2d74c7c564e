//! A method whose output is made of what was stored before the batch, cut off and with a control: the kit takes it, sees
//! what it depends on, and catches a judge of it that is wrong.

use norm_core::conformance::{
    Judged, Outcome, Probe, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, Report, Shape,
    StoredReference, Subject, channel, pools, run,
};
use norm_core::{Formula, Kernel, ReferenceSet};

norm_core::formula! {
    /// Divided by what the store holds and cut off, its gradient controlled along the quotient
    Held(none) as "held" over batch + space {
        policy running;
        param gain = 1.0;
        const eps  = 1e-5;
        const keep = 0.9;
        const cut  = 4;
        ms = mean(square(x));
        z  = controlled(x * rsqrt(prev(ms) + eps), x * rsqrt(prev(ms) + eps), keep);
        y  = max(min(gain * z, cut), -cut);
    }
}

norm_core::formula! {
    /// The same without the cut
    Uncut(none) as "uncut" over batch + space {
        policy running;
        param gain = 1.0;
        const eps  = 1e-5;
        ms = mean(square(x));
        y  = gain * x * rsqrt(prev(ms) + eps);
    }
}

/// Means of squares, and for each element the quotient.
fn quotients(call: &ReferenceCall<'_>, stored: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut z = vec![0.0; call.x.len()];
    let mut ms = Vec::new();
    for pool in pools(call, ReferenceSet::BatchSpace) {
        let root = (stored[pool.set] + call.consts[0]).sqrt();
        let n = (pool.elements.len() as f64).max(1.0);
        ms.push(pool.elements.iter().map(|&i| call.x[i] * call.x[i]).sum::<f64>() / n);
        pool.elements.iter().for_each(|&i| z[i] = call.x[i] / root);
    }
    (ms, z)
}

fn output(call: &ReferenceCall<'_>, z: &[f64]) -> Vec<f64> {
    let cut = call.consts[2];
    z.iter().enumerate().map(|(i, z)| (call.params[0][channel(call, i)] * z).clamp(-cut, cut)).collect()
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let (ms, z) = quotients(call, call.params[2]);
    ReferenceForward { y: output(call, &z), statistics: vec![ms] }
}

fn gradients(call: &ReferenceCall<'_>, dy: &[f64], stored: &[f64]) -> ReferenceBackward {
    let (_, z) = quotients(call, stored);
    let mut dx = vec![0.0; call.x.len()];
    let (mut dgain, mut grows) = (Vec::new(), Vec::new());
    for pool in pools(call, ReferenceSet::BatchSpace) {
        let (c, n) = (pool.set, (pool.elements.len() as f64).max(1.0));
        let gain = call.params[0][c];
        let (mut slope, mut along) = (0.0, 0.0);
        for i in pool.elements {
            let g = if (gain * z[i]).abs() < call.consts[2] { dy[i] } else { 0.0 };
            let q = gain * g - (1.0 - call.consts[1]) * call.params[1][c] * z[i];
            dx[i] = q / (stored[c] + call.consts[0]).sqrt();
            slope += g * z[i];
            along += q * z[i] / n;
        }
        dgain.push(slope);
        grows.push(along);
    }
    ReferenceBackward { dx, dparams: vec![dgain, grows] }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradients(call, dy, call.params[2])
}

fn update(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    let (ms, _) = quotients(call, &state[0]);
    state[0].iter_mut().zip(ms).for_each(|(s, v)| *s += rate * (v - *s));
}

const SOUND: Reference = Reference {
    forward,
    backward,
    stored: Some(StoredReference {
        update,
        forward: |call, state| output(call, &quotients(call, &state[0]).1),
        backward: |call, dy, state| gradients(call, dy, &state[0]),
    }),
};

impl Judged for Held {
    const REFERENCE: Reference = SOUND;
}

norm_core::conformance!(it_passes: Held);

fn report(reference: Reference) -> Report {
    run(&Subject { f32: Kernel::portable::<Held>(), f64: Kernel::portable::<Held>(), reference })
}

fn failures(report: &Report) -> Vec<&'static str> {
    report.failures().map(|c| c.name).collect()
}

#[test]
fn what_no_difference_can_judge_is_left_to_the_other_judges_and_said() {
    let report = report(SOUND);
    for name in ["backward equals central differences", "shift and scale identities of dx"] {
        let Outcome::Skip { reason } = &report.check(name).unwrap().outcome else {
            panic!("{name} was not left out:\n{report}")
        };
        assert!(reason.contains("declared not to be that of the formula"), "{reason}");
    }
}

#[test]
fn a_judge_whose_state_does_not_grow_is_caught() {
    fn still(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
        let mut found = backward(call, dy);
        found.dparams[1].fill(0.0);
        found
    }
    let report = report(Reference { backward: still, ..SOUND });
    let by = ["backward equals the reference", "several batches in blocks equal the reference"];
    assert_eq!(failures(&report), by, "\n{report}");
}

#[test]
fn in_one_use_each_element_depends_on_itself_alone() {
    let shape = Shape::new(4, 6, 3);
    let measured = Probe::measured(Uncut::KERNEL_F64, shape, None).unwrap();
    let promised = Probe::promised(Uncut::DESCRIPTOR, shape, None).unwrap();
    assert_eq!(measured.y_on_x, promised.y_on_x);
    assert_eq!(measured.dx_on_dy, promised.dx_on_dy);
    let pooled = Probe::declared(ReferenceSet::BatchSpace, shape);
    assert!(measured.y_on_x != pooled.y_on_x && measured.stored_y_on_x == pooled.stored_y_on_x);
}

#[test]
fn its_state_is_counted_with_what_controls() {
    assert_eq!(Uncut::DESCRIPTOR.state_bytes(5, 8), 5 * 8);
    assert_eq!(Held::DESCRIPTOR.state_bytes(5, 8), 2 * 5 * 8);
}

#[test]
fn before_any_batch_nothing_controls_and_what_divides_is_one() {
    let layout = ReferenceSet::BatchSpace.layout(7, 2, 3, 1).unwrap();
    assert_eq!(Held::DESCRIPTOR.input_names(), ["gain", "control_z", "prev_ms"]);
    assert_eq!(Held::DESCRIPTOR.initial_inputs(&layout), [[1.0; 2], [0.0; 2], [1.0; 2]]);
}
