//! {{title}} in plain loops, from its source ({{cite}}).

use norm_core::conformance::{Divisors, JudgedUpdate, NetLayer};
use norm_core::{Elem, UpdateDescriptor};

// for each layer, w_vu = layer.weight[v * inputs + u], g_vu likewise in the gradient
//     κ_vu = √(Σ g² / n) + floor              over the n weights of the layer
//     κ_v  = √(Σ g² / n) + floor              over its n biases
fn reference(_net: &[NetLayer<f64>], _gradient: &[NetLayer<f64>]) -> Vec<Divisors> {
    Vec::new()
}

impl JudgedUpdate for crate::{{type}} {
    const DESCRIPTOR: &'static UpdateDescriptor = &crate::DESCRIPTOR;
    // w_in → c w_in, w_out → w_out / c: the net is the same. Are its steps?
    const BLIND_TO_RESCALING: bool = false;

    fn divisors<T: Elem>(net: &[NetLayer<T>], gradient: &[NetLayer<T>]) -> Vec<Divisors> {
        crate::divisors(net, gradient)
    }

    fn reference(net: &[NetLayer<f64>], gradient: &[NetLayer<f64>]) -> Vec<Divisors> {
        reference(net, gradient)
    }
}
