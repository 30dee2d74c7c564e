//! How long the kernels take beside a copy of as many bytes.

use std::time::{Duration, Instant};

use norm_core::{Call, Descriptor, Isa, Kernel, Rule};

/// Cases, channels, rows and columns at which a method is timed: as many elements for each, in images where the places of a
/// channel stand apart in what it pools, else without space.
pub fn shape(d: &Descriptor) -> [usize; 4] {
    if d.sees_places() { [16, 64, 16, 16] } else { [128, 2048, 1, 1] }
}

/// Medians.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    /// Of a forward pass.
    pub forward: Duration,
    /// Of both passes.
    pub both: Duration,
    /// One read and one write of every element of `x`.
    pub copy: Duration,
}

fn median(mut f: impl FnMut()) -> Duration {
    const ROUNDS: usize = 31;
    f();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            f();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// Times the kernels in single precision.
///
/// # Errors
///
/// What the kernels say of a layout that they refuse.
pub fn measure(k: &Kernel<f32>) -> Result<Speed, norm_core::Error> {
    let (d, isa) = (k.descriptor, Isa::detect());
    let [cases, channels, rows, columns] = shape(d);
    let layout = d.reference_set.layout(cases, channels, rows * columns, 1)?.with_row(columns);
    let x: Vec<f32> = (0..layout.len()).map(|i| (i as f32 * 0.618).fract() * 2.0 - 0.8).collect();
    let dy: Vec<f32> = x.iter().rev().copied().collect();
    let narrow = |v: Vec<f64>| v.into_iter().map(|v| v as f32).collect::<Vec<f32>>();
    let inputs: Vec<Vec<f32>> = d.initial_inputs(&layout).into_iter().map(narrow).collect();
    let slices: Vec<&[f32]> = inputs.iter().map(|p| &p[..]).collect();
    let consts = d.default_consts();
    let call = Call { layout, x: &x, params: &slices, consts: &consts, mask: None };
    let mut stats = vec![0.0; k.statistics_len(&layout)];
    let (mut y, mut dx) = (x.clone(), x.clone());
    let mut dparams = inputs[..d.returned_names().len()].to_vec();
    // A call that is refused is refused before it is timed.
    k.forward(isa, &call, &mut stats, &mut y)?;
    let mut slots: Vec<&mut [f32]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
    k.backward(isa, &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut slots)?;
    let forward = median(|| {
        let _ = k.forward(isa, &call, &mut stats, &mut y);
    });
    let both = median(|| {
        let _ = k.forward(isa, &call, &mut stats, &mut y);
        let mut slots: Vec<&mut [f32]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
        let _ = k.backward(isa, &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut slots);
    });
    let copy = median(|| std::hint::black_box(&mut y[..]).copy_from_slice(std::hint::black_box(&x)));
    Ok(Speed { forward, both, copy })
}
