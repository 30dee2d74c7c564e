//! `norm/<method>/<path>/<dtype>/<shape>/<pass>`: one normalization layer in training mode, forward alone and forward
//! with backward for a given upstream gradient, beside a copy of the written traffic.
//!
//! Path `dfdx` is dfdx's own layer. Before anything is timed, the paths are checked against each other.
//! `NORMLAB_TIER=smoke` keeps one shape and one pass.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use ::bench as _; // its allocator
use criterion::Criterion;
use dfdx::nn::modules::{BatchNorm1D, LayerNorm1D};
use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::{Composed, Declared, Fused, NormLayer, Path, with_upstream};
use num_traits::Float;

type X<const C: usize, E, T = NoneTape> = Tensor<(usize, Const<C>), E, Cpu, T>;

fn smoke() -> bool {
    std::env::var("NORMLAB_TIER").is_ok_and(|t| t == "smoke")
}

fn normal<E: Dtype>(n: usize, seed: u64) -> Vec<E> {
    use rand::SeedableRng;
    use rand::distributions::Distribution;
    let mut r = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let d = rand_distr::StandardNormal;
    (0..n).map(|_| E::from_f64(d.sample(&mut r)).unwrap_or_default()).collect()
}

/// What one contender does in either pass.
struct Contender<'a, const C: usize, E: Dtype> {
    forward: Box<dyn FnMut(X<C, E>) -> X<C, E> + 'a>,
    traced: Box<dyn FnMut(X<C, E, OwnedTape<E, Cpu>>) -> X<C, E, OwnedTape<E, Cpu>> + 'a>,
}

fn ours<'a, F: Formula, P: Path<E, Cpu>, const C: usize, E>(dev: &Cpu) -> Contender<'a, C, E>
where
    E: Dtype + Elem + Float,
    Cpu: Device<E>,
{
    let mut a = NormLayer::<F, C, E, Cpu, Declared, P>::build(dev);
    let mut b = a.clone();
    Contender {
        forward: Box::new(move |x| a.train(x).expect("sizes fit")),
        traced: Box::new(move |x| b.train(x).expect("sizes fit")),
    }
}

fn dfdx_layer<'a, const C: usize, E>(dev: &Cpu) -> Contender<'a, C, E>
where
    E: Dtype + Elem + Float,
    Cpu: Device<E>,
{
    let mut layer = LayerNorm1D::<C, E, Cpu>::build(dev);
    let other = layer.clone();
    Contender {
        forward: Box::new(move |x| other.forward(x)),
        traced: Box::new(move |x| layer.forward_mut(x)),
    }
}

fn dfdx_batch<'a, const C: usize, E>(dev: &Cpu) -> Contender<'a, C, E>
where
    E: Dtype + Elem + Float,
    Cpu: Device<E>,
{
    let mut layer = BatchNorm1D::<C, E, Cpu>::build(dev);
    let mut other = layer.clone();
    Contender {
        // dfdx trains only with a tape, so its forward pays for one.
        forward: Box::new(move |x| other.forward_mut(x.leaky_trace()).split_tape().0),
        traced: Box::new(move |x| layer.forward_mut(x)),
    }
}

fn close<E: Elem>(what: &str, a: &[E], b: &[E]) {
    let scale = b.iter().fold(1.0f64, |m, v| m.max(v.to_f64().abs()));
    let worst = a.iter().zip(b).map(|(a, b)| (a.to_f64() - b.to_f64()).abs()).fold(0.0, f64::max);
    assert!(worst <= 1e-4 * scale, "{what}: paths differ by {worst}");
}

fn time<const C: usize, E>(
    c: &mut Criterion,
    n: usize,
    method: &str,
    mut contenders: Vec<(&str, Contender<'_, C, E>)>,
) where
    E: Dtype + Elem + Float,
    Cpu: Device<E>,
{
    let dev = Cpu::default();
    let x: X<C, E> = dev.tensor_from_vec(normal(n * C, 1), (n, Const));
    let dy = Arc::new(normal::<E>(n * C, 2));
    let gradient = |t: &mut Contender<'_, C, E>| {
        let x = x.clone();
        let y = (t.traced)(x.leaky_trace());
        with_upstream(y, dy.clone()).expect("as many elements").backward().get(&x).as_vec()
    };
    let (mut y, mut dx) = (Vec::new(), Vec::new());
    for (path, t) in &mut contenders {
        let (found, slope) = ((t.forward)(x.clone()).as_vec(), gradient(t));
        if y.is_empty() {
            (y, dx) = (found, slope);
        } else {
            close(&format!("{method}/{path} y"), &found, &y);
            close(&format!("{method}/{path} dx"), &slope, &dx);
        }
    }
    for (path, t) in &mut contenders {
        let id = format!("norm/{method}/{path}/{}/{n}x{C}", <E as Elem>::NAME);
        if !smoke() {
            c.bench_function(&format!("{id}/fwd"), |b| b.iter(|| black_box((t.forward)(x.clone()))));
        }
        c.bench_function(&format!("{id}/fwdbwd"), |b| {
            b.iter(|| {
                let y = (t.traced)(x.leaky_trace());
                black_box(with_upstream(y, dy.clone()).expect("as many elements").backward())
            });
        });
    }
}

fn shape<const C: usize, E>(c: &mut Criterion, n: usize)
where
    E: Dtype + Elem + Float,
    Cpu: Device<E>,
{
    let dev = Cpu::default();
    macro_rules! methods {
        ($($formula:path),+ $(,)?) => {$({
            let id = <$formula as Formula>::DESCRIPTOR.id;
            let mut list = vec![
                ("fused", ours::<$formula, Fused, C, E>(&dev)),
                ("composed", ours::<$formula, Composed, C, E>(&dev)),
            ];
            match id {
                "layer" => list.push(("dfdx", dfdx_layer::<C, E>(&dev))),
                "batch" => list.push(("dfdx", dfdx_batch::<C, E>(&dev))),
                // dfdx has no other normalization layer over features or channels.
                _ => {}
            }
            time::<C, E>(c, n, id, list);
        })+};
    }
    norms::for_each_norm!(methods);
}

/// The ceiling: arrays of the same size read and written, shared out as the kernels share theirs.
fn copies(c: &mut Criterion, n: usize, width: usize) {
    use rayon::prelude::*;
    let (a, b) = (normal::<f32>(n * width, 3), normal::<f32>(n * width, 4));
    let mut y = vec![0.0f32; n * width];
    let part = if n * width >= norm_core::chunk::PARALLEL_FROM {
        (n * width).div_ceil(rayon::current_num_threads())
    } else {
        n * width
    };
    c.bench_function(&format!("copy/f32/{n}x{width}/1r1w"), |bench| {
        bench.iter(|| {
            y.par_chunks_mut(part).zip(a.par_chunks(part)).for_each(|(y, a)| y.copy_from_slice(a));
            black_box(&mut y);
        });
    });
    c.bench_function(&format!("copy/f32/{n}x{width}/2r1w"), |bench| {
        bench.iter(|| {
            let parts = y.par_chunks_mut(part).zip(a.par_chunks(part)).zip(b.par_chunks(part));
            parts.for_each(|((y, a), b)| y.iter_mut().zip(a).zip(b).for_each(|((y, a), b)| *y = a + b));
            black_box(&mut y);
        });
    });
}

fn main() {
    let (warm_up, measure, samples) = if smoke() { (50, 200, 10) } else { (200, 800, 30) };
    let mut c = Criterion::default()
        .warm_up_time(Duration::from_millis(warm_up))
        .measurement_time(Duration::from_millis(measure))
        .sample_size(samples)
        .configure_from_args();
    copies(&mut c, 64, 512);
    shape::<512, f32>(&mut c, 64);
    if !smoke() {
        copies(&mut c, 128, 2048);
        shape::<2048, f32>(&mut c, 128);
        copies(&mut c, 4096, 1024);
        shape::<1024, f32>(&mut c, 4096);
        shape::<512, f64>(&mut c, 64);
    }
    c.final_summary();
}
