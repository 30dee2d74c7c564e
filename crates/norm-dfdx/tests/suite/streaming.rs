//! What the layer of a method that streams promises: the policy of the core, on a tape; saved, loaded, copied, trained.

use dfdx::optim::{Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_batch::BatchNorm;
use norm_core::streaming::{Store, Streaming};
use norm_core::{Call, Formula, Isa, Layout};
use norm_dfdx::{AfterUpdate, Error, Norm, StreamingLayer, StreamingNorm};
use norm_streaming::{StreamingMoments, StreamingNorm as Deviations};

type Layer<F> = StreamingLayer<F, 3, f64, Cpu>;

fn layer<F: Formula>(dev: &Cpu, settings: Streaming) -> Layer<F> {
    let mut l = StreamingNorm::<F, 3>::try_build_on_device(dev).unwrap();
    l.norm.param_mut("gain").unwrap().copy_from(&[0.5, 1.5, -0.7]);
    l.norm.param_mut("bias").unwrap().copy_from(&[0.1, 0.0, 0.4]);
    l.set_settings(settings).unwrap();
    l
}

fn close(what: &str, a: &[f64], b: &[f64], bound: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    let off = norm_core::conformance::largest(a.iter().zip(b).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())));
    assert!(off <= bound, "{what}: off by {off:.2e}");
}

#[test]
fn without_history_it_is_the_layer_of_batch_norm() {
    let dev = Cpu::seed_from_u64(1);
    let mut ours = layer::<Deviations>(&dev, Streaming::CURRENT);
    let mut theirs = Norm::<BatchNorm, 3>::try_build_on_device(&dev).unwrap();
    theirs.param_mut("gain").unwrap().copy_from(&[0.5, 1.5, -0.7]);
    theirs.param_mut("bias").unwrap().copy_from(&[0.1, 0.0, 0.4]);
    for _ in 0..3 {
        let x: Tensor<Rank3<4, 3, 2>, f64, _> = dev.sample_normal();
        let weights: Tensor<Rank3<4, 3, 2>, f64, _> = dev.sample_normal();
        let y = ours.train(x.leaky_trace()).unwrap();
        let want = theirs.train(x.leaky_trace()).unwrap();
        close("y", &y.as_vec(), &want.as_vec(), 1e-12);
        let got = (y * weights.clone()).sum().backward();
        let back = (want * weights).sum().backward();
        close("dx", &got.get(&x).as_vec(), &back.get(&x).as_vec(), 1e-12);
        for name in ["gain", "bias"] {
            let (ours, theirs) = (ours.norm.param(name).unwrap(), theirs.param(name).unwrap());
            close(name, &got.get(ours).as_vec(), &back.get(theirs).as_vec(), 1e-12);
        }
        ours.after_update();
    }
}

/// A layer that is used twice on one tape, as by two steps of a sequence, over three updates, beside the core.
#[test]
fn uses_of_one_tape_go_backwards_from_the_last() {
    let dev = Cpu::seed_from_u64(2);
    let settings = Streaming { beta_short: 0.4, beta_long: 0.3, ..Streaming::default() };
    let mut ours = layer::<Deviations>(&dev, settings);
    let kernel = *Deviations::KERNEL_F64;
    let layout = Layout::new(5, 1, 3, 1);
    let mut store = Store::new(Deviations::DESCRIPTOR, 3);
    let params: [&[f64]; 2] = [&[0.5, 1.5, -0.7], &[0.1, 0.0, 0.4]];
    for _ in 0..3 {
        for _ in 0..2 {
            let x: Tensor<Rank2<5, 3>, f64, _> = dev.sample_normal();
            let y = ours.train(x.leaky_trace()).unwrap();
            let y = ours.train(y).unwrap();
            let got = y.square().sum().backward();

            let (isa, consts, x_of) = (Isa::detect(), [1e-5, 2.0], x.as_vec());
            let call = |x| Call { layout, x, params: &params, consts: &consts, mask: None };
            let (first, by_first) = settings.forward(&kernel, isa, &call(&x_of), &mut store).unwrap();
            let (second, by_second) = settings.forward(&kernel, isa, &call(&first), &mut store).unwrap();
            let mut back = |call: &Call<'_, f64>, dy: &[f64], used| {
                let (mut dx, mut dgain, mut dbias) = (vec![0.0; 15], vec![0.0; 3], vec![0.0; 3]);
                let slots: &mut [&mut [f64]] = &mut [&mut dgain, &mut dbias];
                let half = &mut store.gradients;
                settings.backward(&kernel, isa, call, dy, used, half, true, &mut dx, slots).unwrap();
                dx
            };
            let dy: Vec<f64> = second.iter().map(|y| 2.0 * y).collect();
            let between = back(&call(&first), &dy, &by_second);
            let dx = back(&call(&x_of), &between, &by_first);
            close("dx", &got.get(&x).as_vec(), &dx, 1e-12);
        }
        ours.settle();
        for (ours, core) in ours.store().averages().zip(store.averages()) {
            close("store", ours, core, 1e-12);
        }
        assert_eq!(ours.store().gradients.count(), store.gradients.count());
        ours.after_update();
        store.after_update();
    }
    assert_eq!(store.gradients.count(), 4.0);
}

#[test]
fn a_copy_hears_of_its_own_uses_only() {
    let dev = Cpu::seed_from_u64(3);
    let mut first = layer::<Deviations>(&dev, Streaming::default());
    let x: Tensor<Rank2<5, 3>, f64, _> = dev.sample_normal();
    let loss = first.train(x.leaky_trace()).unwrap().square().sum();
    let mut copy = first.clone();
    loss.backward();
    copy.settle();
    assert!(copy.store().gradients.is_empty());
    first.settle();
    assert_eq!(first.store().gradients.count(), 1.0);
}

#[test]
fn evaluation_changes_nothing_and_is_the_last_mixture() {
    let dev = Cpu::seed_from_u64(4);
    let mut l = layer::<Deviations>(&dev, Streaming::default());
    for _ in 0..3 {
        let x: Tensor<Rank2<5, 3>, f64, _> = dev.sample_normal();
        let y = l.train(x.clone()).unwrap();
        let before = l.store();
        assert_eq!(l.eval(x.clone()).unwrap().as_vec(), y.as_vec());
        assert_eq!(l.forward(x).as_vec(), y.as_vec());
        assert_eq!(l.store(), before);
        l.after_update();
    }
}

#[test]
fn it_is_saved_and_loaded() {
    let dev = Cpu::seed_from_u64(5);
    let settings = Streaming { kappa: 0.5, ..Streaming::default() };
    let mut l = layer::<StreamingMoments>(&dev, settings);
    for _ in 0..3 {
        let x: Tensor<Rank2<5, 3>, f64, _> = dev.sample_normal();
        l.train(x.leaky_trace()).unwrap().square().sum().backward();
        l.after_update();
    }
    let x: Tensor<Rank2<5, 3>, f64, _> = dev.sample_normal();
    l.train(x.leaky_trace()).unwrap().square().sum().backward();
    l.settle();
    let file = std::env::temp_dir().join(format!("streaming-{}.safetensors", std::process::id()));
    l.save_safetensors(&file).unwrap();
    let mut again = StreamingNorm::<StreamingMoments, 3>::try_build_on_device(&dev).unwrap();
    again.load_safetensors(&file).unwrap();
    std::fs::remove_file(file).unwrap();
    assert_eq!((again.settings(), again.store()), (settings, l.store()));
    assert_eq!(again.store().gradients.count(), 1.0);
    assert_eq!(again.train(x.clone()).unwrap().as_vec(), l.train(x).unwrap().as_vec());
}

#[test]
fn settings_that_mix_nothing_are_refused() {
    let mut l = layer::<Deviations>(&Cpu::default(), Streaming::default());
    let bad = l.set_settings(Streaming { alpha_long: 2.0, ..Streaming::default() });
    assert!(matches!(bad, Err(Error::Kernel(norm_core::Error::Setting { name: "alpha_long", .. }))));
    assert_eq!(l.settings(), Streaming::default());
}

/// A perceptron that learns the sign of a sum: the mean loss of the last steps, as a part of that of the first.
fn learns<F: Formula, const N: usize>(steps: usize, settings: Streaming) -> f64
where
    StreamingLayer<F, 16, f32, Cpu>: BuildModule<Cpu, f32>,
{
    type Model<F> = (Linear<4, 16>, StreamingNorm<F, 16>, ReLU, Linear<16, 1>);
    let dev = Cpu::seed_from_u64(6);
    let mut model = dev.build_module::<Model<F>, f32>();
    model.1.set_settings(settings).unwrap();
    let mut sgd = Sgd::new(&model, SgdConfig { lr: 0.02, ..SgdConfig::default() });
    let mut losses = Vec::new();
    for _ in 0..steps {
        let x: Tensor<Rank2<N, 4>, f32, _> = dev.sample_normal();
        let wanted = x.as_vec().chunks(4).map(|row| row.iter().sum::<f32>().signum()).collect::<Vec<_>>();
        let wanted = dev.tensor_from_vec(wanted, (Const::<N>, Const::<1>));
        let loss = mse_loss(model.forward_mut(x.traced(model.alloc_grads())), wanted);
        losses.push(f64::from(loss.array()));
        sgd.update(&mut model, &loss.backward()).unwrap();
        model.after_update();
    }
    assert!(losses.iter().all(|l| l.is_finite()));
    let part = steps / 8;
    losses[steps - part..].iter().sum::<f64>() / losses[..part].iter().sum::<f64>()
}

/// The default long average remembers about three updates, which with one sample each are three samples: too few for a
/// deviation. This one remembers a hundred.
#[test]
fn a_perceptron_learns_with_one_sample_at_a_time() {
    let settings = Streaming { kappa: 0.99, ..Streaming::default() };
    let left = learns::<StreamingMoments, 1>(4000, settings);
    assert!(left < 0.6, "{left:.3} of the loss is left");
}

#[test]
fn a_perceptron_learns_with_batches() {
    let usual = Streaming::default();
    for left in [learns::<StreamingMoments, 16>(800, usual), learns::<Deviations, 16>(800, usual)] {
        assert!(left < 0.6, "{left:.3} of the loss is left");
    }
}

/// A model is told of an update once, and all of its layers hear of it.
#[test]
fn a_tuple_tells_every_layer_of_an_update() {
    type Model =
        ((Linear<3, 4>, StreamingNorm<StreamingMoments, 4>, ReLU), StreamingNorm<StreamingMoments, 4>);
    let dev = Cpu::seed_from_u64(7);
    let mut model = dev.build_module::<Model, f32>();
    let x: Tensor<Rank2<5, 3>, f32, _> = dev.sample_normal();
    let _ = model.forward_mut(x.leaky_trace());
    let mut expected = [model.0.1.store(), model.1.store()];
    let before = format!("{expected:?}");
    for store in &mut expected {
        store.after_update();
    }
    assert_ne!(format!("{expected:?}"), before, "an update leaves its mark");
    model.after_update();
    assert_eq!(format!("{:?}", [model.0.1.store(), model.1.store()]), format!("{expected:?}"));
}
