//! The gradient is orthogonal to what a normalization does not see the size of.

use norm_core::conformance::largest;

use crate::dense::{Dense, alignment};
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const SIZES: Dense = Dense { cases: 32, inputs: 10, units: 12 };

pub(crate) const PROBE: Probe = Probe {
    id: "gradient-orthogonality",
    about: "A normalization of W x, 32 cases, 10 inputs, 12 units, epsilon 0: the cosine of the angle between the weights and \
            their gradient, row by row (the largest) and of the whole matrix, for batch and layer norm.",
    find,
};

/// The largest of the rows, and that of the matrix.
fn angles(norm: &Norm) -> (f64, f64) {
    let mut draw = Draw::new(102);
    let (x, w) = (draw.normals(SIZES.cases * SIZES.inputs, 1.0), draw.normals(SIZES.units * SIZES.inputs, 1.0));
    let dy = draw.normals(SIZES.cases * SIZES.units, 1.0);
    let z = SIZES.sums(&w, &x);
    let dz = norm.backward(&z, &norm.forward(&z).statistics, &dy).x;
    let dw = SIZES.to_weights(&x, &dz);
    let rows = w.chunks_exact(SIZES.inputs).zip(dw.chunks_exact(SIZES.inputs));
    (largest(rows.map(|(w, dw)| alignment(w, dw))), alignment(&w, &dw))
}

fn find() -> Values {
    let of = |id| angles(&Norm::new(id, SIZES.cases, SIZES.units).exact());
    let ((batch_row, batch_matrix), (layer_row, layer_matrix)) = (of("batch"), of("layer"));
    let none = angles(&Norm::new("none", SIZES.cases, SIZES.units));
    Values::new()
        .with("batch_row", batch_row)
        .with("batch_matrix", batch_matrix)
        .with("layer_row", layer_row)
        .with("layer_matrix", layer_matrix)
        .with("none_row", none.0)
        .with("none_matrix", none.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_invariant_is_orthogonal() {
        let found = find();
        for orthogonal in ["batch_row", "batch_matrix", "layer_matrix"] {
            assert!(found.get(orthogonal) < 1e-12, "{orthogonal}: {found:?}");
        }
        // A single row is not what layer norm is invariant to, and without a norm nothing is.
        for not in ["layer_row", "none_row", "none_matrix"] {
            assert!(found.get(not) > 1e-3, "{not}: {found:?}");
        }
    }
}
