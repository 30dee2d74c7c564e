//! Logits of ten classes are not logits of nine.

use dfdx::prelude::*;
use models::{Paper, RnnClassifier, Sequence, Tanh};

fn main() {
    let dev = Cpu::default();
    let model = dev.build_module::<RnnClassifier<Tanh, norm_layer::LayerNorm, Paper, 1, 8, 10>, f32>();
    let x: Sequence<1, f32, Cpu> = dev.zeros_like(&(5, 3, Const));
    let _logits: Tensor<(usize, Const<9>), f32, Cpu> = model.forward(x);
}
