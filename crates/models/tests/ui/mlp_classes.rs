//! Logits of ten classes are not logits of nine.

use dfdx::prelude::*;
use models::Mlp;

fn main() {
    let dev = Cpu::default();
    let model = dev.build_module::<Mlp<norm_layer::LayerNorm, 64, 20, 10>, f32>();
    let x: Tensor<Rank2<32, 64>, f32, _> = dev.sample_normal();
    let _logits: Tensor<Rank2<32, 9>, f32, _> = model.forward(x);
}
