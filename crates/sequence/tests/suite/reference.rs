//! The engine against the judge: outputs, last states and every gradient.

use crate::support::reference::{Network, Norm, nonlinearity};
use crate::support::{Problem, agree, difference, kernel64, sizes, solve};
use norm_core::Isa;
use sequence::{CellKind, Placement};

const SHAPES: [(usize, usize, usize, usize); 4] = [(4, 3, 2, 5), (1, 2, 3, 3), (5, 1, 2, 4), (3, 4, 1, 9)];

fn check(what: &str, network: &Network, p: &Problem, got: &crate::support::Solution) {
    let r = network.forward(p);
    for (name, expected, got) in [("y", &r.y, &got.y), ("h", &r.h, &got.h), ("c", &r.c, &got.c)] {
        let d = difference(expected, got);
        assert!(d < 1e-12, "{what}: {name} differs by {d:e}");
    }
    agree(what, &network.gradients(p), &got.gradients, 1e-6);
}

fn network(placement: &Placement, id: &str, kind: CellKind) -> Network {
    let norm = match id {
        "none" => Norm::Identity,
        "layer" => Norm::Layer,
        "rms" => Norm::Rms,
        "cosine" => Norm::Direction,
        other => panic!("{other}"),
    };
    let eps = match (placement.eps, kernel64(id).descriptor.consts) {
        (Some(eps), _) => eps,
        (None, [eps, ..]) => eps.default,
        (None, []) => 0.0,
    };
    Network {
        // A simple recurrence of the paper has one norm, over the sum.
        name: match (placement.name, kind) {
            ("paper", CellKind::RnnTanh | CellKind::RnnRelu | CellKind::RnnClipped) => "joint",
            (name, _) => name,
        },
        norm,
        lstm: kind == CellKind::Lstm,
        nonlinearity: nonlinearity(kind.name()),
        eps,
        batch: None,
    }
}

#[test]
fn every_placement_of_every_method_within_a_case() {
    let mut cells = 0;
    for placement in Placement::ALL {
        for kind in CellKind::ALL.into_iter().filter(|k| !k.has_candidate() && !k.has_peepholes()) {
            for id in ["none", "layer", "rms", "cosine"] {
                if placement.allows(kernel64(id).descriptor, kind).is_err() {
                    continue;
                }
                let cell = placement.cell(kind, kernel64(id), None).unwrap();
                for (i, (t, n, inputs, units)) in SHAPES.into_iter().enumerate() {
                    for masked in [false, true] {
                        let p = Problem::draw(&cell, sizes(t, n, inputs, units), masked, 11 + i as u64);
                        let got = solve(&cell, &p, Isa::detect());
                        let what =
                            format!("{} {id} {} {:?} masked {masked}", placement.name, kind.name(), p.sizes);
                        check(&what, &network(&placement, id, kind), &p, &got);
                        cells += 1;
                    }
                }
            }
        }
    }
    // Nine placements of an LSTM and three of each simple recurrence take three methods, one takes the cosine, and the
    // plain recurrence is the baseline's.
    assert_eq!(cells, ((9 + 3 * 3) * 3 + 4 + 4) * 8);
}

#[test]
fn the_clipped_rectifier_clips() {
    let cell = Placement::NONE.cell(CellKind::RnnClipped, kernel64("none"), None).unwrap();
    let mut p = Problem::draw(&cell, sizes(4, 12, 2, 6), true, 3);
    p.x.iter_mut().for_each(|v| *v *= 25.0);
    let got = solve(&cell, &p, Isa::detect());
    check("clipped", &network(&Placement::NONE, "none", CellKind::RnnClipped), &p, &got);
    let count = |f: fn(f64) -> bool| got.y.iter().filter(|v| f(**v)).count();
    assert!(count(|v| v == 20.0) > 10 && count(|v| v > 0.0 && v < 20.0) > 10);
}
