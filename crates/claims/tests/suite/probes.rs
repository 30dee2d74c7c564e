//! Claims about numbers that are found without training.

use std::collections::BTreeMap;

use claims::{CLAIMS, Evidence, Within, find, verdicts};
use results::ProbeRecord;
use results::Verdict::{self, Refuted, Supported, Undecided};

use crate::bench::MadeUp;

/// What a probe with these numbers says to the claim about batch normalization and the size of weights.
fn said(values: &[(&str, f64)]) -> Verdict {
    let values: BTreeMap<String, f64> = values.iter().map(|(name, v)| ((*name).to_owned(), *v)).collect();
    let probe = ProbeRecord { id: "bn-weight-scale".to_owned(), about: "made up".to_owned(), values };
    verdicts(&[find("R1").unwrap()], &[probe], &MadeUp::default()).unwrap()[0].verdict
}

#[test]
fn all_numbers_must_lie_where_they_are_expected() {
    assert_eq!(said(&[("output", 1e-12), ("gradient", 1e-10)]), Supported);
    assert_eq!(said(&[("output", 1e-12), ("gradient", 2e-10)]), Refuted);
    assert_eq!(said(&[("output", f64::NAN), ("gradient", 1e-12)]), Refuted);
    assert_eq!(said(&[("output", 1e-12)]), Undecided);
}

/// A number that lies where it must.
fn inside(within: Within) -> f64 {
    match within {
        Within::AtMost(v) | Within::AtLeast(v) => v,
        Within::Between(least, most) => f64::midpoint(least, most),
    }
}

/// One that does not.
fn outside(within: Within) -> f64 {
    match within {
        Within::AtMost(v) | Within::Between(_, v) => v + 1.0,
        Within::AtLeast(v) => v - 1.0,
    }
}

/// What the probe of a claim would say for it, or against it.
pub(crate) fn record_of(claim: &claims::Claim, holds: bool) -> ProbeRecord {
    let Evidence::Probe { probe, expects } = claim.evidence else { panic!("{} has no probe", claim.id) };
    let value =
        |e: &claims::Expect| (e.value.to_owned(), if holds { inside(e.within) } else { outside(e.within) });
    ProbeRecord { id: probe.to_owned(), about: String::new(), values: expects.iter().map(value).collect() }
}

/// Each number that a claim names can bring it down, and all of them together bear it out.
#[test]
fn every_probe_can_support_and_refute_its_claim() {
    for claim in CLAIMS {
        let Evidence::Probe { probe, expects } = claim.evidence else { continue };
        let say = |broken: Option<usize>| {
            let value = |(n, e): (usize, &claims::Expect)| {
                let v = if broken == Some(n) { outside(e.within) } else { inside(e.within) };
                (e.value.to_owned(), v)
            };
            let values = expects.iter().enumerate().map(value).collect();
            let record = ProbeRecord { id: probe.to_owned(), about: String::new(), values };
            verdicts(&[claim], &[record], &MadeUp::default()).unwrap()[0].verdict
        };
        assert_eq!(say(None), Supported, "{}", claim.id);
        for (n, expect) in expects.iter().enumerate() {
            assert_eq!(say(Some(n)), Refuted, "{}: {}", claim.id, expect.value);
        }
    }
}
