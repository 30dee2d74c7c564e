//! A linear read-out of C2: one-against-all ridge regression on standardized features, solved exactly.

use crate::error::{HmaxError, Result, finite, length, positive, some};

/// Weights that turn a feature vector into one score per class.
#[derive(Clone, Debug, PartialEq)]
pub struct Readout {
    mean: Vec<f64>,
    scale: Vec<f64>,
    /// `[classes][features]`.
    weights: Vec<Vec<f64>>,
    bias: Vec<f64>,
}

impl Readout {
    /// Least squares to +1 for the own class and -1 for the others, with `ridge` times the squared weights added.
    /// Features are brought to mean 0 and variance 1 first; one that never changes is left out. The result depends
    /// on nothing but the arguments.
    ///
    /// # Errors
    /// No case, no feature, vectors of different lengths, a class of `classes` or above, `ridge` not above 0.
    pub fn train(cases: &[Vec<f32>], labels: &[usize], classes: usize, ridge: f64) -> Result<Self> {
        some("the number of cases", cases.len())?;
        some("the number of classes", classes)?;
        length("the labels", cases.len(), labels.len())?;
        positive("ridge", ridge)?;
        let (n, d) = (cases.len(), cases[0].len());
        some("the number of features", d)?;
        for case in cases {
            length("a feature vector", d, case.len())?;
            finite("a feature vector", case)?;
        }
        if let Some(case) = labels.iter().position(|&c| c >= classes) {
            return Err(HmaxError::Class { case, class: labels[case], classes });
        }
        let column = |f: usize| cases.iter().map(move |c| f64::from(c[f]));
        let mean: Vec<f64> = (0..d).map(|f| column(f).sum::<f64>() / n as f64).collect();
        let scale: Vec<f64> = (0..d)
            .map(|f| {
                let variance = column(f).map(|v| (v - mean[f]).powi(2)).sum::<f64>() / n as f64;
                if variance.sqrt() > 1e-7 * mean[f].abs() { 1.0 / variance.sqrt() } else { 0.0 }
            })
            .collect();
        let x: Vec<Vec<f64>> =
            cases.iter().map(|c| (0..d).map(|f| (f64::from(c[f]) - mean[f]) * scale[f]).collect()).collect();
        // Through the cases: weights are sums of the vectors, and there are few cases as a rule.
        let mut gram = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                gram[i * n + j] = x[i].iter().zip(&x[j]).map(|(a, b)| a * b).sum();
            }
            gram[i * n + i] += ridge;
        }
        cholesky(&mut gram, n);
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for class in 0..classes {
            let target: Vec<f64> = labels.iter().map(|&c| if c == class { 1.0 } else { -1.0 }).collect();
            // Features have mean 0, so the best bias is the mean target.
            let middle = target.iter().sum::<f64>() / n as f64;
            let mut share: Vec<f64> = target.iter().map(|t| t - middle).collect();
            solve(&gram, n, &mut share);
            let mut w = vec![0.0; d];
            for (a, x) in share.iter().zip(&x) {
                w.iter_mut().zip(x).for_each(|(w, x)| *w += a * x);
            }
            weights.push(w);
            bias.push(middle);
        }
        Ok(Self { mean, scale, weights, bias })
    }

    /// One score per class, the largest for the most likely.
    ///
    /// # Errors
    /// Another number of features, a value that is not finite.
    pub fn scores(&self, features: &[f32]) -> Result<Vec<f64>> {
        length("the feature vector", self.mean.len(), features.len())?;
        finite("the feature vector", features)?;
        let x: Vec<f64> = features
            .iter()
            .zip(self.mean.iter().zip(&self.scale))
            .map(|(&v, (m, s))| (f64::from(v) - m) * s)
            .collect();
        let score = |(w, b): (&Vec<f64>, &f64)| b + w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>();
        Ok(self.weights.iter().zip(&self.bias).map(score).collect())
    }

    /// The class of the largest score, the first among equals.
    ///
    /// # Errors
    /// As [`scores`](Self::scores).
    pub fn classify(&self, features: &[f32]) -> Result<usize> {
        let scores = self.scores(features)?;
        Ok((0..scores.len()).fold(0, |best, c| if scores[c] > scores[best] { c } else { best }))
    }
}

/// The lower triangle `L` of `L·Lᵀ`, in place. The matrix has a positive diagonal added, so no root is of a negative.
fn cholesky(a: &mut [f64], n: usize) {
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| a[i * n + k] * a[j * n + k]).sum();
            let rest = a[i * n + j] - dot;
            a[i * n + j] = if i == j { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / a[j * n + j] };
        }
    }
}

/// `L·Lᵀ·x = b`, in place.
fn solve(l: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        let dot: f64 = (0..i).map(|k| l[i * n + k] * b[k]).sum();
        b[i] = (b[i] - dot) / l[i * n + i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| l[k * n + i] * b[k]).sum();
        b[i] = (b[i] - dot) / l[i * n + i];
    }
}
