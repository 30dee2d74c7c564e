//! The kit of a layer over one method of each kind of layer, and that it can fail.

use norm_core::conformance::{Outcome, Report};
use norm_core::{Descriptor, Formula, Kernel, PolicyKind};
use norm_dfdx::conformance::{Slice, kind_of};

mod declared {
    norm_core::normalization! {
        /// Each group of channels of a case.
        pub Group(wu2018group) as "group" over group {
            param gain = 1.0; param shift: group = 0.0; param all: scalar = 0.0; const eps = 1e-5;
            ms = mean(square(x));
            y  = gain * x * rsqrt(ms + eps) + shift + all;
        }
    }
    norm_core::normalization! {
        /// Made of what is stored alone, with a control.
        pub Held(shen2020power) as "held" over batch + space {
            policy running;
            param gain = 1.0; const eps = 1e-5; const keep = 0.8;
            ms = mean(square(x));
            z  = controlled(x * rsqrt(prev(ms) + eps), x * rsqrt(prev(ms) + eps), keep);
            y  = gain * z;
        }
    }
    norm_core::normalization! {
        /// The same two cases at a time, at a rate of its own.
        pub HeldInPairs(shen2020power) as "held-in-pairs" over batch + space {
            policy running;
            param gain = 1.0; const eps = 1e-5; const keep = 0.8; const rate = 0.3; const block = 2;
            ms = (1 + rate) * mean(square(x));
            z  = controlled(x * rsqrt(prev(ms) + eps), x * rsqrt(prev(ms) + eps), keep);
            y  = gain * z;
        }
    }
    norm_core::normalization! {
        /// Over several sets, with a gain that starts at 0 and outputs far from 1.
        pub Response(none) as "response" over space, features {
            param gain = 0.0; param bias = 10000.0; const eps = 1e-6;
            energy = sum(square(x), space);
            middle = mean(sqrt(energy + eps), features);
            y = x + gain * (x * sqrt(energy + eps) / (middle + eps)) + bias;
        }
    }
    norm_core::normalization! {
        /// A gain that learns nothing.
        pub Dead(ba2016layer) as "dead" over features {
            param gain = 1.0; const eps = 1e-5;
            ms = mean(square(x));
            y  = stop_gradient(gain) * x * rsqrt(ms + eps);
        }
    }
}

// What pools the space of a channel trains nothing in a layer without places: its gain would stay where it was.
norm_dfdx::conformance! {
    rows: norm_layer::LayerNorm,
    groups: declared::Group,
    averages: norm_batch::BatchNorm,
    looks_at_the_store: norm_batch_renorm::BatchRenorm,
    made_of_the_store: declared::Held,
    in_blocks: declared::HeldInPairs,
    space: norm_instance::InstanceNorm,
    windows: norm_divisive::DivisiveNorm,
    several_sets: declared::Response,
    weights: norm_weight::WeightNorm,
    both_sides: norm_cosine::CentredCosineNorm,
    no_layer: norm_streaming::StreamingNorm,
}

/// Layer norm with another descriptor, or with the kernels of another formula.
macro_rules! spoilt {
    ($name:ident, $descriptor:expr, $kernels:path) => {
        #[derive(Clone, Copy, Debug, Default)]
        struct $name;
        impl Formula for $name {
            const DESCRIPTOR: &'static Descriptor = $descriptor;
            const KERNEL_F32: &'static Kernel<f32> = <$kernels as Formula>::KERNEL_F32;
            const KERNEL_F64: &'static Kernel<f64> = <$kernels as Formula>::KERNEL_F64;
        }
    };
}

type Ln = norm_layer::LayerNorm;
type Bn = norm_batch::BatchNorm;

// The descriptor of layer norm, the loops of one over groups: the same for one group, and another formula in two.
spoilt!(OtherLoops, Ln::DESCRIPTOR, norm_batch::BatchNorm);
// Batch norm that says it stores nothing is compared with what stores nothing.
spoilt!(Forgetful, &Descriptor { policy: PolicyKind::Instant, ..*Bn::DESCRIPTOR }, norm_batch::BatchNorm);

macro_rules! report {
    ($formula:path) => {
        Slice::<{ kind_of::<$formula>() }>::run::<$formula>("")
    };
}

fn failures(report: &Report) -> Vec<&'static str> {
    report.failures().map(|c| c.name).collect()
}

#[test]
fn kernels_of_another_formula_are_caught_by_the_tape() {
    let report = report!(OtherLoops);
    let failed = failures(&report);
    assert!(failed.contains(&"layer: fused equals composed, f64"), "{report}");
    assert!(failed.contains(&"layer: fused equals composed, f32"), "{report}");
    // The same kernels under a policy that stores nothing are sound.
    assert_eq!(failures(&report!(Forgetful)), [""; 0]);
}

#[test]
fn a_parameter_that_learns_nothing_is_caught() {
    assert_eq!(failures(&report!(declared::Dead)), ["layer: a training step lowers the loss"]);
}

#[test]
fn what_has_no_layer_is_skipped_with_the_reason() {
    let report = report!(norm_streaming::StreamingNorm);
    let [check, operations @ ..] = &report.checks[..] else { panic!("{report}") };
    assert!(operations.iter().all(|c| c.name.starts_with("operations:")), "{report}");
    assert!(
        matches!(&check.outcome, Outcome::Skip { reason } if reason.contains("`StreamingNorm`")),
        "{report}"
    );
}

#[test]
fn operations_of_every_registered_method() {
    for method in norms::METHODS {
        let report = norm_dfdx::conformance::operations(method.f64);
        assert!(report.passed(), "{report}");
        assert_eq!(report.checks.len(), 2);
    }
}

#[test]
fn checks_are_picked_by_their_name() {
    let report = Slice::<{ kind_of::<Ln>() }>::run::<Ln>("safetensors");
    assert_eq!(report.checks.len(), 1, "{report}");
}
