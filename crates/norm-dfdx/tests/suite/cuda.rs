//! The composed path on dfdx's CUDA device: it compiles everywhere, and agrees with the CPU where there is a GPU.
#![cfg(feature = "cuda")]

use dfdx::prelude::*;
use norm_dfdx::{Composed, Declared, Norm};

type Model = (
    Linear<8, 20>,
    Norm<norm_batch::BatchNorm, 20, Declared, Composed>,
    Norm<norm_layer::LayerNorm, 20, Declared, Composed>,
    Tanh,
);

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{a} and {b}");
    }
}

#[test]
#[ignore = "needs a GPU"]
fn both_devices_agree() {
    let (cpu, gpu) = (Cpu::seed_from_u64(1), Cuda::default());
    let mut here = cpu.build_module::<Model, f64>();
    let mut there = here.to_device(&gpu);
    let x: Tensor<Rank2<16, 8>, f64, Cpu> = cpu.sample_normal();
    let y: Tensor<Rank2<16, 8>, f64, Cuda> = x.to_device(&gpu);
    let (a, b) = (here.forward_mut(x.leaky_trace()), there.forward_mut(y.leaky_trace()));
    close(&b.as_vec(), &a.as_vec());
    let (a, b) = (a.exp().mean().backward(), b.exp().mean().backward());
    close(&b.get(&y).as_vec(), &a.get(&x).as_vec());
    close(&there.1.running("var").unwrap().as_vec(), &here.1.running("var").unwrap().as_vec());
    close(&there.forward(y).as_vec(), &here.forward(x).as_vec());
}
