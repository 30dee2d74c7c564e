//! What cannot be carried out gives an error that names the thing, and no file.

use eval::Error;

use crate::request::{Request, noise, send};

fn linear() -> Request {
    Request::default().word("as", "linear").tensor("x", &[3, 4], &noise(12, 1)).tensor(
        "param.weight",
        &[2, 4],
        &noise(8, 2),
    )
}

fn refused(method: &str, r: &Request) -> Error {
    r.send(method).expect_err("it was carried out")
}

#[test]
fn the_request_itself_is_carried_out() {
    for method in ["weight", "cosine", "ndp", "batch"] {
        assert!(linear().send(method).is_ok(), "{method}");
    }
}

#[test]
fn names_that_mean_nothing() {
    let r = linear().tensor("param.offset", &[2], &[0.0; 2]);
    assert!(matches!(refused("weight", &r), Error::Name { got, .. } if got == "param.offset"));
    // A scale for each output belongs to weights and inputs, not to patches.
    let r = linear().tensor("param.gain", &[2], &[1.0; 2]);
    assert!(matches!(refused("ndp", &r), Error::Name { got, .. } if got == "param.gain"));
    let r = linear().word("const.eps", "1e-5");
    assert!(matches!(refused("weight", &r), Error::Key { got, .. } if got == "const.eps"));
    let r = linear().word("const.abs", "1");
    assert!(matches!(refused("cosine", &r), Error::Key { got, .. } if got == "const.abs"));
    assert!(matches!(refused("wait", &linear()), Error::Method { got, .. } if got == "wait"));
}

#[test]
fn values_out_of_range() {
    for (key, value) in [
        ("const.abs", "2"),
        ("const.zero", "0.5"),
        ("const.k", "-1"),
        ("const.thres", "-0.1"),
        ("const.k", "nan"),
        ("path", "fast"),
        ("as", "circle"),
    ] {
        let refused = refused("ndp", &linear().word(key, value));
        assert!(matches!(&refused, Error::Value { key: got, .. } if got == key), "{refused}");
    }
}

#[test]
fn shapes_that_do_not_fit() {
    for (name, shape) in
        [("param.weight", &[2, 3][..]), ("param.weight", &[8]), ("x", &[3, 4, 1]), ("param.gain", &[4])]
    {
        let r = linear().tensor(name, shape, &noise(shape.iter().product(), 3));
        let refused = refused("weight", &r);
        assert!(
            matches!(&refused, Error::Shape { name: got, .. } if got == name || got == "param.weight"),
            "{refused}"
        );
    }
    let r = linear().tensor("dy", &[2, 3], &noise(6, 3));
    assert!(matches!(refused("cosine", &r), Error::Shape { name, .. } if name == "dy"));
    let mut r = linear();
    r.tensors.remove("param.weight");
    assert!(matches!(refused("cosine", &r), Error::Missing { name, .. } if name == "param.weight"));
}

#[test]
fn forms_in_which_a_method_does_not_stand() {
    for method in ["weight", "weight-exp", "cosine", "cosine-centred", "ndp"] {
        // Of patches and templates no cell is made.
        let in_cells = method != "ndp";
        for form in ["sums", "rnn", "gru", "lstm"].into_iter().filter(|f| *f == "sums" || !in_cells) {
            let r = Request::default().word("as", form).tensor("x", &[3, 4], &noise(12, 1));
            assert!(matches!(refused(method, &r), Error::NotApplicable { .. }), "{method} as {form}");
        }
        let r = linear().tensor("mask", &[3], &[1.0, 0.0, 1.0]);
        assert!(matches!(refused(method, &r), Error::NotApplicable { .. }), "{method} with a mask");
    }
}

/// What its statistics pool is said whole, of a method with several sets too.
#[test]
fn every_set_is_named_where_statistics_over_time_are_asked_for() {
    for (method, sets) in
        [("layer", "features"), ("local-contrast", "channels, space"), ("divisive", "channels, space")]
    {
        let r = Request::default().word("layout", "TNC").word("statistics", "frame");
        let said = refused(method, &r.tensor("x", &[2, 2, 3], &noise(12, 1))).to_string();
        assert!(said.contains(&format!("its statistics pool {sets}, no cases")), "{method}: {said}");
    }
}

#[test]
fn numbers_that_are_not_finite() {
    for bad in [f64::NAN, f64::INFINITY] {
        let mut x = noise(12, 1);
        x[7] = bad;
        let refused = refused("weight", &linear().tensor("x", &[3, 4], &x));
        assert!(matches!(&refused, Error::NotFinite { name, at: 7, .. } if name == "x"), "{refused}");
    }
}

#[test]
fn files_that_are_not_whole() {
    let bytes = linear().bytes();
    for len in [0, 4, 9, bytes.len() / 2, bytes.len() - 1] {
        let refused = send("weight", &bytes[..len]).expect_err("it was carried out");
        assert!(matches!(refused, Error::Format { .. }), "{refused}");
    }
}
