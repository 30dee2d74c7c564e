//! Every element of an output is written, at odd sizes and under masks: what `Kernel::forward_new` promises its `Vec`.

use norm_core::{Call, Elem, Isa, Kernel, ReferenceSet};

norm_core::normalization! {
    /// A rowwise one
    pub Rows(ba2016layer) as "rows" over features {
        param gain = 1.0;
        mu = mean(x);
        y  = gain * (x - mu) + 1;
    }
}

norm_core::normalization! {
    /// A channelwise one
    pub Columns(ioffe2015batch) as "columns" over batch + space {
        param gain = 1.0;
        mu = mean(x);
        y  = gain * (x - mu) + 1;
    }
}

fn written(
    kernel: Kernel<f32>,
    set: ReferenceSet,
    n: usize,
    channels: usize,
    space: usize,
    mask: Option<&[bool]>,
) {
    let layout = set.layout(n, channels, space, 1).unwrap();
    let x: Vec<f32> = (0..layout.len()).map(|i| (i % 13) as f32).collect();
    let gain = vec![1.0; kernel.descriptor.params[0].axis.len(&layout)];
    let call = Call { layout, x: &x, params: &[&gain], consts: &[], mask };
    for isa in Isa::available() {
        let mut stats = vec![0.0; kernel.statistics_len(&layout)];
        // No output is this number, so what is left of it was not written.
        let mut y = vec![-12_345.0; layout.len()];
        kernel.forward(isa, &call, &mut stats, &mut y).unwrap();
        assert!(y.iter().all(|y| *y != -12_345.0), "{isa:?} {} at {layout:?}", kernel.descriptor.id);
        assert_eq!(kernel.forward_new(isa, &call, &mut stats).unwrap(), y);
        assert_eq!(kernel.apply_new(isa, &call, &stats).unwrap(), y);
    }
}

#[test]
fn every_element_is_written() {
    for (n, channels, space) in
        [(1, 1, 1), (7, 19, 1), (33, 16, 1), (5, 6, 11), (3, 2, 100), (0, 4, 1), (300, 1000, 1)]
    {
        let some: Vec<bool> = (0..n).map(|i| i % 3 != 1).collect();
        let none = vec![false; n];
        for mask in [None, Some(&some[..]), Some(&none[..])] {
            for kernel in [f32::kernel::<Rows>(), f32::kernel::<Columns>()] {
                written(kernel, kernel.descriptor.reference_set, n, channels, space, mask);
            }
        }
    }
}
