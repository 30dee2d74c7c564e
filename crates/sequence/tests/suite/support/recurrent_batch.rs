//! The judge of recurrent batch normalization (cooijmans2017recurrent): batch statistics of each step on both
//! projections and on the cell where it is read out, the former two without a shift, one bias. Plain loops.

use super::Problem;

pub(crate) fn batch_norm(
    rows: &[Vec<f64>],
    on: &[bool],
    gain: &[f64],
    bias: Option<&[f64]>,
    eps: f64,
) -> Vec<Vec<f64>> {
    let n = on.iter().filter(|o| **o).count() as f64;
    let mut out = rows.to_vec();
    for j in 0..gain.len() {
        let column = || rows.iter().zip(on).filter(|r| *r.1).map(|r| r.0[j]);
        let mean = column().sum::<f64>() / n;
        let var = column().map(|a| (a - mean) * (a - mean)).sum::<f64>() / n;
        for (o, r) in out.iter_mut().zip(rows) {
            o[j] = gain[j] * (r[j] - mean) / (var + eps).sqrt() + bias.map_or(0.0, |b| b[j]);
        }
    }
    out
}

/// The loss of a problem.
pub(crate) fn loss(p: &Problem) -> f64 {
    loss_where(p, false)
}

/// The same where the normalized cell is carried on.
pub(crate) fn loss_carried(p: &Problem) -> f64 {
    loss_where(p, true)
}

fn loss_where(p: &Problem, carried: bool) -> f64 {
    let (s, eps) = (p.sizes, 1e-5);
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let product = |w: &[f64], v: &[f64]| -> Vec<f64> {
        w.chunks_exact(v.len()).map(|r| r.iter().zip(v).map(|(a, b)| a * b).sum()).collect()
    };
    let [gain_x, gain_h, gain_c, bias_c] = &p.slots[..] else { panic!("four parameters") };
    let mut h: Vec<Vec<f64>> = p.h0.chunks_exact(s.units).map(<[f64]>::to_vec).collect();
    let mut c: Vec<Vec<f64>> = p.c0.chunks_exact(s.units).map(<[f64]>::to_vec).collect();
    let mut loss = 0.0;
    for t in 0..s.steps {
        let all = vec![true; s.cases];
        let on = p.mask.as_ref().map_or(&all[..], |m| &m[t * s.cases..(t + 1) * s.cases]);
        let x: Vec<Vec<f64>> =
            (0..s.cases).map(|n| product(&p.ih, &p.x[(t * s.cases + n) * s.inputs..][..s.inputs])).collect();
        let r: Vec<Vec<f64>> = h.iter().map(|h| product(&p.hh, h)).collect();
        let (x, r) = (batch_norm(&x, on, gain_x, None, eps), batch_norm(&r, on, gain_h, None, eps));
        let z = |n: usize, k: usize, j: usize| {
            let i = k * s.units + j;
            x[n][i] + r[n][i] + p.bias[i]
        };
        let mut next = c.clone();
        for (n, next) in next.iter_mut().enumerate() {
            for (j, v) in next.iter_mut().enumerate() {
                *v = sigmoid(z(n, 1, j)) * c[n][j] + sigmoid(z(n, 0, j)) * z(n, 2, j).tanh();
            }
        }
        let read = batch_norm(&next, on, gain_c, Some(bias_c), eps);
        for n in (0..s.cases).filter(|n| on[*n]) {
            for j in 0..s.units {
                h[n][j] = sigmoid(z(n, 3, j)) * read[n][j].tanh();
                loss += h[n][j] * p.dy[(t * s.cases + n) * s.units + j];
            }
            c[n].clone_from(if carried { &read[n] } else { &next[n] });
        }
    }
    let last = |v: &[Vec<f64>], d: &[f64]| v.iter().flatten().zip(d).map(|(a, b)| a * b).sum::<f64>();
    loss + last(&h, &p.dh) + last(&c, &p.dc)
}
