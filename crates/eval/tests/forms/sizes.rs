//! Sizes that a few bytes ask for are bounded before memory is.

use eval::Error;

use crate::request::{PATHS, Request, noise};

fn too_large(method: &str, r: &Request, named: &str) {
    match r.send(method) {
        Err(e @ (Error::TooLarge { .. } | Error::Value { .. })) => {
            assert!(e.to_string().contains(named), "{method}: {e}");
        }
        Err(other) => panic!("{method} {:?}: {other}", r.words),
        Ok(_) => panic!("{method} {:?} was carried out", r.words),
    }
}

#[test]
fn a_convolution_of_one_pixel() {
    for path in PATHS {
        for padding in ["20000", "1048576", "1048577", "18446744073709551615"] {
            let r = Request::default().word("as", "conv").word("path", path).word("padding", padding);
            let r = r.tensor("x", &[1, 1, 1, 1], &[1.0]).tensor("param.weight", &[1, 1, 1, 1], &[1.0]);
            too_large(
                "none",
                &r,
                if padding.len() > 7 || padding == "1048577" { "1048576" } else { "33554432" },
            );
        }
        let r = Request::default().word("as", "conv").word("path", path).word("padding", "1500");
        let r = r.tensor("x", &[1, 1, 1, 1], &[1.0]).tensor("param.weight", &[9, 1, 1, 1], &[1.0; 9]);
        too_large("none", &r, "the answer `y`");
    }
}

#[test]
fn outputs_and_steps() {
    let wide = vec![1.0; 6000];
    for path in PATHS {
        let r = Request::default().word("as", "linear").word("path", path);
        let r = r.tensor("x", &[6000, 1], &wide).tensor("param.weight", &[6000, 1], &wide);
        too_large("none", &r, "the answer `y`");
        let r = Request::default().word("as", "rnn").word("path", path).tensor(
            "x",
            &[700_000, 1, 1],
            &vec![1.0; 700_000],
        );
        let r = r.tensor("param.weight_ih", &[50, 1], &[0.0; 50]).tensor(
            "param.weight_hh",
            &[50, 50],
            &vec![0.0; 2500],
        );
        too_large("none", &r, "the summed inputs of all steps");
        let r = Request::default().word("path", path).word("const.block", "1");
        too_large("ghost-batch", &r.tensor("x", &[70_000, 1], &vec![1.0; 70_000]), "65536");
        let r = Request::default().word("path", path).word("layout", "TNC");
        too_large("recurrent-batch", &r.tensor("x", &[70_000, 1, 1], &vec![1.0; 70_000]), "65536");
    }
    for path in ["composed", "reference"] {
        let r = Request::default().word("as", "rnn").word("path", path).tensor(
            "x",
            &[70_000, 1, 1],
            &vec![1.0; 70_000],
        );
        let r = r.tensor("param.weight_ih", &[1, 1], &[0.0]).tensor("param.weight_hh", &[1, 1], &[0.0]);
        too_large("none", &r, "65536");
    }
    let r = Request::default().word("as", "update").word("steps", "1048576");
    let r = r.tensor("param.weight_ih", &[40, 1], &noise(40, 1)).tensor(
        "param.weight_hh",
        &[40, 40],
        &noise(1600, 2),
    );
    too_large("path-sgd", &r, "units of all steps");
    too_large("path-sgd", &r.word("steps", "1048577"), "1048576");
}

/// A state that says how many steps are stored, and holds nothing or too little of them.
#[test]
fn stored_steps() {
    for path in PATHS {
        for shape in [[1 << 40, 0], [usize::MAX, 0]] {
            let r = Request::default().word("path", path).word("layout", "TNC").tensor(
                "x",
                &[1, 1, 64],
                &[1.0; 64],
            );
            too_large("recurrent-batch", &r.tensor("state.running_mean", &shape, &[]), "stored statistics");
            let r = Request::default().word("path", path).word("as", "lstm").tensor("x", &[1, 1, 1], &[1.0]);
            let r =
                r.tensor("param.weight_ih", &[4, 1], &[0.0; 4]).tensor("param.weight_hh", &[4, 1], &[0.0; 4]);
            too_large(
                "recurrent-batch",
                &r.tensor("state.ih.running_mean", &shape, &[]),
                "stored statistics",
            );
        }
        let r =
            Request::default().word("path", path).word("layout", "TNC").tensor("x", &[1, 1, 64], &[1.0; 64]);
        let long = vec![1.0; 1 << 20];
        too_large(
            "recurrent-batch",
            &r.tensor("state.running_mean", &[1 << 20, 1], &long),
            "stored statistics",
        );
    }
    for path in ["fused", "reference"] {
        let r = Request::default().word("path", path).word("layout", "TNC");
        too_large("streaming", &r.tensor("x", &[70_000, 1, 1], &vec![1.0; 70_000]), "65536");
    }
}

/// A window is a matrix on the composed path.
#[test]
fn windows() {
    let r = Request::default().word("layout", "NCS").tensor("x", &[1, 1, 10_000], &vec![1.0; 10_000]);
    too_large("divisive", &r.clone().word("path", "composed"), "the matrix of a window");
    assert!(r.clone().word("path", "composed").word("row", "100").send("divisive").is_ok());
    assert!(r.word("path", "fused").send("divisive").is_ok());
}
