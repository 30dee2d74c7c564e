//! The kit of updates over the registered one, and that it can fail.

use norm_core::conformance::{Divisors, JudgedUpdate, NetLayer, Outcome, Report, run_update};
use norm_core::{Elem, UpdateDescriptor};
use norms::updates::norm_path_sgd::{self as path_sgd, Dense, Layer, path_scales, reference};

struct PathSgd;

fn dense<T: Elem>(net: &[NetLayer<T>]) -> Vec<Dense<'_, T>> {
    let layers = net.iter();
    layers
        .map(|l| Dense { weight: &l.weight, bias: Some(&l.bias), inputs: l.inputs, outputs: l.outputs })
        .collect()
}

fn scales<T: Elem>(net: &[NetLayer<T>]) -> Vec<Divisors> {
    let layers: Vec<Layer<'_, T>> = dense(net).into_iter().map(Layer::Dense).collect();
    let unscaled = path_scales(&layers).unwrap().unscaled();
    unscaled.into_iter().map(|l| Divisors { weight: l.weight, bias: l.bias.unwrap() }).collect()
}

impl JudgedUpdate for PathSgd {
    const DESCRIPTOR: &'static UpdateDescriptor = &path_sgd::DESCRIPTOR;
    const BLIND_TO_RESCALING: bool = true;
    fn divisors<T: Elem>(net: &[NetLayer<T>], _: &[NetLayer<T>]) -> Vec<Divisors> {
        scales(net)
    }
    fn reference(net: &[NetLayer<f64>], _: &[NetLayer<f64>]) -> Vec<Divisors> {
        let found = reference::path_scales(&dense(net));
        found.into_iter().map(|(weight, bias)| Divisors { weight, bias }).collect()
    }
}

norm_core::conformance!(update path_sgd_conforms: PathSgd);

/// What is wrong with an update, one way each: the divisors in single precision or in both are changed.
macro_rules! spoilt {
    ($name:ident, $blind:expr, $reference:expr, $spoil:expr) => {
        struct $name;
        impl JudgedUpdate for $name {
            const DESCRIPTOR: &'static UpdateDescriptor = &path_sgd::DESCRIPTOR;
            const BLIND_TO_RESCALING: bool = $blind;
            fn divisors<T: Elem>(net: &[NetLayer<T>], _: &[NetLayer<T>]) -> Vec<Divisors> {
                let mut found = scales(net);
                let spoil: fn(&mut Divisors, bool) = $spoil;
                spoil(&mut found[0], T::NAME == "f32");
                found
            }
            fn reference(net: &[NetLayer<f64>], gradient: &[NetLayer<f64>]) -> Vec<Divisors> {
                ($reference)(net, gradient)
            }
        }
    };
}

spoilt!(Unwritten, true, |_, _| Vec::new(), |_, _| ());
spoilt!(Undeclared, false, PathSgd::reference, |_, _| ());
spoilt!(Negative, true, PathSgd::reference, |first, _| first.weight[0] *= -1e3);
spoilt!(Uneven, true, PathSgd::reference, |first, _| first.weight[0] = 1.0);
spoilt!(Coarse, true, PathSgd::reference, |first, single| first.weight[0] *= if single { 1.1 } else { 1.0 });
spoilt!(Short, true, PathSgd::reference, |first, _| first.bias.clear());

fn failures(report: &Report) -> Vec<&'static str> {
    report.failures().map(|c| c.name).collect()
}

#[test]
fn a_judge_that_is_not_written_is_one_failure_and_a_skip() {
    let report = run_update::<Unwritten>("");
    assert_eq!(failures(&report), ["the reference is written"]);
    let waits = Outcome::Skip { reason: "waits for the reference".into() };
    assert_eq!(report.check("divisors equal the reference").unwrap().outcome, waits);
    assert!(report.to_string().contains("write `reference` in src/reference.rs of the crate of path-sgd"));
}

#[test]
fn each_fault_is_caught_by_the_check_meant_for_it() {
    assert_eq!(failures(&run_update::<Undeclared>("")), ["blind to rescaled units as declared"]);
    assert!(failures(&run_update::<Negative>("")).contains(&"divisors are positive and finite"));
    assert!(failures(&run_update::<Uneven>("")).contains(&"divisors equal the reference"));
    assert!(failures(&run_update::<Uneven>("")).contains(&"blind to rescaled units as declared"));
    assert_eq!(failures(&run_update::<Coarse>("")), ["f32 agrees with f64"]);
    assert!(failures(&run_update::<Short>("")).contains(&"divisors are positive and finite"));
}

#[test]
fn checks_are_picked_by_their_name() {
    assert_eq!(run_update::<PathSgd>("reference").checks.len(), 2);
    assert!(run_update::<PathSgd>("nothing of that name").checks.is_empty());
}
