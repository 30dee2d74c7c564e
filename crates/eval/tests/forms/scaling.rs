//! Every path takes an input whose squares its element type does not have, and finds the spread of equal numbers to be 0.

use eval::Error;
use norm_core::conformance::relative_difference;

use crate::request::{PATHS, Request, noise};

/// Methods whose answer holds no stored square, with the words they need for cases × channels × space.
const METHODS: [(&str, &[(&str, &str)]); 10] = [
    ("layer", &[]),
    ("rms", &[]),
    ("scale", &[]),
    ("group", &[("const.groups", "2")]),
    ("instance", &[]),
    ("filter-response", &[]),
    ("filter-response-learned", &[]),
    ("local-response", &[]),
    ("divisive", &[]),
    ("local-contrast", &[]),
];

fn request(words: &[(&str, &str)], path: &str, x: &[f64]) -> Request {
    let r = Request::default().word("layout", "NCS").word("path", path);
    let r = words.iter().fold(r, |r, (key, value)| r.word(key, value));
    r.tensor("x", &[3, 4, 5], x).tensor("dy", &[3, 4, 5], &noise(60, 2))
}

/// What has all its digits in single precision.
const LEAST: f64 = 1e-31;

#[test]
fn large_inputs_in_single_precision() {
    for (method, words) in METHODS {
        for factor in [1e12, 1e20, 1e25, 1e30] {
            let x: Vec<f64> = noise(60, 1).iter().map(|v| f64::from((v * factor) as f32)).collect();
            let double = request(words, "reference", &x).send(method).unwrap();
            for path in PATHS {
                let got = request(words, path, &x).in_single_precision().send(method).unwrap();
                for name in ["y", "dx"] {
                    let off = relative_difference(&got[name].1, &double[name].1, LEAST);
                    assert!(off < 2e-4, "{method} at {factor:e}, {path}: {name} is off by {off:e}");
                }
            }
        }
    }
}

/// At such sizes no epsilon is seen, so the answer grows by the same power of a factor wherever it is multiplied.
#[test]
fn large_inputs_in_double_precision() {
    for (method, words) in METHODS {
        let at = |path: &str, power: i32| {
            let x: Vec<f64> = noise(60, 1).iter().map(|v| v * 2f64.powi(power)).collect();
            request(words, path, &x).send(method).unwrap()["y"].1.clone()
        };
        let (one, two) = (at("reference", 100), at("reference", 140));
        let size = |y: &[f64]| y.iter().map(|v| v.abs()).sum::<f64>();
        let grown = size(&two) / size(&one);
        let want: Vec<f64> = one.iter().map(|v| v * grown.powi(15)).collect();
        for path in PATHS {
            let off = relative_difference(&at(path, 700), &want, LEAST);
            assert!(off < 1e-9, "{method}, {path}: y is off by {off:e}");
        }
    }
}

/// Weights without an epsilon beside them have a direction, however short they are.
#[test]
fn small_weights() {
    for method in ["weight", "weight-exp", "cosine", "cosine-centred"] {
        let (x, w) = (noise(12, 1), noise(8, 2));
        let send = |path: &str, factor: f64| {
            let w: Vec<f64> = w.iter().map(|v| v * factor).collect();
            let r = Request::default().word("as", "linear").word("path", path);
            let r = r.tensor("x", &[3, 4], &x).tensor("param.weight", &[2, 4], &w);
            r.tensor("dy", &[3, 2], &noise(6, 3)).send(method).unwrap()
        };
        let want = send("reference", 1.0);
        for path in PATHS {
            let got = send(path, 2f64.powi(-500));
            for name in ["y", "dx"] {
                let off = relative_difference(&got[name].1, &want[name].1, LEAST);
                assert!(off < 1e-12, "{method}, {path}: {name} is off by {off:e}");
            }
        }
    }
}

/// The output of batch normalization is an ordinary number there; the variance that it would store is none.
#[test]
fn a_square_that_cannot_be_stored_is_refused_by_name() {
    for path in PATHS {
        let x: Vec<f64> = noise(12, 1).iter().map(|v| v * 1e25).collect();
        let r = Request::default().word("path", path).tensor("x", &[3, 4], &x).in_single_precision();
        let refused = r.send("batch").unwrap_err();
        assert!(
            matches!(&refused, Error::Answer { name, .. } if name == "state.running_var"),
            "{path}: {refused}"
        );
    }
}

/// The same of the cells: their outputs are ordinary numbers, and no path leaves a state as it was and says nothing.
#[test]
fn a_square_that_no_state_of_a_cell_can_hold_is_refused_by_name() {
    for (form, gates) in [("rnn", 1), ("gru", 3), ("lstm", 4)] {
        for (placement, steps) in [("input", "sequence"), ("recurrent_batch", "step")] {
            let x: Vec<f64> = noise(24, 1).iter().map(|v| v * 1e25).collect();
            let of = |path: &str, mode: &str| {
                let r = Request::default().word("as", form).word("path", path).word("mode", mode);
                let r = r.word("placement", placement).word("statistics", steps);
                let r = if mode == "eval" { r.word("evaluate", "batch") } else { r };
                r.tensor("x", &[3, 2, 4], &x)
                    .tensor("param.weight_ih", &[gates * 5, 4], &noise(gates * 20, 5))
                    .tensor("param.weight_hh", &[gates * 5, 5], &noise(gates * 25, 6))
                    .in_single_precision()
                    .send("batch")
            };
            let said = PATHS.map(|path| {
                let y = &of(path, "eval").unwrap()["y"].1;
                assert!(y.iter().all(|v| v.is_finite()), "{form} on {path}: nothing is stored");
                let refused = of(path, "train").unwrap_err();
                // Of a gated unit's two projections the engine meets the candidate's first, an unrolled cell the gates'.
                let named = |place: &str| format!("state.{place}.running_var");
                let of_input = ["ih", "ih_candidate"].map(named);
                let Error::Answer { name, .. } = &refused else {
                    panic!("{form} with {placement} on {path}: {refused}")
                };
                assert!(of_input.contains(name), "{form} with {placement} on {path}: {refused}");
                refused.to_string().replace(&of_input[1], &of_input[0])
            });
            assert!(said.iter().all(|s| *s == said[2]), "{form} with {placement}: {said:?}");
        }
    }
}

#[test]
fn equal_numbers_have_no_spread() {
    for path in PATHS {
        for value in [1234.1, -77.7, 1000.1, 1e-3] {
            for (method, words) in
                [("layer", &[][..]), ("group", &[("const.groups", "2")]), ("instance", &[]), ("batch", &[])]
            {
                let r = request(words, path, &[value; 60]).in_single_precision();
                let y = &r.send(method).unwrap()["y"].1;
                assert!(y.iter().all(|v| *v == 0.0), "{method} of {value} on {path}: {:?}", &y[..3]);
            }
        }
    }
}
