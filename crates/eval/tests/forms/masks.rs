//! Steps and batches at the edge of what has a meaning: every method on every path in both modes with masks that leave
//! little or nothing.

use std::collections::BTreeMap;

use crate::request::{Array, PATHS, Request, close, noise};

/// Requests by name.
fn edges(method: &str) -> Vec<(&'static str, Request)> {
    let mut r = Request::default();
    if method == "group" {
        r = r.word("const.groups", "1");
    }
    let sums = |shape: &[usize]| {
        let n = shape.iter().product();
        r.clone().tensor("x", shape, &noise(n, 1)).tensor("dy", shape, &noise(n, 2))
    };
    let steps = |shape: &[usize]| sums(shape).word("layout", "TNC");
    let cell = |form: &str, gates: usize, mask: &[f64]| {
        let r = if method == "group" { Request::default() } else { r.clone() };
        r.word("as", form)
            .tensor("x", &[3, 2, 4], &noise(24, 3))
            .tensor("dy", &[3, 2, 5], &noise(30, 4))
            .tensor("param.weight_ih", &[gates * 5, 4], &noise(gates * 20, 5))
            .tensor("param.weight_hh", &[gates * 5, 5], &noise(gates * 25, 6))
            .tensor("mask", &[3, 2], mask)
    };
    let (last, first, all) = ([1.0, 1.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 1.0, 0.0], [0.0; 6]);
    let linear = r.clone().word("as", "linear").tensor("x", &[1, 4], &noise(4, 1));
    let conv =
        r.clone().word("as", "conv").tensor("x", &[1, 1, 1, 1], &[0.7]).tensor("dy", &[1, 1, 1, 1], &[1.0]);
    vec![
        ("all cases masked", sums(&[3, 4]).tensor("mask", &[3], &[0.0; 3])),
        ("one case left", sums(&[3, 4]).tensor("mask", &[3], &[0.0, 1.0, 0.0])),
        ("one case", sums(&[1, 4])),
        ("all steps masked", steps(&[3, 2, 4]).tensor("mask", &[3, 2], &all)),
        ("last step masked", steps(&[3, 2, 4]).tensor("mask", &[3, 2], &last)),
        ("first step masked", steps(&[3, 2, 4]).tensor("mask", &[3, 2], &first)),
        ("space, all cases masked", sums(&[2, 4, 3]).word("layout", "NCS").tensor("mask", &[2], &[0.0; 2])),
        ("an RNN, last step masked", cell("rnn", 1, &last)),
        ("a GRU, last step masked", cell("gru", 3, &last)),
        ("an LSTM, last step masked", cell("lstm", 4, &last)),
        ("an LSTM, first step masked", cell("lstm", 4, &first)),
        ("an LSTM, all steps masked", cell("lstm", 4, &all)),
        ("one row", linear.tensor("param.weight", &[2, 4], &noise(8, 2)).tensor("dy", &[1, 2], &[1.0, -1.0])),
        ("one pixel", conv.tensor("param.weight", &[1, 1, 1, 1], &[0.5])),
    ]
}

/// Both answers hold the same numbers, as far as rounding goes.
fn agree(at: &str, got: &BTreeMap<String, Array>, want: &BTreeMap<String, Array>) {
    assert_eq!(got.keys().collect::<Vec<_>>(), want.keys().collect::<Vec<_>>(), "{at}");
    for (name, want) in want {
        assert_eq!(got[name].0, want.0, "{name} of {at}");
        close(&format!("{name} of {at}"), &got[name].1, &want.1, 1e-9);
    }
}

#[test]
fn every_method_on_every_path_in_both_modes() {
    let mut carried_out = 0;
    for method in norms::METHODS {
        let id = method.descriptor().id;
        for (name, r) in edges(id) {
            for mode in ["train", "eval"] {
                let answers = PATHS.map(|path| r.clone().word("path", path).word("mode", mode).send(id));
                let at = format!("{id}, {name}, {mode}");
                let [fused, composed, reference] = answers;
                match (fused, reference) {
                    (Ok(fused), Ok(reference)) => {
                        carried_out += 1;
                        agree(&format!("{at}, reference"), &reference, &fused);
                        match composed {
                            Ok(composed) => agree(&format!("{at}, composed"), &composed, &fused),
                            // The one path that a method may not have.
                            Err(e) => assert!(e.to_string().contains("path = composed"), "{at}: {e}"),
                        }
                    }
                    (Err(fused), Err(reference)) => {
                        assert_eq!(fused.to_string(), reference.to_string(), "{at}");
                        assert!(composed.is_err(), "{at} is carried out on the composed path alone");
                    }
                    // A store that has a part in each use of a cell is followed by one path alone.
                    (Ok(_), Err(e)) if e.to_string().contains("write path = fused") => {
                        carried_out += 1;
                        assert_eq!(composed.map_err(|e| e.to_string()), Err(e.to_string()), "{at}");
                    }
                    (fused, reference) => panic!("{at}: fused {fused:?}, reference {reference:?}"),
                }
            }
        }
    }
    assert!(carried_out > 400, "only {carried_out} requests were carried out");
}
