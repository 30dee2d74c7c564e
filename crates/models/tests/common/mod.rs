//! What the tests of models share.

use dfdx::prelude::*;

norm_core::normalization! {
    /// Batch normalization that starts with a small gain
    pub SmallGain(cooijmans2017recurrent) as "small-gain" over batch + space {
        policy running;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        param gain = 0.1;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}

pub(crate) fn targets<const N: usize, const O: usize>(dev: &Cpu) -> Tensor<Rank2<N, O>, f32, Cpu> {
    let mut t = vec![0.0; N * O];
    (0..N).for_each(|i| t[i * O + i % O] = 1.0);
    dev.tensor_from_vec(t, (Const, Const))
}

/// Trains on one batch; the loss must halve, or fall to another share. Saves, loads, clones.
macro_rules! learns {
    ($model:ty, $x:expr, $classes:literal) => {
        learns!($model, $x, $classes, 0.5)
    };
    ($model:ty, $x:expr, $classes:literal, $share:literal) => {{
        let dev = Cpu::seed_from_u64(1);
        let mut model = dev.build_module::<$model, f32>();
        let mut optimizer =
            dfdx::optim::Adam::new(&model, dfdx::optim::AdamConfig { lr: 1e-2, ..Default::default() });
        let y: Tensor<(usize, Const<$classes>), f32, Cpu> =
            crate::common::targets::<20, $classes>(&dev).realize();
        let mut grads = model.alloc_grads();
        let mut losses = Vec::new();
        for _ in 0..150 {
            let x = $x(&dev);
            let logits = model.forward_mut(x.traced(grads));
            let loss = cross_entropy_with_logits_loss(logits, y.clone());
            losses.push(loss.array());
            grads = loss.backward();
            optimizer.update(&mut model, &grads).unwrap();
            model.zero_grads(&mut grads);
        }
        assert!(losses[149] < losses[0] * $share, "{:?}", (losses[0], losses[149]));
        // Save, load into another, same bits; a clone does not follow.
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        model.save_safetensors(&path).unwrap();
        let mut other = dev.build_module::<$model, f32>();
        let before = other.forward($x(&dev)).as_vec();
        other.load_safetensors(&path).unwrap();
        let after = other.forward($x(&dev)).as_vec();
        assert_eq!(after, model.forward($x(&dev)).as_vec());
        assert_ne!(after, before);
        let mut clone = model.clone();
        clone.forward_mut($x(&dev).leaky_traced());
        clone.reset_params();
        assert_eq!(after, model.forward($x(&dev)).as_vec());
    }};
}
pub(crate) use learns;

/// Twenty sequences of nine steps of two numbers.
pub(crate) fn sequences(dev: &Cpu) -> Tensor<(usize, usize, Const<2>), f32, Cpu> {
    let v = (0..9 * 20 * 2).map(|i| ((i * 7919) % 23) as f32 / 11.0 - 1.0).collect();
    dev.tensor_from_vec(v, (9, 20, Const))
}
