//! Products with a matrix of weights `[units][inputs]`, and what flows back through them.

/// Sizes of a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dense {
    pub(crate) cases: usize,
    pub(crate) inputs: usize,
    pub(crate) units: usize,
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn length(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

/// The cosine of the angle between two vectors, without its sign.
pub(crate) fn alignment(a: &[f64], b: &[f64]) -> f64 {
    dot(a, b).abs() / (length(a) * length(b))
}

impl Dense {
    /// `x Wᵀ`, `[cases][units]`.
    pub(crate) fn sums(self, w: &[f64], x: &[f64]) -> Vec<f64> {
        assert_eq!((w.len(), x.len()), (self.units * self.inputs, self.cases * self.inputs));
        x.chunks_exact(self.inputs)
            .flat_map(|x| w.chunks_exact(self.inputs).map(move |w| dot(w, x)))
            .collect()
    }

    /// The gradient at `W`.
    pub(crate) fn to_weights(self, x: &[f64], dz: &[f64]) -> Vec<f64> {
        let mut dw = vec![0.0; self.units * self.inputs];
        for (x, dz) in x.chunks_exact(self.inputs).zip(dz.chunks_exact(self.units)) {
            for (dw, dz) in dw.chunks_exact_mut(self.inputs).zip(dz) {
                for (dw, x) in dw.iter_mut().zip(x) {
                    *dw += dz * x;
                }
            }
        }
        dw
    }

    /// The gradient at `x`.
    pub(crate) fn to_inputs(self, w: &[f64], dz: &[f64]) -> Vec<f64> {
        let mut dx = vec![0.0; self.cases * self.inputs];
        for (dx, dz) in dx.chunks_exact_mut(self.inputs).zip(dz.chunks_exact(self.units)) {
            for (w, dz) in w.chunks_exact(self.inputs).zip(dz) {
                for (dx, w) in dx.iter_mut().zip(w) {
                    *dx += dz * w;
                }
            }
        }
        dx
    }
}
