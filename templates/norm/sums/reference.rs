//! {{title}} in plain loops, from its source ({{cite}}).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

// for pool in pools(call, ReferenceSet::Features)        n = pool.elements.len()
//     ms  = Σ_i x_i² / n                                 i over pool.elements, x_i = call.x[i]
//     y_i = gain_i · x_i / √(ms + eps)                   gain_i = call.params[0][channel(call, i)]
// statistics = [ms of every pool]                        eps = call.consts[0]
fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    ReferenceForward::unwritten(call)
}

// x̂_i = x_i / √(ms + eps),  g_i = gain_i · dy_i
// dx_i = (g_i − x̂_i · Σ_j g_j x̂_j / n) / √(ms + eps)
// dgain_c += dy_i · x̂_i                                  c = channel(call, i)
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    ReferenceBackward::unwritten(call, dy)
}

impl Judged for crate::{{norm}} {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
