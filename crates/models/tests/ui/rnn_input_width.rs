//! A step of two numbers does not go into a cell of one input.

use dfdx::prelude::*;
use models::{Paper, RnnClassifier, Sequence, Tanh};

fn main() {
    let dev = Cpu::default();
    let model = dev.build_module::<RnnClassifier<Tanh, norm_layer::LayerNorm, Paper, 1, 8, 10>, f32>();
    let x: Sequence<2, f32, Cpu> = dev.zeros_like(&(5, 3, Const));
    model.forward(x);
}
