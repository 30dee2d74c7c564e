//! What a layer promises about modes, inputs, state and gradients, on both paths.

use dfdx::prelude::*;
use norm_core::policy::{Running as Rule, Stored};
use norm_core::{Elem, Formula};
use norm_dfdx::{Channels, Composed, Declared, Error, Fused, Instant, Norm, NormLayer, Path, Policy};

pub(crate) type Layer<F, const C: usize, E, P = Fused, Pol = Declared> = NormLayer<F, C, E, Cpu, Pol, P>;
pub(crate) type Ln = norm_layer::LayerNorm;
pub(crate) type Bn = norm_batch::BatchNorm;

/// A layer whose parameters are not at their start.
pub(crate) fn layer<F: Formula, const C: usize, E: Dtype + Elem, Pol: Policy, P: Path<E, Cpu>>(
    dev: &Cpu,
) -> Layer<F, C, E, P, Pol>
where
    Cpu: Device<E>,
{
    let mut l = Norm::<F, C, Pol, P>::try_build_on_device(dev).unwrap();
    for (name, shift) in [("gain", 0.5), ("bias", -0.3)] {
        if let Some(t) = l.param_mut(name) {
            t.copy_from(&(0..C).map(|i| E::from_f64(shift + 0.1 * i as f64).unwrap()).collect::<Vec<_>>());
        }
    }
    l
}

fn wide<E: Elem>(v: Vec<E>) -> Vec<f64> {
    v.into_iter().map(Elem::to_f64).collect()
}

fn close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}[{i}]: {a} instead of {b}");
    }
}

macro_rules! on_both_paths {
    ($($name:ident)*) => {
        mod fused { $(#[test] fn $name() { super::$name::<super::Fused>(); })* }
        mod composed { $(#[test] fn $name() { super::$name::<super::Composed>(); })* }
    };
}

on_both_paths! {
    agrees_with_layer_norm_of_dfdx agrees_with_batch_norm_of_dfdx modes_with_and_without_a_tape
    permuted_and_broadcast_inputs empty_inputs one_input_twice_and_one_layer_twice
    one_case_gives_the_bias a_batch_of_nan_changes_nothing averages_once_per_call
    the_policy_can_be_chosen space_without_pooling_is_refused parameters_that_are_one_tensor
    empty_batches_in_blocks
}

fn against_layer_norm<P: Path<E, Cpu>, E: Dtype + Elem>(tolerance: f64)
where
    Cpu: Device<E>,
    rand_distr_normal::Normal: rand::distributions::Distribution<E>,
{
    let dev = Cpu::seed_from_u64(1);
    let ours: Layer<Ln, 7, E, P> = layer(&dev);
    let mut theirs = dev.build_module::<LayerNorm1D<7>, E>();
    theirs.gamma = ours.param("gain").unwrap().clone();
    theirs.beta = ours.param("bias").unwrap().clone();
    let x: Tensor<Rank2<5, 7>, E, _> = dev.sample(rand_distr_normal::Normal);
    let (a, b) = (ours.forward(x.leaky_trace()), theirs.forward(x.leaky_trace()));
    close("y", &wide(a.as_vec()), &wide(b.as_vec()), tolerance);
    let (a, b) = (a.exp().mean().backward(), b.exp().mean().backward());
    close("dx", &wide(a.get(&x).as_vec()), &wide(b.get(&x).as_vec()), tolerance);
    for p in ["gain", "bias"] {
        let p = ours.param(p).unwrap();
        close("dparam", &wide(a.get(p).as_vec()), &wide(b.get(p).as_vec()), tolerance);
    }
}

/// A normal distribution for either element type, without naming `rand_distr`.
mod rand_distr_normal {
    pub(crate) struct Normal;
    macro_rules! normal {
        ($($e:ty),*) => { $(impl rand::distributions::Distribution<$e> for Normal {
            fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> $e {
                let sum: f64 = (0..12).map(|_| rng.r#gen::<f64>()).sum();
                (sum - 6.0) as $e
            }
        })* };
    }
    normal!(f32, f64);
}

fn agrees_with_layer_norm_of_dfdx<P: Path<f32, Cpu> + Path<f64, Cpu>>() {
    against_layer_norm::<P, f32>(1e-5);
    against_layer_norm::<P, f64>(1e-12);
}

fn against_batch_norm<P: Path<E, Cpu>, E: Dtype + Elem>(tolerance: f64)
where
    Cpu: Device<E>,
    rand_distr_normal::Normal: rand::distributions::Distribution<E>,
{
    let dev = Cpu::seed_from_u64(2);
    let mut ours: Layer<Bn, 5, E, P> = layer(&dev);
    let mut theirs = dev.build_module::<BatchNorm1D<5>, E>();
    theirs.scale = ours.param("gain").unwrap().clone();
    theirs.bias = ours.param("bias").unwrap().clone();
    for _ in 0..3 {
        let x: Tensor<Rank3<4, 5, 3>, E, _> = dev.sample(rand_distr_normal::Normal);
        let (a, b) = (ours.forward_mut(x.leaky_trace()), theirs.forward_mut(x.leaky_trace()));
        close("y", &wide(a.as_vec()), &wide(b.as_vec()), tolerance);
        let (a, b) = (a.exp().mean().backward(), b.exp().mean().backward());
        close("dx", &wide(a.get(&x).as_vec()), &wide(b.get(&x).as_vec()), tolerance);
        for p in ["gain", "bias"] {
            let p = ours.param(p).unwrap();
            close("dparam", &wide(a.get(p).as_vec()), &wide(b.get(p).as_vec()), tolerance);
        }
        close(
            "mean",
            &wide(ours.running("mu").unwrap().as_vec()),
            &wide(theirs.running_mean.as_vec()),
            tolerance,
        );
        close(
            "variance",
            &wide(ours.running("var").unwrap().as_vec()),
            &wide(theirs.running_var.as_vec()),
            tolerance,
        );
        let x: Tensor<Rank2<4, 5>, E, _> = dev.sample(rand_distr_normal::Normal);
        close("eval", &wide(ours.forward(x.clone()).as_vec()), &wide(theirs.forward(x).as_vec()), tolerance);
    }
}

fn agrees_with_batch_norm_of_dfdx<P: Path<f32, Cpu> + Path<f64, Cpu>>() {
    against_batch_norm::<P, f32>(1e-5);
    against_batch_norm::<P, f64>(1e-12);
}

fn input(dev: &Cpu) -> Tensor<Rank2<6, 4>, f64, Cpu> {
    dev.sample(rand_distr_normal::Normal)
}

fn modes_with_and_without_a_tape<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(3);
    let x = input(&dev);
    let mut bn: Layer<Bn, 4, f64, P> = layer(&dev);
    let mut ln: Layer<Ln, 4, f64, P> = layer(&dev);

    let trained = bn.clone().train(x.clone()).unwrap().as_vec();
    assert_eq!(bn.train(x.leaky_trace()).unwrap().as_vec(), trained);
    let evaluated = bn.eval(x.clone()).unwrap().as_vec();
    assert_eq!(bn.eval(x.leaky_trace()).unwrap().as_vec(), evaluated);
    assert_ne!(trained, evaluated);
    // Frozen statistics: the gradient is gain / sqrt(var + eps), element by element.
    let g = bn.eval(x.leaky_trace()).unwrap().sum::<Rank0, _>().backward().get(&x).as_vec();
    let (gain, var) = (bn.param("gain").unwrap().as_vec(), bn.running("var").unwrap().as_vec());
    let slopes: Vec<f64> = (0..24).map(|i| gain[i % 4] / (var[i % 4] + 1e-5).sqrt()).collect();
    close("dx in evaluation", &g, &slopes, 1e-12);

    assert_eq!(ln.train(x.clone()).unwrap().as_vec(), ln.eval(x.clone()).unwrap().as_vec());
    // Through the module traits the tape decides nothing.
    assert_eq!(bn.forward(x.clone()).as_vec(), bn.forward(x.leaky_trace()).as_vec());
    let (mut a, mut b) = (bn.clone(), bn.clone());
    assert_eq!(a.forward_mut(x.clone()).as_vec(), b.forward_mut(x.leaky_trace()).as_vec());
    assert_eq!(a.running("mu").unwrap().as_vec(), b.running("mu").unwrap().as_vec());
}

fn permuted_and_broadcast_inputs<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(4);
    let mut bn: Layer<Bn, 4, f64, P> = layer(&dev);
    let ln: Layer<Ln, 4, f64, P> = layer(&dev);

    let stored: Tensor<Rank2<4, 6>, f64, _> = dev.sample(rand_distr_normal::Normal);
    let permuted = stored.leaky_trace().permute::<Rank2<6, 4>, _>();
    let plain: Tensor<Rank2<6, 4>, f64, _> = dev.tensor(permuted.as_vec());
    for train in [true, false] {
        let mut y = |x| if train { bn.train(x).unwrap() } else { ln.eval(x).unwrap() };
        let a = y(stored.leaky_trace().permute::<Rank2<6, 4>, _>());
        let b = y(plain.leaky_trace());
        assert_eq!(a.as_vec(), b.as_vec());
        let da = a.exp().sum::<Rank0, _>().backward().get(&stored).permute::<Rank2<6, 4>, _>().as_vec();
        assert_eq!(da, b.exp().sum::<Rank0, _>().backward().get(&plain).as_vec());
    }

    let row: Tensor<Rank1<4>, f64, _> = dev.sample(rand_distr_normal::Normal);
    let a = ln.eval(row.leaky_trace().broadcast::<Rank2<3, 4>, _>()).unwrap();
    let b = ln.eval(row.leaky_trace()).unwrap();
    assert_eq!(a.as_vec(), b.as_vec().repeat(3));
    let da = a.exp().sum::<Rank0, _>().backward().get(&row).as_vec();
    let db: Vec<f64> =
        b.exp().sum::<Rank0, _>().backward().get(&row).as_vec().iter().map(|v| 3.0 * v).collect();
    close("gradient of a broadcast row", &da, &db, 1e-12);

    // A gain that is one number, broadcast.
    let mut spread: Layer<Ln, 4, f64, P> = layer(&dev);
    let one: Tensor<Rank0, f64, _> = dev.tensor(0.7);
    *spread.param_mut("gain").unwrap() = one.clone().broadcast();
    let y = spread.eval(plain.leaky_trace()).unwrap();
    let whole = y.sum::<Rank0, _>().backward().get(&one).array();
    let xhat: f64 = {
        *spread.param_mut("gain").unwrap() = dev.ones();
        *spread.param_mut("bias").unwrap() = dev.zeros();
        spread.eval(plain).unwrap().as_vec().iter().sum()
    };
    close("gradient of a broadcast gain", &[whole], &[xhat], 1e-9);
}

fn empty_inputs<P: Path<f64, Cpu>>() {
    let dev = Cpu::default();
    let mut bn: Layer<Bn, 4, f64, P> = layer(&dev);
    let ln: Layer<Ln, 4, f64, P> = layer(&dev);
    let before = bn.running("mu").unwrap().as_vec();
    let none: Tensor<(usize, Const<4>), f64, _> = dev.zeros_like(&(0, Const));
    let nowhere: Tensor<(usize, Const<4>, usize), f64, _> = dev.zeros_like(&(3, Const, 0));
    assert_eq!(bn.train(none.clone()).unwrap().shape().0, 0);
    assert_eq!(bn.eval(none.clone()).unwrap().shape().0, 0);
    assert_eq!(bn.train(nowhere).unwrap().shape().2, 0);
    assert_eq!(bn.running("mu").unwrap().as_vec(), before);
    let column: Tensor<Rank1<4>, f64, _> = dev.zeros();
    let spread = column.broadcast_like::<_, Axis<0>>(&(0, Const::<4>));
    assert_eq!(ln.eval(spread).unwrap().shape().0, 0);
    // Who asks for a gradient finds zeros.
    let gain = bn.param("gain").unwrap().clone();
    for x in [
        none.leaky_trace(),
        dev.zeros::<Rank1<4>>().leaky_trace().broadcast_like::<_, Axis<0>>(&(0, Const::<4>)),
    ] {
        let (input, tape) = x.split_tape();
        let (_, tape) = bn.train(input.clone().put_tape(tape)).unwrap().split_tape();
        let loss: Tensor<Rank0, f64, Cpu> = dev.zeros();
        let g = loss.put_tape(tape).backward();
        assert_eq!(g.get(&gain).array(), [0.0; 4]);
        assert_eq!(g.get(&input).shape().0, 0);
    }
}

/// A use in blocks of which there are none.
fn empty_batches_in_blocks<P: Path<f64, Cpu>>() {
    let dev = Cpu::default();
    let mut ghost: Layer<norm_batch::GhostBatchNorm, 4, f64, P> = layer(&dev);
    let before = ghost.running("mu").unwrap().as_vec();
    let none: Tensor<(usize, Const<4>), f64, _> = dev.zeros_like(&(0, Const));
    let (y, tape) = ghost.train(none.leaky_trace()).unwrap().split_tape();
    assert_eq!(y.shape().0, 0);
    assert_eq!(ghost.running("mu").unwrap().as_vec(), before);
    let loss: Tensor<Rank0, f64, Cpu> = dev.zeros();
    let found = loss.put_tape(tape).backward();
    assert_eq!(found.get(ghost.param("gain").unwrap()).array(), [0.0; 4]);
    assert_eq!(found.get(&none).shape().0, 0);
}

fn one_input_twice_and_one_layer_twice<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(5);
    let x = input(&dev);
    let ln: Layer<Ln, 4, f64, P> = layer(&dev);
    let once = ln.eval(x.leaky_trace()).unwrap().exp().sum::<Rank0, _>().backward();
    let t = x.leaky_trace();
    let again = t.with_empty_tape();
    let both = (ln.eval(t).unwrap().exp() + ln.eval(again).unwrap().exp()).sum::<Rank0, _>().backward();
    let doubled = |v: Vec<f64>| v.into_iter().map(|v| 2.0 * v).collect::<Vec<_>>();
    close("dx", &both.get(&x).as_vec(), &doubled(once.get(&x).as_vec()), 1e-12);
    let gain = ln.param("gain").unwrap();
    close("dgain", &both.get(gain).as_vec(), &doubled(once.get(gain).as_vec()), 1e-12);

    // Beside another use of x, and through two layers on end.
    let t = x.leaky_trace();
    let skip = t.with_empty_tape();
    let g = (ln.eval(t).unwrap().exp() + skip.square()).sum::<Rank0, _>().backward().get(&x).as_vec();
    let expected: Vec<f64> = once.get(&x).as_vec().iter().zip(x.as_vec()).map(|(g, v)| g + 2.0 * v).collect();
    close("dx beside a skip", &g, &expected, 1e-12);

    // Gradients of an earlier pass stay.
    let second = ln.eval(x.trace(once.clone())).unwrap().exp().sum::<Rank0, _>().backward();
    close("accumulated dx", &second.get(&x).as_vec(), &doubled(once.get(&x).as_vec()), 1e-12);
    close("accumulated dgain", &second.get(gain).as_vec(), &doubled(once.get(gain).as_vec()), 1e-12);
}

fn parameters_that_are_one_tensor<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(6);
    let x = input(&dev);
    let mut tied: Layer<Ln, 4, f64, P> = layer(&dev);
    let apart = tied.clone();
    let shared = tied.param("gain").unwrap().clone();
    *tied.param_mut("bias").unwrap() = shared.clone();
    let mut same = apart.clone();
    same.param_mut("bias").unwrap().copy_from(&shared.as_vec());
    let g = tied.eval(x.leaky_trace()).unwrap().exp().sum::<Rank0, _>().backward();
    let s = same.eval(x.leaky_trace()).unwrap().exp().sum::<Rank0, _>().backward();
    let sum: Vec<f64> = s
        .get(same.param("gain").unwrap())
        .as_vec()
        .iter()
        .zip(s.get(same.param("bias").unwrap()).as_vec())
        .map(|(a, b)| a + b)
        .collect();
    close("gradient of a tied parameter", &g.get(&shared).as_vec(), &sum, 1e-12);
}

fn one_case_gives_the_bias<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(7);
    for stored in [Stored::Unbiased, Stored::Biased] {
        let mut bn: Layer<Bn, 4, f64, P> = layer(&dev);
        bn.set_averaging(Rule { rate: 0.5, stored });
        let x: Tensor<Rank2<1, 4>, f64, _> = dev.sample(rand_distr_normal::Normal);
        let y = bn.train(x.clone()).unwrap();
        assert_eq!(y.as_vec(), bn.param("bias").unwrap().as_vec());
        let half: Vec<f64> = x.as_vec().iter().map(|v| 0.5 * v).collect();
        close("running mean", &bn.running("mu").unwrap().as_vec(), &half, 1e-15);
        let variance = if stored == Stored::Unbiased { 1.0 } else { 0.5 };
        assert_eq!(bn.running("var").unwrap().array(), [variance; 4]);
    }
}

fn a_batch_of_nan_changes_nothing<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(8);
    let mut bn: Layer<Bn, 4, f64, P> = layer(&dev);
    let _ = bn.train(input(&dev)).unwrap();
    let before = (bn.running("mu").unwrap().as_vec(), bn.running("var").unwrap().as_vec());
    for bad in [f64::NAN, f64::INFINITY] {
        let mut x = input(&dev);
        x[[2, 1]] = bad;
        assert!(bn.train(x).unwrap().as_vec().iter().any(|v| v.is_nan()));
        assert_eq!((bn.running("mu").unwrap().as_vec(), bn.running("var").unwrap().as_vec()), before);
    }
}

fn averages_once_per_call<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(9);
    for (stored, over) in [(Stored::Unbiased, 5.0), (Stored::Biased, 6.0)] {
        let mut bn: Layer<Bn, 4, f64, P> = layer(&dev);
        bn.set_averaging(Rule { rate: 0.25, stored });
        let x = input(&dev);
        let _ = bn.train(x.leaky_trace()).unwrap().exp().sum::<Rank0, _>().backward();
        let _ = (bn.eval(x.clone()).unwrap(), bn.eval(x.leaky_trace()).unwrap());
        let v = x.as_vec();
        for c in 0..4 {
            let mean = (0..6).map(|n| v[4 * n + c]).sum::<f64>() / 6.0;
            let var = (0..6).map(|n| (v[4 * n + c] - mean).powi(2)).sum::<f64>() / over;
            close("mean", &[bn.running("mu").unwrap().as_vec()[c]], &[0.25 * mean], 1e-12);
            close("variance", &[bn.running("var").unwrap().as_vec()[c]], &[0.75 + 0.25 * var], 1e-12);
        }
    }
}

fn the_policy_can_be_chosen<P: Path<f64, Cpu>>() {
    let dev = Cpu::seed_from_u64(10);
    let x = input(&dev);
    let mut instant: Layer<Bn, 4, f64, P, Instant> = layer(&dev);
    let mut running: Layer<Bn, 4, f64, P, norm_dfdx::Running> = layer(&dev);
    assert!(instant.running("mu").is_none() && running.running("mu").is_some());
    assert_eq!(instant.train(x.clone()).unwrap().as_vec(), instant.eval(x.clone()).unwrap().as_vec());
    assert_eq!(running.train(x.clone()).unwrap().as_vec(), instant.eval(x).unwrap().as_vec());
}

mod declared {
    norm_core::normalization! {
        /// A feature over the batch only.
        pub Strict(ioffe2015batch) as "strict" over batch {
            const eps = 1e-5;
            ms = mean(square(x));
            y  = x * rsqrt(ms + eps);
        }
    }
}

fn space_without_pooling_is_refused<P: Path<f64, Cpu>>() {
    let dev = Cpu::default();
    let mut l: Layer<declared::Strict, 4, f64, P> = layer(&dev);
    let x: Tensor<Rank3<2, 4, 3>, f64, _> = dev.ones();
    assert!(matches!(
        l.train(x.clone()),
        Err(Error::Kernel(norm_core::Error::SpaceNotPooled { space: 3, .. }))
    ));
    assert!(matches!(l.eval(x.clone()), Err(Error::Kernel(norm_core::Error::SpaceNotPooled { .. }))));
    assert!(matches!(l.try_forward(x.clone()), Err(CpuError::WrongNumElements)));
    assert!(matches!(l.try_forward_mut(x), Err(CpuError::WrongNumElements)));
}

#[test]
fn every_accepted_shape_runs() {
    fn runs<S: Channels<4> + ConstShape>(dev: &Cpu) {
        let mut bn: Layer<Bn, 4, f32> = layer(dev);
        let x: Tensor<S, f32, Cpu> = dev.sample(rand_distr_normal::Normal);
        let y = bn.train(x).unwrap();
        assert!(y.as_vec().iter().all(|v| v.is_finite()));
    }
    let dev = Cpu::default();
    runs::<Rank1<4>>(&dev);
    runs::<Rank2<3, 4>>(&dev);
    runs::<Rank3<3, 4, 2>>(&dev);
    runs::<Rank4<3, 4, 2, 5>>(&dev);
    let paths = (
        layer::<Ln, 4, f32, Declared, Fused>(&dev).path(),
        layer::<Ln, 4, f32, Declared, Composed>(&dev).path(),
    );
    assert_eq!(paths, ("fused", "composed"));
}

/// An initial value that grows with the set is that of the layer's own channels, again after a reset.
#[test]
fn a_gain_starts_at_the_root_of_the_channels() {
    let dev = Cpu::default();
    let mut l = dev.build_module::<Norm<norm_scale::ScaleNorm, 16>, f64>();
    assert_eq!(l.scalar_param("gain").unwrap().array(), 4.0);
    l.reset_params();
    assert_eq!(l.scalar_param("gain").unwrap().array(), 4.0);
}

/// What a method looks at besides its batch is the store before that batch, on both paths and with no gradient into it.
#[test]
fn training_hands_the_store_as_it_was() {
    type Layer<P> = Norm<norm_batch_renorm::BatchRenormVariance, 3, Declared, P>;
    let dev = Cpu::seed_from_u64(5);
    let mut fused = dev.build_module::<Layer<Fused>, f64>();
    let mut composed = dev.build_module::<Layer<Composed>, f64>();
    // Without bounds the batch is normalized by the store.
    for name in ["rmax", "dmax"] {
        *fused.const_mut(name).unwrap() = 1e6;
        *composed.const_mut(name).unwrap() = 1e6;
    }
    for _ in 0..3 {
        let x: Tensor<Rank2<6, 3>, f64, _> = dev.sample_normal();
        let before: Vec<Vec<f64>> = fused.running_mut().iter().map(Tensor::as_vec).collect();
        let y = fused.train(x.leaky_trace()).unwrap();
        let other = composed.train(x.leaky_trace()).unwrap();
        close("y", &y.as_vec(), &other.as_vec(), 1e-13);
        let normalized = |(i, v): (usize, f64)| (v - before[0][i % 3]) / (before[1][i % 3] + 1e-3).sqrt();
        let want: Vec<f64> = x.as_vec().into_iter().enumerate().map(normalized).collect();
        close("y by the store", &y.as_vec(), &want, 1e-13);
        let (g, h) = (y.square().sum::<Rank0, _>().backward(), other.square().sum::<Rank0, _>().backward());
        close("dx", &g.get(&x).as_vec(), &h.get(&x).as_vec(), 1e-12);
    }
}
