//! Each method in its layer once more, on plain rows, and its gradients by central differences.

use std::collections::BTreeMap;

/// Rows `[n][i]`, weights `[o][i]`, and whatever the method has besides, by name.
#[derive(Clone, Debug)]
pub(crate) struct Layer<'a> {
    pub(crate) method: &'a str,
    pub(crate) consts: &'a [(&'a str, f64)],
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Rows of one case: positions of a convolution.
    pub(crate) space: usize,
}

pub(crate) type Named = BTreeMap<String, Vec<f64>>;

fn unit(v: &[f64]) -> Vec<f64> {
    let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
    v.iter().map(|v| if norm == 0.0 { 0.0 } else { v / norm }).collect()
}

fn centred(v: &[f64]) -> Vec<f64> {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    v.iter().map(|v| v - mean).collect()
}

/// Each row of a matrix through `f`.
fn each(v: &[f64], width: usize, f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    v.chunks_exact(width).flat_map(f).collect()
}

impl Layer<'_> {
    fn constant(&self, name: &str, default: f64) -> f64 {
        self.consts.iter().find(|c| c.0 == name).map_or(default, |c| c.1)
    }

    fn patch(&self, v: &[f64]) -> Vec<f64> {
        let of = if self.constant("zero", 0.0) == 1.0 { centred(v) } else { v.to_vec() };
        let norm = of.iter().map(|v| v * v).sum::<f64>().sqrt();
        let below = self.constant("k", 0.0) + norm.max(self.constant("thres", 0.0) * (v.len() as f64).sqrt());
        v.iter().map(|v| if below == 0.0 { 0.0 } else { v / below }).collect()
    }

    /// Rows over cases and positions to `[n][o][s]`.
    fn turned(&self, z: &[f64]) -> Vec<f64> {
        let (o, s) = (self.outputs, self.space);
        (0..z.len()).map(|at| z[(at / (o * s) * s + at % s) * o + at / s % o]).collect()
    }

    /// Over each channel of `[n][o][s]`: `f` of all its values.
    fn channels(&self, z: &mut [f64], f: impl Fn(usize, Vec<f64>) -> Vec<f64>) {
        let (o, s) = (self.outputs, self.space);
        for c in 0..o {
            let at: Vec<usize> = (0..z.len()).filter(|at| at / s % o == c).collect();
            for (at, v) in at.iter().zip(f(c, at.iter().map(|at| z[*at]).collect())) {
                z[*at] = v;
            }
        }
    }

    /// `[n][o][s]`.
    pub(crate) fn forward(&self, t: &Named) -> Vec<f64> {
        let (i, o, s) = (self.inputs, self.outputs, self.space);
        let (x, w) = (&t["x"], &t["param.weight"]);
        let param = |name: &str, or: f64| t.get(name).cloned().unwrap_or_else(|| vec![or; o]);
        let (rows, weights) = match self.method {
            "weight" | "weight-exp" => (x.clone(), each(w, i, unit)),
            "cosine" => (each(x, i, unit), each(w, i, unit)),
            "cosine-centred" => (each(x, i, |v| unit(&centred(v))), each(w, i, |v| unit(&centred(v)))),
            "ndp" => (each(x, i, |v| self.patch(v)), each(w, i, |v| unit(&centred(v)))),
            _ => (x.clone(), w.clone()),
        };
        let mut z: Vec<f64> = rows
            .chunks_exact(i)
            .flat_map(|x| weights.chunks_exact(i).map(move |w| x.iter().zip(w).map(|(x, w)| x * w).sum()))
            .collect();
        for (at, z) in z.iter_mut().enumerate() {
            *z = match self.method {
                "weight" | "cosine" | "cosine-centred" => param("param.gain", 1.0)[at % o] * *z,
                "weight-exp" => param("param.log_gain", 0.0)[at % o].exp() * *z,
                "ndp" if self.constant("abs", 1.0) == 0.0 => z.max(0.0),
                "ndp" => z.abs(),
                _ => *z,
            };
        }
        let mut z = self.turned(&z);
        let (gain, bias) = (param("param.gain", 1.0), param("param.bias", 0.0));
        match self.method {
            "mean-only-batch" => self.channels(&mut z, |_, v| centred(&v)),
            "batch" => self.channels(&mut z, |c, v| {
                let d = centred(&v);
                let var = d.iter().map(|d| d * d).sum::<f64>() / d.len() as f64;
                d.iter().map(|d| gain[c] * d / (var + 1e-5).sqrt()).collect()
            }),
            "layer" | "rms" => {
                for case in z.chunks_exact_mut(o * s) {
                    let d = if self.method == "layer" { centred(case) } else { case.to_vec() };
                    let square = d.iter().map(|d| d * d).sum::<f64>() / d.len() as f64;
                    for (at, z) in case.iter_mut().enumerate() {
                        *z = gain[at / s] * d[at] / (square + 1e-5).sqrt();
                    }
                }
            }
            _ => {}
        }
        z.iter().enumerate().map(|(at, z)| z + bias[at / s % o]).collect()
    }
}

/// The slope of `Σ y dy` at every element of `name`, from five points.
pub(crate) fn slopes(t: &Named, name: &str, dy: &[f64], forward: impl Fn(&Named) -> Vec<f64>) -> Vec<f64> {
    const STEP: f64 = 1e-3;
    let loss = |at: usize, by: f64| -> f64 {
        let mut moved = t.clone();
        moved.get_mut(name).unwrap()[at] += by;
        forward(&moved).iter().zip(dy).map(|(y, d)| y * d).sum()
    };
    let slope = |at: usize| {
        let (near, far) = (loss(at, STEP) - loss(at, -STEP), loss(at, 2.0 * STEP) - loss(at, -2.0 * STEP));
        (8.0 * near - far) / (12.0 * STEP)
    };
    (0..t[name].len()).map(slope).collect()
}
