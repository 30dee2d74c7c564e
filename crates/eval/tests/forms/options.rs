//! Every option in every form of every method: it changes the answer, says what is usual, or is refused.

use std::collections::BTreeMap;

use eval::Error;
use norm_core::{Along, Descriptor, PolicyKind, Skeleton};

use crate::request::{Array, Request, noise};

const FORMS: [&str; 9] = ["NC", "NCS", "TNC", "linear", "conv", "rnn", "gru", "lstm", "update"];

/// A request of a form for a method, with every tensor that makes options felt.
fn request(form: &str, d: &Descriptor) -> Request {
    let in_groups = d.id == "group" && ["NC", "NCS", "TNC", "linear", "conv"].contains(&form);
    let r = if in_groups { Request::default().word("const.groups", "1") } else { Request::default() };
    let filled = |r: Request, name: &str, shape: &[usize], seed: u64| {
        r.tensor(name, shape, &noise(shape.iter().product(), seed))
    };
    let both = |r: Request, shape: &[usize]| filled(filled(r, "x", shape, 1), "dy", shape, 2);
    match form {
        "NC" => both(r, &[4, 4]),
        "NCS" => both(r.word("layout", "NCS"), &[2, 4, 12]),
        "TNC" => both(r.word("layout", "TNC"), &[3, 4, 4]),
        "linear" => {
            let r = filled(filled(r.word("as", "linear"), "x", &[4, 3], 1), "dy", &[4, 4], 2);
            filled(r, "param.weight", &[4, 3], 3)
        }
        "conv" => {
            let r = filled(r.word("as", "conv"), "x", &[2, 2, 5, 5], 1);
            filled(r, "param.weight", &[4, 2, 2, 2], 3)
        }
        "update" => {
            let r = r.word("as", "update").word("steps", "3");
            let r = filled(filled(r, "param.weight_ih", &[3, 2], 1), "param.weight_hh", &[3, 3], 2);
            filled(r, "param.weight_out", &[2, 3], 3)
        }
        cell => {
            let gates = match cell {
                "rnn" => 1,
                "gru" => 3,
                _ => 4,
            };
            let r = filled(filled(r.word("as", cell), "x", &[3, 4, 3], 1), "dy", &[3, 4, 2], 2);
            let r = filled(r, "param.weight_ih", &[gates * 2, 3], 3);
            let r = filled(r, "param.weight_hh", &[gates * 2, 2], 4);
            // Large enough for what is clipped at 20.
            if d.id == "sequence-batch" { r.tensor("param.ih.gain", &[2], &[50.0; 2]) } else { r }
        }
    }
}

/// Values that are not the usual ones.
const OPTIONS: [(&str, &[&str]); 11] = [
    ("evaluate", &["batch"]),
    ("row", &["2", "3"]),
    ("statistics", &["frame", "step", "sequence"]),
    ("placement", &["pytorch", "joint", "burn", "labml"]),
    ("nonlinearity", &["tanh", "relu", "clipped"]),
    ("stride", &["2"]),
    ("padding", &["1"]),
    ("steps", &["2"]),
    ("loss", &["last"]),
    ("const.groups", &["2"]),
    ("const.momentum", &["0.5"]),
];

/// Whether a value is what holds where the option is left out.
fn is_usual(d: &Descriptor, form: &str, key: &str, value: &str) -> bool {
    let usual = norms_placement(d);
    match key {
        "statistics" if d.policy == PolicyKind::PerStep => value != "sequence",
        "statistics" => value == "sequence",
        // Without a norm the gate of a GRU is PyTorch's already; a simple recurrence has one norm over the sum anyway.
        "placement" if value == "pytorch" => form == "gru" && (d.is_identity() || usual != "paper"),
        "placement" => value == usual || (form == "rnn" && value == "joint" && usual == "paper"),
        "nonlinearity" if d.id == "sequence-batch" => value == "clipped",
        "nonlinearity" => value == "tanh",
        // In evaluation a method is what it is in training; what it would do there has no effect.
        "const.momentum" => true,
        _ => false,
    }
}

fn norms_placement(d: &Descriptor) -> &'static str {
    sequence::Placement::usual(d).map_or("", |p| p.name)
}

type Answer = BTreeMap<String, Array>;

#[test]
fn every_option_changes_something_or_is_refused() {
    let mut felt: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let methods = norms::METHODS.iter().map(norms::Method::descriptor);
    for d in methods {
        for form in FORMS {
            for mode in ["train", "eval"] {
                let mut r = request(form, d).word("mode", mode);
                if d.policy == PolicyKind::Streaming {
                    r = r.tensor("state.long.mu", &[4], &noise(4, 7));
                }
                let Ok(plain) = r.send(d.id).or_else(|_| request(form, d).word("mode", mode).send(d.id))
                else {
                    continue;
                };
                for (key, values) in OPTIONS {
                    for value in values {
                        let answer: Result<Answer, Error> = r.clone().word(key, value).send(d.id);
                        let Ok(answer) = answer else { continue };
                        let changes = answer != plain;
                        assert!(
                            changes || is_usual(d, form, key, value),
                            "{} as {form}, mode = {mode}: `{key} = {value}` is taken and changes nothing",
                            d.id
                        );
                        *felt.entry((form, key)).or_default() += usize::from(changes);
                    }
                }
            }
        }
    }
    // Each is felt where docs/eval.md has it.
    for (form, key) in [
        ("NC", "evaluate"),
        ("NC", "const.groups"),
        ("NC", "const.momentum"),
        ("NCS", "row"),
        ("TNC", "statistics"),
        ("linear", "evaluate"),
        ("conv", "stride"),
        ("conv", "padding"),
        ("rnn", "nonlinearity"),
        ("rnn", "statistics"),
        ("gru", "placement"),
        ("lstm", "placement"),
        ("lstm", "evaluate"),
    ] {
        assert!(felt.get(&(form, key)).is_some_and(|n| *n > 0), "{key} is never felt in {form}");
    }
}

/// Which options are refused where: the rule, for every method.
#[test]
fn where_options_mean_nothing() {
    let idle = |d: &Descriptor, form: &str, mode: &str, key: &str, value: &str| match request(form, d)
        .word("mode", mode)
        .word(key, value)
        .send(d.id)
    {
        Ok(_) => panic!("{} as {form}, mode = {mode}: `{key} = {value}` is taken", d.id),
        Err(e) => assert!(e.to_string().contains(key) || e.to_string().contains("statistics"), "{e}"),
    };
    for d in norms::METHODS.iter().map(norms::Method::descriptor) {
        let sees_rows = d.plan.windows().iter().any(|(window, _)| window.along == Along::Space);
        let across = d.reference_set.skeleton() == Skeleton::Channelwise;
        for form in FORMS {
            if request(form, d).send(d.id).is_err() {
                continue;
            }
            for value in ["running", "population", "batch"] {
                idle(d, form, "train", "evaluate", value);
                if !d.policy.stores() {
                    idle(d, form, "eval", "evaluate", value);
                }
            }
            for mode in ["train", "eval"] {
                if form != "NCS" || !sees_rows {
                    idle(d, form, mode, "row", "2");
                }
                let has_steps = ["TNC", "rnn", "gru", "lstm"].contains(&form);
                if !has_steps || !across {
                    idle(d, form, mode, "statistics", "frame");
                }
                if form != "gru" {
                    idle(d, form, mode, "placement", "pytorch");
                }
                if form != "rnn" {
                    idle(d, form, mode, "nonlinearity", "tanh");
                }
                if form != "conv" {
                    idle(d, form, mode, "stride", "1");
                    idle(d, form, mode, "padding", "0");
                }
                idle(d, form, mode, "steps", "1");
                idle(d, form, mode, "loss", "every");
                if d.id != "group" || ["rnn", "gru", "lstm"].contains(&form) {
                    idle(d, form, mode, "const.groups", "2");
                }
                if !d.policy.averages() {
                    idle(d, form, mode, "const.momentum", "0.1");
                }
            }
        }
    }
}

/// An update has its own form and no other option.
#[test]
fn options_of_an_update() {
    let d = norms::METHODS[0].descriptor();
    let r = request("update", d);
    let plain = r.send("path-sgd").unwrap();
    assert_ne!(r.clone().word("loss", "last").send("path-sgd").unwrap(), plain);
    assert_ne!(r.clone().word("steps", "4").send("path-sgd").unwrap(), plain);
    for (key, value) in
        [("mode", "train"), ("path", "fused"), ("evaluate", "batch"), ("layout", "NC"), ("row", "1")]
    {
        assert!(matches!(r.clone().word(key, value).send("path-sgd"), Err(Error::Key { .. })), "{key}");
    }
    let chain = Request::default().word("as", "update").tensor("param.weight.0", &[1, 1], &[2.0]);
    for (key, value) in [("steps", "3"), ("loss", "last")] {
        assert!(matches!(chain.clone().word(key, value).send("path-sgd"), Err(Error::Key { .. })), "{key}");
    }
}
