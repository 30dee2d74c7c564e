//! Which method a need asks for.

use std::collections::BTreeSet;

use claims::{Claim, Evidence, NEEDS, advice, find};
use results::{AdviceRecord, Answer, CellSettings, MethodRecord, Property, StateSize};

use crate::bench::{Ending, MadeUp, draw};

/// A method that meets every need, without state unless it says so.
fn method(id: &str, same_in_use: Answer, bytes: u64) -> MethodRecord {
    let meets = |answer| Property { answer, why: "made up".to_owned(), ..Property::default() };
    MethodRecord {
        id: id.to_owned(),
        train_equals_eval: meets(same_in_use),
        batch_one: meets(Answer::Yes),
        longer_than_training: meets(Answer::Yes),
        padding: meets(Answer::Conditional),
        reparametrization: meets(Answer::Conditional),
        state_growth: vec![StateSize { steps: 1, bytes }, StateSize { steps: 100, bytes }],
        ..MethodRecord::default()
    }
}

fn methods() -> Vec<MethodRecord> {
    vec![
        method("batch", Answer::No, 800),
        method("layer", Answer::Yes, 0),
        method("batch-renorm", Answer::No, 900),
    ]
}

/// Losses around 0.5, those of a method higher by so much of a logarithm, with noise of each cell.
fn by(effects: [(&'static str, f64); 3]) -> impl Fn(&CellSettings) -> Ending {
    move |cell| {
        let planted = effects.iter().find(|(id, _)| *id == cell.method).map_or(0.0, |(_, e)| *e);
        // The method's own noise: another seed for each.
        let own = CellSettings {
            seed: 1000 * (1 + cell.method.bytes().map(u64::from).sum::<u64>()) + cell.seed,
            ..cell.clone()
        };
        let away = (cell.learning_rate / 1e-3).ln().abs();
        Ending::with_loss(0.5 * (planted + 0.05 * draw(&own) + away).exp())
    }
}

/// What is said to somebody with a perceptron and batches of 4.
fn few_cases(methods: &[MethodRecord], bench: &MadeUp) -> AdviceRecord {
    let all = advice(methods, bench).unwrap();
    all.into_iter().find(|record| record.id == "perceptron-few-cases").unwrap()
}

fn trained(effects: [(&'static str, f64); 3]) -> MadeUp {
    let claims: Vec<&Claim> = ["R7", "R39"].map(|id| find(id).unwrap()).into();
    MadeUp::trained_for(&claims, by(effects))
}

fn order(record: &AdviceRecord) -> Vec<&str> {
    record.standings.iter().map(|standing| standing.method.as_str()).collect()
}

#[test]
fn one_that_is_better_than_all_is_recommended() {
    let record = few_cases(&methods(), &trained([("batch", 1.0), ("layer", 0.5), ("batch-renorm", 0.0)]));
    assert_eq!(order(&record), ["batch-renorm", "layer", "batch"]);
    assert!(record.standings[1].told_apart && record.standings[2].told_apart);
    assert!(record.standings[0].behind.is_none());
    assert!(record.standings[1].behind.as_ref().unwrap().lower.unwrap() > 0.3, "{record:?}");
    assert!(record.reason.contains("every other one is told apart"), "{}", record.reason);
    assert_eq!(record.choice().unwrap().method, "batch-renorm");
    assert_eq!(record.runner_up().unwrap().method, "layer");
}

/// Exchanging the numbers of two arms exchanges what is recommended.
#[test]
fn the_numbers_decide_and_not_the_names() {
    let record = few_cases(&methods(), &trained([("batch", 0.0), ("layer", 0.5), ("batch-renorm", 1.0)]));
    assert_eq!(order(&record), ["batch", "layer", "batch-renorm"]);
}

#[test]
fn of_those_not_told_apart_the_simplest_is_recommended() {
    let bench = trained([("batch", 0.0), ("layer", 0.01), ("batch-renorm", 0.9)]);
    let record = few_cases(&methods(), &bench);
    assert_eq!(order(&record), ["layer", "batch", "batch-renorm"]);
    assert!(!record.standings[0].told_apart && !record.standings[1].told_apart);
    // Were the other one the simpler, it would be that.
    let mut methods = methods();
    methods[0] = method("batch", Answer::Yes, 0);
    methods[1] = method("layer", Answer::Yes, 8);
    assert_eq!(order(&few_cases(&methods, &bench)), ["batch", "layer", "batch-renorm"]);
}

#[test]
fn a_method_that_fails_the_need_is_left_out_with_its_reason() {
    let mut methods = methods();
    methods[0].reparametrization =
        Property { answer: Answer::No, why: "it looks at the case".to_owned(), ..Property::default() };
    let all = advice(&methods, &MadeUp::default()).unwrap();
    let foldable = all.iter().find(|record| record.id == "nothing-in-use").unwrap();
    assert_eq!(foldable.left_out, [("batch".to_owned(), "it looks at the case".to_owned())]);
}

#[test]
fn without_all_its_cells_a_need_has_no_answer() {
    let mut bench = trained([("batch", 0.0), ("layer", 0.5), ("batch-renorm", 1.0)]);
    bench.lose(|cell| cell.method == "batch-renorm" && cell.seed > 200);
    let record = few_cases(&methods(), &bench);
    assert!(record.standings.is_empty() && record.choice().is_none());
    assert_eq!(record.reason, "cells of 1 arms are not there");
    // An empty run recommends nothing to anybody.
    assert!(advice(&methods(), &MadeUp::default()).unwrap().iter().all(|r| r.standings.is_empty()));
}

/// Whatever decides the claims trains what a recommendation needs, and each need names claims that there are.
#[test]
fn every_candidate_stands_in_a_claim() {
    let mut names = BTreeSet::new();
    for need in NEEDS {
        assert!(names.insert(need.id), "{} twice", need.id);
        assert!(!need.claims.is_empty(), "{}", need.id);
        for id in need.claims {
            find(id).unwrap();
        }
        for candidate in need.candidates {
            let stands = claims::standard().iter().any(|claim| match claim.evidence {
                Evidence::Trained(experiment) => experiment
                    .comparisons
                    .iter()
                    .any(|c| c.on == need.on && (c.first == candidate.arm || c.second == candidate.arm)),
                _ => false,
            });
            assert!(
                stands,
                "{}: {} is trained for no claim of the standard tier",
                need.id, candidate.arm.label
            );
        }
    }
}

/// The reader of the question: an LSTM, variable lengths, batches of 8.
#[test]
fn the_reader_of_the_question_finds_a_line() {
    let need = NEEDS.first().unwrap();
    for word in ["LSTM", "several lengths", "8"] {
        assert!(need.need.contains(word), "{}", need.need);
    }
    assert_eq!(need.on.protocol.batch_size, Some(8));
}
