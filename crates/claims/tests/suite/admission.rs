//! What a workload can tell, on curves that are made up.

use claims::{Arm, Comparison, Evidence, Expectation, Quantity, admissions};
use results::CurvePoint;

use crate::bench::{MadeUp, claim, losses, record};

const LOSS: Quantity = Quantity::log_loss("test_loss");

/// Two arms, of which the plain one's loss falls by `share` over the last fifth, and whose logarithms lie `apart`.
fn seen(share: f64, apart: f64, deviation: f64) -> claims::Admission {
    let mut made = *claim(LOSS, Expectation::Lower { delta: 0.1 });
    let Evidence::Trained(experiment) = &mut made.evidence else { unreachable!() };
    let plain = Arm::of("plain", "none");
    experiment.comparisons = Vec::leak(vec![Comparison { second: plain, ..experiment.comparisons[0] }]);
    let made: &'static claims::Claim = Box::leak(Box::new(made));
    let ending = losses(-apart, deviation);
    let mut bench = MadeUp::trained(made, &ending);
    let cells: Vec<_> = bench.cells().cloned().collect();
    for cell in cells {
        let mut record = record(cell.clone(), ending(&cell));
        let end = record.curve[0];
        let loss = end.valid_loss.unwrap();
        let before = CurvePoint { epoch: 8.0, step: 8, valid_loss: Some(loss / (1.0 - share)), ..end };
        record.curve = vec![before, CurvePoint { epoch: 10.0, ..end }];
        bench.put(record);
    }
    admissions(&[made], &bench).unwrap().remove(0)
}

#[test]
fn a_budget_is_long_enough_where_the_plain_network_rests() {
    let (moving, resting) = (seen(0.1, 1.0, 0.1), seen(0.01, 1.0, 0.1));
    assert!((moving.falls.unwrap() - 0.1).abs() < 1e-9 && !moving.is_at_rest());
    assert!((resting.falls.unwrap() - 0.01).abs() < 1e-9 && resting.is_at_rest());
}

#[test]
fn methods_differ_by_more_than_seeds_or_they_do_not() {
    let (far, near) = (seen(0.0, 1.0, 0.1), seen(0.0, 0.1, 0.1));
    assert!(far.tells_apart() && !near.tells_apart(), "{far:?} {near:?}");
    assert!((far.spread.unwrap() / near.spread.unwrap() - 10.0).abs() < 8.0);
    assert_eq!(far.arms, 2);
}

#[test]
fn a_run_without_cells_shows_nothing() {
    let claim = claim(LOSS, Expectation::Lower { delta: 0.1 });
    let found = admissions(&[claim], &MadeUp::default()).unwrap().remove(0);
    assert_eq!((found.falls, found.spread, found.arms), (None, None, 0));
    assert!(!found.is_at_rest() && !found.tells_apart());
}
