//! The judge: every cell written out from the papers' equations in plain loops, one case and unit at a time.
//! Forward only; its gradients are central differences. Shares no code and no data structure of the engine: a
//! network is described here by its own words.

use super::Problem;

/// What is done to a vector of summed inputs, a cell or a hidden state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Norm {
    Identity,
    Layer,
    Rms,
    /// Divided by its length; nothing of nothing.
    Direction,
}

/// Parameters of one norm in a row: gain and, where learned, bias.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Affine<'a> {
    pub(crate) gain: Option<&'a [f64]>,
    pub(crate) bias: Option<&'a [f64]>,
}

/// What the statistics of batch normalization of the input projection are.
#[derive(Clone, Debug)]
pub(crate) enum Batch {
    /// Of this batch, over all unpadded cases and steps.
    Current,
    /// Of this batch, step by step.
    CurrentPerStep,
    /// Given mean and variance per channel.
    Stored(Vec<f64>, Vec<f64>),
}

/// Which network.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) name: &'static str,
    pub(crate) norm: Norm,
    pub(crate) lstm: bool,
    /// Of a simple recurrence.
    pub(crate) nonlinearity: fn(f64) -> f64,
    pub(crate) eps: f64,
    /// Batch normalization in place of `norm` on the input projection.
    pub(crate) batch: Option<Batch>,
}

pub(crate) struct Result {
    pub(crate) y: Vec<f64>,
    pub(crate) h: Vec<f64>,
    pub(crate) c: Vec<f64>,
}

/// The nonlinearity of a simple recurrence of that name.
pub(crate) fn nonlinearity(name: &str) -> fn(f64) -> f64 {
    match name {
        "rnn_relu" => |a| if a > 0.0 { a } else { 0.0 },
        "rnn_clipped" => |a| {
            if a > 20.0 {
                20.0
            } else if a > 0.0 {
                a
            } else {
                0.0
            }
        },
        _ => f64::tanh,
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

pub(crate) fn normalize(norm: Norm, v: &[f64], eps: f64, p: Affine<'_>) -> Vec<f64> {
    let n = v.len() as f64;
    let (mean, root) = match norm {
        Norm::Identity => return v.to_vec(),
        Norm::Direction => {
            let length = v.iter().map(|a| a * a).sum::<f64>().sqrt();
            return v.iter().map(|a| if length > 0.0 { a / length } else { 0.0 }).collect();
        }
        Norm::Layer => {
            let mean = v.iter().sum::<f64>() / n;
            (mean, (v.iter().map(|a| (a - mean).powi(2)).sum::<f64>() / n + eps).sqrt())
        }
        Norm::Rms => (0.0, (v.iter().map(|a| a * a).sum::<f64>() / n + eps).sqrt()),
    };
    let at = |p: Option<&[f64]>, i: usize, default: f64| p.map_or(default, |p| p[i]);
    v.iter().enumerate().map(|(i, a)| at(p.gain, i, 1.0) * (a - mean) / root + at(p.bias, i, 0.0)).collect()
}

/// Takes the next learned norm's parameters off the list.
fn take<'a>(norm: Norm, shift: bool, from: &mut std::slice::Iter<'a, Vec<f64>>) -> Affine<'a> {
    let mut next = |there: bool| {
        if there { Some(from.next().expect("a parameter is missing").as_slice()) } else { None }
    };
    let gain = next(!matches!(norm, Norm::Identity | Norm::Direction));
    let bias = next(norm == Norm::Layer && shift);
    Affine { gain, bias }
}

pub(crate) fn product(w: &[f64], v: &[f64]) -> Vec<f64> {
    w.chunks_exact(v.len()).map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum()).collect()
}

fn sum(vectors: &[&[f64]]) -> Vec<f64> {
    (0..vectors[0].len()).map(|i| vectors.iter().map(|v| v[i]).sum()).collect()
}

/// Mean and biased variance of each channel over the given rows.
fn moments(rows: &[&[f64]]) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len() as f64;
    let channels = 0..rows.first().map_or(0, |r| r.len());
    let mean: Vec<f64> = channels.clone().map(|j| rows.iter().map(|r| r[j]).sum::<f64>() / n).collect();
    let var = channels.map(|j| rows.iter().map(|r| (r[j] - mean[j]).powi(2)).sum::<f64>() / n).collect();
    (mean, var)
}

impl Network {
    /// Batch normalization of all input projections.
    fn normalize_over_cases(
        &self,
        p: &Problem,
        batch: &Batch,
        gain: &[f64],
        bias: &[f64],
        ax: &mut [Vec<f64>],
    ) {
        let (s, eps) = (p.sizes, self.eps);
        let on = |t: usize, n: usize| p.mask.as_ref().is_none_or(|m| m[t * s.cases + n]);
        let of = |range: std::ops::Range<usize>| {
            let rows: Vec<&[f64]> =
                range.filter(|i| on(i / s.cases, i % s.cases)).map(|i| &ax[i][..]).collect();
            moments(&rows)
        };
        let statistics: Vec<_> = (0..s.steps)
            .map(|t| match batch {
                Batch::Current => of(0..s.steps * s.cases),
                Batch::CurrentPerStep => of(t * s.cases..(t + 1) * s.cases),
                Batch::Stored(mean, var) => (mean.clone(), var.clone()),
            })
            .collect();
        for (i, row) in ax.iter_mut().enumerate() {
            let (mean, var) = &statistics[i / s.cases];
            if on(i / s.cases, i % s.cases) {
                for (j, a) in row.iter_mut().enumerate() {
                    *a = gain[j] * (*a - mean[j]) / (var[j] + eps).sqrt() + bias[j];
                }
            }
        }
    }

    pub(crate) fn forward(&self, p: &Problem) -> Result {
        let s = p.sizes;
        let (eps, norm) = (self.eps, self.norm);
        let on = |t: usize, n: usize| p.mask.as_ref().is_none_or(|m| m[t * s.cases + n]);
        // Input projections first, so that batch statistics can be taken.
        let mut ax: Vec<Vec<f64>> = p.x.chunks_exact(s.inputs).map(|x| product(&p.ih, x)).collect();
        let mut slots = p.slots.iter();
        if let Some(batch) = &self.batch {
            let (gain, bias) = (slots.next().unwrap(), slots.next().unwrap());
            self.normalize_over_cases(p, batch, gain, bias, &mut ax);
        }
        let id = Affine { gain: None, bias: None };
        let (mut p_ih, mut p_hh, mut p_sum, mut p_c, mut p_h) = (id, id, id, id, id);
        match self.name {
            "paper" | "fastrnns" | "tf_addons" | "haste" => {
                let shift = self.name != "haste";
                p_ih = take(norm, shift, &mut slots);
                p_hh = take(norm, shift, &mut slots);
                p_c = take(norm, true, &mut slots);
            }
            "labml" => {
                p_sum = take(norm, true, &mut slots);
                p_c = take(norm, true, &mut slots);
            }
            "burn" => {
                p_ih = take(norm, true, &mut slots);
                p_c = take(norm, true, &mut slots);
                p_h = take(norm, true, &mut slots);
            }
            "input" if self.batch.is_none() => p_ih = take(norm, true, &mut slots),
            "joint" => p_sum = take(norm, true, &mut slots),
            "read_out" => p_c = take(norm, true, &mut slots),
            "none" | "input" | "operands" => {}
            other => panic!("unknown network {other}"),
        }
        assert!(slots.next().is_none(), "{}: a parameter is left over", self.name);
        let zeros = vec![0.0; if self.lstm { 4 } else { 1 } * s.units];
        let b = if p.bias.is_empty() { &zeros } else { &p.bias };
        let mut y = Vec::new();
        let mut h: Vec<Vec<f64>> = p.h0.chunks_exact(s.units).map(<[f64]>::to_vec).collect();
        let mut c: Vec<Vec<f64>> = p.c0.chunks_exact(s.units).map(<[f64]>::to_vec).collect();
        for t in 0..s.steps {
            for n in 0..s.cases {
                if !on(t, n) {
                    y.extend(vec![0.0; s.units]);
                    continue;
                }
                let met = match self.name {
                    "operands" => normalize(norm, &h[n], eps, id),
                    _ => h[n].clone(),
                };
                let (x, r) = (&ax[t * s.cases + n], product(&p.hh, &met));
                let z = match self.name {
                    // LN(W_h h) + LN(W_x x) + b over all gates
                    "paper" | "haste" | "fastrnns" | "tf_addons" => {
                        sum(&[&normalize(norm, x, eps, p_ih), &normalize(norm, &r, eps, p_hh), b])
                    }
                    "burn" => sum(&[&normalize(norm, x, eps, p_ih), &r, b]),
                    "input" if self.batch.is_none() => sum(&[&normalize(norm, x, eps, p_ih), &r, b]),
                    "input" | "none" | "operands" | "read_out" => sum(&[x, &r, b]),
                    // one norm per gate over everything added up
                    "labml" => {
                        let a = sum(&[x, &r, b]);
                        (0..4)
                            .flat_map(|k| {
                                let cut =
                                    |v: Option<&[f64]>| v.map(|v| v[k * s.units..(k + 1) * s.units].to_vec());
                                let (gain, bias) = (cut(p_sum.gain), cut(p_sum.bias));
                                let p = Affine { gain: gain.as_deref(), bias: bias.as_deref() };
                                normalize(norm, &a[k * s.units..(k + 1) * s.units], eps, p)
                            })
                            .collect()
                    }
                    // the simple recurrence's a = W_h h + W_x x, normalized, then the bias
                    "joint" => sum(&[&normalize(norm, &sum(&[x, &r]), eps, p_sum), b]),
                    other => panic!("unknown network {other}"),
                };
                if self.lstm {
                    let gate = |k: usize, j: usize| z[k * s.units + j];
                    let cell: Vec<f64> = (0..s.units)
                        .map(|j| sigmoid(gate(1, j)) * c[n][j] + sigmoid(gate(0, j)) * gate(2, j).tanh())
                        .collect();
                    let normed = match self.name {
                        "none" | "input" | "joint" | "operands" => cell.clone(),
                        _ => normalize(norm, &cell, eps, p_c),
                    };
                    let out: Vec<f64> =
                        (0..s.units).map(|j| sigmoid(gate(3, j)) * normed[j].tanh()).collect();
                    h[n] = if self.name == "burn" { normalize(norm, &out, eps, p_h) } else { out };
                    // Which of the two is carried on is what people differ about.
                    c[n] = match self.name {
                        "fastrnns" | "tf_addons" | "burn" => normed,
                        _ => cell,
                    };
                } else {
                    h[n] = z.iter().map(|a| (self.nonlinearity)(*a)).collect();
                }
                y.extend(&h[n]);
            }
        }
        Result { y, h: h.concat(), c: c.concat() }
    }

    /// `Σ dy·y + Σ dh·h_T + Σ dc·c_T`, the loss whose gradients are compared.
    pub(crate) fn loss(&self, p: &Problem) -> f64 {
        let r = self.forward(p);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        dot(&r.y, &p.dy) + dot(&r.h, &p.dh) + dot(&r.c, &p.dc)
    }

    /// Gradients by central differences, named as the engine's.
    pub(crate) fn gradients(&self, p: &Problem) -> Vec<(String, Vec<f64>)> {
        p.differences(|p| self.loss(p))
    }
}
