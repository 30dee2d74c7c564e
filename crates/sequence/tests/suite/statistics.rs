//! What is said of statistics over time: per step, frame-wise, sequence-wise; which are used in evaluation; and what
//! an initial state learns.

use crate::support::{Problem, difference, kernel64, sizes};
use norm_core::policy::{Running, Stored};
use norm_core::{Call, Isa, Layout};
use sequence::{Cell, CellKind, Mode, Options, Place, Placement, Population, State, Statistics, Workspace};

/// A placement with batch normalization, statistics of each step stored for `t_max` steps.
fn per_step(placement: Placement, kind: CellKind, t_max: usize) -> Cell<f64> {
    let options = Options { statistics: Some(Statistics::PerStep { t_max }), ..Options::default() };
    placement.cell_with(kind, kernel64("batch"), options).unwrap()
}

fn sequence_wise(kind: CellKind) -> Cell<f64> {
    Placement::INPUT.cell(kind, kernel64("batch"), None).unwrap()
}

fn run(p: &Problem, cell: &Cell<f64>, mode: Mode<'_, f64>) -> crate::support::Solution {
    p.run_in(cell, mode, &mut Workspace::default())
}

/// `W_x x` of one step, `[N, G·H]`.
fn projected(p: &Problem, t: usize) -> Vec<f64> {
    let s = p.sizes;
    let x = &p.x[t * s.cases * s.inputs..(t + 1) * s.cases * s.inputs];
    let row = |x: &[f64]| -> Vec<f64> {
        p.ih.chunks_exact(s.inputs).map(|w| w.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
    };
    x.chunks_exact(s.inputs).flat_map(row).collect()
}

#[test]
fn question_row_13_statistics_per_step_are_as_many_batch_norms_slice_by_slice() {
    // Each step's statistics, running averages and outputs are those of a batch norm that sees that step alone.
    for kind in CellKind::ALL.into_iter().filter(|k| !k.has_candidate() && !k.has_peepholes()) {
        let cell = per_step(Placement::INPUT, kind, 4);
        let p = Problem::draw(&cell, sizes(4, 6, 2, 3), false, 7);
        let mut state = State::new(&cell, 3);
        let y = run(&p, &cell, Mode::Train(&mut state)).y;
        let width = cell.width(3);
        let (kernel, running) = (kernel64("batch"), Running::default());
        let consts = kernel.descriptor.default_consts();
        // The plain recurrence on slices that were normalized before: identity weights, no bias.
        let plain = Cell::<f64>::new(kind);
        let identity = (0..width * width).map(|i| f64::from(u8::from(i / width == i % width))).collect();
        let mut normed = Vec::new();
        for t in 0..4 {
            let x = projected(&p, t);
            let (gain, bias) = (&p.slots[0][..], &p.slots[1][..]);
            let params = [gain, bias];
            let call = Call {
                layout: Layout::new(6, 1, width, 1),
                x: &x,
                params: &params,
                consts: &consts,
                mask: None,
            };
            let (mut stats, mut out) = (vec![0.0; 2 * width], vec![0.0; x.len()]);
            kernel.forward(Isa::detect(), &call, &mut stats, &mut out).unwrap();
            let mut own = Running::initial::<f64>(kernel.descriptor, width);
            running.update(kernel.descriptor, &stats, 6, &mut own);
            let stored = &state.get(Place::InputToHidden)[t * 2 * width..(t + 1) * 2 * width];
            assert!(difference(&own, stored) < 1e-14, "{} step {t}", kind.name());
            normed.extend(out);
        }
        let q = Problem {
            sizes: sizes(4, 6, width, 3),
            x: normed,
            ih: identity,
            bias: vec![0.0; width],
            slots: Vec::new(),
            ..p.clone()
        };
        let expected = run(&q, &plain, Mode::EvalBatch).y;
        assert!(difference(&expected, &y) < 1e-13, "{}", kind.name());
    }
}

#[test]
fn question_row_13_of_one_step_they_are_batch_normalization() {
    for kind in CellKind::ALL {
        let (steps, whole) = (per_step(Placement::INPUT, kind, 1), sequence_wise(kind));
        for masked in [false, true] {
            let p = Problem::draw(&steps, sizes(1, 5, 2, 3), masked, 7);
            let (mut a, mut b) = (State::new(&steps, 3), State::new(&whole, 3));
            assert_eq!(run(&p, &steps, Mode::Train(&mut a)), run(&p, &whole, Mode::Train(&mut b)));
            assert_eq!(a, b);
            assert_eq!(run(&p, &steps, Mode::Eval(&a)), run(&p, &whole, Mode::Eval(&b)));
        }
    }
}

#[test]
fn question_row_5_and_15_sequence_wise_statistics_of_a_padded_batch_are_those_of_its_unpadded_frames() {
    for kind in CellKind::ALL {
        let cell = sequence_wise(kind);
        let p = Problem::draw(&cell, sizes(5, 4, 2, 3), true, 17);
        let mask = p.mask.clone().unwrap();
        let mut state = State::new(&cell, 3);
        let masked = run(&p, &cell, Mode::Train(&mut state));
        // The same frames one after the other, as many sequences of one step: statistics know no order.
        let frames: Vec<f64> = p.x.chunks(2).zip(&mask).filter(|f| *f.1).flat_map(|f| f.0.to_vec()).collect();
        let n = frames.len() / 2;
        let q = Problem { sizes: sizes(1, n, 2, 3), x: frames, mask: None, ..p.clone() };
        let q = Problem { h0: vec![0.0; n * 3], ..q };
        let q = Problem { c0: vec![0.0; if kind.has_cell() { n * 3 } else { 0 }], ..q };
        let q = Problem { dy: vec![0.0; n * 3], dh: vec![0.0; n * 3], dc: q.c0.clone(), ..q };
        let mut unpadded = State::new(&cell, 3);
        run(&q, &cell, Mode::Train(&mut unpadded));
        for place in [Place::InputToHidden, Place::InputToCandidate] {
            assert!(difference(unpadded.get(place), state.get(place)) < 1e-13, "{} {place}", kind.name());
        }
        // What stands in the padding takes no part, and counting it in would show.
        let mut moved = p.clone();
        for (row, _) in moved.x.chunks_mut(2).zip(&mask).filter(|r| !*r.1) {
            row.fill(1e3);
        }
        assert_eq!(run(&moved, &cell, Mode::EvalBatch), masked);
        moved.mask = None;
        assert!(difference(&run(&moved, &cell, Mode::EvalBatch).y, &masked.y) > 1e-2);
    }
}

#[test]
fn shared_and_own_statistics_per_step_differ_in_evaluation_only() {
    // Why the claim that steps need their own must be judged in evaluation.
    let cell = per_step(Placement::RECURRENT_BATCH, CellKind::Lstm, 4);
    let p = Problem::draw(&cell, sizes(4, 8, 2, 3), false, 3);
    let mut population = Population::new(&cell, 3);
    run(&p, &cell, Mode::Estimate(&mut population));
    let own = population.finish();
    let shared = own.shared_over_time(&cell);
    for place in [Place::InputToHidden, Place::HiddenToHidden, Place::ReadOut] {
        let one = own.get(place).len() / 4;
        for i in 0..one {
            let mean = (0..4).map(|t| own.get(place)[t * one + i]).sum::<f64>() / 4.0;
            assert!((0..4).all(|t| (shared.get(place)[t * one + i] - mean).abs() < 1e-14));
        }
    }
    let train = |state: &State<f64>| run(&p, &cell, Mode::Train(&mut state.clone())).y;
    let eval = |state: &State<f64>| run(&p, &cell, Mode::Eval(state)).y;
    assert_eq!(train(&own), train(&shared));
    assert!(difference(&eval(&own), &eval(&shared)) > 1e-2);
}

#[test]
fn the_population_of_one_batch_gives_that_batch_s_outputs() {
    for kind in CellKind::ALL {
        let cell = per_step(Placement::RECURRENT_BATCH, kind, 4);
        let p = Problem::draw(&cell, sizes(4, 6, 2, 3), true, 3);
        let mut population = Population::new(&cell, 3);
        let batch = run(&p, &cell, Mode::Estimate(&mut population));
        assert_eq!(batch, run(&p, &cell, Mode::EvalBatch), "estimating looks on");
        assert_eq!(batch, run(&p, &cell, Mode::Train(&mut State::new(&cell, 3))));
        // Biased variances normalize, and biased ones are stored.
        let stored = run(&p, &cell, Mode::Eval(&population.finish()));
        assert_eq!(stored.y, batch.y);
        assert!(difference(&stored.gradients[0].1, &batch.gradients[0].1) > 1e-2, "statistics held fixed");
    }
}

#[test]
fn a_population_is_the_plain_average_over_batches() {
    for stored in [Stored::Biased, Stored::Unbiased] {
        let options = Options {
            statistics: Some(Statistics::PerStep { t_max: 3 }),
            running: Some(Running { rate: 1.0, stored }),
            ..Options::default()
        };
        let cell = Placement::RECURRENT_BATCH.cell_with(CellKind::Lstm, kernel64("batch"), options).unwrap();
        let batches: Vec<Problem> = (0..3)
            .map(|i| Problem {
                // The same weights, other inputs; the second batch ends after two steps.
                x: Problem::draw(&cell, sizes(3, 6, 2, 3), false, 40 + i).x,
                mask: (i == 1).then(|| (0..18).map(|j| j < 12).collect()),
                ..Problem::draw(&cell, sizes(3, 6, 2, 3), false, 40)
            })
            .collect();
        let mut population = Population::new(&cell, 3);
        assert_eq!(population.finish(), State::new(&cell, 3));
        // At a rate of 1 a state holds what its last batch had.
        let alone: Vec<State<f64>> = batches
            .iter()
            .map(|p| {
                let mut state = State::new(&cell, 3);
                run(p, &cell, Mode::Train(&mut state));
                run(p, &cell, Mode::Estimate(&mut population));
                state
            })
            .collect();
        let average = population.finish();
        for place in [Place::InputToHidden, Place::HiddenToHidden, Place::ReadOut] {
            let got = average.get(place);
            let one = got.len() / 3;
            for (i, v) in got.iter().enumerate() {
                let of: &[usize] = if i / one == 2 { &[0, 2] } else { &[0, 1, 2] };
                let mean = of.iter().map(|b| alone[*b].get(place)[i]).sum::<f64>() / of.len() as f64;
                assert!((v - mean).abs() < 1e-12, "{place} {i}: {v} {mean}");
            }
        }
    }
}

#[test]
fn evaluating_with_statistics_of_the_batch_stores_nothing_and_needs_no_state() {
    let cell = per_step(Placement::JOINT, CellKind::RnnTanh, 2);
    let p = Problem::draw(&cell, sizes(5, 6, 2, 3), true, 3);
    let mut state = State::new(&cell, 3);
    let batch = run(&p, &cell, Mode::EvalBatch);
    assert!(!batch.outcome.clamped, "each step has its own");
    assert_eq!(batch, run(&p, &cell, Mode::Train(&mut state)));
    assert!(run(&p, &cell, Mode::Eval(&state)).outcome.clamped);
}

#[test]
fn recurrent_batch_normalization_stores_biased_variances_at_a_hundredth() {
    let cell = per_step(Placement::RECURRENT_BATCH, CellKind::Lstm, 2);
    let expected = Running { rate: 0.01, stored: Stored::Biased };
    assert!(cell.slots().all(|(_, s)| s.running == expected));
    let names: Vec<String> = cell.slot_params(3).iter().map(|p| format!("{}.{}", p.place, p.name)).collect();
    assert_eq!(names, ["ih.gain", "hh.gain", "cell.gain", "cell.bias"]);
    assert!(cell.has_bias());
    let other = Running { rate: 0.3, stored: Stored::Unbiased };
    let options = Options { running: Some(other), statistics: Some(Statistics::BatchTime), consts: None };
    let cell = Placement::INPUT.cell_with(CellKind::Lstm, kernel64("batch"), options).unwrap();
    assert!(cell.slots().all(|(_, s)| s.running == other));
}

#[test]
fn an_initial_hidden_state_that_all_cases_share_learns_nothing_under_statistics_of_the_step() {
    let of_rows = |got: &crate::support::Solution| got.gradients[4].1.clone();
    let shared = |d: &[f64]| (0..3).map(|j| d.iter().skip(j).step_by(3).sum::<f64>()).collect::<Vec<_>>();
    let largest = |d: &[f64]| d.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for placement in [Placement::RECURRENT_BATCH, Placement::INPUT] {
        let cell = per_step(placement, CellKind::Lstm, 4);
        let p = Problem::draw(&cell, sizes(4, 6, 2, 3), false, 3);
        for noise in [false, true] {
            let mut p = p.clone();
            if !noise {
                p.h0 = p.h0[..3].repeat(6);
            }
            let d = of_rows(&run(&p, &cell, Mode::EvalBatch));
            // The rows have gradients, and their sum, which a shared state learns from, is 0: what batch
            // normalization sends back sums to nothing over the batch, whatever noise is added to the rows.
            let (rows, learned) = (largest(&d), largest(&shared(&d)));
            assert!(rows > 1e-3);
            if placement == Placement::RECURRENT_BATCH {
                assert!(learned < 1e-11 * rows, "noise {noise}: {learned:e} of {rows:e}");
            } else {
                assert!(learned > 1e-2, "without a norm of the hidden projection it learns");
            }
        }
    }
}
