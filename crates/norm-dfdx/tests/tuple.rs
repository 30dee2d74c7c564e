//! Layers in dfdx tuples: they build, train, save, load and clone.

use dfdx::optim::{Adam, Sgd};
use dfdx::prelude::*;
use norm_dfdx::{Norm, NormLayer};

type LayerNorm<const C: usize> = Norm<norm_layer::LayerNorm, C>;
type BatchNorm<const C: usize> = Norm<norm_batch::BatchNorm, C>;
type Layered = (Linear<8, 20>, LayerNorm<20>, ReLU, Linear<20, 3>);
type Batched = (Linear<8, 20>, BatchNorm<20>, ReLU, Linear<20, 3>);

#[test]
fn a_model_builds_and_trains() {
    let dev = Cpu::seed_from_u64(1);
    let mut model = dev.build_module::<Layered, f32>();
    let mut opt = Adam::new(&model, Default::default());
    let x: Tensor<(usize, Const<8>), f32, _> = dev.sample_normal_like(&(16, Const));
    let target: Tensor<(usize, Const<3>), f32, _> = dev.sample_normal_like(&(16, Const));
    let mut gradients = model.alloc_grads();
    let mut losses = Vec::new();
    for _ in 0..200 {
        let y = model.forward_mut(x.clone().traced(gradients));
        let loss = (y - target.clone()).square().mean();
        losses.push(loss.array());
        gradients = loss.backward();
        opt.update(&mut model, &gradients).unwrap();
        model.zero_grads(&mut gradients);
    }
    assert!(losses[199] < 0.5 * losses[0], "{} -> {}", losses[0], losses[199]);
}
