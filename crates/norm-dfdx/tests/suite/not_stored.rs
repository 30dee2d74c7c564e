//! What a layer cannot store.

use dfdx::prelude::*;
use norm_core::streaming::Streaming;
use norm_core::{Formula, NormState, Unstorable};
use norm_dfdx::{Composed, Error, Fused, Mailbox, Path, StreamingNorm};
use norm_streaming::StreamingMoments;

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

/// So is a deviation that a layer that streams would mix in.
#[test]
fn what_cannot_be_streamed_is_refused() {
    let dev = Cpu::seed_from_u64(9);
    let mut l = StreamingNorm::<StreamingMoments, 4>::try_build_on_device(&dev).unwrap();
    let x: Tensor<Rank2<6, 4>, f32, _> = dev.sample_normal();
    let _ = l.train(x.clone()).unwrap();
    let before = l.store();
    let mut large = x.clone();
    large[[2, 1]] = 1e25;
    let refused = l.train(large.clone()).unwrap_err();
    assert!(matches!(&refused, Error::Kernel(norm_core::Error::NotStored { channel: 1, .. })), "{refused}");
    assert_eq!(l.store(), before);
    let _ = l.forward_mut(large);
    assert_eq!(l.store(), before);
}

/// What streams is no work for dfdx's own tape, and its path says so.
#[test]
fn the_composed_path_refuses_what_streams() {
    let (dev, d) = (Cpu::default(), StreamingMoments::DESCRIPTOR);
    let kernel = *StreamingMoments::KERNEL_F32;
    let mut state = NormState::streaming(kernel, d.default_consts(), Streaming::default(), 4);
    let layout = d.reference_set.layout(6, 4, 1, 1).unwrap();
    let x: Tensor<Rank2<6, 4>, f32, _> = dev.sample_normal();
    let params = || d.params.iter().map(|_| dev.ones_like(&(4,))).collect::<Vec<_>>();
    let (mailbox, unstorable) = (Mailbox::default(), Unstorable::Refuse);
    let trained = Composed::train(&mut state, layout, x.clone(), params(), &mailbox, unstorable);
    let evaluated = Composed::evaluate(&state, layout, x.clone(), params());
    for refused in [trained, evaluated] {
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("streaming-moments") && said.contains("fused path"), "{said}");
    }
    let fused = Fused::train(&mut state, layout, x, params(), &mailbox, unstorable);
    assert!(fused.is_ok());
}
