//! README.md's example: a model is trained, saved, loaded and evaluated, and a padded sequence is masked.

use dfdx::optim::{Adam, AdamConfig};
use dfdx::prelude::*;
use models::{Lstm, Paper, Sequence};
use norm_dfdx::{AfterUpdate, Norm};

type Model = ((Linear<2, 16>, Norm<norm_batch::BatchNorm, 16>, ReLU), Linear<16, 1>);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dev = Cpu::seed_from_u64(0);
    let x: Tensor<(usize, Const<2>), f32, Cpu> = dev.sample_normal_like(&(256, Const));
    // Which points lie in a circle?
    let inside: Vec<f32> = x.as_vec().chunks(2).map(|p| f32::from(p[0].hypot(p[1]) < 1.0)).collect();
    let target = dev.tensor_from_vec(inside.clone(), (256, Const::<1>));

    let mut model = dev.build_module::<Model, f32>();
    let mut adam = Adam::new(&model, AdamConfig { lr: 0.02, ..AdamConfig::default() });
    let mut gradients = model.alloc_grads();
    for _ in 0..100 {
        // `forward_mut` is training: the statistics of this batch, which the stored ones take in.
        let y = model.forward_mut(x.trace(gradients));
        gradients = binary_cross_entropy_with_logits_loss(y, target.clone()).backward();
        adam.update(&mut model, &gradients)?;
        // For methods that have something to do after a step, such as `online`; others do nothing.
        model.after_update();
        model.zero_grads(&mut gradients);
    }

    let file = std::env::temp_dir().join("circle.safetensors");
    model.save_safetensors(&file)?;
    let mut loaded = dev.build_module::<Model, f32>();
    loaded.load_safetensors(&file).expect("it was saved from the same type");

    // `forward` is evaluation: the stored statistics, and nothing changes.
    let y = loaded.forward(x).as_vec();
    let right = y.iter().zip(&inside).filter(|(y, inside)| (**y > 0.0) == (**inside > 0.5)).count();
    assert!(right > 230, "{right} of 256");

    // Recurrent layers take a mask: `mask[t * cases + n]` says whether step `t` belongs to case `n`. The second of two
    // sequences has three steps of five, and what stands in the others changes nothing.
    let lstm = dev.build_module::<Lstm<norm_layer::LayerNorm, Paper, 2, 8, 32>, f32>();
    let steps: Sequence<2, f32, Cpu> = dev.sample_normal_like(&(5, 2, Const));
    let mask = (0..5 * 2).map(|at| at % 2 == 0 || at / 2 < 3).collect();
    let (hidden, _) = lstm.eval(steps, Some(mask))?;
    assert_eq!(hidden.shape(), &(5, 2, Const));
    Ok(())
}

#[test]
fn it_does_what_it_says() {
    main().unwrap();
}
