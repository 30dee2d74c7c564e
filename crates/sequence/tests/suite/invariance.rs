//! The rows of the invariance table that are networks in time (beyond-batch survey, table of regimes): each matrix scaled
//! whole or by one unit's row, all inputs scaled or shifted, one case scaled. A cell of the table is "yes" if the outputs
//! move by less than 1e-4 of the largest, "no" if by more than 1e-2; factor 3, shift 1, epsilon 0.

use crate::support::{Problem, kernel64, sizes, solve};
use norm_core::{Call, Isa, Layout};
use sequence::{Cell, CellKind, Options, Placement, Statistics};

const FACTOR: f64 = 3.0;
const INPUTS: usize = 4;
const UNITS: usize = 5;
const CASES: usize = 7;
/// A case in the middle.
const ONE: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    InputMatrix,
    InputRow,
    RecurrentMatrix,
    RecurrentRow,
    Inputs,
    Shift,
    OneCase,
}

use Change::{InputMatrix, InputRow, Inputs, OneCase, RecurrentMatrix, RecurrentRow, Shift};

const ALL: [Change; 7] = [InputMatrix, InputRow, RecurrentMatrix, RecurrentRow, Inputs, Shift, OneCase];

fn scale(v: &mut [f64]) {
    for v in v {
        *v *= FACTOR;
    }
}

fn change(p: &mut Problem, by: Change) {
    match by {
        InputMatrix => scale(&mut p.ih),
        InputRow => scale(&mut p.ih[2 * INPUTS..3 * INPUTS]),
        RecurrentMatrix => scale(&mut p.hh),
        RecurrentRow => scale(&mut p.hh[2 * UNITS..3 * UNITS]),
        Inputs => scale(&mut p.x),
        // One vector, unlike in its entries, added to every input.
        Shift => p.x.iter_mut().enumerate().for_each(|(i, x)| *x += [1.0, -0.5, 0.25, 1.0][i % INPUTS]),
        OneCase => {
            for x in p.x.chunks_exact_mut(INPUTS).skip(ONE).step_by(CASES) {
                scale(x);
            }
        }
    }
}

/// A method in its place, epsilon 0 where it has one.
fn cell(id: &str, placement: Placement, kind: CellKind, statistics: Option<Statistics>) -> Cell<f64> {
    let d = kernel64(id).descriptor;
    let consts: Vec<f64> = d.consts.iter().map(|c| if c.name == "eps" { 0.0 } else { c.default }).collect();
    let options = Options { consts: Some(&consts), statistics, ..Options::default() };
    placement.cell_with(kind, kernel64(id), options).unwrap()
}

/// What a method at weights and inputs does before the cell.
fn before(id: &str, values: &mut [f64], width: usize) {
    let k = kernel64(id);
    let layout = Layout::new(values.len() / width, 1, width, 1);
    let (x, consts) = (values.to_vec(), k.descriptor.default_consts());
    let call = Call { layout, x: &x, params: &[], consts: &consts, mask: None };
    k.forward(Isa::detect(), &call, &mut vec![0.0; k.statistics_len(&layout)], values).unwrap();
}

fn outputs(cell: &Cell<f64>, p: &Problem, operands: Option<&str>) -> Vec<f64> {
    let mut p = p.clone();
    if let Some(id) = operands {
        before(id, &mut p.x, INPUTS);
        before(id, &mut p.ih, INPUTS);
        before(id, &mut p.hh, UNITS);
    }
    solve(cell, &p, Isa::detect()).y
}

/// Compares a network with its row of the table.
fn row(what: &str, cell: &Cell<f64>, operands: Option<&str>, holds: &[Change]) {
    let p = Problem::draw(cell, sizes(4, CASES, INPUTS, UNITS), false, 23);
    let plain = outputs(cell, &p, operands);
    for by in ALL {
        let mut changed = p.clone();
        change(&mut changed, by);
        let moved =
            norm_core::conformance::relative_difference(&outputs(cell, &changed, operands), &plain, 0.0);
        assert!(moved.is_finite(), "{what}: {by:?} gives something that is not a number");
        if holds.contains(&by) {
            assert!(moved < 1e-4, "{what}: {by:?} moves the outputs by {moved:e}");
        } else {
            assert!(moved > 1e-2, "{what}: {by:?} moves the outputs by {moved:e} only");
        }
    }
}

const PER_STEP: Option<Statistics> = Some(Statistics::PerStep { t_max: 4 });
const KINDS: [CellKind; 3] = [CellKind::RnnTanh, CellKind::GruKeep, CellKind::Lstm];

#[test]
fn question_row_11_without_a_norm_nothing_holds() {
    for kind in KINDS {
        row(kind.name(), &cell("none", Placement::NONE, kind, None), None, &[]);
    }
}

#[test]
fn question_row_11_recurrent_batch_norm_holds_per_matrix_and_for_the_inputs() {
    for kind in KINDS {
        let cell = cell("recurrent-batch", Placement::RECURRENT_BATCH, kind, PER_STEP);
        row(kind.name(), &cell, None, &[InputMatrix, InputRow, RecurrentMatrix, RecurrentRow, Inputs, Shift]);
    }
}

#[test]
fn question_row_11_bn_rnn_and_sequence_wise_batch_norm_hold_for_the_input_s_matrix_alone() {
    for kind in KINDS {
        for (id, statistics) in [("bn-rnn", None), ("bn-rnn", PER_STEP), ("sequence-batch", None)] {
            let cell = cell(id, Placement::INPUT, kind, statistics);
            row(id, &cell, None, &[InputMatrix, InputRow, Inputs, Shift]);
        }
    }
}

#[test]
fn question_row_11_layer_norm_of_both_projections_holds_per_matrix_for_the_inputs_and_for_one_case() {
    // Of a simple recurrence the paper normalizes the sum: there is no invariance to one of its two parts.
    row("rnn", &cell("layer", Placement::PAPER, CellKind::RnnTanh, None), None, &[]);
    row(
        "lstm",
        &cell("layer", Placement::PAPER, CellKind::Lstm, None),
        None,
        &[InputMatrix, RecurrentMatrix, Inputs, OneCase],
    );
    // A GRU's candidate has norms of its own: the row that is scaled is one of the gates'.
    row(
        "gru",
        &cell("layer", Placement::PAPER, CellKind::Gru, None),
        None,
        &[InputMatrix, RecurrentMatrix, Inputs, OneCase],
    );
}

#[test]
fn question_row_11_cosines_hold_for_both_matrices_the_inputs_and_one_case() {
    for kind in KINDS {
        for id in ["cosine", "cosine-centred"] {
            let cell = cell(id, Placement::OPERANDS, kind, None);
            let holds = [InputMatrix, InputRow, RecurrentMatrix, RecurrentRow, Inputs, OneCase];
            row(id, &cell, Some(id), &holds);
        }
    }
}

#[test]
fn question_row_11_normalized_weights_hold_for_the_matrices_alone() {
    for kind in KINDS {
        let plain = cell("none", Placement::NONE, kind, None);
        let p = Problem::draw(&plain, sizes(4, CASES, INPUTS, UNITS), false, 23);
        let k = kernel64("weight");
        let through = |p: &Problem| {
            let mut p = p.clone();
            for (w, inputs) in [(&mut p.ih, INPUTS), (&mut p.hh, UNITS)] {
                let rows = w.len() / inputs;
                let layout = Layout::new(1, rows, inputs, 1);
                let (x, gain, consts) = (w.clone(), vec![1.0; rows], k.descriptor.default_consts());
                let call = Call { layout, x: &x, params: &[&gain], consts: &consts, mask: None };
                k.forward(Isa::detect(), &call, &mut vec![0.0; k.statistics_len(&layout)], w).unwrap();
            }
            solve(&plain, &p, Isa::detect()).y
        };
        let before = through(&p);
        for by in ALL {
            let mut changed = p.clone();
            change(&mut changed, by);
            let after = through(&changed);
            let moved = norm_core::conformance::difference(&before, &after);
            assert!(moved.is_finite(), "{by:?} gives something that is not a number");
            let holds = matches!(by, InputMatrix | InputRow | RecurrentMatrix | RecurrentRow);
            assert!(if holds { moved < 1e-4 } else { moved > 1e-2 }, "{} {by:?}: {moved:e}", kind.name());
        }
    }
}
