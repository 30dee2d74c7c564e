//! What must not make a difference: threads, instruction set, padding, a used workspace; and, up to rounding,
//! the precision.

use crate::support::{Problem, Solution, agree, difference, kernel32, kernel64, sizes, solve};
use norm_core::{Elem, Isa};
use sequence::{Cell, CellKind, Options, Placement, Sizes, State, Statistics, Workspace};

/// Every placement in every kind of cell, with a method within a case and one over cases where they fit.
fn cells<T: Elem>(kernel: impl Fn(&str) -> norm_core::Kernel<T>) -> Vec<(String, Cell<T>)> {
    let mut all = Vec::new();
    for placement in Placement::ALL {
        for kind in [CellKind::Lstm, CellKind::RnnTanh, CellKind::RnnClipped, CellKind::Gru] {
            for id in ["batch", "rms", "layer"] {
                if placement.allows(kernel(id).descriptor, kind).is_err()
                    || (id == "rms" && placement != Placement::INPUT)
                {
                    continue;
                }
                let per_step = placement.statistics(kernel(id).descriptor, kind, None).is_err();
                let statistics = per_step.then_some(Statistics::PerStep { t_max: 3 });
                let options = Options { statistics, ..Options::default() };
                let cell = placement.cell_with(kind, kernel(id), options).unwrap();
                all.push((format!("{} {} {id}", placement.name, kind.name()), cell));
            }
        }
    }
    all
}

fn bits(s: &Solution) -> Vec<u64> {
    let gradients = s.gradients.iter().flat_map(|g| &g.1);
    s.y.iter().chain(&s.h).chain(&s.c).chain(gradients).map(|v| v.to_bits()).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for (name, cell) in cells(kernel32) {
        // Large enough that products and kernels are shared out.
        let p = Problem::draw(&cell, sizes(3, 70, 33, 129), true, 2);
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            bits(&pool.install(|| solve(&cell, &p, Isa::detect())))
        };
        let one = run(1);
        for threads in [2, 3, 4] {
            assert!(run(threads) == one, "{name} at {threads} threads");
        }
    }
}

#[test]
fn any_instruction_set_gives_the_same_bits() {
    for (name, cell) in cells(kernel32) {
        let p = Problem::draw(&cell, sizes(3, 5, 7, 21), true, 2);
        let portable = bits(&solve(&cell, &p, Isa::Portable));
        for isa in Isa::available() {
            assert!(bits(&solve(&cell, &p, isa)) == portable, "{name} on {isa:?}");
        }
    }
}

#[test]
fn single_precision_is_close_to_double() {
    for ((name, double), (_, single)) in cells(kernel64).into_iter().zip(cells(kernel32)) {
        // Cases enough that a step with padding still pools several: two values resolve no spread in single precision,
        // whatever the loops do, and a recurrence multiplies what is lost.
        let p = Problem::draw(&double, sizes(5, 24, 4, 19), true, 9);
        let (a, b) = (solve(&double, &p, Isa::detect()), solve(&single, &p, Isa::detect()));
        assert!(difference(&a.y, &b.y) < 1e-4, "{name}: {:e}", difference(&a.y, &b.y));
        agree(&name, &a.gradients, &b.gradients, 1e-3);
    }
}

#[test]
fn a_padded_case_is_the_unpadded_one() {
    cases_alone(sizes(5, 3, 2, 4), 1e-13);
}

#[test]
fn a_case_of_a_batch_run_in_parts_is_the_case_alone() {
    // An LSTM this wide takes 16 cases at a time: a whole part and a rest.
    cases_alone(sizes(2, 19, 2, 129), 1e-11);
}

fn cases_alone(s: Sizes, tolerance: f64) {
    for (name, cell) in cells(kernel64) {
        if cell.is_stateful() {
            continue;
        }
        let mut p = Problem::draw(&cell, s, true, 6);
        let whole = {
            // What stands in the padding must not matter.
            let mask = p.mask.clone().unwrap();
            for (row, _) in p.x.chunks_mut(s.inputs).zip(&mask).filter(|(_, on)| !**on) {
                row.fill(f64::NAN);
            }
            solve(&cell, &p, Isa::detect())
        };
        let mut weights = vec![Vec::new(); whole.gradients.len()];
        for n in 0..s.cases {
            let steps = s.steps - n % s.steps;
            let rows = |v: &[f64], width: usize| -> Vec<f64> {
                (0..steps).flat_map(|t| v[(t * s.cases + n) * width..][..width].to_vec()).collect()
            };
            let one = |v: &[f64]| v.get(n * s.units..(n + 1) * s.units).unwrap_or_default().to_vec();
            let alone = Problem {
                sizes: sizes(steps, 1, s.inputs, s.units),
                x: rows(&p.x, s.inputs),
                mask: None,
                h0: one(&p.h0),
                c0: one(&p.c0),
                dy: rows(&p.dy, s.units),
                dh: one(&p.dh),
                dc: one(&p.dc),
                ..p.clone()
            };
            let alone = solve(&cell, &alone, Isa::detect());
            for (sum, (_, part)) in weights.iter_mut().zip(&alone.gradients) {
                sum.resize(part.len(), 0.0);
                sum.iter_mut().zip(part).for_each(|(a, b)| *a += b);
            }
            let pairs = [
                (alone.y, rows(&whole.y, s.units)),
                (alone.h, one(&whole.h)),
                (alone.c, one(&whole.c)),
                (alone.gradients[0].1.clone(), rows(&whole.gradients[0].1, s.inputs)),
                (alone.gradients[4].1.clone(), one(&whole.gradients[4].1)),
                (alone.gradients[5].1.clone(), one(&whole.gradients[5].1)),
            ];
            for (i, (expected, got)) in pairs.iter().enumerate() {
                assert!(difference(expected, got) < tolerance, "{name}, case {n}, part {i}");
            }
        }
        // What belongs to no case is the sum over the cases.
        for i in (0..weights.len()).filter(|i| ![0, 4, 5].contains(i)) {
            let (part, got) = &whole.gradients[i];
            assert!(difference(&weights[i], got) < 10.0 * tolerance, "{name}: {part}");
        }
        for (i, on) in p.mask.as_ref().unwrap().iter().enumerate().filter(|(_, on)| !**on) {
            assert!(whole.y[i * s.units..(i + 1) * s.units].iter().all(|v| *v == 0.0), "{name} {on}");
            assert!(whole.gradients[0].1[i * s.inputs..(i + 1) * s.inputs].iter().all(|v| *v == 0.0));
        }
    }
}

#[test]
fn a_used_workspace_is_as_good_as_a_fresh_one() {
    let mut ws = Workspace::default();
    for round in 0..2 {
        for (name, cell) in cells(kernel64) {
            for (t, masked) in [(6, true), (6, false), (2, false), (1, true), (4, true)] {
                let p = Problem::draw(&cell, sizes(t, 3, 2, 5), masked, 6 + round);
                let fresh = solve(&cell, &p, Isa::detect());
                let used = p.run(&cell, &mut State::new(&cell, 5), true, &mut ws);
                assert!(bits(&fresh) == bits(&used), "{name}, {t} steps, masked {masked}");
            }
        }
    }
}

#[test]
fn running_backward_twice_gives_the_same_gradients() {
    let cell = Placement::PAPER.cell(CellKind::Lstm, kernel64("layer"), None).unwrap();
    let p = Problem::draw(&cell, sizes(4, 3, 2, 5), true, 6);
    let mut ws = Workspace::default();
    let mut state = State::new(&cell, 5);
    let first = p.run(&cell, &mut state, true, &mut ws);
    assert_eq!(first, p.run(&cell, &mut state, true, &mut ws));
}
