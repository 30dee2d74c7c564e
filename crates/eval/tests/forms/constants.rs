//! Constants outside their ranges are refused before anything is computed, on every path and in both element types.

use eval::Error;

use crate::request::{PATHS, Request, noise};

fn sums(path: &str) -> Request {
    let r = Request::default().word("path", path).word("layout", "NCS");
    r.tensor("x", &[2, 4, 6], &noise(48, 1)).tensor("dy", &[2, 4, 6], &noise(48, 2))
}

fn linear(path: &str) -> Request {
    let r = Request::default().word("path", path).word("as", "linear").tensor("x", &[3, 4], &noise(12, 1));
    r.tensor("param.weight", &[2, 4], &noise(8, 2))
}

fn refused(method: &str, r: &Request, named: &str) {
    match r.send(method) {
        Err(Error::Value { key, .. }) => assert_eq!(key, format!("const.{named}"), "{method}"),
        Err(Error::Kernel(e)) => assert!(e.to_string().contains(named), "{method}: {e}"),
        Err(other) => panic!("{method} {:?}: {other}", r.words),
        Ok(_) => panic!("{method} {:?} was carried out", r.words),
    }
}

#[test]
fn outside_their_ranges() {
    const SUMS: &[(&str, &str, &[&str])] = &[
        ("layer", "eps", &["-1e-300", "-1"]),
        ("batch", "momentum", &["-0.1", "1.5"]),
        ("batch-renorm", "rmax", &["0.99", "0", "-3"]),
        ("batch-renorm", "dmax", &["-0.1"]),
        ("local-response", "k", &["-2"]),
        ("local-response", "alpha", &["-1", "-5"]),
        ("local-response", "size", &["0", "-3", "2.5", "65537", "1e18"]),
        ("divisive", "sigma", &["-1"]),
        ("divisive", "size", &["1e300"]),
        ("power", "alpha", &["-0.1", "1.1"]),
        ("online", "alpha", &["1.1"]),
        ("online", "rate", &["-1", "2"]),
        ("online", "limit", &["0", "-5"]),
        ("ghost-batch", "block", &["0", "-1", "1.5"]),
        ("group", "groups", &["0", "2.5", "65537"]),
    ];
    for path in PATHS {
        for (method, name, values) in SUMS {
            for value in *values {
                refused(method, &sums(path).word(&format!("const.{name}"), value), name);
            }
        }
        for (method, name, value) in [
            ("weight", "tiny", "0"),
            ("weight-exp", "tiny", "-1"),
            ("weight-standardization", "tiny", "0"),
            ("cosine", "tiny", "0"),
            ("cosine-centred", "flat", "-1"),
            ("ndp", "zero", "0.5"),
            ("ndp", "thres", "-1"),
            ("ndp", "k", "-1"),
            ("spectral", "rate", "1.5"),
        ] {
            refused(method, &linear(path).word(&format!("const.{name}"), value), name);
        }
    }
    for path in ["fused", "reference"] {
        refused("streaming", &sums(path).word("const.p", "0.5"), "p");
        refused("streaming", &sums(path).word("const.kappa", "2"), "kappa");
    }
}

/// A base that is 0 or below for some input, by two constants together.
#[test]
fn beside_each_other() {
    for path in PATHS {
        for (k, alpha, named) in
            [("0", "0", "k"), ("-2", "1e-4", "k"), ("0", "-1", "alpha"), ("1", "-5", "alpha")]
        {
            let r = sums(path).word("const.k", k).word("const.alpha", alpha);
            let said = r.send("local-response").expect_err("it was carried out").to_string();
            assert!(said.contains(&format!("const.{named}")), "{said}");
        }
        for (k, alpha) in [("0", "0.5"), ("1", "0")] {
            let r = sums(path).word("const.k", k).word("const.alpha", alpha);
            assert!(r.send("local-response").is_ok(), "k = {k}, alpha = {alpha} on {path}");
        }
    }
}

/// Finite numbers that an element type does not hold.
#[test]
fn in_the_element_type_of_the_request() {
    for path in PATHS {
        for (method, name, value) in [
            ("layer", "eps", "1e-50"),
            ("layer", "eps", "1e50"),
            ("batch", "momentum", "1e-50"),
            ("local-response", "beta", "1e39"),
            ("batch-renorm", "dmax", "1e300"),
        ] {
            let r = sums(path).word(&format!("const.{name}"), value);
            refused(method, &r.clone().in_single_precision(), name);
            let wide = r.send(method);
            assert!(!matches!(wide, Err(Error::Value { .. })), "{method} {name} = {value} in F64: {wide:?}");
        }
        refused("layer", &sums(path).word("const.eps", "1e-400"), "eps");
        refused("layer", &sums(path).word("const.eps", "1e400"), "eps");
        for zero in ["0", "-0.0", "0e5", " 0.000 "] {
            let taken = sums(path).word("const.eps", zero).send("layer");
            assert!(taken.is_ok(), "{zero}: {taken:?}");
        }
    }
}
