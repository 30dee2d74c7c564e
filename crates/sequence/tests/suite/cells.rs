//! Every recurrence and placement: gradients against central differences of the engine's own outputs; and those recurrences
//! that have no judge elsewhere against their equations, written out.

use crate::support::{Problem, Solution, agree, difference, kernel64, sizes, solve};
use norm_core::Isa;
use sequence::{Cell, CellKind, Options, Place, Placement, Slot, State, Statistics, Workspace};

/// What gradients are of.
fn loss(cell: &Cell<f64>, p: &Problem) -> f64 {
    let s = p.run(cell, &mut State::new(cell, p.sizes.units), true, &mut Workspace::default());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(&s.y, &p.dy) + dot(&s.h, &p.dh) + dot(&s.c, &p.dc)
}

#[test]
fn gradients_are_those_of_the_outputs() {
    let mut cells = 0;
    for kind in CellKind::ALL {
        for placement in Placement::ALL {
            for id in ["none", "layer", "batch", "cosine"] {
                if placement.allows(kernel64(id).descriptor, kind).is_err() {
                    continue;
                }
                let per_step = placement.statistics(kernel64(id).descriptor, kind, None).is_err();
                let statistics = per_step.then_some(Statistics::PerStep { t_max: 2 });
                let options = Options { statistics, ..Options::default() };
                let cell = placement.cell_with(kind, kernel64(id), options).unwrap();
                for masked in [false, true] {
                    let p = Problem::draw(&cell, sizes(3, 4, 2, 3), masked, 17);
                    let what = format!("{} {} {id} masked {masked}", kind.name(), placement.name);
                    let got = solve(&cell, &p, Isa::detect());
                    // Where padding leaves a step with one or two cases, its statistics bend within a difference's width.
                    agree(&what, &p.differences(|p| loss(&cell, p)), &got.gradients, 1e-5);
                    cells += 1;
                }
            }
        }
    }
    assert!(cells > 150, "{cells}");
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `w[rows of a part] · v + b`.
fn row(w: &[f64], v: &[f64], part: usize, unit: usize, units: usize) -> f64 {
    let at = (part * units + unit) * v.len();
    w[at..at + v.len()].iter().zip(v).map(|(w, v)| w * v).sum()
}

/// Runs one step's equations, `(h, c) -> (h, c)` of one case, over a problem: outputs of every step, last states.
fn unroll(p: &Problem, step: impl Fn(&[f64], &[f64], &[f64]) -> (Vec<f64>, Vec<f64>)) -> [Vec<f64>; 3] {
    let s = p.sizes;
    let mut y = vec![0.0; s.steps * s.cases * s.units];
    let (mut hs, mut cs) = (Vec::new(), Vec::new());
    for n in 0..s.cases {
        let of = |v: &[f64]| v.get(n * s.units..(n + 1) * s.units).unwrap_or_default().to_vec();
        let (mut h, mut c) = (of(&p.h0), of(&p.c0));
        for t in 0..s.steps {
            if p.mask.as_ref().is_some_and(|m| !m[t * s.cases + n]) {
                continue;
            }
            let x = &p.x[(t * s.cases + n) * s.inputs..][..s.inputs];
            (h, c) = step(x, &h, &c);
            y[(t * s.cases + n) * s.units..][..s.units].copy_from_slice(&h);
        }
        hs.extend(h);
        cs.extend(c);
    }
    [y, hs, cs]
}

fn check(kind: CellKind, step: impl Fn(&Problem, &[f64], &[f64], &[f64]) -> (Vec<f64>, Vec<f64>)) {
    let cell = Cell::<f64>::new(kind);
    for masked in [false, true] {
        let p = Problem::draw(&cell, sizes(4, 3, 2, 5), masked, 3);
        let Solution { y, h, c, .. } = solve(&cell, &p, Isa::detect());
        let expected = unroll(&p, |x, h, c| step(&p, x, h, c));
        for (name, expected, got) in
            [("y", &expected[0], &y), ("h", &expected[1], &h), ("c", &expected[2], &c)]
        {
            let d = difference(expected, got);
            assert!(d < 1e-13, "{} masked {masked}: {name} differs by {d:e}", kind.name());
        }
    }
}

#[test]
fn a_gated_unit_whose_reset_gate_stands_before_the_product() {
    check(CellKind::GruResetBefore, |p, x, h, _| {
        let u = h.len();
        let sum = |part, unit, h: &[f64]| {
            row(&p.ih, x, part, unit, u) + row(&p.hh, h, part, unit, u) + p.bias[part * u + unit]
        };
        let reset: Vec<f64> = (0..u).map(|i| sigmoid(sum(0, i, h)) * h[i]).collect();
        let next = |i: usize| {
            let z = sigmoid(sum(1, i, h));
            z * h[i] + (1.0 - z) * sum(2, i, &reset).tanh()
        };
        ((0..u).map(next).collect(), Vec::new())
    });
}

#[test]
fn the_minimal_gated_unit() {
    check(CellKind::MinGru, |p, x, h, _| {
        let u = h.len();
        let sum = |part, unit, h: &[f64]| {
            row(&p.ih, x, part, unit, u) + row(&p.hh, h, part, unit, u) + p.bias[part * u + unit]
        };
        let f: Vec<f64> = (0..u).map(|i| sigmoid(sum(0, i, h))).collect();
        let reset: Vec<f64> = f.iter().zip(h).map(|(f, h)| f * h).collect();
        let next = |i: usize| (1.0 - f[i]) * h[i] + f[i] * sum(1, i, &reset).tanh();
        ((0..u).map(next).collect(), Vec::new())
    });
}

#[test]
fn an_lstm_with_peepholes() {
    check(CellKind::PeepholeLstm, |p, x, h, c| {
        let u = h.len();
        let sum = |part, unit| {
            row(&p.ih, x, part, unit, u) + row(&p.hh, h, part, unit, u) + p.bias[part * u + unit]
        };
        let [i, f, o] = [&p.slots[0], &p.slots[1], &p.slots[2]];
        let cell: Vec<f64> = (0..u)
            .map(|k| {
                sigmoid(sum(1, k) + f[k] * c[k]) * c[k] + sigmoid(sum(0, k) + i[k] * c[k]) * sum(2, k).tanh()
            })
            .collect();
        let hidden = (0..u).map(|k| sigmoid(sum(3, k) + o[k] * cell[k]) * cell[k].tanh()).collect();
        (hidden, cell)
    });
}

#[test]
fn peepholes_are_an_lstm_while_their_weights_are_0_and_hold_what_is_put_there() {
    let (plain, peepholes) = (Cell::<f64>::new(CellKind::Lstm), Cell::<f64>::new(CellKind::PeepholeLstm));
    let mut p = Problem::draw(&peepholes, sizes(3, 2, 2, 4), false, 9);
    p.slots.iter_mut().flatten().for_each(|w| *w = 0.0);
    let of_plain = Problem { slots: Vec::new(), ..p.clone() };
    let (a, b) = (solve(&plain, &of_plain, Isa::detect()), solve(&peepholes, &p, Isa::detect()));
    assert!(difference(&a.y, &b.y) < 1e-14);
    assert!(
        plain.with(Place::CellToInputGate, Slot::new(kernel64("layer"))).is_err(),
        "only where gates see the cell"
    );
    let normed = peepholes.with(Place::CellToInputGate, Slot::new(kernel64("layer"))).unwrap();
    let p = Problem::draw(&normed, sizes(3, 2, 2, 4), false, 9);
    agree("normed", &p.differences(|p| loss(&normed, p)), &solve(&normed, &p, Isa::detect()).gradients, 1e-6);
}
