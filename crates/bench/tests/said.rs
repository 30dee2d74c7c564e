//! What the page is given to say about methods.

use bench::catalogue::methods::records;
use results::{Answer, Source};

/// A picture that is not what a method declares stands on no page.
#[test]
fn every_picture_is_what_the_method_declares() {
    for m in records().iter().filter(|m| m.kind == "normalization") {
        assert_eq!(m.pictures.len(), 2, "{}", m.id);
        for p in &m.pictures {
            assert!(p.declared_equals_measured, "{}: {}", m.id, p.title);
            assert!(p.cells.iter().flatten().any(|on| *on), "{}: {} shows nothing", m.id, p.title);
            let grid = p.grid.as_ref().unwrap();
            assert_eq!(p.rows.len(), grid.down * grid.across, "{}", m.id);
        }
    }
    // What pools the places of one channel is drawn with places.
    let instance = records().into_iter().find(|m| m.id == "instance").unwrap();
    assert_eq!(instance.pictures[0].grid.as_ref().unwrap().across_axis, "channel, place");
    let row = &instance.pictures[0].cells[0];
    assert_eq!(row.iter().filter(|on| **on).count(), 6);
    // Statistics of each step see their own step alone.
    let steps = records().into_iter().find(|m| m.id == "recurrent-batch").unwrap();
    let on: Vec<&str> = (0..24)
        .filter(|at| steps.pictures[0].cells[0][*at])
        .map(|at| steps.pictures[0].columns[at].as_str())
        .collect();
    assert_eq!(on, ["x[0,t0,0]", "x[1,t0,0]", "x[2,t0,0]"]);
}

#[test]
fn every_answer_is_probed_or_tested_and_gives_a_reason() {
    for m in records() {
        let all =
            [&m.train_equals_eval, &m.batch_one, &m.longer_than_training, &m.padding, &m.reparametrization];
        for property in all {
            assert!(property.source != Source::Descriptor, "{}: {}", m.id, property.why);
            assert!(property.why.len() > 10, "{}", m.id);
        }
        if m.id == "path-sgd" {
            assert!(all.iter().all(|p| p.answer == Answer::Yes));
        }
    }
}

/// The derived gradients are those of their judge, and a NaN would not be among them.
#[test]
fn every_gradient_is_judged_and_close() {
    for m in records().iter().filter(|m| m.kind == "normalization") {
        let [g] = &m.gradient_judges[..] else { panic!("{} has no judges", m.id) };
        assert!(g.judge.contains("central differences") || g.judge.contains("by hand"), "{}", g.judge);
        for judgement in [&g.hand_derived, &g.symbolic, &g.tape].into_iter().flatten() {
            for d in &judgement.differences {
                assert!(d.max_relative < 1e-6, "{} {}: {:e}", m.id, d.quantity, d.max_relative);
            }
        }
    }
}
