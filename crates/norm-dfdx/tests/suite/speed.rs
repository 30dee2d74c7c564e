//! The kit times every kind of kernel.

use norm_dfdx::conformance::speed::measure;

norm_core::formula! {
    /// Divided by what the store holds, its gradient controlled along the output
    Held(none) as "held" over batch + space {
        policy running;
        param gain = 1.0; const eps = 1e-3; const keep = 0.8;
        ms = mean(square(x));
        z  = controlled(x * rsqrt(prev(ms) + eps), x * rsqrt(prev(ms) + eps), keep);
        y  = gain * z;
    }
}

#[test]
fn what_looks_at_a_store_and_is_controlled_is_timed() {
    let speed = measure(&norm_core::Kernel::portable::<Held>()).unwrap();
    assert!(speed.both > speed.forward);
}
