//! The gated recurrent unit against its judge: both senses of the update gate, every placement it has.

use crate::support::gru::{Gru, How};
use crate::support::reference::Norm;
use crate::support::{Problem, agree, difference, kernel64, sizes, solve};
use norm_core::Isa;
use sequence::{Cell, CellKind, Options, Placement, Statistics};

const KINDS: [(CellKind, bool); 2] = [(CellKind::Gru, false), (CellKind::GruKeep, true)];

fn check(what: &str, cell: &Cell<f64>, judge: &Gru) {
    for (i, (t, n, inputs, units)) in
        [(4, 6, 2, 3), (1, 4, 3, 3), (5, 5, 2, 4), (3, 4, 1, 9)].into_iter().enumerate()
    {
        for masked in [false, true] {
            let what = format!("{what} {:?} masked {masked}", (t, n, inputs, units));
            let p = Problem::draw(cell, sizes(t, n, inputs, units), masked, 31 + i as u64);
            let got = solve(cell, &p, Isa::detect());
            let (y, h) = judge.forward(&p);
            for (name, expected, got) in [("y", &y, &got.y), ("h", &h, &got.h)] {
                let d = difference(expected, got);
                assert!(d < 1e-11, "{what}: {name} differs by {d:e}");
            }
            assert!(got.c.is_empty());
            agree(&what, &p.differences(|p| judge.loss(p)), &got.gradients, 1e-6);
        }
    }
}

#[test]
fn with_empty_slots_it_is_pytorch_s() {
    for (kind, keep) in KINDS {
        let cell = Cell::new(kind);
        assert!(cell.has_bias() && cell.has_recurrent_bias());
        let judge = Gru {
            keep,
            how: How::Within(Norm::Identity),
            recurrent: false,
            shift: false,
            eps: 0.0,
            met: Norm::Identity,
        };
        check(kind.name(), &cell, &judge);
        let cell = cell.with_recurrent_bias(false);
        assert!(cell.has_bias() && !cell.has_recurrent_bias());
        check(kind.name(), &cell, &judge);
    }
}

#[test]
fn the_layer_normalization_paper_s_form() {
    for (kind, keep) in KINDS {
        for (id, norm, shift) in [("layer", Norm::Layer, true), ("rms", Norm::Rms, false)] {
            let cell = Placement::PAPER.cell(kind, kernel64(id), None).unwrap();
            // The norms' shifts are the only biases; without shifts there are both.
            assert_eq!((cell.has_bias(), cell.has_recurrent_bias()), (!shift, !shift));
            let names: Vec<_> = cell.slot_params(3).iter().map(|p| (p.place.name(), p.len)).collect();
            let mut places = vec![("ih", 6), ("hh", 6), ("ih_candidate", 3), ("hh_candidate", 3)];
            if shift {
                places = places.iter().flat_map(|p| [*p, *p]).collect();
            }
            assert_eq!(names, places);
            let eps = kernel64(id).descriptor.consts[0].default;
            let judge =
                Gru { keep, how: How::Within(norm), recurrent: true, shift, eps, met: Norm::Identity };
            check(&format!("{} {id}", kind.name()), &cell, &judge);
        }
    }
}

#[test]
fn only_the_input_projections() {
    for (kind, keep) in KINDS {
        let cell = Placement::INPUT.cell(kind, kernel64("layer"), None).unwrap();
        assert!(!cell.has_bias() && cell.has_recurrent_bias());
        let how = How::Within(Norm::Layer);
        check(
            kind.name(),
            &cell,
            &Gru { keep, how, recurrent: false, shift: true, eps: 1e-5, met: Norm::Identity },
        );
        for (statistics, how) in [(None, How::Sequence), (Some(Statistics::PerStep { t_max: 2 }), How::Step)]
        {
            let options = Options { statistics, ..Options::default() };
            let cell = Placement::INPUT.cell_with(kind, kernel64("batch"), options).unwrap();
            let judge = Gru { keep, how, recurrent: false, shift: true, eps: 1e-5, met: Norm::Identity };
            check(&format!("{} {how:?}", kind.name()), &cell, &judge);
        }
    }
}

#[test]
fn recurrent_batch_normalization() {
    for (kind, keep) in KINDS {
        let options = Options { statistics: Some(Statistics::PerStep { t_max: 4 }), ..Options::default() };
        let cell = Placement::RECURRENT_BATCH.cell_with(kind, kernel64("batch"), options).unwrap();
        assert!(cell.has_bias() && cell.has_recurrent_bias());
        let judge =
            Gru { keep, how: How::Step, recurrent: true, shift: false, eps: 1e-5, met: Norm::Identity };
        check(kind.name(), &cell, &judge);
    }
}

#[test]
fn recurrent_products_of_a_direction() {
    for (kind, keep) in KINDS {
        let cell = Placement::OPERANDS.cell(kind, kernel64("cosine"), None).unwrap();
        let how = How::Within(Norm::Identity);
        let judge = Gru { keep, how, recurrent: false, shift: false, eps: 0.0, met: Norm::Direction };
        check(kind.name(), &cell, &judge);
    }
}

#[test]
fn the_two_senses_are_one_network_with_the_update_gate_negated() {
    let cell = |kind| Cell::<f64>::new(kind);
    let p = Problem::draw(&cell(CellKind::Gru), sizes(3, 4, 2, 3), true, 5);
    let mut negated = p.clone();
    for (v, width) in [(&mut negated.ih, 2), (&mut negated.hh, 3), (&mut negated.bias, 1)] {
        v[3 * width..6 * width].iter_mut().for_each(|v| *v = -*v);
    }
    let (take, keep) = (
        solve(&cell(CellKind::Gru), &p, Isa::detect()),
        solve(&cell(CellKind::GruKeep), &negated, Isa::detect()),
    );
    assert!(difference(&take.y, &keep.y) < 1e-13);
    assert!(difference(&take.y, &solve(&cell(CellKind::GruKeep), &p, Isa::detect()).y) > 1e-2);
}
