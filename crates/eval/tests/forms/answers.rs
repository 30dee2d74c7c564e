//! An answer that is not finite is refused by name, in every form and on every path.

use eval::Error;

use crate::request::{PATHS, Request, noise};

/// The tensor of the answer that a refusal names.
fn refused(method: &str, r: &Request) -> String {
    match r.send(method) {
        Err(Error::Answer { name, .. }) => name,
        Err(other) => panic!("{method}: {other}"),
        Ok(answer) => panic!("{method} was carried out: y is {:?}", answer.get("y")),
    }
}

fn rows(path: &str, x: &[f64]) -> Request {
    Request::default().word("path", path).tensor("x", &[3, 4], x).tensor("dy", &[3, 4], &[1.0; 12])
}

#[test]
fn a_division_by_the_spread_of_a_constant_set() {
    for path in PATHS {
        for method in ["layer", "batch", "rms", "scale", "batch-renorm", "weight-standardization"] {
            let mut r = rows(path, &[0.0; 12]).word("const.eps", "0");
            if method == "weight-standardization" {
                r = Request::default().word("as", "linear").word("path", path).word("const.eps", "0");
                r = r.tensor("x", &[3, 4], &noise(12, 1)).tensor("param.weight", &[2, 4], &[1.0; 8]);
                r = r.tensor("dy", &[3, 2], &[1.0; 6]);
            }
            match r.send(method) {
                Err(e @ Error::Answer { .. }) => {
                    assert!(e.to_string().contains("const.eps is 0"), "{method} on {path}: {e}");
                }
                Err(other) => panic!("{method} on {path}: {other}"),
                Ok(answer) => {
                    let finite = answer.values().flat_map(|a| &a.1).all(|v| v.is_finite());
                    assert!(finite, "{method} on {path}: {answer:?}");
                    assert!(
                        matches!(method, "batch-renorm" | "weight-standardization"),
                        "{method} on {path}"
                    );
                }
            }
        }
        let r = rows(path, &[2.0; 12]).word("const.eps", "0").word("mode", "eval");
        let r = r.tensor("state.running_var", &[4], &[1.0, 0.0, 1.0, 1.0]);
        assert_eq!(refused("batch", &r), "y", "batch in evaluation on {path}");
    }
}

/// Each kind of tensor of an answer by itself, where the others are finite.
#[test]
fn each_tensor_is_named() {
    let big = [f64::MAX / 2.0, 1.0, -1.0, 0.5];
    for path in PATHS {
        // A gain that only the output has to bear.
        let r = Request::default().word("path", path).tensor("x", &[1, 4], &noise(4, 1));
        let r = r.tensor("param.bias", &[4], &[f64::MAX; 4]).tensor("param.gain", &[4], &[f64::MAX; 4]);
        assert_eq!(refused("layer", &r), "y", "{path}");
        // A slope that only the input has.
        let x: Vec<f64> = noise(4, 1).iter().map(|v| v * 1e-3).collect();
        let r = Request::default().word("path", path).tensor("x", &[1, 4], &x).tensor("dy", &[1, 4], &big);
        assert_eq!(refused("layer", &r), "dx", "{path}");
        // A sum over cases that only the parameter has.
        let r = Request::default().word("path", path).tensor("x", &[3, 1], &[0.0; 3]);
        let r = r.tensor("dy", &[3, 1], &[f64::MAX / 2.0; 3]).tensor("param.alpha", &[], &[1e-3]);
        let named = refused("dyt", &r);
        assert!(named.starts_with("dparam."), "{path}: {named}");
        // A variance beyond what can be stored.
        let r = Request::default().word("path", path).tensor("x", &[2, 1], &[1e25, -1e25]);
        assert_eq!(refused("batch", &r.in_single_precision()), "state.running_var", "{path}");
        // A store that leaves its range, while the batch is harmless.
        let r =
            Request::default().word("path", path).word("mode", "eval").tensor("x", &[2, 1], &[1e300, 0.0]);
        let r = r.tensor("state.running_mean", &[1], &[-f64::MAX]).tensor("param.gain", &[1], &[1e10]);
        assert_eq!(refused("batch", &r), "y", "{path}");
    }
}

/// Every form with numbers that its products do not hold.
#[test]
fn every_form() {
    let huge = |n: usize, seed: u64| -> Vec<f64> { noise(n, seed).iter().map(|v| v * 1e300).collect() };
    let linear = |path: &str| {
        let r = Request::default().word("as", "linear").word("path", path);
        r.tensor("x", &[3, 4], &huge(12, 1)).tensor("param.weight", &[2, 4], &huge(8, 2))
    };
    let conv = |path: &str| {
        let r = Request::default().word("as", "conv").word("path", path);
        r.tensor("x", &[1, 1, 3, 3], &huge(9, 1)).tensor("param.weight", &[2, 1, 2, 2], &huge(8, 2))
    };
    for path in PATHS {
        assert_eq!(refused("none", &linear(path)), "y", "{path}");
        assert_eq!(refused("none", &conv(path)), "y", "{path}");
        for (form, gates) in [("rnn", 1), ("gru", 3), ("lstm", 4)] {
            // The gates saturate, so that the states stay finite; the gradients do not.
            let r = Request::default().word("as", form).word("path", path).word("placement", "none");
            let r = r
                .tensor("x", &[2, 2, 3], &huge(12, 1))
                .tensor("param.weight_ih", &[gates * 2, 3], &noise(gates * 6, 2))
                .tensor("param.weight_hh", &[gates * 2, 2], &huge(gates * 4, 3))
                .tensor("dy", &[2, 2, 2], &huge(8, 4));
            match r.send("none") {
                Ok(answer) => assert!(answer.values().flat_map(|a| &a.1).all(|v| v.is_finite())),
                Err(Error::Answer { .. }) => {}
                Err(other) => panic!("{form} on {path}: {other}"),
            }
        }
        let r = Request::default().word("as", "rnn").word("path", path).word("nonlinearity", "relu");
        let r = r.tensor("x", &[2, 1, 1], &[1e200, 1e200]).tensor("param.weight_ih", &[1, 1], &[1e200]);
        assert_eq!(refused("none", &r.tensor("param.weight_hh", &[1, 1], &[1.0])), "y", "{path}");
    }
    for path in ["fused", "reference"] {
        let r = Request::default().word("path", path).word("layout", "TNC").word("const.eps", "0");
        // Equal numbers are no distance from their mean, however long it was averaged.
        let y = &r.tensor("x", &[2, 2, 1], &[3.0; 4]).send("streaming").unwrap()["y"].1;
        assert_eq!(y, &[0.0; 4], "{path}");
    }
    let r = Request::default().word("as", "update").tensor("param.weight.0", &[1, 1], &[1e200]);
    let r = r.tensor("param.weight.1", &[1, 1], &[1e200]).tensor("param.weight.2", &[1, 1], &[1.0]);
    assert!(refused("path-sgd", &r).starts_with("kappa."));
    // In single precision a scale vanishes that is not 0.
    let r = Request::default().word("as", "update").tensor("param.weight.0", &[1, 1], &[1e-30]);
    let r = r.tensor("param.weight.1", &[1, 1], &[1.0]).in_single_precision();
    assert!(refused("path-sgd", &r).starts_with("kappa."));
}
