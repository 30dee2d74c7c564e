//! {{title}} in plain loops, from its source ({{cite}}).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

// for pool in pools(call, ReferenceSet::FanIn)           one per unit u = pool.set
//     squares = Σ_i x_i²                                 i over pool.elements, x_i = call.x[i]
//     y_i     = gain_u · x_i / √max(squares, tiny)       gain_u = call.params[0][u]
// statistics = [squares of every unit]                   tiny = call.consts[0]
fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    ReferenceForward::unwritten(call)
}

// x̂_i = x_i / √squares
// dgain_u = Σ_i dy_i · x̂_i
// dx_i = gain_u · (dy_i − x̂_i · dgain_u) / √squares      where squares > tiny, else gain_u · dy_i / √tiny
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    ReferenceBackward::unwritten(call, dy)
}

impl Judged for crate::{{norm}} {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
