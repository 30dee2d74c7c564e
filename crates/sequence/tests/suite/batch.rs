//! Statistics that pool over cases: over batch and time, per step, in training and evaluation.

use crate::support::reference::{Batch, Network, Norm, nonlinearity};
use crate::support::{Problem, agree, difference, kernel64, recurrent_batch, sizes, solve};
use norm_core::Isa;
use sequence::{Cell, CellKind, Options, Place, Placement, Slot, State, Statistics, Workspace};

fn network(kind: CellKind, batch: Batch) -> Network {
    Network {
        name: "input",
        norm: Norm::Identity,
        lstm: kind == CellKind::Lstm,
        nonlinearity: nonlinearity(kind.name()),
        eps: 1e-5,
        batch: Some(batch),
    }
}

fn check(what: &str, network: &Network, p: &Problem, got: &crate::support::Solution) {
    let d = difference(&network.forward(p).y, &got.y);
    assert!(d < 1e-11, "{what}: y differs by {d:e}");
    agree(what, &network.gradients(p), &got.gradients, 1e-6);
}

fn per_step(kind: CellKind, t_max: usize) -> Cell<f64> {
    let mut slot = Slot::new(kernel64("batch"));
    slot.statistics = Statistics::PerStep { t_max };
    Cell::new(kind).with(Place::InputToHidden, slot).unwrap()
}

/// Recurrent batch normalization.
fn recurrent(t_max: usize) -> Cell<f64> {
    recurrent_at(Placement::RECURRENT_BATCH, t_max)
}

fn recurrent_at(placement: Placement, t_max: usize) -> Cell<f64> {
    let options = Options { statistics: Some(Statistics::PerStep { t_max }), ..Options::default() };
    placement.cell_with(CellKind::Lstm, kernel64("batch"), options).unwrap()
}

/// A state with statistics that no batch would give.
fn filled(cell: &Cell<f64>, units: usize) -> State<f64> {
    let mut state = State::new(cell, units);
    for place in Place::ALL {
        for (i, v) in state.get_mut(place).iter_mut().enumerate() {
            *v += 0.1 + 0.01 * i as f64;
        }
    }
    state
}

#[test]
fn batch_over_time_on_the_input_projection() {
    for kind in CellKind::ALL.into_iter().filter(|k| !k.has_candidate() && !k.has_peepholes()) {
        let cell = Placement::INPUT.cell(kind, kernel64("batch"), None).unwrap();
        for (t, n, i, h) in [(4, 3, 2, 5), (1, 4, 3, 3), (6, 1, 2, 4)] {
            for masked in [false, true] {
                let p = Problem::draw(&cell, sizes(t, n, i, h), masked, 5);
                let what = format!("{} {:?} masked {masked}", kind.name(), p.sizes);
                check(&what, &network(kind, Batch::Current), &p, &solve(&cell, &p, Isa::detect()));

                let mut state = filled(&cell, h);
                let (mean, var) = state.get(Place::InputToHidden).split_at(cell.width(h));
                let stored = network(kind, Batch::Stored(mean.to_vec(), var.to_vec()));
                let before = state.clone();
                let got = p.run(&cell, &mut state, false, &mut Workspace::default());
                check(&format!("{what}, evaluated"), &stored, &p, &got);
                assert_eq!(state, before, "evaluation leaves the state alone");
            }
        }
    }
}

#[test]
fn batch_per_step_on_the_input_projection() {
    for kind in CellKind::ALL.into_iter().filter(|k| !k.has_candidate() && !k.has_peepholes()) {
        let cell = per_step(kind, 3);
        let p = Problem::draw(&cell, sizes(4, 5, 2, 3), true, 8);
        check(kind.name(), &network(kind, Batch::CurrentPerStep), &p, &solve(&cell, &p, Isa::detect()));
    }
}

#[test]
fn recurrent_batch_normalization() {
    let judges: [(Placement, fn(&Problem) -> f64); 2] = [
        (Placement::RECURRENT_BATCH, recurrent_batch::loss),
        (Placement::CARRIED_BATCH, recurrent_batch::loss_carried),
    ];
    for (placement, judge) in judges {
        let cell = recurrent_at(placement, 9);
        for masked in [false, true] {
            let p = Problem::draw(&cell, sizes(4, 6, 2, 3), masked, 21);
            let got = solve(&cell, &p, Isa::detect());
            agree(placement.name, &p.differences(judge), &got.gradients, 1e-6);
        }
    }
}

#[test]
fn a_training_pass_moves_the_state_once_a_tenth_of_the_way() {
    let cell = Placement::INPUT.cell(CellKind::Lstm, kernel64("batch"), None).unwrap();
    let p = Problem::draw(&cell, sizes(3, 4, 1, 2), true, 3);
    let mut state = State::new(&cell, 2);
    p.run(&cell, &mut state, true, &mut Workspace::default());
    let mask = p.mask.as_ref().unwrap();
    for (channel, w) in p.ih.iter().enumerate() {
        let values: Vec<f64> = p.x.iter().zip(mask).filter(|v| *v.1).map(|v| v.0 * w).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let unbiased = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let stored = state.get(Place::InputToHidden);
        assert!((stored[channel] - 0.1 * mean).abs() < 1e-14);
        assert!((stored[8 + channel] - (0.9 + 0.1 * unbiased)).abs() < 1e-14);
    }
}

#[test]
fn each_step_has_its_own_entry_and_late_steps_are_not_stored() {
    let cell = recurrent(2);
    let p = Problem::draw(&cell, sizes(4, 5, 2, 3), false, 3);
    let mut state = State::new(&cell, 3);
    let got = p.run(&cell, &mut state, true, &mut Workspace::default());
    assert!(!got.outcome.clamped, "training uses each step's own statistics");
    for (place, channels) in [(Place::InputToHidden, 12), (Place::HiddenToHidden, 12), (Place::ReadOut, 3)] {
        let stored = state.get(place);
        assert_eq!(stored.len(), 2 * 2 * channels);
        let (first, second) = stored.split_at(2 * channels);
        assert_ne!(first, second);
        let untouched = State::new(&cell, 3);
        assert!(stored.chunks(channels).zip(untouched.get(place).chunks(channels)).all(|(a, b)| a != b));
    }
}

#[test]
fn evaluation_reads_each_step_s_own_entry() {
    let cell = recurrent(4);
    let p = Problem::draw(&cell, sizes(4, 3, 2, 3), false, 3);
    let run = |state: &State<f64>| p.run(&cell, &mut state.clone(), false, &mut Workspace::default()).y;
    let before = filled(&cell, 3);
    let y = run(&before);
    for place in [Place::InputToHidden, Place::HiddenToHidden, Place::ReadOut] {
        for t in 0..4 {
            let mut state = before.clone();
            let one = state.get(place).len() / 4;
            for v in &mut state.get_mut(place)[t * one..(t + 1) * one] {
                *v += 0.5;
            }
            let moved = run(&state);
            assert_eq!(moved[..t * 9], y[..t * 9], "{place}, step {t}");
            assert!(
                moved[t * 9..(t + 1) * 9].iter().zip(&y[t * 9..]).all(|(a, b)| a != b),
                "{place}, step {t}"
            );
        }
    }
}

#[test]
fn evaluation_beyond_the_stored_steps_uses_the_last_one_and_says_so() {
    let (short, long) = (recurrent(2), recurrent(4));
    let state = filled(&short, 3);
    let mut spread = State::new(&long, 3);
    for place in Place::ALL {
        let stored = state.get(place);
        let one = stored.len() / 2;
        for (t, entry) in spread.get_mut(place).chunks_mut(one.max(1)).enumerate() {
            entry.copy_from_slice(&stored[t.min(1) * one..(t.min(1) + 1) * one]);
        }
    }
    let p = Problem::draw(&short, sizes(4, 3, 2, 3), false, 3);
    let clamped = p.run(&short, &mut state.clone(), false, &mut Workspace::default());
    let stored = p.run(&long, &mut spread, false, &mut Workspace::default());
    assert!(clamped.outcome.clamped && !stored.outcome.clamped);
    assert_eq!((clamped.y, clamped.gradients), (stored.y, stored.gradients));
    let p = Problem::draw(&short, sizes(2, 3, 2, 3), false, 3);
    assert!(!p.run(&short, &mut state.clone(), false, &mut Workspace::default()).outcome.clamped);
}

#[test]
fn a_step_at_which_every_case_is_padded_changes_nothing() {
    let cell = recurrent(4);
    let mut p = Problem::draw(&cell, sizes(4, 3, 2, 3), false, 4);
    p.mask = Some((0..12).map(|i| i / 3 != 2).collect());
    let mut state = State::new(&cell, 3);
    let fresh = state.clone();
    let got = p.run(&cell, &mut state, true, &mut Workspace::default());
    assert!(got.y[2 * 9..3 * 9].iter().all(|v| *v == 0.0));
    agree("a padded step", &p.differences(recurrent_batch::loss), &got.gradients, 1e-6);
    for place in [Place::InputToHidden, Place::HiddenToHidden, Place::ReadOut] {
        let one = state.get(place).len() / 4;
        assert_eq!(state.get(place)[2 * one..3 * one], fresh.get(place)[2 * one..3 * one]);
        assert_ne!(state.get(place)[3 * one..], fresh.get(place)[3 * one..]);
    }
}
