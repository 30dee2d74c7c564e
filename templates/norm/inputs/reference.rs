//! {{title}} in plain loops, from its source ({{cite}}).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

// for pool in pools(call, ReferenceSet::Features)        one per case
//     squares = Σ_i x_i²                                 i over pool.elements, x_i = call.x[i]
//     y_i     = x_i / √max(squares, tiny)                tiny = call.consts[0]
// statistics = [squares of every case]
fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    ReferenceForward::unwritten(call)
}

// y_i = x_i / √squares
// dx_i = (dy_i − y_i · Σ_j dy_j y_j) / √squares          where squares > tiny, else dy_i / √tiny
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    ReferenceBackward::unwritten(call, dy)
}

impl Judged for crate::{{norm}} {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
