//! `cell/<cell>/<method>/<path>/<dtype>/<T>x<B>x<H>/<pass>`: a recurrent layer over a whole sequence, H inputs, in
//! training mode, each method in its usual placement; all gradients, for a given upstream gradient.

use std::hint::black_box;
use std::time::Duration;

use ::bench::experiment::grid::measured; // and its allocator
use ::bench::experiment::workload::in_recurrence;
use ::bench::throughput::begin;
use criterion::{BatchSize, Criterion};
use dfdx::prelude::*;
use models::{LstmLayer, Usual};
use norm_core::Formula;
use norm_dfdx::with_upstream;
use results::Tier;

const STEPS: usize = 50;
const CASES: usize = 64;
const UNITS: usize = 128;

fn values(n: usize, seed: u64) -> Vec<f32> {
    use rand::SeedableRng;
    use rand::distributions::Distribution;
    let mut r = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| rand_distr::StandardNormal.sample(&mut r)).collect()
}

/// A method in a cell. Whether it fits is a constant of the type, so that nothing is compiled for one that does not.
struct Cell<F, const FITS: bool>(std::marker::PhantomData<F>);

trait Timed {
    fn time(c: &mut Criterion, smoke: bool);
}

impl<F: Formula> Timed for Cell<F, true> {
    fn time(c: &mut Criterion, smoke: bool) {
        lstm::<F>(c, smoke);
    }
}

impl<F> Timed for Cell<F, false> {
    fn time(_: &mut Criterion, _: bool) {}
}

fn lstm<F: Formula>(c: &mut Criterion, smoke: bool) {
    let dev = Cpu::seed_from_u64(1);
    let mut layer = LstmLayer::<F, Usual<F>, UNITS, UNITS, { 4 * UNITS }, f32, Cpu>::build(&dev);
    let x: Tensor<(usize, usize, Const<UNITS>), f32, Cpu> =
        dev.tensor_from_vec(values(STEPS * CASES * UNITS, 1), (STEPS, CASES, Const));
    let dy = values(STEPS * CASES * UNITS, 2);
    let id = format!("cell/lstm/{}/fused/f32/{STEPS}x{CASES}x{UNITS}", F::DESCRIPTOR.id);
    if !smoke {
        c.bench_function(&format!("{id}/fwd"), |b| {
            b.iter(|| black_box(layer.train(x.clone(), None).expect("sizes fit")));
        });
    }
    c.bench_function(&format!("{id}/fwdbwd"), |b| {
        let pass = |dy| {
            let (y, _) = layer.train(x.leaky_trace(), None).expect("sizes fit");
            with_upstream(y, dy).expect("as many elements").backward()
        };
        b.iter_batched(|| dy.clone(), pass, BatchSize::PerIteration);
    });
}

fn main() {
    let tier = begin::bench();
    let smoke = tier == Some(Tier::Smoke);
    let (measure, samples) = if smoke { (500, 10) } else { (2500, 20) };
    let mut c = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(measure))
        .sample_size(samples)
        .nresamples(begin::RESAMPLES)
        .configure_from_args();
    macro_rules! all {
        ($($formula:path),+ $(,)?) => {$(
            let asked = measured(tier).any(|m| m.descriptor().id == <$formula as Formula>::DESCRIPTOR.id);
            if asked {
                Cell::<$formula, { in_recurrence(<$formula as Formula>::DESCRIPTOR).is_ok() }>::time(&mut c, smoke);
            }
        )+};
    }
    norms::for_each_norm!(all);
    c.final_summary();
}
