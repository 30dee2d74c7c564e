//! Which rate an arm is judged at.

use std::collections::BTreeSet;

use claims::{CLAIMS, Claim, Evidence, Expectation, Protocol, Quantity};
use results::{CellSettings, Verdict};

use crate::bench::{Ending, FIRST, MadeUp, PROTOCOL, SECOND, claim, draw, losses, record, swapped, under};

const LOWER: Expectation = Expectation::Lower { delta: 0.05 };
const LOSS: Quantity = Quantity::log_loss("test_loss");

/// A loss that is lowest at a rate.
fn lowest_at(rate: f64) -> impl Fn(&CellSettings) -> Ending {
    move |cell| {
        let away = (cell.learning_rate / rate).ln().abs();
        Ending::with_loss((away + 0.01 * draw(cell)).exp())
    }
}

/// The rates that were tried for the first arm, and the one it was judged at.
fn tried(ending: impl Fn(&CellSettings) -> Ending) -> (Vec<f64>, f64) {
    let claim = claim(LOSS, LOWER);
    let bench = MadeUp::trained(claim, ending);
    let mut rates: Vec<f64> = bench
        .cells()
        .filter(|c| c.method == FIRST && PROTOCOL.tuning_seeds().any(|seed| seed == c.seed))
        .map(|c| c.learning_rate)
        .collect();
    rates.sort_by(f64::total_cmp);
    rates.dedup();
    (rates, bench.judge(claim).findings[0].rates[0].1)
}

#[test]
fn a_rate_inside_the_grid_ends_the_search() {
    assert_eq!(tried(lowest_at(3e-3)), (vec![1e-3, 3e-3, 1e-2], 3e-3));
}

#[test]
fn the_grid_is_extended_at_the_edge_where_the_best_lies() {
    assert_eq!(tried(lowest_at(1e-2)), (vec![1e-3, 3e-3, 1e-2, 3.3e-2], 1e-2));
    assert_eq!(tried(lowest_at(1e-3)), (vec![3.3e-4, 1e-3, 3e-3, 1e-2], 1e-3));
}

#[test]
fn the_grid_is_extended_three_times_at_most() {
    let rates = vec![1e-3, 3e-3, 1e-2, 3.3e-2, 1.1e-1, 3.7e-1];
    assert_eq!(tried(lowest_at(1e3)), (rates, 3.7e-1));
    let rates = vec![3.7e-5, 1.1e-4, 3.3e-4, 1e-3, 3e-3, 1e-2];
    assert_eq!(tried(lowest_at(1e-9)), (rates, 3.7e-5));
}

#[test]
fn a_grid_of_one_rate_tunes_nothing() {
    let claim = under(Protocol { rates: &[3e-3], ..PROTOCOL }, LOSS, LOWER);
    let bench = MadeUp::trained(claim, losses(-0.3, 0.05));
    assert_eq!(bench.cells().count(), 2 * 10);
    assert!(bench.cells().all(|cell| PROTOCOL.judging_seeds().any(|seed| seed == cell.seed)));
    assert_eq!(bench.judge(claim).verdict, Verdict::Supported);
}

/// Each arm has the rate that suits it.
#[test]
fn arms_are_tuned_each_for_itself() {
    let claim = claim(LOSS, LOWER);
    let ending = |cell: &CellSettings| lowest_at(if cell.method == FIRST { 3e-3 } else { 1e-2 })(cell);
    let rates = |ending: &dyn Fn(&CellSettings) -> Ending| {
        MadeUp::trained(claim, ending).judge(claim).findings[0].rates.iter().map(|r| r.1).collect::<Vec<_>>()
    };
    assert_eq!(rates(&ending), [3e-3, 1e-2]);
    assert_eq!(rates(&swapped(ending)), [1e-2, 3e-3]);
}

/// The validation loss chooses, whatever training and test losses say.
#[test]
fn test_losses_choose_nothing() {
    let claim = claim(LOSS, LOWER);
    let mut bench = MadeUp::trained(claim, lowest_at(3e-3));
    for cell in bench.cells().cloned().collect::<Vec<_>>() {
        let Ending::At { loss, .. } = lowest_at(3e-3)(&cell) else { continue };
        let mut record = record(cell, Ending::with_loss(loss));
        let point = &mut record.curve[0];
        // The worse in validation, the better elsewhere.
        (point.train_loss, point.test_loss) = (Some(1.0 / loss), Some(1.0 / loss));
        (point.valid_accuracy, point.test_accuracy) = (Some(1.0 - 1.0 / (1.0 + loss)), Some(1.0));
        bench.put(record);
    }
    assert_eq!(bench.judge(claim).findings[0].rates[0].1, 3e-3);
}

/// Judging seeds choose between the two finalists of the tuning seeds, by validation loss, and bring no third rate in.
#[test]
fn judging_seeds_choose_between_finalists_alone() {
    let claim = claim(LOSS, LOWER);
    let with_lowest = |rate: f64| {
        let mut bench = MadeUp::trained(claim, lowest_at(3e-3));
        let some = bench.cells().next().unwrap().clone();
        for method in [FIRST, SECOND] {
            for seed in PROTOCOL.judging_seeds() {
                let cell =
                    CellSettings { method: method.to_owned(), learning_rate: rate, seed, ..some.clone() };
                bench.put(record(cell, Ending::with_loss(1e-6)));
            }
        }
        bench.judge(claim).findings[0].rates.clone()
    };
    let finalists: Vec<f64> = {
        let bench = MadeUp::trained(claim, lowest_at(3e-3));
        let judging = |c: &&CellSettings| PROTOCOL.judging_seeds().any(|seed| seed == c.seed);
        let mut rates: Vec<f64> =
            bench.cells().filter(judging).filter(|c| c.method == FIRST).map(|c| c.learning_rate).collect();
        rates.sort_by(f64::total_cmp);
        rates.dedup();
        rates
    };
    assert_eq!(finalists.len(), 2, "{finalists:?}");
    let other = *finalists.iter().find(|rate| **rate != 3e-3).unwrap();
    assert_eq!(with_lowest(other), [("a".to_owned(), other), ("b".to_owned(), other)]);
    let third = *PROTOCOL.rates.iter().find(|rate| !finalists.contains(rate)).unwrap();
    assert_eq!(with_lowest(third), [("a".to_owned(), 3e-3), ("b".to_owned(), 3e-3)]);
}

/// And tuning seeds judge nothing: whatever they say of one arm, the verdict stands.
#[test]
fn tuning_seeds_judge_nothing() {
    let claim = claim(LOSS, LOWER);
    let ending = |cell: &CellSettings| match losses(-0.3, 0.05)(cell) {
        Ending::At { loss, steps }
            if PROTOCOL.tuning_seeds().any(|seed| seed == cell.seed) && cell.method == FIRST =>
        {
            Ending::At { loss: loss * 1e6, steps }
        }
        other => other,
    };
    assert_eq!(MadeUp::trained(claim, ending).judge(claim).verdict, Verdict::Supported);
}

#[test]
fn no_claim_judges_by_a_seed_that_tuned() {
    let comparisons = |claim: &Claim| match claim.evidence {
        Evidence::Trained(experiment) => experiment.comparisons,
        _ => &[],
    };
    let registered = CLAIMS
        .iter()
        .flat_map(|claim| comparisons(claim).iter().map(|comparison| (claim.id, comparison.on.protocol)));
    let mut seen = 0;
    for (id, protocol) in registered.chain([("made-up", PROTOCOL)]) {
        let tuning: BTreeSet<u64> = protocol.tuning_seeds().collect();
        let judging: BTreeSet<u64> = protocol.judging_seeds().collect();
        assert_eq!((tuning.len(), judging.len()), (protocol.tuning as usize, protocol.judging as usize));
        assert!(tuning.is_disjoint(&judging), "{id}");
        seen += 1;
    }
    assert!(seen > 1, "no claim is decided by training");
}
