//! `as = linear`: each method where it stands, three paths, values and gradients.

use crate::judge::{Layer, Named, slopes};
use crate::request::{PATHS, Request, close, noise};

const N: usize = 7;
const I: usize = 5;
const O: usize = 4;

/// A method, the parameters it takes besides the weight, and the constants it is run with.
pub(crate) type Setting = (&'static str, &'static [&'static str], &'static [(&'static str, f64)]);

pub(crate) const SETTINGS: [Setting; 16] = [
    ("none", &["bias"], &[]),
    ("batch", &["gain", "bias"], &[]),
    ("layer", &["gain", "bias"], &[]),
    ("rms", &["gain"], &[]),
    ("mean-only-batch", &["bias"], &[]),
    ("weight", &["gain", "bias"], &[]),
    ("weight", &[], &[]),
    ("weight-exp", &["log_gain", "bias"], &[]),
    ("cosine", &[], &[]),
    ("cosine", &["gain"], &[]),
    ("cosine-centred", &["gain"], &[]),
    ("ndp", &[], &[]),
    ("ndp", &[], &[("abs", 0.0)]),
    ("ndp", &[], &[("zero", 1.0), ("abs", 0.0)]),
    ("ndp", &[], &[("k", 0.7), ("abs", 1.0)]),
    ("ndp", &[], &[("zero", 1.0), ("k", 0.3), ("thres", 0.6)]),
];

/// A request and the same numbers by name.
fn request(setting: Setting, path: &str) -> (Request, Named, Vec<f64>) {
    let (_, params, consts) = setting;
    let x: Vec<f64> = noise(N * I, 1).iter().map(|v| v + 0.4).collect();
    let dy = noise(N * O, 3);
    let mut r = Request::default()
        .word("as", "linear")
        .word("path", path)
        .tensor("x", &[N, I], &x)
        .tensor("param.weight", &[O, I], &noise(O * I, 2))
        .tensor("dy", &[N, O], &dy);
    for (name, value) in consts {
        r = r.word(&format!("const.{name}"), &value.to_string());
    }
    for (name, seed) in params.iter().zip(4..) {
        let values: Vec<f64> = noise(O, seed).iter().map(|v| 0.9 + 0.5 * v).collect();
        r = r.tensor(&format!("param.{name}"), &[O], &values);
    }
    let named = r.tensors.iter().filter(|t| *t.0 != "dy").map(|(n, a)| (n.clone(), a.1.clone())).collect();
    (r, named, dy)
}

#[test]
fn every_method_on_every_path_is_the_plain_loop_and_its_slopes() {
    for setting in SETTINGS {
        let (method, _, consts) = setting;
        let judge = Layer { method, consts, inputs: I, outputs: O, space: 1 };
        for path in PATHS {
            let (request, named, dy) = request(setting, path);
            let answer = request.send(method).unwrap();
            let at = format!("{method} {consts:?} {path}");
            assert_eq!(answer["y"].0, [N, O]);
            close(&format!("y of {at}"), &answer["y"].1, &judge.forward(&named), 1e-13);
            for name in named.keys() {
                let got = if name == "x" { "dx".to_owned() } else { format!("d{name}") };
                assert_eq!(answer[&got].0, request.tensors[name].0, "{got} of {at}");
                let want = slopes(&named, name, &dy, |t| judge.forward(t));
                close(&format!("{got} of {at}"), &answer[&got].1, &want, 1e-8);
            }
        }
    }
}

#[test]
fn what_has_no_direction_answers_0_with_gradients_that_are_0() {
    let mut x = noise(3 * I, 1);
    x[I..2 * I].fill(0.0);
    let mut w = noise(O * I, 2);
    w[..I].fill(0.0);
    for method in ["weight", "weight-exp", "cosine", "cosine-centred", "ndp"] {
        // To a centred vector equal components are nothing.
        for level in [0.0, 0.3] {
            if level != 0.0 && method != "cosine-centred" {
                continue;
            }
            x[I..2 * I].fill(level);
            w[..I].fill(level);
            for path in PATHS {
                let r = Request::default()
                    .word("as", "linear")
                    .word("path", path)
                    .tensor("x", &[3, I], &x)
                    .tensor("param.weight", &[O, I], &w)
                    .tensor("dy", &[3, O], &noise(3 * O, 3));
                let answer = r.send(method).unwrap();
                let y = &answer["y"].1;
                assert!((0..3).all(|n| y[n * O] == 0.0), "{method} {path}: {y:?}");
                assert!(answer["dparam.weight"].1[..I].iter().all(|v| *v == 0.0), "{method} {path}");
                if method != "weight" && method != "weight-exp" {
                    assert!(y[O..2 * O].iter().all(|v| *v == 0.0), "{method} {path}: {y:?}");
                    assert!(answer["dx"].1[I..2 * I].iter().all(|v| *v == 0.0), "{method} {path}");
                }
                assert!(answer.values().flat_map(|a| &a.1).all(|v| v.is_finite()), "{method} {path}");
            }
        }
    }
}

#[test]
fn a_blank_patch_with_k_answers_in_proportion() {
    let dy = noise(O, 3);
    let w = noise(O * I, 2);
    let mut first: Option<Vec<f64>> = None;
    for path in PATHS {
        let r = Request::default()
            .word("as", "linear")
            .word("path", path)
            .word("const.k", "0.5")
            .tensor("x", &[1, I], &[0.0; I])
            .tensor("param.weight", &[O, I], &w)
            .tensor("dy", &[1, O], &dy);
        let answer = r.send("ndp").unwrap();
        assert!(answer["y"].1.iter().all(|v| *v == 0.0));
        // The size of 0 has slope 0, on every path.
        assert!(answer["dx"].1.iter().all(|v| *v == 0.0), "{path}");
        let same = first.get_or_insert_with(|| answer["dparam.weight"].1.clone());
        assert_eq!(*same, answer["dparam.weight"].1);
    }
}

/// One patch against one template, as the HMAX model's own cell answers.
#[test]
fn question_row_22_the_cell_of_hmax_answers_alike() {
    for (zero, abs, k, thres) in [
        (0.0, 1.0, 0.0, 0.0),
        (0.0, 0.0, 0.0, 0.0),
        (1.0, 0.0, 0.0, 0.0),
        (1.0, 1.0, 0.5, 0.0),
        (0.0, 1.0, 0.0, 0.9),
        (1.0, 1.0, 0.25, 0.75),
    ] {
        let cell = hmax::Ndp {
            centre_template: true,
            centre_patch: zero == 1.0,
            thres: thres as f32,
            abs: abs == 1.0,
            k: k as f32,
        };
        for seed in 0..20 {
            let narrow = |v: Vec<f64>| v.iter().map(|v| *v as f32).collect::<Vec<_>>();
            let (patch, template) = (narrow(noise(I, 10 + seed)), narrow(noise(I, 50 + seed)));
            let wide = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
            let want = cell.respond(&cell.template(&template).unwrap(), &patch).unwrap();
            for path in PATHS {
                let mut r = Request::default()
                    .word("as", "linear")
                    .word("path", path)
                    .tensor("x", &[1, I], &wide(&patch))
                    .tensor("param.weight", &[1, I], &wide(&template));
                for (name, v) in [("zero", zero), ("abs", abs), ("k", k), ("thres", thres)] {
                    r = r.word(&format!("const.{name}"), &v.to_string());
                }
                close(path, &r.send("ndp").unwrap()["y"].1, &[f64::from(want)], 1e-6);
            }
        }
    }
}

/// Table 7.2 of the survey for the normalized dot product as a whole, template included: scale of weights and of inputs
/// never matters without `k`, luminance only where the patch is centred.
#[test]
fn question_row_22_its_invariances() {
    let (x, w) = (noise(N * I, 1), noise(O * I, 2));
    let y = |x: &[f64], w: &[f64], zero: &str, k: &str| {
        let r = Request::default()
            .word("as", "linear")
            .word("const.zero", zero)
            .word("const.k", k)
            .tensor("x", &[N, I], x)
            .tensor("param.weight", &[O, I], w);
        r.send("ndp").unwrap().remove("y").unwrap().1
    };
    let by = |v: &[f64], c: f64| v.iter().map(|v| c * v).collect::<Vec<_>>();
    let shifted = |v: &[f64], c: f64| v.iter().map(|v| c + v).collect::<Vec<_>>();
    let one_case =
        |v: &[f64]| v.iter().enumerate().map(|(at, v)| if at < I { 3.0 * v } else { *v }).collect::<Vec<_>>();
    let off = norm_core::conformance::difference::<f64>;
    for zero in ["0", "1"] {
        let base = y(&x, &w, zero, "0");
        for (what, moved) in [
            ("all weights", y(&x, &by(&w, 3.0), zero, "0")),
            ("a template's level", y(&x, &shifted(&w, 3.0), zero, "0")),
            ("all inputs", y(&by(&x, 3.0), &w, zero, "0")),
            ("one case", y(&one_case(&x), &w, zero, "0")),
        ] {
            assert!(off(&base, &moved) < 1e-12, "{what}, zero = {zero}");
        }
        let brighter = off(&base, &y(&shifted(&x, 1.0), &w, zero, "0"));
        assert_eq!(brighter < 1e-12, zero == "1", "luminance moves zero = {zero} by {brighter:e}");
        assert!(zero == "1" || brighter > 1e-2);
        let with_k = y(&x, &w, zero, "0.5");
        assert!(off(&with_k, &y(&by(&x, 3.0), &w, zero, "0.5")) > 1e-2, "k makes the scale matter");
    }
}
