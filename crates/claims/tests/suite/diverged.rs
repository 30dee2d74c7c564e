//! Cells whose numbers left the finite range stay in every comparison, as the worst.

use claims::{Expectation, Quantity};
use results::CellSettings;
use results::Verdict::{Refuted, Supported, Undecided};

use crate::bench::{Ending, FIRST, MadeUp, SECOND, claim, losses, verdict};

const LOWER: Expectation = Expectation::Lower { delta: 0.05 };
const LOSS: Quantity = Quantity::log_loss("test_loss");

/// Losses of which those that are chosen diverge.
fn diverging(which: impl Fn(&CellSettings) -> bool) -> impl Fn(&CellSettings) -> Ending {
    move |cell| if which(cell) { Ending::Diverged } else { losses(0.0, 0.05)(cell) }
}

/// The best rate diverges under one tuning seed, so it is not chosen.
#[test]
fn a_rate_that_diverges_once_is_not_chosen() {
    let claim = claim(LOSS, LOWER);
    let ending = |cell: &CellSettings| {
        let best = (cell.learning_rate - 3e-3).abs() < 1e-9;
        if best && cell.seed == 102 { Ending::Diverged } else { losses(0.0, 0.05)(cell) }
    };
    let rates = MadeUp::trained(claim, ending).judge(claim).findings[0].rates.clone();
    assert!(rates.iter().all(|(_, rate)| (rate - 3e-3).abs() > 1e-9), "{rates:?}");
}

#[test]
fn an_arm_that_diverges_has_lost() {
    let claim = claim(LOSS, LOWER);
    assert_eq!(verdict(claim, diverging(|cell| cell.method == SECOND)), Supported);
    assert_eq!(verdict(claim, diverging(|cell| cell.method == FIRST)), Refuted);
}

/// One diverged cell is the worst of its pairs, however much better its arm is otherwise.
#[test]
fn one_diverged_cell_ranks_last() {
    let claim = claim(LOSS, LOWER);
    let ending = |method: &'static str| {
        move |cell: &CellSettings| {
            if cell.method == method && cell.seed == 204 {
                Ending::Diverged
            } else {
                losses(-0.3, 0.01)(cell)
            }
        }
    };
    let effect = |method| MadeUp::trained(claim, ending(method)).judge(claim).findings[0].clone();
    let (first, second) = (effect(FIRST), effect(SECOND));
    // Nine pairs favour the first arm either way. The tenth is the largest difference: against it, or for it.
    assert!(first.adjusted_p > second.adjusted_p, "{:?} {:?}", first.adjusted_p, second.adjusted_p);
    // All ten signs the same way: 2 of 2¹⁰.
    assert!((second.adjusted_p.unwrap() - 2.0 / 1024.0).abs() < 1e-12, "{:?}", second.adjusted_p);
    // The rank 10 alone is against it: sums of ranks up to 10 in 43 ways.
    assert!((first.adjusted_p.unwrap() - 2.0 * 43.0 / 1024.0).abs() < 1e-12, "{:?}", first.adjusted_p);
}

/// Nothing finite is left to compare.
#[test]
fn arms_that_both_diverge_are_not_alike() {
    for expectation in [LOWER, Expectation::Same { delta: 0.05 }, Expectation::LowerBy { margin: -0.3 }] {
        assert_eq!(verdict(claim(LOSS, expectation), diverging(|_| true)), Undecided, "{expectation:?}");
    }
}

/// Whatever diverges, wherever: a word is said of it, and every number that is said is one.
#[test]
fn divergence_never_panics() {
    let delta = 0.05;
    let quantities = [
        LOSS,
        Quantity::number("mean_log_train_loss"),
        Quantity::number("valid_accuracy"),
        Quantity::number("best_valid_loss"),
        Quantity::Steps,
        Quantity::Success { metric: "test_accuracy", least: 0.5 },
    ];
    let expectations = [
        LOWER,
        Expectation::Higher { delta },
        Expectation::Same { delta },
        Expectation::LowerBy { margin: 0.1 },
        Expectation::HigherBy { margin: 0.1 },
    ];
    let which: [fn(&CellSettings) -> bool; 6] = [
        |cell| cell.method == FIRST,
        |cell| cell.method == SECOND,
        |cell| cell.seed % 2 == 0,
        |cell| cell.seed == 203 && cell.method == FIRST,
        |cell| cell.learning_rate > 1e-3,
        |_| true,
    ];
    for quantity in quantities {
        for expectation in expectations {
            for (n, which) in which.iter().enumerate() {
                let claim = claim(quantity, expectation);
                let said = MadeUp::trained(claim, diverging(which)).judge(claim);
                for finding in &said.findings {
                    let of = format!("{quantity:?}, {expectation:?}, {n}: {:?}", finding.effect);
                    let effect = &finding.effect;
                    assert!(effect.lower.is_none_or(|v| !v.is_nan()), "{of}");
                    assert!(effect.upper.is_none_or(|v| !v.is_nan()), "{of}");
                    assert!(finding.adjusted_p.is_some_and(|p| (0.0..=1.0).contains(&p)), "{of}");
                }
            }
        }
    }
}
