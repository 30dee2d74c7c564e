//! Images of 64 pixels do not go into a perceptron of 63 inputs.

use dfdx::prelude::*;
use models::Mlp;

fn main() {
    let dev = Cpu::default();
    let model = dev.build_module::<Mlp<norm_layer::LayerNorm, 63, 20, 10>, f32>();
    let x: Tensor<Rank2<32, 64>, f32, _> = dev.sample_normal();
    model.forward(x);
}
