//! What is said of effects that were planted.

use claims::{CLAIMS, Evidence, Expectation, Quantity, verdicts};
use results::Verdict::{Refuted, Supported, Undecided};

use crate::bench::{Ending, FIRST, MadeUp, SECOND, claim, losses, record, swapped, verdict};

const LOWER: Expectation = Expectation::Lower { delta: 0.05 };
const LOSS: Quantity = Quantity::log_loss("test_loss");

#[test]
fn an_empty_run_decides_nothing() {
    let said = verdicts(CLAIMS, &[], &MadeUp::default()).unwrap();
    assert_eq!(said.len(), CLAIMS.len());
    let mut trained = 0;
    for (claim, said) in CLAIMS.iter().zip(&said) {
        assert_eq!(said.verdict, Undecided, "{}", claim.id);
        assert!(said.findings.is_empty() && said.cells.is_empty(), "{}", claim.id);
        if let Evidence::Trained(_) = claim.evidence {
            trained += 1;
            assert!(said.reason.contains("cells are missing: "), "{}: {}", said.id, said.reason);
        }
    }
    assert!(trained > 0, "no claim is decided by training");
}

#[test]
fn a_run_that_lacks_one_cell_decides_nothing() {
    let claim = claim(LOSS, LOWER);
    for seed in [101, 207] {
        let mut bench = MadeUp::trained(claim, losses(-0.3, 0.05));
        assert_eq!(bench.judge(claim).verdict, Supported);
        bench.lose(|cell| cell.method == SECOND && cell.seed == seed);
        let said = bench.judge(claim);
        assert_eq!((said.verdict, said.findings.len()), (Undecided, 0), "seed {seed}");
        assert_eq!(said.reason, "of the arm “b” cells are missing: 1");
    }
}

#[test]
fn a_planted_effect_is_supported_and_its_opposite_refuted() {
    let lower = claim(LOSS, LOWER);
    assert_eq!(verdict(lower, losses(-0.3, 0.1)), Supported);
    assert_eq!(verdict(lower, losses(0.3, 0.1)), Refuted);
    let higher = claim(LOSS, Expectation::Higher { delta: 0.05 });
    assert_eq!(verdict(higher, losses(0.3, 0.1)), Supported);
    assert_eq!(verdict(higher, losses(-0.3, 0.1)), Refuted);
    let same = claim(LOSS, Expectation::Same { delta: 0.05 });
    assert_eq!(verdict(same, losses(0.3, 0.1)), Refuted);
}

/// The size of the effect is found too, with an interval around it.
#[test]
fn the_finding_says_how_large_the_effect_is() {
    let claim = claim(LOSS, LOWER);
    let said = MadeUp::trained(claim, losses(-0.3, 0.05)).judge(claim);
    let finding = &said.findings[0];
    let (lower, upper) = (finding.effect.lower.unwrap(), finding.effect.upper.unwrap());
    assert!((finding.effect.value + 0.3).abs() < 0.06, "{}", finding.effect.value);
    assert!(lower < finding.effect.value && finding.effect.value < upper, "{lower} to {upper}");
    assert_eq!(finding.pairs, 10);
    // Three rates under two seeds and ten cells at either finalist, in each of two arms.
    assert_eq!(said.cells.len(), 2 * (3 * 2 + 2 * 10));
    assert_eq!(said.core_minutes, Some(52.0 * 6.0 / 60.0));
}

/// Of arms that do not differ, a claim of a difference falls where the interval lies within δ, and stays open where it does not.
#[test]
fn arms_alike_refute_a_difference_only_when_they_are_equivalent() {
    let (lower, same) = (claim(LOSS, LOWER), claim(LOSS, Expectation::Same { delta: 0.05 }));
    assert_eq!(verdict(lower, losses(0.0, 0.01)), Refuted);
    assert_eq!(verdict(same, losses(0.0, 0.01)), Supported);
    assert_eq!(verdict(lower, losses(0.0, 0.5)), Undecided);
    assert_eq!(verdict(same, losses(0.0, 0.5)), Undecided);
}

/// A difference that is certain and too small to matter is none.
#[test]
fn a_difference_below_delta_refutes() {
    assert_eq!(verdict(claim(LOSS, LOWER), losses(-0.02, 0.005)), Refuted);
}

#[test]
fn exchanging_the_arms_turns_the_verdict() {
    let delta = 0.01;
    let claims = [
        ("loss", claim(LOSS, LOWER)),
        ("accuracy", claim(Quantity::number("test_accuracy"), Expectation::Higher { delta })),
        ("steps", claim(Quantity::Steps, Expectation::Lower { delta: 0.05 })),
        ("loss by", claim(LOSS, Expectation::LowerBy { margin: 0.2 })),
        ("steps by", claim(Quantity::Steps, Expectation::LowerBy { margin: 0.2 })),
        (
            "success",
            claim(Quantity::Success { metric: "test_accuracy", least: 0.65 }, Expectation::Higher { delta }),
        ),
    ];
    for (of, claim) in claims {
        assert_eq!(verdict(claim, losses(-0.5, 0.1)), Supported, "{of}");
        assert_eq!(verdict(claim, swapped(losses(-0.5, 0.1))), Refuted, "{of}, exchanged");
    }
}

/// A margin is judged by the whole interval: lower is not enough, and an interval on both sides of it decides nothing.
#[test]
fn a_margin_takes_the_whole_interval() {
    for quantity in [LOSS, Quantity::Steps] {
        let by = claim(quantity, Expectation::LowerBy { margin: 0.3 });
        assert_eq!(verdict(by, losses(-0.5, 0.05)), Supported);
        assert_eq!(verdict(by, losses(-0.1, 0.05)), Refuted);
        assert_eq!(verdict(by, losses(-0.3, 0.3)), Undecided);
    }
    let higher = claim(LOSS, Expectation::HigherBy { margin: 0.3 });
    assert_eq!(verdict(higher, losses(0.5, 0.05)), Supported);
    assert_eq!(verdict(higher, losses(0.1, 0.05)), Refuted);
}

/// Numbers of one arm against a level: what the other arm does is nothing to it.
#[test]
fn a_level_is_held_or_missed_by_the_first_arm_alone() {
    let near = |level| claim(Quantity::Level { of: "test_loss", level }, Expectation::Same { delta: 0.05 });
    let cells = |cell: &results::CellSettings| {
        if cell.method == FIRST { losses(0.0, 0.01)(cell) } else { losses(2.0, 0.5)(cell) }
    };
    assert_eq!(verdict(near(0.5), cells), Supported);
    assert_eq!(verdict(near(0.7), cells), Refuted);
    assert_eq!(verdict(near(0.5), losses(0.0, 0.5)), Undecided);
}

/// Below 0 a margin says how much worse is still as good.
#[test]
fn a_margin_below_zero_allows_a_loss_that_is_a_little_higher() {
    let no_worse = claim(LOSS, Expectation::LowerBy { margin: -0.3 });
    assert_eq!(verdict(no_worse, losses(0.1, 0.05)), Supported);
    assert_eq!(verdict(no_worse, losses(0.5, 0.05)), Refuted);
}

/// Arms that both never reach the target were not seen to be alike.
#[test]
fn never_against_never_is_open() {
    let never = |_: &_| Ending::At { loss: 0.5, steps: None };
    for expectation in [LOWER, Expectation::Same { delta: 0.05 }] {
        assert_eq!(verdict(claim(Quantity::Steps, expectation), never), Undecided);
    }
    let only_first =
        |cell: &results::CellSettings| Ending::At { loss: 0.5, steps: (cell.method == FIRST).then_some(100) };
    assert_eq!(verdict(claim(Quantity::Steps, LOWER), only_first), Supported);
}

/// One arm gets there and the other never does: by more than any margin, though no interval says so.
#[test]
fn a_margin_is_met_by_an_arm_that_alone_gets_there() {
    let half = claim(Quantity::Steps, Expectation::LowerBy { margin: 0.693 });
    let alone = |method: &'static str| {
        move |cell: &results::CellSettings| Ending::At {
            loss: 0.5,
            steps: (cell.method == method).then_some(100),
        }
    };
    assert_eq!(verdict(half, alone(FIRST)), Supported);
    assert_eq!(verdict(half, alone(SECOND)), Refuted);
    // A third fewer updates is no half, and a quarter of them is.
    let steps = |first: u64| {
        move |cell: &results::CellSettings| {
            let of = if cell.method == FIRST { first } else { 1000 };
            Ending::At { loss: 0.5, steps: Some(of + cell.seed % 7) }
        }
    };
    assert_eq!(verdict(half, steps(667)), Refuted);
    assert_eq!(verdict(half, steps(250)), Supported);
}

/// The deviation over seeds of the logarithm's noise is what differs, not the mean.
#[test]
fn a_planted_ratio_of_spreads_is_found_and_no_other() {
    let spread = Quantity::Spread { metric: "test_accuracy" };
    let noise = |first: f64, second: f64| {
        move |cell: &results::CellSettings| {
            let deviation = if cell.method == FIRST { first } else { second };
            losses(0.0, deviation)(cell)
        }
    };
    let lower = claim(spread, Expectation::Lower { delta: 0.1 });
    assert_eq!(verdict(lower, noise(0.01, 0.05)), Supported);
    assert_eq!(verdict(lower, noise(0.05, 0.01)), Refuted);
    assert_eq!(verdict(lower, noise(0.05, 0.05)), Undecided);
    let by = claim(spread, Expectation::LowerBy { margin: 0.5 });
    assert_eq!(verdict(by, noise(0.01, 0.1)), Supported);
    let said = MadeUp::trained(lower, noise(0.01, 0.05)).judge(lower);
    let effect = &said.findings[0].effect;
    let (below, above) = (effect.lower.unwrap(), effect.upper.unwrap());
    assert!(below < 0.2_f64.ln() && 0.2_f64.ln() < above && above < 0.0, "{below} to {above}");
}

#[test]
fn a_diverged_cell_leaves_no_spread_to_compare() {
    let lower = claim(Quantity::Spread { metric: "test_loss" }, Expectation::Lower { delta: 0.1 });
    let one_diverges = |cell: &results::CellSettings| {
        if cell.seed == 203 { Ending::Diverged } else { losses(0.0, 0.05)(cell) }
    };
    assert_eq!(verdict(lower, one_diverges), Undecided);
}

/// Ten passes are what the wander is of; of fewer nothing is said.
#[test]
fn the_wander_is_the_deviation_over_the_last_ten_passes() {
    let lower = claim(Quantity::number("valid_accuracy_wander"), LOWER);
    let mut bench = MadeUp::trained(lower, losses(0.0, 0.05));
    assert_eq!(bench.judge(lower).reason, "no cell says its `valid_accuracy_wander`");
    let cells: Vec<_> = bench.cells().cloned().collect();
    for cell in cells {
        let wander = if cell.method == FIRST { 0.1 } else { 0.3 };
        // As long as the losses are the same, so is the choice of rates.
        let ending = losses(0.0, 0.05)(&cell);
        let mut record = record(cell, ending);
        // What lies before the last ten must not count.
        record.curve.resize(12, record.curve[0]);
        for (i, point) in record.curve.iter_mut().enumerate() {
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            point.valid_accuracy = Some(if i < 2 { 9.0 } else { 0.5 + wander * sign });
        }
        bench.put(record);
    }
    let said = bench.judge(lower);
    assert_eq!(said.verdict, Supported);
    // Over n − 1 a deviation of ±a is a √(10 / 9).
    assert!((said.findings[0].effect.value + 0.2 * (10.0_f64 / 9.0).sqrt()).abs() < 1e-12);
}
