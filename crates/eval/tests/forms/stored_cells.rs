//! Cells with methods whose store has a part in each use: what the cell does of it is what `as = sums` does step by step.

use std::collections::BTreeMap;

use crate::request::{Array, Request, close, noise};

const T: usize = 4;
const N: usize = 5;
const C: usize = 3;

type Answer = BTreeMap<String, Array>;

/// A method, what is said of it, and by which name the weights' update is told, if it is.
const METHODS: [(&str, &[(&str, &str)], bool); 9] = [
    ("ghost-batch", &[("statistics", "step"), ("const.block", "2")], false),
    ("ghost-batch", &[("statistics", "sequence"), ("const.block", "7")], false),
    ("online", &[("statistics", "step")], false),
    ("online", &[("statistics", "sequence")], false),
    ("power", &[("statistics", "step"), ("const.momentum", "0.3")], false),
    ("batch-renorm", &[("statistics", "sequence")], false),
    ("batch-renorm", &[("statistics", "step")], false),
    (
        "streaming",
        &[("const.alpha_long", "0.4"), ("const.alpha_short", "0.6"), ("const.beta_short", "0.2")],
        true,
    ),
    ("streaming-moments", &[("const.kappa", "0.9")], true),
];

fn carried(mut r: Request, prefix: &str, state: &Answer, updated: bool) -> Request {
    for (name, (shape, data)) in state.iter().filter(|(name, _)| name.starts_with("state.")) {
        r = r.tensor(name, shape, data);
    }
    if updated { r.tensor(&format!("{prefix}updated"), &[], &[1.0]) } else { r }
}

fn said(words: &[(&str, &str)]) -> Request {
    words.iter().fold(Request::default(), |r, (key, value)| r.word(key, value))
}

fn eye(n: usize) -> Vec<f64> {
    (0..n * n).map(|i| f64::from(u8::from(i / n == i % n))).collect()
}

/// A recurrence of one step, with nothing between steps and the summed inputs for its inputs, is the method and `tanh`.
#[test]
fn a_cell_stores_what_its_sums_store() {
    let mask: Vec<f64> = (0..T * N).map(|i| if i / N >= 3 && i % N > 2 { 0.0 } else { 1.0 }).collect();
    for (method, words, streams) in METHODS {
        let [mut of_sums, mut of_cell] = [Answer::new(), Answer::new()];
        for call in 0..4 {
            let at = |what: &str| format!("{method} {words:?}, call {call}: {what}");
            let (x, dy) = (noise(T * N * C, call + 1), noise(T * N * C, call + 11));
            let updated = streams && call > 1;
            let cell = said(words)
                .word("as", "rnn")
                .word("placement", "input")
                .tensor("x", &[T, N, C], &x)
                .tensor("param.weight_ih", &[C, C], &eye(C))
                .tensor("param.weight_hh", &[C, C], &[0.0; C * C])
                .tensor("param.ih.gain", &[C], &[0.5, 1.0, 2.0])
                .tensor("mask", &[T, N], &mask)
                .tensor("dy", &[T, N, C], &dy);
            let cell = carried(cell, "state.ih.", &of_cell, updated).send(method).unwrap();
            let slopes: Vec<f64> = dy.iter().zip(&cell["y"].1).map(|(dy, y)| dy * (1.0 - y * y)).collect();
            let sums = said(words)
                .word("layout", "TNC")
                .tensor("x", &[T, N, C], &x)
                .tensor("param.gain", &[C], &[0.5, 1.0, 2.0])
                .tensor("mask", &[T, N], &mask)
                .tensor("dy", &[T, N, C], &slopes);
            let sums = carried(sums, "state.", &of_sums, updated).send(method).unwrap();
            let y: Vec<f64> = sums["y"].1.iter().map(|z| z.tanh()).collect();
            close(&at("y"), &cell["y"].1, &y, 1e-12);
            close(&at("dx"), &cell["dx"].1, &sums["dx"].1, 1e-12);
            close(&at("dgain"), &cell["dparam.ih.gain"].1, &sums["dparam.gain"].1, 1e-12);
            let mut stored = 0;
            for (name, (shape, data)) in sums.iter().filter(|(name, _)| name.starts_with("state.")) {
                let other = &cell[&name.replace("state.", "state.ih.")];
                assert_eq!(&other.0, shape, "{}", at(name));
                close(&at(name), &other.1, data, 1e-12);
                stored += 1;
            }
            assert_eq!(cell.keys().filter(|name| name.starts_with("state.")).count(), stored);
            assert!(stored > 0, "{}", at("nothing is stored"));
            (of_sums, of_cell) = (sums, cell);
        }
    }
}

fn request(form: &str, rows: usize) -> Request {
    Request::default()
        .word("as", form)
        .word("placement", "input")
        .tensor("x", &[T, N, C], &noise(T * N * C, 1))
        .tensor("param.weight_ih", &[rows, C], &noise(rows * C, 2))
        .tensor("param.weight_hh", &[rows, 2], &noise(rows * 2, 3))
}

const FORMS: [(&str, usize); 3] = [("rnn", 2), ("gru", 6), ("lstm", 8)];

/// Evaluation by what training has stored moves nothing, in any cell.
#[test]
fn every_cell_evaluates_by_what_it_has_stored() {
    for (form, rows) in FORMS {
        for (method, words, _) in METHODS {
            let of = |r: Request| words.iter().fold(r, |r, (key, value)| r.word(key, value));
            let trained = of(request(form, rows)).tensor("dy", &[T, N, 2], &noise(T * N * 2, 4)).send(method);
            let trained = trained.unwrap_or_else(|refused| panic!("{method} as {form}: {refused}"));
            let eval = carried(of(request(form, rows)).word("mode", "eval"), "", &trained, false);
            let answer = eval.send(method).unwrap();
            for (name, (_, data)) in trained.iter().filter(|(name, _)| name.starts_with("state.")) {
                assert_eq!(&answer[name].1, data, "{method} as {form}: {name}");
            }
            let fresh = of(request(form, rows)).word("mode", "eval").send(method).unwrap();
            assert_ne!(fresh["y"].1, answer["y"].1, "{method} as {form}: what is stored is used");
        }
    }
}

#[test]
fn paths_that_do_not_follow_a_store_say_which_does() {
    for (form, rows) in FORMS {
        for path in ["composed", "reference"] {
            for method in ["ghost-batch", "online", "power", "batch-renorm", "streaming", "streaming-moments"]
            {
                let refused = request(form, rows).word("path", path).send(method).unwrap_err().to_string();
                assert!(refused.contains("write path = fused"), "{method}: {refused}");
                assert!(!refused.contains('\n'), "{refused}");
            }
        }
    }
}

/// Settings and numbers that no store has are refused as they are without a cell.
#[test]
fn a_store_of_a_cell_is_checked() {
    for (key, value, named) in
        [("const.kappa", "1.5", "kappa"), ("statistics", "step", "statistics"), ("const.p", "0.5", "const.p")]
    {
        let refused = request("rnn", 2).word(key, value).send("streaming").unwrap_err().to_string();
        assert!(refused.contains(named), "{refused}");
    }
    let half = request("lstm", 8).tensor("state.ih.short_count", &[], &[0.5]).send("streaming");
    let refused = half.unwrap_err().to_string();
    assert!(refused.contains("state.ih.short_count"), "{refused}");
}
