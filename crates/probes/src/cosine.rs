//! A layer whose sums are cosines: the method at the weights and at the inputs.

use crate::dense::Dense;
use crate::norm::Norm;

/// One layer of a method at the weights and inputs.
pub(crate) struct CosineLayer {
    pub(crate) sizes: Dense,
    of_weights: Norm,
    of_inputs: Norm,
}

impl CosineLayer {
    pub(crate) fn new(id: &str, sizes: Dense) -> Self {
        let (of_weights, of_inputs) =
            (Norm::new(id, sizes.units, sizes.inputs), Norm::new(id, sizes.cases, sizes.inputs));
        Self { sizes, of_weights, of_inputs }
    }

    pub(crate) fn sums(&self, w: &[f64], x: &[f64]) -> Vec<f64> {
        self.sizes.sums(&self.of_weights.forward(w).y, &self.of_inputs.forward(x).y)
    }

    /// Gradients at the weights and at the inputs.
    pub(crate) fn backward(&self, w: &[f64], x: &[f64], dz: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (weights, inputs) = (self.of_weights.forward(w), self.of_inputs.forward(x));
        let dw = self.sizes.to_weights(&inputs.y, dz);
        let dx = self.sizes.to_inputs(&weights.y, dz);
        (
            self.of_weights.backward(w, &weights.statistics, &dw).x,
            self.of_inputs.backward(x, &inputs.statistics, &dx).x,
        )
    }
}
