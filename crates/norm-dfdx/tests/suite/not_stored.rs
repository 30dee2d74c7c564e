//! What a layer cannot store.

use dfdx::prelude::*;
use norm_core::Formula;
use norm_dfdx::{Composed, Fused, Path};

use crate::layer::{Bn, Layer, layer};

/// A variance of ordinary values that single precision does not hold is refused by name; a plain module of dfdx, which cannot
/// say it, stores nothing.
fn what_cannot_be_stored_is_refused<P: Path<f32, Cpu>>() {
    fn check<F: Formula, P: Path<f32, Cpu>>(dev: &Cpu)
    where
        Layer<F, 4, f32, P>: ModuleMut<Tensor<Rank2<6, 4>, f32, Cpu>, Output = Tensor<Rank2<6, 4>, f32, Cpu>>,
    {
        let mut bn: Layer<F, 4, f32, P> = layer(dev);
        let x: Tensor<Rank2<6, 4>, f32, _> = dev.sample_normal();
        let _ = bn.train(x.clone()).unwrap();
        let stored = |bn: &Layer<F, 4, f32, P>| {
            (bn.running("mu").unwrap().as_vec(), bn.running("var").unwrap().as_vec())
        };
        let before = stored(&bn);
        let mut large = x.clone();
        large[[2, 1]] = 1e25;
        let refused = bn.train(large.clone()).unwrap_err().to_string();
        assert!(refused.contains("`running_var` of channel 1 would become inf"), "{refused}");
        assert_eq!(stored(&bn), before);
        let _ = bn.forward_mut(large);
        assert_eq!(stored(&bn).1[1], before.1[1]);
    }
    let dev = Cpu::seed_from_u64(8);
    check::<Bn, P>(&dev);
    check::<norm_batch::GhostBatchNorm, P>(&dev);
}

#[test]
fn what_cannot_be_stored_is_refused_on_both_paths() {
    what_cannot_be_stored_is_refused::<Fused>();
    what_cannot_be_stored_is_refused::<Composed>();
}
