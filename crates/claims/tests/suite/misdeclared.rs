//! Claims that no run can decide say so, or are refused by name.

use claims::{Bench, Error, Expectation, Quantity, Wanted, next, verdicts};
use results::{CellSettings, ConvergenceRecord, Verdict};

use crate::bench::{MadeUp, claim, losses};

const LOWER: Expectation = Expectation::Lower { delta: 0.05 };

/// A workload that trains nothing.
struct Refusing;

impl Bench for Refusing {
    fn cell(&self, wanted: &Wanted<'_>) -> Result<CellSettings, String> {
        Err(format!("`{}` has no place here", wanted.arm.method))
    }

    fn record(&self, _: &str) -> Option<&ConvergenceRecord> {
        None
    }
}

#[test]
fn a_number_that_no_cell_has_decides_nothing() {
    let claim = claim(Quantity::number("elegance"), LOWER);
    let said = MadeUp::trained(claim, losses(-0.3, 0.05)).judge(claim);
    assert_eq!(said.verdict, Verdict::Undecided);
    assert_eq!(said.reason, "no cell says its `elegance`");
}

#[test]
fn an_arm_that_cannot_be_trained_is_named() {
    let claim = claim(Quantity::Steps, LOWER);
    let refused = Error::Arm { claim: "made-up", arm: "a", what: "`first` has no place here".to_owned() };
    assert_eq!(next(&[claim], &Refusing).unwrap_err(), refused);
    assert_eq!(verdicts(&[claim], &[], &Refusing).unwrap_err(), refused);
}

/// The logarithm of what is a logarithm already is no number where the loss was below 1.
#[test]
fn numbers_that_no_test_takes_name_the_claim() {
    let claim = claim(Quantity::log_loss("mean_log_train_loss"), LOWER);
    let refused = verdicts(&[claim], &[], &MadeUp::trained(claim, losses(-0.3, 0.05))).unwrap_err();
    assert!(refused.to_string().starts_with("claim `made-up`: "), "{refused}");
}
