//! Mean-only batch normalization in plain loops, from section 4 of Salimans and Kingma (salimans2016weight).

use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference,
};

/// Indices of the elements of one channel that count.
fn pool(call: &ReferenceCall<'_>, channel: usize) -> Vec<usize> {
    let l = call.layout;
    let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
    cases.flat_map(|n| (0..l.s).map(move |s| (n * l.channels() + channel) * l.s + s)).collect()
}

/// The mean; of nothing it is 0.
fn mean(v: &[f64], pool: &[usize]) -> f64 {
    pool.iter().map(|i| v[*i]).sum::<f64>() / (pool.len() as f64).max(1.0)
}

fn current(call: &ReferenceCall<'_>) -> Vec<Vec<f64>> {
    vec![(0..call.layout.channels()).map(|c| mean(call.x, &pool(call, c))).collect()]
}

fn apply(call: &ReferenceCall<'_>, statistics: &[Vec<f64>]) -> Vec<f64> {
    let mut y = vec![0.0; call.layout.len()];
    for (c, mean) in statistics[0].iter().enumerate() {
        for i in pool(call, c) {
            y[i] = call.x[i] - mean + call.params[0][c];
        }
    }
    y
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let statistics = current(call);
    ReferenceForward { y: apply(call, &statistics), statistics }
}

/// `dx = dy − mean dy`; under a stored mean nothing is subtracted.
fn gradients(call: &ReferenceCall<'_>, dy: &[f64], stored: bool) -> ReferenceBackward {
    let mut dx = vec![0.0; call.layout.len()];
    let mut dbias = vec![0.0; call.layout.channels()];
    for (c, dbias) in dbias.iter_mut().enumerate() {
        let pool = pool(call, c);
        let through = if stored { 0.0 } else { mean(dy, &pool) };
        for i in pool {
            *dbias += dy[i];
            dx[i] = dy[i] - through;
        }
    }
    ReferenceBackward { dx, dparams: vec![dbias] }
}

fn update(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    for (c, stored) in state[0].iter_mut().enumerate() {
        let pool = pool(call, c);
        if !pool.is_empty() {
            *stored += rate * (mean(call.x, &pool) - *stored);
        }
    }
}

impl Judged for crate::MeanOnlyBatchNorm {
    const REFERENCE: Reference = Reference {
        forward,
        backward: |call, dy| gradients(call, dy, false),
        stored: Some(StoredReference {
            update,
            forward: apply,
            backward: |call, dy, _| gradients(call, dy, true),
        }),
    };
}
