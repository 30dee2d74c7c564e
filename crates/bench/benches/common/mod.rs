//! What benches share: values, and the ceiling that times stand beside.

use std::hint::black_box;

use criterion::Criterion;
use dfdx::prelude::Dtype;

/// Standard normal values.
pub(crate) fn normal<E: Dtype>(n: usize, seed: u64) -> Vec<E> {
    use rand::SeedableRng;
    use rand::distributions::Distribution;
    let mut r = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let d = rand_distr::StandardNormal;
    (0..n).map(|_| E::from_f64(d.sample(&mut r)).unwrap_or_default()).collect()
}

/// The ceiling: arrays of `n` elements read and written, shared out as the kernels share theirs.
pub(crate) fn copies(c: &mut Criterion, shape: &str, n: usize) {
    use rayon::prelude::*;
    let (a, b) = (normal::<f32>(n, 3), normal::<f32>(n, 4));
    let mut y = vec![0.0f32; n];
    let part =
        if n >= norm_core::chunk::PARALLEL_FROM { n.div_ceil(rayon::current_num_threads()) } else { n };
    c.bench_function(&format!("copy/f32/{shape}/1r1w"), |bench| {
        bench.iter(|| {
            y.par_chunks_mut(part).zip(a.par_chunks(part)).for_each(|(y, a)| y.copy_from_slice(a));
            black_box(&mut y);
        });
    });
    c.bench_function(&format!("copy/f32/{shape}/2r1w"), |bench| {
        bench.iter(|| {
            let parts = y.par_chunks_mut(part).zip(a.par_chunks(part)).zip(b.par_chunks(part));
            parts.for_each(|((y, a), b)| y.iter_mut().zip(a).zip(b).for_each(|((y, a), b)| *y = a + b));
            black_box(&mut y);
        });
    });
}
