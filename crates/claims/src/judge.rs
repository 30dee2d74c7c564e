//! A method beside those that people choose between: the claims that it is better, asked of every new one alike.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Protocol, Quantity, Rule, Setup};

/// Small enough for ten minutes on two cores with four arms on both workloads.
const DIGITS: Setup = Setup {
    workload: "digits-mlp",
    protocol: Protocol { epochs: 20, batch_size: None, rates: &[1e-3, 3e-3, 1e-2], tuning: 2, judging: 10 },
};
const PIXELS: Setup = Setup {
    workload: "digits-lstm-64",
    protocol: Protocol { epochs: 15, batch_size: None, rates: &[3e-3, 1e-2, 3e-2], tuning: 2, judging: 8 },
};

/// What an LSTM of every method has.
const OPEN: &[(&str, &str)] = &[("clip", "1"), ("forget_bias", "1")];

/// The others.
const OTHERS: [&str; 3] = ["none", "layer", "batch"];

/// The claims by which a method is judged, one for each workload that trains it: its test loss is lower than with nothing, with
/// layer and with batch normalization. Each is a family of three comparisons. `source` is the citation key of the method, and `trains`
/// says which workloads train it.
///
/// What is made here lives as long as the process.
pub fn judge(method: &str, source: &str, trains: impl Fn(&str) -> bool) -> Vec<&'static Claim> {
    let [method, source]: [&'static str; 2] =
        [method, source].map(|text| &*Box::leak(text.to_owned().into_boxed_str()));
    let of = |on: Setup, settings: &'static [(&'static str, &'static str)], delta: f64, core_minutes: f64| {
        let arm = |method| Arm::of(method, method).with(settings);
        let one = |other| Comparison {
            on,
            first: arm(method),
            second: arm(other),
            quantity: Quantity::log_loss("test_loss"),
            expectation: Expectation::Lower { delta },
        };
        let comparisons: Vec<Comparison> =
            OTHERS.into_iter().filter(|other| *other != method).map(one).collect();
        let claim: &'static Claim = Box::leak(Box::new(Claim {
            id: Box::leak(format!("{method} on {}", on.workload).into_boxed_str()),
            source,
            statement: Box::leak(
                format!(
                    "On {}, {method} leaves a lower test loss than nothing, layer and batch normalization.",
                    on.workload
                )
                .into_boxed_str(),
            ),
            takes: "rates by validation loss under tuning seeds, the test loss under others",
            evidence: Evidence::Trained(Experiment {
                comparisons: Box::leak(comparisons.into_boxed_slice()),
                rule: Rule::All,
                core_minutes,
            }),
            differs: "",
        }));
        claim
    };
    let mut claims = Vec::new();
    if trains(DIGITS.workload) {
        claims.push(of(DIGITS, &[], 0.1, 1.0));
    }
    if trains(PIXELS.workload) {
        claims.push(of(PIXELS, OPEN, 0.2, 12.0));
    }
    claims
}
