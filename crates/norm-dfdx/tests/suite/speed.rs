//! The kit times every kind of kernel.

use norm_core::Formula;
use norm_dfdx::conformance::speed::{measure, shape};

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

/// Where nothing stands beside an element in its channel, a set of a channel's space has one element: that is no shape to time
/// it at.
#[test]
fn what_sees_places_is_timed_in_images_of_as_many_elements() {
    for d in [norm_instance::InstanceNorm::DESCRIPTOR, norm_divisive::DivisiveNorm::DESCRIPTOR] {
        let [cases, channels, rows, columns] = shape(d);
        assert!(rows > 1 && columns > 1 && cases > 1 && channels > 1, "{}", d.id);
    }
    for d in [
        norm_layer::LayerNorm::DESCRIPTOR,
        norm_batch::BatchNorm::DESCRIPTOR,
        norm_weight::WeightNorm::DESCRIPTOR,
    ] {
        assert_eq!(shape(d)[2..], [1, 1], "{}", d.id);
    }
    let elements = |d| shape(d).iter().product::<usize>();
    assert_eq!(
        elements(norm_instance::InstanceNorm::DESCRIPTOR),
        elements(norm_layer::LayerNorm::DESCRIPTOR)
    );
}
