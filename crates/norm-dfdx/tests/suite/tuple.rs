//! Layers in dfdx tuples: they build, train, save, load, clone and count like dfdx's own.

use dfdx::optim::{Adam, AdamConfig, Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_dfdx::{Composed, Declared, Norm};

type LayerNorm<const C: usize> = Norm<norm_layer::LayerNorm, C>;
type BatchNorm<const C: usize> = Norm<norm_batch::BatchNorm, C>;
type RmsNorm<const C: usize> = Norm<norm_rms::RmsNorm, C>;
type ComposedBatchNorm<const C: usize> = Norm<norm_batch::BatchNorm, C, Declared, Composed>;

type Layered = (Linear<8, 20>, LayerNorm<20>, ReLU, Linear<20, 3>);
type Batched = (Linear<8, 20>, BatchNorm<20>, ReLU, Linear<20, 3>);
type ComposedBatched = (Linear<8, 20>, ComposedBatchNorm<20>, ReLU, Linear<20, 3>);
type Scaled = (Linear<8, 20>, RmsNorm<20>, Tanh, Linear<20, 3>);

type Data = (Tensor<(usize, Const<8>), f32, Cpu>, Tensor<(usize, Const<3>), f32, Cpu>);

fn data(dev: &Cpu) -> Data {
    (dev.sample_normal_like(&(16, Const)), dev.sample_normal_like(&(16, Const)))
}

/// Every trained tensor of a collection, in order.
struct Tensors(Vec<Vec<f32>>);

impl TensorVisitor<f32, Cpu> for Tensors {
    type Viewer = ViewTensorRef;
    type Err = CpuError;
    type E2 = f32;
    type D2 = Cpu;
    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, f32, Cpu>,
        t: &Tensor<S, f32, Cpu>,
    ) -> Result<Option<Tensor<S, f32, Cpu>>, CpuError> {
        if options.do_gradient_update {
            self.0.push(t.as_vec());
        }
        Ok(None)
    }
}

fn trained<M: TensorCollection<f32, Cpu>>(m: &M) -> Vec<Vec<f32>> {
    let mut all = Tensors(Vec::new());
    M::iter_tensors(&mut RecursiveWalker { m, f: &mut all }).unwrap();
    all.0
}

macro_rules! trains {
    ($($name:ident: $model:ty, $optimizer:expr, moves_first_bias: $bias:expr;)*) => { $(
        #[test]
        fn $name() {
            let dev = Cpu::seed_from_u64(1);
            let mut model = dev.build_module::<$model, f32>();
            let mut opt = ($optimizer)(&model);
            let (x, target) = data(&dev);
            let before = trained(&model);
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
            for (i, (a, b)) in before.iter().zip(&trained(&model)).enumerate() {
                let moved = norm_core::conformance::difference(a, b);
                assert!(moved.is_finite(), "tensor {i} is no number");
                // A bias before a batch normalization has no gradient but rounding.
                if i != 1 || $bias {
                    assert!(moved > 1e-3, "tensor {i} moved by {moved}");
                }
            }
        }
    )* };
}

fn adam<M>(model: &M) -> Adam<M, f32, Cpu> {
    Adam::new(model, AdamConfig { lr: 1e-2, ..Default::default() })
}

fn sgd<M>(model: &M) -> Sgd<M, f32, Cpu> {
    Sgd::new(model, SgdConfig { lr: 1e-1, ..Default::default() })
}

trains! {
    layer_with_adam: Layered, adam, moves_first_bias: true;
    layer_with_sgd: Layered, sgd, moves_first_bias: true;
    batch_with_adam: Batched, adam, moves_first_bias: false;
    batch_with_sgd: Batched, sgd, moves_first_bias: false;
    composed_batch_with_adam: ComposedBatched, adam, moves_first_bias: false;
    rms_with_adam: Scaled, adam, moves_first_bias: true;
}

#[test]
fn files_carry_the_declared_names_and_every_bit() {
    let dev = Cpu::seed_from_u64(2);
    let mut model = dev.build_module::<Batched, f32>();
    let (x, _) = data(&dev);
    for _ in 0..3 {
        let _ = model.forward_mut(x.clone());
    }
    model.1.param_mut("gain").unwrap().fill_with_distr(rand_distr());
    *model.1.const_mut("eps").unwrap() = 1e-3;
    model
        .1
        .set_averaging(norm_core::policy::Running { rate: 0.25, stored: norm_core::policy::Stored::Biased });
    let file = tempfile::NamedTempFile::new().unwrap();
    model.save_safetensors(file.path()).unwrap();

    let bytes = std::fs::read(file.path()).unwrap();
    let header = String::from_utf8_lossy(&bytes[8..]);
    for name in ["1.gain", "1.bias", "1.running_mean", "1.running_var", "1.eps", "1.rate", "1.correction"] {
        assert!(header.contains(&format!("\"{name}\"")), "{name}");
    }

    let mut other = Cpu::seed_from_u64(9).build_module::<Batched, f32>();
    assert_ne!(other.forward(x.clone()).as_vec(), model.forward(x.clone()).as_vec());
    other.load_safetensors(file.path()).unwrap();
    assert_eq!(other.forward(x.clone()).as_vec(), model.forward(x.clone()).as_vec());
    assert_eq!(other.1.consts(), &[1e-3]);
    assert_eq!(other.1.averaging(), model.1.averaging());
    // The running state came along: the next batch moves both alike.
    assert_eq!(other.forward_mut(x.clone()).as_vec(), model.forward_mut(x).as_vec());
    assert_eq!(other.1.running("var").unwrap().as_vec(), model.1.running("var").unwrap().as_vec());
}

fn rand_distr() -> impl rand::distributions::Distribution<f32> {
    rand::distributions::Uniform::new(0.5, 1.5)
}

#[test]
fn a_layer_without_running_statistics_saves_none() {
    let model = Cpu::default().build_module::<Layered, f32>();
    let file = tempfile::NamedTempFile::new().unwrap();
    model.save_safetensors(file.path()).unwrap();
    let bytes = std::fs::read(file.path()).unwrap();
    let header = String::from_utf8_lossy(&bytes[8..]);
    assert!(header.contains("\"1.gain\"") && header.contains("\"1.bias\""));
    assert!(!header.contains("running") && !header.contains("\"1.rate\""));
    assert_eq!(model.num_trainable_params(), 8 * 20 + 20 + 20 + 20 + 20 * 3 + 3);
}

#[test]
fn clones_are_independent() {
    let dev = Cpu::seed_from_u64(3);
    let mut model = dev.build_module::<Batched, f32>();
    let (x, _) = data(&dev);
    let copy = model.clone();
    let before = copy.forward(x.clone()).as_vec();
    let _ = model.forward_mut(x.clone());
    model.1.param_mut("gain").unwrap().fill_with_distr(rand_distr());
    assert_eq!(copy.forward(x.clone()).as_vec(), before);
    assert_ne!(model.forward(x).as_vec(), before);
}

#[test]
fn resetting_restores_the_declared_start() {
    let dev = Cpu::seed_from_u64(4);
    let mut model = dev.build_module::<BatchNorm<4>, f32>();
    let x: Tensor<Rank2<6, 4>, f32, _> = dev.sample_normal();
    let _ = model.forward_mut(x);
    model.param_mut("gain").unwrap().fill_with_zeros();
    model.reset_params();
    assert_eq!(model.param("gain").unwrap().array(), [1.0; 4]);
    assert_eq!(model.param("bias").unwrap().array(), [0.0; 4]);
    assert_eq!(model.running("mu").unwrap().array(), [0.0; 4]);
    assert_eq!(model.running("var").unwrap().array(), [1.0; 4]);
}

#[test]
fn conversion_keeps_tensors_and_resets_options() {
    let dev = Cpu::seed_from_u64(5);
    let mut model = dev.build_module::<BatchNorm<4>, f32>();
    let x: Tensor<Rank2<6, 4>, f32, _> = dev.sample_normal();
    let _ = model.forward_mut(x);
    *model.const_mut("eps").unwrap() = 1e-2;
    let wide = model.to_dtype::<f64>();
    let same: Vec<f64> = model.running("mu").unwrap().as_vec().into_iter().map(f64::from).collect();
    assert_eq!(wide.running("mu").unwrap().as_vec(), same);
    // dfdx hands a conversion no scalars: this is the documented loss.
    assert_eq!(wide.consts(), &[1e-5]);
}
