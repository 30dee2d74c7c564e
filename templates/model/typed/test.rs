//! {{title}} builds, trains, saves, loads and clones as dfdx's own, with a method over cases, one within a case and none.

#[expect(dead_code, reason = "rows are no sequences")]
mod common;

use common::learns;
use dfdx::prelude::*;
use models::{{type}};

fn rows(dev: &Cpu) -> Tensor<(usize, Const<64>), f32, Cpu> {
    let v = (0..20 * 64).map(|i| ((i * 7919) % 17) as f32 / 16.0).collect();
    dev.tensor_from_vec(v, (20, Const))
}

#[test]
fn it_learns() {
    learns!({{type}}<norm_batch::BatchNorm, 64, 40, 10>, rows, 10);
    learns!({{type}}<norm_layer::LayerNorm, 64, 40, 10>, rows, 10);
    learns!({{type}}<norm_none::None, 64, 40, 10>, rows, 10);
}
