//! Methods that look at what is stored and control what flows back: against loops written out here, and each block seeing
//! what those before it have left.

use crate::request::{Array, PATHS, Request, close, noise};
use std::collections::BTreeMap;

const C: usize = 3;
const N: usize = 6;

type Answer = BTreeMap<String, Array>;

fn request(x: &[f64], dy: Option<&[f64]>, path: &str, state: &Answer) -> Request {
    let n = x.len() / C;
    let mut r = Request::default().word("path", path).tensor("x", &[n, C], x);
    r = r.tensor("param.gain", &[C], &[0.5, 1.0, 2.0]);
    if let Some(dy) = dy {
        r = r.tensor("dy", &[n, C], dy);
    }
    for (name, (shape, data)) in state.iter().filter(|(name, _)| name.starts_with("state.")) {
        r = r.tensor(name, shape, data);
    }
    r
}

/// Power normalization of one batch: the output, the gradient, and the state after it, moments then controls.
fn power(x: &[f64], dy: &[f64], phi: &mut [f64], control: &mut [f64]) -> [Vec<f64>; 2] {
    let [mut y, mut dx] = [(); 2].map(|()| vec![0.0; x.len()]);
    for (c, gain) in [0.5, 1.0, 2.0].into_iter().enumerate() {
        let root = (phi[c] + 1e-5).sqrt();
        let (mut square, mut along) = (0.0, 0.0);
        for at in (c..x.len()).step_by(C) {
            let z = x[at] / root;
            y[at] = gain * z;
            let q = gain * dy[at] - 0.1 * control[c] * z;
            dx[at] = q / root;
            square += x[at] * x[at] / N as f64;
            along += q * z / N as f64;
        }
        phi[c] += 0.1 * (square - phi[c]);
        control[c] += along;
    }
    [y, dx]
}

#[test]
fn what_controls_acts_and_grows_from_request_to_request() {
    for path in PATHS {
        let (mut state, mut phi, mut control) = (Answer::new(), vec![1.0; C], vec![0.0; C]);
        for salt in 1..4 {
            let (x, dy) = (noise(N * C, salt), noise(N * C, salt + 10));
            let answer = request(&x, Some(&dy), path, &state).send("power").unwrap();
            let [y, dx] = power(&x, &dy, &mut phi, &mut control);
            close(&format!("{path}: y"), &answer["y"].1, &y, 1e-13);
            close(&format!("{path}: dx"), &answer["dx"].1, &dx, 1e-13);
            close(&format!("{path}: state.running_phi"), &answer["state.running_phi"].1, &phi, 1e-13);
            close(&format!("{path}: state.control_z"), &answer["state.control_z"].1, &control, 1e-13);
            state = answer;
        }
        assert!(control.iter().all(|v| v.abs() > 1e-3), "{control:?}");
    }
}

#[test]
fn nothing_grows_without_a_gradient_and_evaluation_is_not_controlled() {
    let (x, dy) = (noise(N * C, 1), noise(N * C, 2));
    let mut state = Answer::new();
    state.insert("state.running_phi".into(), (vec![C], vec![0.5, 1.0, 2.0]));
    state.insert("state.control_z".into(), (vec![C], vec![3.0, -2.0, 1.0]));
    for path in PATHS {
        let forward = request(&x, None, path, &state).send("power").unwrap();
        assert_eq!(forward["state.control_z"], state["state.control_z"], "{path}");
        assert_ne!(forward["state.running_phi"], state["state.running_phi"], "{path}");
        let evaluated = request(&x, Some(&dy), path, &state).word("mode", "eval").send("power").unwrap();
        for name in ["state.control_z", "state.running_phi"] {
            assert_eq!(evaluated[name], state[name], "{path}: {name}");
        }
        let of = |at: usize| [0.5, 1.0, 2.0][at % C] / (state["state.running_phi"].1[at % C] + 1e-5).sqrt();
        let dx: Vec<f64> = dy.iter().enumerate().map(|(at, d)| d * of(at)).collect();
        close(&format!("{path}: dx in evaluation"), &evaluated["dx"].1, &dx, 1e-13);
        close(&format!("{path}: y in evaluation"), &evaluated["y"].1, &forward["y"].1, 1e-13);
    }
}

/// Requests of one case each, the state going from one to the next, are one request of all of them.
#[test]
fn cases_go_in_one_by_one() {
    let (x, dy) = (noise(N * C, 3), noise(N * C, 4));
    for path in PATHS {
        let whole = request(&x, Some(&dy), path, &Answer::new()).send("online").unwrap();
        let (mut state, mut dgain) = (Answer::new(), vec![0.0; C]);
        let (mut y, mut dx) = (Vec::new(), Vec::new());
        for case in 0..N {
            let at = case * C..(case + 1) * C;
            state = request(&x[at.clone()], Some(&dy[at]), path, &state).send("online").unwrap();
            y.extend_from_slice(&state["y"].1);
            dx.extend_from_slice(&state["dx"].1);
            dgain.iter_mut().zip(&state["dparam.gain"].1).for_each(|(sum, d)| *sum += d);
        }
        close(&format!("{path}: y"), &whole["y"].1, &y, 1e-13);
        close(&format!("{path}: dx"), &whole["dx"].1, &dx, 1e-13);
        close(&format!("{path}: dparam.gain"), &whole["dparam.gain"].1, &dgain, 1e-13);
        let names: Vec<&String> = whole.keys().filter(|k| k.starts_with("state.")).collect();
        assert_eq!(
            names,
            ["state.control_centred", "state.control_z", "state.running_mean", "state.running_var"]
        );
        for name in names {
            close(&format!("{path}: {name}"), &whole[name].1, &state[name].1, 1e-13);
        }
        // The rate is the formula's: two cases of the first channel, by hand.
        let two = request(&x[..2 * C], None, path, &Answer::new()).send("online").unwrap();
        let (a, b) = (x[0], x[C]);
        let (mean, var) = (0.001 * a, 0.999 + 0.999 * 0.001 * a * a);
        let want = 0.999 * var + 0.999 * 0.001 * (b - mean).powi(2);
        close(&format!("{path}: variance"), &two["state.running_var"].1[..1], &[want], 1e-15);
    }
}

#[test]
fn a_rate_that_the_formula_holds_has_one_name() {
    let (x, none) = (noise(N * C, 5), Answer::new());
    let ask = |key: &str, value: &str| request(&x, None, "fused", &none).word(key, value).send("online");
    let refused = ask("const.momentum", "0.1").unwrap_err().to_string();
    assert!(refused.contains("const.momentum") && refused.contains("const.rate"), "{refused}");
    let refused = ask("const.rate", "1.5").unwrap_err().to_string();
    assert!(refused.contains("const.rate") && refused.contains("from 0 to 1"), "{refused}");
    let all = ask("const.rate", "1").unwrap();
    close("mean", &all["state.running_mean"].1, &x[(N - 1) * C..], 1e-15);
    let negative = request(&x, None, "fused", &none).tensor("state.running_var", &[C], &[-1.0; C]);
    let refused = negative.send("online").unwrap_err().to_string();
    assert!(refused.contains("state.running_var") && refused.contains("at least 0"), "{refused}");
}
