//! Constants of a layer, and the ranges that its declaration gives them.

use dfdx::prelude::*;
use norm_core::policy::{Running as Rule, Stored};
use norm_dfdx::{Composed, Error, Fused, Path};

use crate::layer::{Bn, Layer, Ln, layer};

/// Constants and the rate of averaging are held to their ranges by every use, in the element type of the layer.
fn out_of_range<P: Path<f64, Cpu> + Path<f32, Cpu>>() {
    fn refused<V>(result: Result<V, Error<CpuError>>, named: &str) {
        match result {
            Err(Error::Kernel(e)) => assert!(e.to_string().contains(named), "{e}"),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("a bad `{named}` was taken"),
        }
    }
    let dev = Cpu::seed_from_u64(3);
    let x: Tensor<(usize, Const<4>), f64, _> = dev.sample_normal_like(&(5, Const));
    for bad in [-1e-5, f64::NAN] {
        let mut ln: Layer<Ln, 4, f64, P> = layer(&dev);
        *ln.const_mut("eps").unwrap() = bad;
        refused(ln.eval(x.clone()), "eps");
        refused(ln.train(x.leaky_trace()), "eps");
    }
    // What single precision makes 0 or infinite.
    let narrow: Tensor<(usize, Const<4>), f32, _> = dev.sample_normal_like(&(5, Const));
    for bad in [1e-50, 1e50] {
        let mut ln: Layer<Ln, 4, f32, P> = layer(&dev);
        *ln.const_mut("eps").unwrap() = bad;
        refused(ln.eval(narrow.clone()), "eps");
    }
    for (k, alpha, named) in [(0.0, 0.0, "`k`"), (-2.0, 1e-4, "`k`"), (1.0, -5.0, "`alpha`")] {
        let mut lrn: Layer<norms::methods::LocalResponseNorm, 4, f64, P> = layer(&dev);
        *lrn.const_mut("k").unwrap() = k;
        *lrn.const_mut("alpha").unwrap() = alpha;
        refused(lrn.eval(x.clone()), named);
    }
    for size in [0.0, 2.5, 65537.0] {
        let mut lrn: Layer<norms::methods::LocalResponseNorm, 4, f64, P> = layer(&dev);
        *lrn.const_mut("size").unwrap() = size;
        refused(lrn.eval(x.clone()), "`size`");
    }
    for rate in [-0.1, 1.5, f64::NAN] {
        let mut bn: Layer<Bn, 4, f64, P> = layer(&dev);
        bn.set_averaging(Rule { rate, stored: Stored::Biased });
        let before = bn.running("mu").unwrap().as_vec();
        refused(bn.train(x.clone()), "`rate`");
        assert_eq!(bn.running("mu").unwrap().as_vec(), before);
        assert!(bn.eval(x.clone()).is_ok());
        let mut ghost: Layer<norm_batch::GhostBatchNorm, 4, f64, P> = layer(&dev);
        ghost.set_averaging(Rule { rate, stored: Stored::Biased });
        refused(ghost.train(x.clone()), "`rate`");
    }
}

#[test]
fn out_of_range_is_refused_by_both_paths() {
    out_of_range::<Fused>();
    out_of_range::<Composed>();
}
