//! The digits by which a claim is held to what it declared.

use std::collections::BTreeSet;

use claims::{
    Arm, CLAIMS, Claim, Comparison, Evidence, Expect, Expectation, Experiment, Protocol, Quantity, Rule,
    Setup, Within, find,
};

use crate::bench::{PROTOCOL, claim, under};

const LOSS: Quantity = Quantity::log_loss("test_loss");
const LOWER: Expectation = Expectation::Lower { delta: 0.05 };

#[test]
fn words_may_be_mended() {
    for claim in CLAIMS {
        let mended = Claim {
            statement: "Said better.",
            takes: "the same, said better",
            differs: "nothing",
            source: "ba2016layer",
            ..**claim
        };
        assert_eq!(mended.declared(), claim.declared(), "{}", claim.id);
    }
}

#[test]
fn a_threshold_of_a_probe_is_declared() {
    let claim = find("R1").unwrap();
    let Evidence::Probe { probe, expects } = claim.evidence else { panic!("R1 is decided by a probe") };
    let mut moved = expects.to_vec();
    moved[1] = Expect { within: Within::AtMost(1e-9), ..moved[1] };
    let with = |probe, expects: &'static [Expect]| {
        Claim { evidence: Evidence::Probe { probe, expects }, ..*claim }.declared()
    };
    assert_eq!(with(probe, expects), claim.declared());
    assert_ne!(with(probe, Vec::leak(moved)), claim.declared());
    assert_ne!(with(probe, &expects[..1]), claim.declared());
    assert_ne!(with("another", expects), claim.declared());
}

/// Everything that decides a trained claim: what is compared, under which protocol, and what is expected.
#[test]
fn an_experiment_is_declared() {
    let before = claim(LOSS, LOWER).declared();
    assert_eq!(claim(LOSS, LOWER).declared(), before);
    let protocol = |protocol| under(protocol, LOSS, LOWER).declared();
    let experiment = |change: fn(&mut Experiment)| {
        let mut changed = *claim(LOSS, LOWER);
        let Evidence::Trained(experiment) = &mut changed.evidence else { unreachable!() };
        change(experiment);
        changed.declared()
    };
    let others = [
        ("delta", claim(LOSS, Expectation::Lower { delta: 0.06 }).declared()),
        ("expectation", claim(LOSS, Expectation::LowerBy { margin: 0.05 }).declared()),
        ("metric", claim(Quantity::log_loss("valid_loss"), LOWER).declared()),
        ("rates", protocol(Protocol { rates: &[1e-3, 3e-3], ..PROTOCOL })),
        ("tuning seeds", protocol(Protocol { tuning: 3, ..PROTOCOL })),
        ("judging seeds", protocol(Protocol { judging: 11, ..PROTOCOL })),
        ("epochs", protocol(Protocol { epochs: 2, ..PROTOCOL })),
        ("batch", protocol(Protocol { batch_size: Some(4), ..PROTOCOL })),
        ("rule", experiment(|e| e.rule = Rule::All)),
        (
            "workload",
            experiment(|e| {
                let on = Setup { workload: "another", ..e.comparisons[0].on };
                e.comparisons = Box::leak(Box::new([Comparison { on, ..e.comparisons[0] }]));
            }),
        ),
        ("comparisons", experiment(|e| e.comparisons = &[])),
        (
            "arm",
            experiment(|e| {
                let first = Arm::of("a", "first").with(&[("gain", "fixed")]);
                e.comparisons = Box::leak(Box::new([Comparison { first, ..e.comparisons[0] }]));
            }),
        ),
    ];
    let mut seen = BTreeSet::from([before]);
    for (of, declared) in others {
        assert!(seen.insert(declared), "{of}");
    }
}

#[test]
fn no_two_claims_declare_the_same() {
    let digits: BTreeSet<String> = CLAIMS.iter().map(|claim| claim.declared()).collect();
    assert_eq!(digits.len(), CLAIMS.len());
    assert!(digits.iter().all(|d| d.len() == 16 && d.chars().all(|c| c.is_ascii_hexdigit())));
}
