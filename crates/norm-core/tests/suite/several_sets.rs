//! A method over several sets of which the first cuts the layout finer than the next.

use norm_core::conformance::{Probe, ReferenceCall, Shape, pools};
use norm_core::{Call, Formula, ReferenceSet};

norm_core::formula! {
    /// Each channel by its length over space, divided by the mean of the lengths
    Response(none) as "response" over space, features {
        param gain = 0.0;
        const eps = 1e-6;
        energy = sum(square(x), space);
        middle = mean(sqrt(energy + eps), features);
        y = x + gain * (x * sqrt(energy + eps) / (middle + eps));
    }
}

norm_core::formula! {
    /// Divided by what lies near in channels and in space
    Near(none) as "near" over channels, space {
        const eps = 1e-6;
        const size = 3;
        ms = mean(square(x), channels);
        near = window_mean(ms, size, space);
        y = x * rsqrt(near + eps);
    }
}

/// Features are all of a case, though `over space` lays every channel out as a group of its own.
#[test]
fn features_beside_space_are_a_whole_case() {
    let layout = ReferenceSet::Space.layout(2, 3, 4, 1).unwrap();
    let x = vec![0.0; layout.len()];
    let call: ReferenceCall<'_> = Call { layout, x: &x, params: &[], consts: &[], mask: None };
    let elements: Vec<Vec<usize>> =
        pools(&call, ReferenceSet::Features).into_iter().map(|p| p.elements).collect();
    assert_eq!(elements, [(0..12).collect::<Vec<_>>(), (12..24).collect()]);
    let kernel = Response::KERNEL_F64;
    let shape = Shape::new(3, 4, 3);
    let (measured, promised) = (
        Probe::measured(kernel, shape, None).unwrap(),
        Probe::promised(Response::DESCRIPTOR, shape, None).unwrap(),
    );
    assert_eq!(measured.y_on_x.first_difference(&promised.y_on_x), None);
    assert_eq!(measured.dx_on_dy.first_difference(&promised.dx_on_dy), None);
}

#[test]
fn every_set_is_named() {
    assert_eq!(Response::DESCRIPTOR.over(), "space, features");
    assert_eq!(Near::DESCRIPTOR.over(), "channels, space");
}
