//! The fused op against the composed path, whose gradient is found by dfdx's tape, for declarations of every
//! reference set and with every operation, and for every random declaration of the corpus.

use dfdx::prelude::*;
use norm_core::{Elem, Kernel, Layout, ReferenceSet};
use norm_corpus::CORPUS;
use norm_dfdx::fused::Statistics;
use norm_dfdx::{composed, fused};

mod declared {
    norm_core::normalization! {
        /// Each channel of a case over its space.
        pub Space(ulyanov2016instance) as "space" over space {
            param gain = 1.0; param bias = 0.0; const eps = 1e-5;
            mu  = mean(x);
            var = mean(square(x - mu));
            y   = gain * (x - mu) * rsqrt(var + eps) + bias;
        }
    }
    norm_core::normalization! {
        /// Each group of channels of a case.
        pub Group(wu2018group) as "group" over group {
            param gain = 1.0; param bias = 0.0; const eps = 1e-5;
            mu  = mean(x);
            var = mean(square(x - mu));
            y   = gain * (x - mu) * rsqrt(var + eps) + bias;
        }
    }
    norm_core::normalization! {
        /// Statistics that need absolute values, a maximum and a stopped gradient.
        pub Odd(ba2016layer) as "odd" over features {
            param gain = 1.0; param slope: scalar = 0.5; const eps = 1e-3;
            mu  = mean(x);
            dev = mean(abs(x - mu));
            hot = mean(exp(0.3 * x));
            y   = max(gain * (x - mu) / (dev + eps), slope * x) + tanh(x) * sigmoid(hot) * erf(2 * x + hot) + 2 * slope * pow(square(x) + eps, 0.3) - stop_gradient(dev) * min(x, 0.25);
        }
    }
    norm_core::normalization! {
        /// A declared gradient.
        pub Straight(ba2016layer) as "straight" over batch + space {
            param gain = 1.0; const eps = 1e-3;
            ms = mean(square(x));
            y  = replace_gradient(gain * sign(x) * sqrt(ms + eps), gain * x / 3);
        }
    }
}

fn values<E: Elem + Dtype>(n: usize, seed: u64) -> Vec<E> {
    let mut s = seed;
    (0..n)
        .map(|_| {
            s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            E::from_f64((s >> 33) as f64 / f64::from(1u32 << 30) - 1.0).unwrap()
        })
        .collect()
}

struct Outcome {
    y: Vec<f64>,
    statistics: Vec<f64>,
    dx: Vec<f64>,
    dparams: Vec<Vec<f64>>,
}

fn wide<E: Elem>(v: Vec<E>) -> Vec<f64> {
    v.into_iter().map(Elem::to_f64).collect()
}

// Methods and sizes are known at run time only, so what dfdx needs is compiled once per element type.
fn run<E: Elem + Dtype>(kernel: Kernel<E>, l: Layout, fuse: bool, stored: Option<&[E]>, tape: bool) -> Outcome
where
    Cpu: Device<E>,
{
    let (dev, d) = (Cpu::default(), kernel.descriptor);
    let x: Tensor<(usize, usize, usize), E, Cpu> =
        dev.tensor_from_vec(values(l.len(), 3), (l.n, l.g * l.k, l.s));
    let params: Vec<Tensor<(usize,), E, Cpu>> = d
        .params
        .iter()
        .enumerate()
        .map(|(i, p)| dev.tensor_from_vec(values(p.axis.len(&l), 11 + i as u64), (p.axis.len(&l),)))
        .collect();
    let consts = d.default_consts();
    let statistics = stored.map_or(Statistics::Current, Statistics::Stored);
    let mut found = Vec::new();
    if !tape {
        let (p, f) = (params.clone(), Some(&mut found));
        let y = if fuse {
            fused::normalize(kernel, l, x, p, &consts, statistics, f).unwrap()
        } else {
            composed::normalize(d, l, x, p, &consts, statistics, f).unwrap()
        };
        return Outcome { y: wide(y.as_vec()), statistics: wide(found), dx: vec![], dparams: vec![] };
    }
    let p = params.iter().map(Tensor::retaped).collect();
    let y = if fuse {
        fused::normalize(kernel, l, x.leaky_trace(), p, &consts, statistics, Some(&mut found)).unwrap()
    } else {
        composed::normalize(d, l, x.leaky_trace(), p, &consts, statistics, Some(&mut found)).unwrap()
    };
    let values = wide(y.as_vec());
    let g = y.exp().sum::<Rank0, _>().backward();
    Outcome {
        y: values,
        statistics: wide(found),
        dx: wide(g.get(&x).as_vec()),
        dparams: params.iter().map(|p| wide(g.get(p).as_vec())).collect(),
    }
}

fn close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    let scale = a.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= tolerance * scale, "{what}[{i}]: fused {a}, composed {b}");
    }
}

fn agree<E: Elem + Dtype>(kernel: Kernel<E>, l: Layout, tolerance: f64)
where
    Cpu: Device<E>,
{
    let d = kernel.descriptor;
    let sets = kernel.statistics_len(&l);
    let stored: Vec<E> = values::<E>(sets, 5).into_iter().map(|v| E::lit(1.5) + v).collect();
    for stored in [None, Some(&stored[..])] {
        let (f, c) = (run(kernel, l, true, stored, true), run(kernel, l, false, stored, true));
        let what = |w: &str| format!("{} {} {l:?} stored {}: {w}", d.id, E::NAME, stored.is_some());
        close(&what("y"), &f.y, &c.y, tolerance);
        close(&what("statistics"), &f.statistics, &c.statistics, tolerance);
        close(&what("dx"), &f.dx, &c.dx, tolerance);
        for (i, (a, b)) in f.dparams.iter().zip(&c.dparams).enumerate() {
            close(&what(d.params[i].name), a, b, tolerance);
        }
        for fuse in [true, false] {
            let off = run(kernel, l, fuse, stored, false);
            assert_eq!(off.y, if fuse { &f.y[..] } else { &c.y[..] }, "{}", what("without a tape"));
        }
    }
}

macro_rules! judged {
    ($($name:ident: $formula:path, $layouts:expr;)*) => { $(
        #[test]
        fn $name() {
            for (n, g, k, s) in $layouts {
                agree(f64::kernel::<$formula>(), Layout::new(n, g, k, s), 1e-11);
                agree(f32::kernel::<$formula>(), Layout::new(n, g, k, s), 2e-4);
            }
        }
    )* };
}

judged! {
    layer: norm_layer::LayerNorm, [(7, 1, 19, 1), (3, 1, 5, 11), (1, 1, 1, 1), (2, 1, 1, 7)];
    batch: norm_batch::BatchNorm, [(7, 1, 19, 1), (3, 1, 5, 11), (1, 1, 4, 1), (1, 1, 3, 5)];
    rms: norm_rms::RmsNorm, [(7, 1, 19, 1), (3, 1, 5, 11)];
    none: norm_none::None, [(7, 1, 19, 1), (3, 1, 5, 11)];
    space: declared::Space, [(3, 5, 1, 11), (4, 3, 1, 1)];
    group: declared::Group, [(7, 4, 6, 1), (3, 2, 3, 5)];
    odd: declared::Odd, [(7, 1, 19, 1), (3, 1, 5, 11)];
    straight: declared::Straight, [(7, 1, 19, 1), (3, 1, 5, 11)];
}

#[test]
fn every_random_declaration() {
    assert!(CORPUS.len() >= 200, "{} declarations", CORPUS.len());
    for kernel in CORPUS.iter().map(|e| e.kernel) {
        let set = kernel.descriptor.reference_set;
        for (n, c, s) in [(3, 6, 3), (5, 4, 1), (1, 4, 2), (7, 2, 1)] {
            let s = if matches!(set, ReferenceSet::Batch | ReferenceSet::BatchTime) { 1 } else { s };
            let l = set.layout(n, c, s, 2).unwrap();
            agree(kernel, l, 1e-11);
            // Space that is an image, for windows.
            if l.s % 2 == 0 {
                agree(kernel, l.with_row(l.s / 2), 1e-11);
            }
        }
    }
}
