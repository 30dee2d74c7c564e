//! `norm/<method>/<path>/<dtype>/<shape>/<pass>`: one normalization layer in training mode, forward alone and forward
//! with backward for a given upstream gradient, beside a copy of the written traffic.
//!
//! A shape is cases and channels, `64x512`. A method for which the places of a channel stand apart in what it pools would have
//! nothing to pool there: it is timed in images of as many elements, cases, channels, rows and columns, `8x16x16x16`.
//!
//! Path `dfdx` is dfdx's own layer. Before anything is timed, the paths are checked against each other.
//! `NORMLAB_TIER=smoke` keeps one shape of each kind and one pass, `NORMLAB_TIER=quick` the methods that tier compares.

mod common;

use std::fmt;
use std::hint::black_box;
use std::time::Duration;

use ::bench::experiment::grid::measured; // and its allocator
use ::bench::throughput::begin;
use common::{copies, normal};
use criterion::{BatchSize, Criterion};
use dfdx::nn::modules::{BatchNorm1D, LayerNorm1D};
use dfdx::prelude::*;
use norm_core::{Descriptor, Elem, Kernel, Layout, Op};
use norm_dfdx::fused::{Flat, Statistics};
use norm_dfdx::{composed, fused, with_upstream};
use num_traits::Float;
use results::Tier;

/// Sizes are run-time data here, so that one build of an operation serves every shape: the typed layers add no work
/// of their own, but each of their widths would have to be compiled.
type X<E, T = NoneTape> = Tensor<(usize, usize), E, Cpu, T>;
type Tape<E> = OwnedTape<E, Cpu>;

fn listed() -> bool {
    std::env::args().any(|word| word == "--list")
}

/// Cases, channels, rows and columns. A layer over features has one place.
#[derive(Clone, Copy)]
struct Size([usize; 4]);

impl Size {
    const fn flat(cases: usize, channels: usize) -> Self {
        Self([cases, channels, 1, 1])
    }

    /// Everything of one case.
    const fn case(self) -> usize {
        let Self([_, channels, rows, columns]) = self;
        channels * rows * columns
    }

    const fn len(self) -> usize {
        self.0[0] * self.case()
    }

    fn layout(self, d: &Descriptor) -> Layout {
        let Self([cases, channels, rows, columns]) = self;
        let layout = d.reference_set.layout(cases, channels, rows * columns, 1).expect("no groups");
        layout.with_row(columns)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [cases, channels, 1, 1] => write!(f, "{cases}x{channels}"),
            [cases, channels, rows, columns] => write!(f, "{cases}x{channels}x{rows}x{columns}"),
        }
    }
}

/// What one contender does in either pass.
struct Contender<'a, E: Dtype> {
    path: &'static str,
    /// Whether it does anything: a formula that hands its input on has no operation to compose, and its time would be that of
    /// a call.
    computes: bool,
    forward: Box<dyn FnMut(X<E>) -> X<E> + 'a>,
    traced: Box<dyn FnMut(X<E, Tape<E>>) -> X<E, Tape<E>> + 'a>,
}

fn ours<'a, E>(kernel: Kernel<E>, size: Size, fuse: bool) -> Contender<'a, E>
where
    E: Dtype + Elem + Float,
    Cpu: Device<E>,
{
    let d = kernel.descriptor;
    let dev = Cpu::default();
    let layout = size.layout(d);
    let narrow = |v: Vec<f64>| v.into_iter().map(|v| E::from_f64(v).unwrap_or_default()).collect::<Vec<E>>();
    let inputs = d.initial_inputs(&layout).into_iter();
    let params: Vec<Flat<E, Cpu>> =
        inputs.map(|v| (v.len(), narrow(v))).map(|(len, v)| dev.tensor_from_vec(v, (len,))).collect();
    let consts = d.default_consts();
    let (other, again) = (params.clone(), consts.clone());
    Contender {
        path: if fuse { "fused" } else { "composed" },
        computes: fuse || !matches!(d.plan.apply, [(Op::X, _)]),
        forward: Box::new(move |x| {
            let p = params.clone();
            if fuse {
                fused::normalize(kernel, layout, x, p, &consts, Statistics::Current, None)
            } else {
                composed::normalize(d, layout, x, p, &consts, Statistics::Current, None)
            }
            .expect("sizes fit")
        }),
        traced: Box::new(move |x| {
            let p = other.iter().map(Tensor::retaped).collect();
            if fuse {
                fused::normalize(kernel, layout, x, p, &again, Statistics::Current, None)
            } else {
                composed::normalize(d, layout, x, p, &again, Statistics::Current, None)
            }
            .expect("sizes fit")
        }),
    }
}

/// dfdx's own layer behind run-time sizes; a reshape of a dense tensor moves nothing.
fn dfdx_layer<'a, const C: usize>() -> Contender<'a, f32> {
    let mut layer = LayerNorm1D::<C, f32, Cpu>::build(&Cpu::default());
    let other = layer.clone();
    Contender {
        path: "dfdx",
        computes: true,
        forward: Box::new(move |x| {
            let (n, _) = *x.shape();
            other.forward(x.reshape_like(&(n, Const::<C>))).reshape_like(&(n, C))
        }),
        traced: Box::new(move |x| {
            let (n, _) = *x.shape();
            layer.forward_mut(x.reshape_like(&(n, Const::<C>))).reshape_like(&(n, C))
        }),
    }
}

fn dfdx_batch<'a, const C: usize>() -> Contender<'a, f32> {
    let mut layer = BatchNorm1D::<C, f32, Cpu>::build(&Cpu::default());
    let mut other = layer.clone();
    Contender {
        path: "dfdx",
        computes: true,
        // dfdx trains only with a tape, so its forward pays for one.
        forward: Box::new(move |x| {
            let (n, _) = *x.shape();
            let y = other.forward_mut(x.leaky_trace().reshape_like(&(n, Const::<C>)));
            y.reshape_like(&(n, C)).split_tape().0
        }),
        traced: Box::new(move |x| {
            let (n, _) = *x.shape();
            layer.forward_mut(x.reshape_like(&(n, Const::<C>))).reshape_like(&(n, C))
        }),
    }
}

/// Elements up to which the paths are held to each other before they are timed.
const PROVEN: usize = 1 << 20;

fn close<E: Elem>(what: &str, a: &[E], b: &[E]) {
    let worst = norm_core::conformance::relative_difference(a, b, 1.0);
    assert!(worst <= 1e-4, "{what}: paths differ by {worst} of the largest value");
}

fn time<E>(
    c: &mut Criterion,
    tier: Option<Tier>,
    size: Size,
    method: &str,
    mut contenders: Vec<Contender<'_, E>>,
) where
    E: Dtype + Elem + Float,
    Cpu: Device<E>,
{
    let dev = Cpu::default();
    let x: X<E> = dev.tensor_from_vec(normal(size.len(), 1), (size.0[0], size.case()));
    let dy = normal::<E>(size.len(), 2);
    let (mut y, mut dx) = (Vec::new(), Vec::new());
    // A list of what there is needs no proof of it, and larger shapes run what smaller ones have proven: among millions of
    // elements a few lie so near a kink that rounding puts the paths on different sides of it.
    for t in contenders.iter_mut().filter(|_| !listed() && size.len() <= PROVEN) {
        let found = (t.forward)(x.clone()).as_vec();
        let z = (t.traced)(x.leaky_trace());
        let slope = with_upstream(z, dy.clone()).expect("as many elements").backward().get(&x).as_vec();
        if y.is_empty() {
            (y, dx) = (found, slope);
        } else {
            close(&format!("{method}/{} y", t.path), &found, &y);
            close(&format!("{method}/{} dx", t.path), &slope, &dx);
        }
    }
    for t in contenders.iter_mut().filter(|t| t.computes) {
        let id = format!("norm/{method}/{}/{}/{size}", t.path, <E as Elem>::NAME);
        if tier != Some(Tier::Smoke) {
            c.bench_function(&format!("{id}/fwd"), |b| b.iter(|| black_box((t.forward)(x.clone()))));
        }
        c.bench_function(&format!("{id}/fwdbwd"), |b| {
            let pass = |dy| {
                let y = (t.traced)(x.leaky_trace());
                with_upstream(y, dy).expect("as many elements").backward()
            };
            b.iter_batched(|| dy.clone(), pass, BatchSize::PerIteration);
        });
    }
}

/// Methods that make of places what they make of more features or cases.
fn flat<const C: usize>(c: &mut Criterion, tier: Option<Tier>, n: usize) {
    let size = Size::flat(n, C);
    copies(c, &size.to_string(), size.len());
    for m in measured(tier).filter(|m| !m.descriptor().sees_places()) {
        let id = m.descriptor().id;
        let mut list = vec![ours(*m.f32, size, true), ours(*m.f32, size, false)];
        match id {
            "layer" => list.push(dfdx_layer::<C>()),
            "batch" => list.push(dfdx_batch::<C>()),
            // dfdx has no other normalization layer over features or channels.
            _ => {}
        }
        time(c, tier, size, id, list);
    }
}

/// Methods that tell places from channels and cases, of which dfdx has none.
fn images(c: &mut Criterion, tier: Option<Tier>, size: Size) {
    let mut timed = measured(tier).filter(|m| m.descriptor().sees_places()).peekable();
    if timed.peek().is_some() {
        copies(c, &size.to_string(), size.len());
    }
    for m in timed {
        let list = vec![ours(*m.f32, size, true), ours(*m.f32, size, false)];
        time(c, tier, size, m.descriptor().id, list);
    }
}

/// As many elements as the flat shapes have; the second is that of `check-norm`.
const IMAGES: [Size; 3] = [Size([8, 16, 16, 16]), Size([16, 64, 16, 16]), Size([64, 64, 32, 32])];

fn main() {
    let tier = begin::bench();
    let smoke = tier == Some(Tier::Smoke);
    let (warm_up, measure, samples) = if smoke { (50, 200, 10) } else { (200, 800, 30) };
    let mut c = Criterion::default()
        .warm_up_time(Duration::from_millis(warm_up))
        .measurement_time(Duration::from_millis(measure))
        .sample_size(samples)
        .nresamples(begin::RESAMPLES)
        .configure_from_args();
    flat::<512>(&mut c, tier, 64);
    images(&mut c, tier, IMAGES[0]);
    if !smoke {
        flat::<2048>(&mut c, tier, 128);
        images(&mut c, tier, IMAGES[1]);
        // Milliseconds each, so that half as many samples take as long as all of the others.
        c = c.sample_size(samples / 2);
        flat::<1024>(&mut c, tier, 4096);
        images(&mut c, tier, IMAGES[2]);
        for m in measured(tier) {
            let d = m.descriptor();
            let size = if d.sees_places() { IMAGES[0] } else { Size::flat(64, 512) };
            time(&mut c, tier, size, d.id, vec![ours(*m.f64, size, true)]);
        }
    }
    c.final_summary();
}
