//! `as = sums`: axes, masks, and statistics that are stored.

use crate::request::{PATHS, Request, close, noise};

const METHODS: [(&str, &[&str]); 4] = [
    ("batch", &["gain", "bias"]),
    ("mean-only-batch", &["bias"]),
    ("layer", &["gain", "bias"]),
    ("rms", &["gain"]),
];

/// The values of one set, normalized. `given` are a stored mean and variance.
fn normalized(method: &str, v: &[f64], given: Option<[f64; 2]>) -> Vec<f64> {
    let n = v.len() as f64;
    let mean = given.map_or_else(|| v.iter().sum::<f64>() / n, |g| g[0]);
    let about = if method == "rms" { 0.0 } else { mean };
    let square = given.map_or_else(|| v.iter().map(|v| (v - about).powi(2)).sum::<f64>() / n, |g| g[1]);
    let below = if method == "mean-only-batch" { 1.0 } else { (square + 1e-5).sqrt() };
    v.iter().map(|v| (v - about) / below).collect()
}

struct Sums<'a> {
    method: &'a str,
    /// Cases (steps too), channels, positions.
    sizes: [usize; 3],
    mask: Vec<bool>,
    gain: Vec<f64>,
    bias: Vec<f64>,
}

impl Sums<'_> {
    fn forward(&self, x: &[f64], given: Option<&[[f64; 2]]>) -> Vec<f64> {
        let [n, c, s] = self.sizes;
        let mut y = vec![0.0; x.len()];
        let mut sets: Vec<(usize, Vec<usize>)> = Vec::new();
        if self.method.contains("batch") {
            for channel in 0..c {
                let counts = |at: &usize| at / s % c == channel && self.mask[at / (c * s)];
                sets.push((channel, (0..n * c * s).filter(counts).collect()));
            }
        } else {
            sets.extend(
                (0..n).filter(|n| self.mask[*n]).map(|n| (0, (n * c * s..(n + 1) * c * s).collect())),
            );
        }
        for (channel, set) in sets {
            let values: Vec<f64> = set.iter().map(|at| x[*at]).collect();
            for (at, v) in set.iter().zip(normalized(self.method, &values, given.map(|g| g[channel]))) {
                y[*at] = self.gain[at / s % c] * v + self.bias[at / s % c];
            }
        }
        y
    }

    fn slopes(&self, x: &[f64], dy: &[f64], given: Option<&[[f64; 2]]>) -> Vec<f64> {
        const STEP: f64 = 1e-4;
        let loss = |at: usize, by: f64| -> f64 {
            let mut moved = x.to_vec();
            moved[at] += by;
            self.forward(&moved, given).iter().zip(dy).map(|(y, d)| y * d).sum()
        };
        (0..x.len()).map(|at| (loss(at, STEP) - loss(at, -STEP)) / (2.0 * STEP)).collect()
    }
}

#[test]
fn axes_and_masks() {
    let layouts: [(&str, &[usize], [usize; 3], &[usize]); 3] = [
        ("NC", &[6, 4], [6, 4, 1], &[6]),
        ("NCS", &[5, 4, 3], [5, 4, 3], &[5]),
        ("TNC", &[3, 4, 5], [12, 5, 1], &[3, 4]),
    ];
    for (method, params) in METHODS {
        for (layout, shape, sizes, cases) in layouts {
            for masked in [false, true] {
                let (c, len) = (sizes[1], sizes.iter().product());
                let (x, dy) = (noise(len, 1), noise(len, 2));
                let param = |name: &str, or: f64, seed: u64| {
                    if params.contains(&name) { noise(c, seed) } else { vec![or; c] }
                };
                let (gain, bias) = (param("gain", 1.0, 3), param("bias", 0.0, 4));
                let mask: Vec<bool> = (0..sizes[0]).map(|n| !masked || n % 3 != 1).collect();
                let judge =
                    Sums { method, sizes, mask: mask.clone(), gain: gain.clone(), bias: bias.clone() };
                for path in PATHS {
                    let mut r = Request::default()
                        .word("layout", layout)
                        .word("path", path)
                        .tensor("x", shape, &x)
                        .tensor("dy", shape, &dy);
                    for (name, v) in [("gain", &gain), ("bias", &bias)] {
                        if params.contains(&name) {
                            r = r.tensor(&format!("param.{name}"), &[c], v);
                        }
                    }
                    if masked {
                        let mask: Vec<f64> = mask.iter().map(|m| f64::from(u8::from(*m))).collect();
                        r = r.tensor("mask", cases, &mask);
                    }
                    let answer = r.send(method).unwrap();
                    let at = format!("{method} {layout} {path} masked {masked}");
                    assert_eq!(answer["y"].0, shape);
                    close(&format!("y of {at}"), &answer["y"].1, &judge.forward(&x, None), 1e-13);
                    close(&format!("dx of {at}"), &answer["dx"].1, &judge.slopes(&x, &dy, None), 1e-6);
                    if params.contains(&"bias") {
                        let want: Vec<f64> = (0..c)
                            .map(|c| {
                                let own = |at: &usize| {
                                    at / sizes[2] % sizes[1] == c && mask[at / (sizes[1] * sizes[2])]
                                };
                                (0..len).filter(own).map(|at| dy[at]).sum()
                            })
                            .collect();
                        close(&format!("dbias of {at}"), &answer["dparam.bias"].1, &want, 1e-13);
                    }
                }
            }
        }
    }
}

#[test]
fn training_brings_the_state_up_to_date_and_evaluation_uses_it() {
    let (n, c) = (6, 3);
    let (x, dy) = (noise(n * c, 1), noise(n * c, 2));
    let (mean, var) = (noise(c, 3), vec![0.5, 1.5, 2.5]);
    for method in ["batch", "mean-only-batch"] {
        let has_variance = method == "batch";
        let judge =
            Sums { method, sizes: [n, c, 1], mask: vec![true; n], gain: vec![1.0; c], bias: vec![0.0; c] };
        for path in PATHS {
            let mut r = Request::default()
                .word("path", path)
                .word("const.momentum", "0.25")
                .tensor("x", &[n, c], &x)
                .tensor("dy", &[n, c], &dy)
                .tensor("state.running_mean", &[c], &mean);
            if has_variance {
                r = r.tensor("state.running_var", &[c], &var);
            }
            let trained = r.send(method).unwrap();
            let columns: Vec<Vec<f64>> =
                (0..c).map(|c| x.iter().skip(c).step_by(3).copied().collect()).collect();
            let means: Vec<f64> = columns.iter().map(|v| v.iter().sum::<f64>() / n as f64).collect();
            let want: Vec<f64> = (0..c).map(|c| 0.75 * mean[c] + 0.25 * means[c]).collect();
            close("mean", &trained["state.running_mean"].1, &want, 1e-13);
            if has_variance {
                let unbiased = |c: usize| {
                    columns[c].iter().map(|v| (v - means[c]).powi(2)).sum::<f64>() / (n - 1) as f64
                };
                let want: Vec<f64> = (0..c).map(|c| 0.75 * var[c] + 0.25 * unbiased(c)).collect();
                close("variance", &trained["state.running_var"].1, &want, 1e-13);
            }
            close("y", &trained["y"].1, &judge.forward(&x, None), 1e-13);

            let evaluated = r.word("mode", "eval").send(method).unwrap();
            let given: Vec<[f64; 2]> = mean.iter().zip(&var).map(|(m, v)| [*m, *v]).collect();
            close("y in evaluation", &evaluated["y"].1, &judge.forward(&x, Some(&given)), 1e-13);
            let slopes = judge.slopes(&x, &dy, Some(&given));
            close("dx in evaluation", &evaluated["dx"].1, &slopes, 1e-6);
            close("state in evaluation", &evaluated["state.running_mean"].1, &mean, 0.0);
        }
    }
}
