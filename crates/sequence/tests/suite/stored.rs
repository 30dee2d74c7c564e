//! A statistic that has no finite value although its values have: refused by name, and nothing takes it in.

use crate::support::{Problem, kernel32, sizes};
use norm_core::policy::{Running, Stored};
use sequence::{
    Cell, CellKind, Error, Inputs, Mode, Options, Place, Placement, Population, State, Statistics, Weights,
    Workspace,
};

const UNITS: usize = 3;

fn per_step(running: Option<Running>) -> Cell<f32> {
    let statistics = Some(Statistics::PerStep { t_max: 3 });
    let options = Options { statistics, running, ..Options::default() };
    Placement::RECURRENT_BATCH.cell_with(CellKind::Lstm, kernel32("batch"), options).unwrap()
}

fn of_sequence() -> Cell<f32> {
    Placement::INPUT.cell(CellKind::Lstm, kernel32("batch"), None).unwrap()
}

/// Three steps of four cases, of which the last step is multiplied.
fn problem(cell: &Cell<f32>, factor: f64) -> Problem {
    let mut p = Problem::draw(cell, sizes(3, 4, 2, UNITS), false, 5);
    p.x[16..].iter_mut().for_each(|x| *x *= factor);
    p
}

fn forward(cell: &Cell<f32>, p: &Problem, mode: Mode<'_, f32>) -> (Result<(), Error>, Vec<f32>) {
    let to = |v: &[f64]| v.iter().map(|v| *v as f32).collect::<Vec<_>>();
    let (x, ih, hh, bias) = (to(&p.x), to(&p.ih), to(&p.hh), to(&p.bias));
    let slots: Vec<Vec<f32>> = p.slots.iter().map(|s| to(s)).collect();
    let slots: Vec<&[f32]> = slots.iter().map(|s| &s[..]).collect();
    let bias = cell.has_bias().then_some(&bias[..]);
    let w = Weights { ih: &ih, hh: &hh, bias, recurrent_bias: None, slots: &slots };
    let inputs = Inputs { sizes: p.sizes, x: &x, mask: p.mask.as_deref(), h0: None, c0: None };
    let mut y = vec![f32::NAN; p.dy.len()];
    let done = cell.forward(&w, &inputs, mode, &mut Workspace::default(), &mut y);
    (done.map(|_| ()), y)
}

/// Where a refusal says that it is: the slot, the statistic and the step.
fn place(refused: &Error) -> (Place, &str, Option<usize>) {
    match refused {
        Error::NotStored { place, statistic, step, .. } => (*place, statistic, *step),
        other => panic!("{other}"),
    }
}

#[test]
fn a_variance_beyond_the_range_is_refused_by_name_and_no_step_is_taken_in() {
    for (cell, step) in [(per_step(None), Some(2)), (of_sequence(), None)] {
        let p = problem(&cell, 1e25);
        let (done, y) = forward(&cell, &p, Mode::EvalBatch);
        assert_eq!(done, Ok(()), "nothing is stored");
        assert!(y.iter().all(|v| v.is_finite()), "{y:?}");
        let mut state = State::new(&cell, UNITS);
        let mut population = Population::new(&cell, UNITS);
        // Both hold something, and the first steps of what is refused are harmless.
        let harmless = problem(&cell, 1.0);
        forward(&cell, &harmless, Mode::Train(&mut state)).0.unwrap();
        forward(&cell, &harmless, Mode::Estimate(&mut population)).0.unwrap();
        let (before, estimated) = (state.clone(), population.clone());
        let of_train = forward(&cell, &p, Mode::Train(&mut state)).0.unwrap_err();
        let of_estimate = forward(&cell, &p, Mode::Estimate(&mut population)).0.unwrap_err();
        assert_eq!(place(&of_train), (Place::InputToHidden, "running_var", step));
        assert_eq!(of_estimate, of_train);
        assert_eq!((state, population), (before, estimated), "{of_train}");
        let said = of_train.to_string();
        let at = step.map_or("of the sequence".to_owned(), |t| format!("of step {t}"));
        assert!(said.contains(&at) && said.contains("double precision"), "{said}");
    }
}

/// With one of two cases the variance that evaluation uses is twice that of the batch.
#[test]
fn an_unbiased_variance_beyond_the_range() {
    let running = Running { rate: 1.0, stored: Stored::Unbiased };
    let mut slot = sequence::Slot::new(kernel32("batch"));
    slot.running = running;
    slot.statistics = Statistics::PerStep { t_max: 1 };
    let cell = Cell::new(CellKind::RnnTanh).with(Place::InputToHidden, slot).unwrap();
    let mut p = Problem::draw(&cell, sizes(1, 2, 1, 1), false, 5);
    // A variance of 2.25e38, of which single precision holds no double.
    (p.x, p.ih) = (vec![1.5e19, -1.5e19], vec![1.0]);
    let (mut state, mut population) = (State::new(&cell, 1), Population::new(&cell, 1));
    let (before, estimated) = (state.clone(), population.clone());
    for mode in [Mode::Train(&mut state), Mode::Estimate(&mut population)] {
        let refused = forward(&cell, &p, mode).0.unwrap_err();
        assert_eq!(place(&refused), (Place::InputToHidden, "running_var", Some(0)));
    }
    assert_eq!((state, population), (before, estimated));
}

#[test]
fn what_is_padded_or_no_number_itself_is_not_refused() {
    let cell = per_step(None);
    // Large values in a padded step take part in nothing, and a step without cases adds nothing.
    let mut padded = problem(&cell, 1e25);
    padded.mask = Some((0..12).map(|i| i < 8).collect());
    let mut population = Population::new(&cell, UNITS);
    assert_eq!(forward(&cell, &padded, Mode::Estimate(&mut population)).0, Ok(()));
    let one = 2 * cell.width(UNITS);
    let fresh = State::new(&cell, UNITS);
    let (got, fresh) = (population.finish(), fresh.get(Place::InputToHidden));
    assert_eq!(got.get(Place::InputToHidden)[2 * one..], fresh[2 * one..]);
    assert_ne!(got.get(Place::InputToHidden)[..one], fresh[..one]);
    // The output shows it already, as a loss that is no number shows that training has diverged.
    for x in [f64::NAN, f64::INFINITY] {
        let mut p = problem(&cell, 1.0);
        p.x[16] = x;
        let mut state = State::new(&cell, UNITS);
        let (done, y) = forward(&cell, &p, Mode::Train(&mut state));
        assert_eq!(done, Ok(()), "{x}");
        assert!(y.iter().any(|v| !v.is_finite()), "{x}");
        assert!(state.get(Place::InputToHidden).iter().all(|v| v.is_finite()), "{x}");
        assert_eq!(state.get(Place::InputToHidden)[2 * one..], fresh[2 * one..], "{x}");
    }
}
