//! The optimizer: invariance to rescaling where SGD has none, its step against the scales, and what it refuses.

use dfdx::optim::{Optimizer, OptimizerUpdateError, Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_dfdx::{Moved, Norm, PathSgd, PathSgdConfig, PathSgdError, RecurrentNet};
use norm_path_sgd::FLOOR;
use rand::{Rng, SeedableRng, rngs::StdRng};

type Mlp = ((Linear<64, 64>, ReLU), (Linear<64, 64>, ReLU), Linear<64, 10>);
type Built<E> = <Mlp as BuildOnDevice<Cpu, E>>::Built;

const CASES: usize = 32;

/// Multiplies what enters each hidden unit by a factor from 1/10 to 10, and divides what leaves it.
fn rescale(net: &mut Built<f64>, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut factors = || (0..64).map(|_| 10f64.powf(rng.gen_range(-1.0..1.0))).collect::<Vec<f64>>();
    let (first, second) = (factors(), factors());
    let scale = |t: &mut Vec<f64>, inputs: usize, entering: Option<&[f64]>, leaving: Option<&[f64]>| {
        for (i, w) in t.iter_mut().enumerate() {
            *w *= entering.map_or(1.0, |c| c[i / inputs]) / leaving.map_or(1.0, |c| c[i % inputs]);
        }
    };
    macro_rules! tensor {
        ($t:expr, $inputs:expr, $entering:expr, $leaving:expr) => {
            let mut values = $t.as_vec();
            scale(&mut values, $inputs, $entering, $leaving);
            $t.copy_from(&values);
        };
    }
    tensor!(net.0.0.weight, 64, Some(&first), None);
    tensor!(net.0.0.bias, 1, Some(&first), None);
    tensor!(net.1.0.weight, 64, Some(&second), Some(&first));
    tensor!(net.1.0.bias, 1, Some(&second), None);
    tensor!(net.2.weight, 64, None, Some(&second));
}

/// Trains for 50 steps on random cases and gives the outputs before and after.
fn trained(mut net: Built<f64>, opt: &mut impl Optimizer<Built<f64>, Cpu, f64>) -> (Vec<f64>, Vec<f64>) {
    let dev = Cpu::seed_from_u64(3);
    let x: Tensor<Rank2<CASES, 64>, f64, Cpu> = dev.sample_normal();
    let mut target = vec![0.0; CASES * 10];
    (0..CASES).for_each(|n| target[n * 10 + n * 7 % 10] = 1.0);
    let target: Tensor<Rank2<CASES, 10>, f64, Cpu> = dev.tensor(target);
    let before = net.forward(x.clone()).as_vec();
    let mut gradients = net.alloc_grads();
    let mut losses = Vec::new();
    for _ in 0..50 {
        let loss =
            cross_entropy_with_logits_loss(net.forward_mut(x.clone().traced(gradients)), target.clone());
        losses.push(loss.array());
        gradients = loss.backward();
        opt.update(&mut net, &gradients).unwrap();
        net.zero_grads(&mut gradients);
    }
    assert!(losses[49] < losses[0], "the loss goes from {} to {}", losses[0], losses[49]);
    (before, net.forward(x).as_vec())
}

/// The largest difference, relative to the largest output.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    norm_core::conformance::relative_difference(b, a, 0.0)
}

#[test]
fn question_row_10_ps1_rescaled_copies_stay_copies_under_path_sgd_and_not_under_sgd() {
    let net = Cpu::seed_from_u64(1).build_module::<Mlp, f64>();
    let mut copy = net.clone();
    rescale(&mut copy, 2);

    let path = |net: &Built<f64>| {
        let cfg = PathSgdConfig { lr: 0.002, ..Default::default() };
        trained(net.clone(), &mut PathSgd::new(net, cfg).unwrap())
    };
    let (one, other) = (path(&net), path(&copy));
    assert!(apart(&one.0, &other.0) < 1e-12, "the copy computes the same function");
    let moved = apart(&one.1, &one.0);
    let difference = apart(&one.1, &other.1);
    assert!(moved > 0.5, "nothing was learnt: {moved}");
    assert!(difference < 1e-6, "{difference}");

    let sgd = |net: &Built<f64>| {
        let cfg = SgdConfig { lr: 0.05, momentum: None, weight_decay: None };
        trained(net.clone(), &mut Sgd::new(net, cfg)).1
    };
    let difference = apart(&sgd(&net), &sgd(&copy));
    assert!(difference > 1e-1, "{difference}");
}

macro_rules! a_step {
    ($($name:ident $elem:ty, $tolerance:literal;)+) => {$(
        #[test]
        fn $name() {
            let dev = Cpu::seed_from_u64(4);
            let mut net = dev.build_module::<(Linear<3, 4>, ReLU, UnbiasedLinear<4, 2>), $elem>();
            let x: Tensor<Rank2<5, 3>, $elem, Cpu> = dev.sample_normal();
            let gradients = net.forward(x.leaky_traced()).square().mean().backward();
            let scales = PathSgd::<_, $elem, Cpu>::path_scales(&net).unwrap().unscaled();
            let wide = |v: Vec<$elem>| v.into_iter().map(f64::from).collect::<Vec<f64>>();
            let expect = |w: Vec<$elem>, g: Vec<$elem>, k: &[f64]| {
                let (w, g) = (wide(w), wide(g));
                w.iter().zip(&g).zip(k).map(|((w, g), k)| w - 0.1 * g / k).collect::<Vec<f64>>()
            };
            let bias = scales[0].bias.as_ref().unwrap();
            let expected = [
                expect(net.0.weight.as_vec(), gradients.get(&net.0.weight).as_vec(), &scales[0].weight),
                expect(net.0.bias.as_vec(), gradients.get(&net.0.bias).as_vec(), bias),
                expect(net.2.weight.as_vec(), gradients.get(&net.2.weight).as_vec(), &scales[1].weight),
            ];
            let cfg = PathSgdConfig { lr: 0.1, ..Default::default() };
            PathSgd::new(&net, cfg).unwrap().update(&mut net, &gradients).unwrap();
            let found = [net.0.weight.as_vec(), net.0.bias.as_vec(), net.2.weight.as_vec()];
            for (a, b) in wide(found.concat()).iter().zip(expected.concat()) {
                assert!((a - b).abs() <= $tolerance * (1.0 + b.abs()), "{a} instead of {b}");
            }
        }
    )+};
}

a_step! {
    a_step_is_the_gradient_over_the_scales_in_single_precision f32, 1e-6;
    a_step_is_the_gradient_over_the_scales_in_double_precision f64, 1e-14;
}

#[test]
fn a_constant_factor_is_a_learning_rate() {
    let dev = Cpu::seed_from_u64(5);
    let net = dev.build_module::<Linear<3, 4>, f64>();
    let x: Tensor<Rank2<5, 3>, f64, Cpu> = dev.sample_normal();
    let gradients = net.forward(x.leaky_traced()).square().mean().backward();
    let stepped = |lr, log2_reference| {
        let mut net = net.clone();
        let cfg = PathSgdConfig { lr, log2_reference, ..Default::default() };
        PathSgd::new(&net, cfg).unwrap().update(&mut net, &gradients).unwrap();
        net.weight.as_vec()
    };
    assert_eq!(stepped(0.25, 0), stepped(0.0625, 2));
    assert_ne!(stepped(0.25, 0), stepped(0.25, 2));
}

#[test]
fn what_is_no_chain_is_refused() {
    type Normed<N> = (UnbiasedLinear<3, 4>, N, ReLU, Linear<4, 2>);
    let dev = Cpu::default();
    let cfg = PathSgdConfig::default();
    let named = |error: PathSgdError| match &error {
        PathSgdError::NotAChain { name, shape, .. } => (name.clone(), shape.clone()),
        other => panic!("{other}"),
    };
    // A gain right after a layer without bias has the shape of one.
    let normed = dev.build_module::<Normed<Norm<norm_rms::RmsNorm, 4>>, f32>();
    assert_eq!(named(PathSgd::new(&normed, cfg).unwrap_err()), ("1.gain".to_owned(), vec![4]));
    let normed = dev.build_module::<Normed<LayerNorm1D<4>>, f32>();
    assert_eq!(named(PathSgd::new(&normed, cfg).unwrap_err()), ("1.gamma".to_owned(), vec![4]));
    let wide = dev.build_module::<(Linear<3, 4>, ReLU, Linear<5, 2>), f64>();
    assert_eq!(named(PathSgd::new(&wide, cfg).unwrap_err()), ("2.weight".to_owned(), vec![2, 5]));
    let late = dev.build_module::<(Norm<norm_rms::RmsNorm, 4>, Linear<4, 2>), f32>();
    assert_eq!(named(PathSgd::new(&late, cfg).unwrap_err()), ("0.gain".to_owned(), vec![4]));
    let bare: Tensor<Rank2<2, 3>, f32, Cpu> = dev.zeros();
    assert_eq!(named(PathSgd::new(&bare, cfg).unwrap_err()), (String::new(), vec![2, 3]));
    let nothing = dev.build_module::<ReLU, f32>();
    assert!(matches!(PathSgd::<_, f32, Cpu>::new(&nothing, cfg), Err(PathSgdError::Scales(_))));
}

#[test]
fn a_refused_step_changes_nothing() {
    let dev = Cpu::seed_from_u64(6);
    let mut net = dev.build_module::<Linear<3, 4>, f64>();
    let x: Tensor<Rank2<5, 3>, f64, Cpu> = dev.sample_normal();
    let gradients = net.forward(x.leaky_traced()).square().mean().backward();
    let mut opt = PathSgd::new(&net, PathSgdConfig::default()).unwrap();

    let before = (net.weight.as_vec(), net.bias.as_vec());
    let unused = opt.update(&mut net, &Gradients::leaky());
    assert!(matches!(unused, Err(OptimizerUpdateError::UnusedParams(u)) if u.ids.len() == 2));
    opt.cfg.floor = -FLOOR;
    opt.update(&mut net, &gradients).unwrap();
    assert!(matches!(opt.refused(), Some(PathSgdError::Scales(_))));
    assert_eq!((net.weight.as_vec(), net.bias.as_vec()), before);

    opt.cfg.floor = FLOOR;
    let mut broken = before.0.clone();
    broken[1] = f64::NAN;
    net.weight.copy_from(&broken);
    opt.update(&mut net, &gradients).unwrap();
    assert!(opt.refused().unwrap().to_string().contains("layer 0.weight"), "{:?}", opt.refused());
    assert_eq!(net.bias.as_vec(), before.1);

    net.weight.copy_from(&before.0);
    opt.update(&mut net, &gradients).unwrap();
    assert!(opt.refused().is_none());
    assert_ne!(net.weight.as_vec(), before.0);
}

/// A recurrent ReLU net of 6 units over 5 steps of 3 inputs into 2 outputs, its gradients drawn.
fn recurrent(seed: u64) -> RecurrentNet<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut moved = |n: usize| Moved {
        values: (0..n).map(|_| rng.gen_range(-1.0..1.0)).collect(),
        gradient: (0..n).map(|_| rng.gen_range(-1.0..1.0)).collect(),
    };
    RecurrentNet {
        inputs: 3,
        steps: 5,
        every_step: false,
        weight_ih: moved(18),
        weight_hh: moved(36),
        bias: moved(6),
        read_out: moved(12),
        read_out_bias: moved(2),
    }
}

/// The net that computes the same after each unit was multiplied by its factor, with the gradients that it then has.
fn rescaled_recurrent(net: &RecurrentNet<f64>, factors: [f64; 6]) -> RecurrentNet<f64> {
    let mut copy = net.clone();
    let scale = |moved: &mut Moved<f64>, by: &dyn Fn(usize) -> f64| {
        for (i, (w, g)) in moved.values.iter_mut().zip(&mut moved.gradient).enumerate() {
            (*w, *g) = (*w * by(i), *g / by(i));
        }
    };
    scale(&mut copy.weight_ih, &|i| factors[i / 3]);
    scale(&mut copy.bias, &|i| factors[i]);
    scale(&mut copy.weight_hh, &|i| factors[i / 6] / factors[i % 6]);
    scale(&mut copy.read_out, &|i| factors[i % 6].recip());
    copy
}

#[test]
fn a_step_of_a_recurrent_net_commutes_with_rescaling_its_units() {
    let factors = [0.2, 3.0, 1.0, 0.5, 5.0, 0.7];
    for every_step in [false, true] {
        let config = PathSgdConfig { lr: 0.1, ..PathSgdConfig::default() };
        let mut net = RecurrentNet { every_step, ..recurrent(9) };
        let mut copy = rescaled_recurrent(&net, factors);
        let before = net.clone();
        config.step_recurrent(&mut net).unwrap();
        config.step_recurrent(&mut copy).unwrap();
        let expected = rescaled_recurrent(&net, factors);
        for (got, expected, before) in [
            (&copy.weight_ih, &expected.weight_ih, &before.weight_ih),
            (&copy.weight_hh, &expected.weight_hh, &before.weight_hh),
            (&copy.bias, &expected.bias, &before.bias),
            (&copy.read_out, &expected.read_out, &before.read_out),
            (&copy.read_out_bias, &expected.read_out_bias, &before.read_out_bias),
        ] {
            assert!(apart(&got.values, &expected.values) < 1e-12, "{every_step}");
            assert_ne!(got.values, before.values, "{every_step}: nothing moved");
        }
    }
}

#[test]
fn a_recurrent_net_whose_sizes_do_not_follow_is_refused_and_stays() {
    let mut net = recurrent(9);
    net.weight_hh.values.pop();
    let before = net.clone();
    let refused = PathSgdConfig::default().step_recurrent(&mut net).unwrap_err();
    assert!(matches!(refused, PathSgdError::Scales(_)), "{refused}");
    assert!(refused.to_string().contains("the recurrent layer"), "{refused}");
    assert_eq!(net, before);
}
