//! Images: where rows begin is said, or known, and windows see it; and a vector that is kept of weights.

use eval::Error;

use crate::request::{PATHS, Request, close, noise};

const SHAPE: [usize; 3] = [2, 3, 6];

fn image(path: &str) -> Request {
    let n = SHAPE.iter().product();
    let r = Request::default().word("path", path).word("layout", "NCS").word("const.size", "3");
    r.tensor("x", &SHAPE, &noise(n, 1)).tensor("dy", &SHAPE, &noise(n, 2))
}

#[test]
fn windows_see_rows_on_every_path() {
    for method in ["local-contrast", "divisive"] {
        let flat = image("reference").send(method).unwrap();
        let want = image("reference").word("row", "2").send(method).unwrap();
        assert!(
            want["y"].1.iter().zip(&flat["y"].1).any(|(a, b)| (a - b).abs() > 1e-3),
            "{method} sees no rows"
        );
        for path in PATHS {
            let got = image(path).word("row", "2").send(method).unwrap();
            for name in ["y", "dx"] {
                close(&format!("{method} on {path}: {name}"), &got[name].1, &want[name].1, 1e-12);
            }
        }
    }
}

#[test]
fn rows_that_do_not_fill_the_space_are_refused() {
    let refused = image("fused").word("row", "4").send("divisive").unwrap_err();
    assert!(refused.to_string().contains("6 positions are no whole number of rows of 4"), "{refused}");
    let refused = image("fused").word("row", "0").send("divisive").unwrap_err();
    assert!(matches!(refused, Error::Value { ref key, .. } if key == "row"), "{refused}");
    let refused = image("fused").word("const.size", "2.5").send("divisive").unwrap_err();
    assert!(refused.to_string().contains("a whole number of elements"), "{refused}");
}

/// A convolution knows its rows: the same as its sums given as an image.
#[test]
fn a_convolution_knows_its_rows() {
    let x = noise(2 * 3 * 9, 3);
    // A filter of one element for each channel lets the image through.
    let eye: Vec<f64> = (0..9).map(|i| if i % 4 == 0 { 1.0 } else { 0.0 }).collect();
    let conv = Request::default().word("as", "conv").word("const.size", "3");
    let conv = conv.tensor("x", &[2, 3, 3, 3], &x).tensor("param.weight", &[3, 3, 1, 1], &eye);
    let sums = Request::default().word("layout", "NCS").word("row", "3").word("const.size", "3");
    let sums = sums.tensor("x", &[2, 3, 9], &x);
    let [got, want] = [conv, sums].map(|r| r.send("local-contrast").unwrap()["y"].1.clone());
    close("y", &got, &want, 1e-13);
}

/// The power iteration goes on from request to request, to the largest singular value; evaluation leaves it where it is.
#[test]
fn what_is_kept_of_weights_goes_on() {
    // Singular values 3, 2 and 1, the vectors turned.
    let (c, s) = (0.6, 0.8);
    let weights = [3.0 * c, -2.0 * s, 0.0, 3.0 * s, 2.0 * c, 0.0, 0.0, 0.0, 1.0];
    let eye: Vec<f64> = (0..9).map(|i| if i % 4 == 0 { 1.0 } else { 0.0 }).collect();
    let linear = |u: &[f64], mode: &str| {
        let r = Request::default().word("as", "linear").word("mode", mode).tensor("x", &[3, 3], &eye);
        r.tensor("param.weight", &[3, 3], &weights).tensor("state.running_u", &[3], u)
    };
    let mut u = vec![1.0; 3];
    for _ in 0..40 {
        u = linear(&u, "train").send("spectral").unwrap()["state.running_u"].1.clone();
    }
    close("u", &u, &[c, s, 0.0], 1e-6);
    let answer = linear(&u, "eval").send("spectral").unwrap();
    close("state", &answer["state.running_u"].1, &u, 0.0);
    let want: Vec<f64> = (0..9).map(|at| weights[at % 3 * 3 + at / 3] / 3.0).collect();
    close("y", &answer["y"].1, &want, 1e-6);
}
