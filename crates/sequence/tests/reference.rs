//! The engine against the judge: outputs, last states and every gradient.

mod support;

use norm_core::Isa;
use sequence::{CellKind, Placement};
use support::reference::{Network, Norm};
use support::{Problem, agree, difference, kernel64, sizes, solve};

const SHAPES: [(usize, usize, usize, usize); 4] = [(4, 3, 2, 5), (1, 2, 3, 3), (5, 1, 2, 4), (3, 4, 1, 9)];

fn check(what: &str, network: &Network, p: &Problem, got: &support::Solution) {
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
        other => panic!("{other}"),
    };
    let eps = match (placement.eps, kernel64(id).descriptor.consts) {
        (Some(eps), _) => eps,
        (None, [eps, ..]) => eps.default,
        (None, []) => 0.0,
    };
    Network {
        name: placement.name,
        norm,
        lstm: kind == CellKind::Lstm,
        relu: kind == CellKind::RnnRelu,
        eps,
        batch: None,
    }
}

#[test]
fn every_placement_of_every_method_within_a_case() {
    let mut cells = 0;
    for placement in Placement::ALL {
        for kind in CellKind::ALL.into_iter().filter(|k| placement.fits(*k)) {
            for id in ["none", "layer", "rms"] {
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
    assert_eq!(cells, (9 + 2 * 3) * 3 * 8);
}
