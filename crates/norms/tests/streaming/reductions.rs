//! What streaming is where no history counts.

use norm_core::conformance::difference;
use norm_core::streaming::{Store, Streaming};
use norm_core::{Formula, Kernel, Layout, ReferenceSet};

use crate::uses::{Gradients, Use, backward, close, forward, method, plain, same};

norm_core::formula! {
    /// Streaming over the features of a sample
    Sample(liao2016streaming) as "sample" over features {
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        const p = 2;
        mu = mean(x);
        s  = pow(mean(pow(abs(x - mu), p)) + 1e-37, 1 / p);
        y  = gain * (x - mu) * rsqrt(square(s) + eps) + bias;
    }
}

norm_core::formula! {
    /// Streaming over the space of a channel of a sample
    SampleChannel(liao2016streaming) as "sample-channel" over space {
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        const p = 2;
        mu = mean(x);
        s  = pow(mean(pow(abs(x - mu), p)) + 1e-37, 1 / p);
        y  = gain * (x - mu) * rsqrt(square(s) + eps) + bias;
    }
}

/// Several uses, each followed by an update: history is there, and counts for nothing.
fn without_history(k: &Kernel<f64>, uses: &[Use]) -> (Vec<f64>, Gradients) {
    let mut store = Store::new(k.descriptor, k.sets(&uses[0].layout));
    let mut last = None;
    for u in uses {
        let (y, used) = forward(&Streaming::CURRENT, k, u, &mut store);
        last = Some((y, backward(&Streaming::CURRENT, k, u, &used, &mut store)));
        store.after_update();
    }
    last.unwrap()
}

fn three(k: &Kernel<f64>, layout: Layout) -> Vec<Use> {
    (1..4).map(|seed| Use::new(k.descriptor, layout, seed)).collect()
}

#[test]
fn without_history_it_is_batch_norm() {
    let batch = method("batch").f64;
    for id in ["streaming", "streaming-moments"] {
        let k = method(id).f64;
        for layout in [Layout::new(9, 1, 5, 1), Layout::new(3, 1, 4, 7)] {
            let mut uses = three(k, layout);
            let mut like = uses[2].clone();
            like.consts = batch.descriptor.default_consts();
            same(id, &without_history(k, &uses), &plain(batch, &like), 1e-12);
            let mask: Vec<bool> = (0..layout.n).map(|n| n % 3 != 1).collect();
            (uses[2].mask, like.mask) = (Some(mask.clone()), Some(mask));
            same(id, &without_history(k, &uses), &plain(batch, &like), 1e-12);
        }
    }
}

/// Each channel of each sample over its own positions, in plain loops.
fn instance(u: &Use) -> (Vec<f64>, Gradients) {
    let (l, eps) = (u.layout, u.consts[0]);
    let (channels, n) = (l.channels(), l.s as f64);
    let (mut y, mut dx) = (vec![0.0; l.len()], vec![0.0; l.len()]);
    let (mut dgain, mut dbias) = (vec![0.0; channels], vec![0.0; channels]);
    for row in 0..l.n * channels {
        let (c, at) = (row % channels, row * l.s..(row + 1) * l.s);
        let (x, dy) = (&u.x[at.clone()], &u.dy[at.clone()]);
        let mean = x.iter().sum::<f64>() / n;
        let scale = 1.0 / (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n + eps).sqrt();
        let hat: Vec<f64> = x.iter().map(|v| (v - mean) * scale).collect();
        let sum = dy.iter().sum::<f64>();
        let along = dy.iter().zip(&hat).map(|(d, h)| d * h).sum::<f64>();
        for (i, at) in at.enumerate() {
            y[at] = u.params[0][c] * hat[i] + u.params[1][c];
            dx[at] = u.params[0][c] * scale * (dy[i] - sum / n - hat[i] * along / n);
        }
        dgain[c] += along;
        dbias[c] += sum;
    }
    (y, Gradients { dx, dparams: vec![dgain, dbias] })
}

/// "Streaming summarizes the existing normalizations": with the reference sets of a sample, of a channel of a sample and
/// of the batch it is layer, instance and batch normalization.
#[test]
fn question_row_16_its_reference_sets_give_layer_instance_and_batch_norm() {
    let (layer, batch) = (method("layer").f64, method("batch").f64);
    let k = Sample::KERNEL_F64;
    let uses = three(k, ReferenceSet::Features.layout(4, 11, 1, 1).unwrap());
    let mut like = uses[2].clone();
    like.consts = layer.descriptor.default_consts();
    same("layer", &without_history(k, &uses), &plain(layer, &like), 1e-12);

    let k = SampleChannel::KERNEL_F64;
    let uses = three(k, ReferenceSet::Space.layout(3, 5, 9, 1).unwrap());
    same("instance", &without_history(k, &uses), &instance(&uses[2]), 1e-12);

    let k = method("streaming").f64;
    let uses = three(k, ReferenceSet::BatchSpace.layout(6, 5, 3, 1).unwrap());
    let mut like = uses[2].clone();
    like.consts = batch.descriptor.default_consts();
    same("batch", &without_history(k, &uses), &plain(batch, &like), 1e-12);
}

fn with_power(p: f64, layout: Layout) -> Use {
    let mut u = Use::new(method("streaming").descriptor(), layout, 7);
    u.consts[1] = p;
    u
}

#[test]
fn every_power_is_that_of_the_reference() {
    let m = method("streaming");
    for p in [1.0, 1.5, 2.0, 3.0, 2.7] {
        for layout in [Layout::new(9, 1, 5, 1), Layout::new(3, 1, 4, 7), Layout::new(2, 1, 40, 1)] {
            let u = with_power(p, layout);
            let want = u.with(|call| (m.reference.forward)(call));
            let back = u.with(|call| (m.reference.backward)(call, &u.dy));
            let got = without_history(m.f64, std::slice::from_ref(&u));
            let want = (want.y, Gradients { dx: back.dx, dparams: back.dparams });
            same(&format!("p = {p} at {layout:?}"), &got, &want, 1e-12);
        }
    }
}

/// A value on the mean, where `|d|^p` has a kink at p = 1: its slope there is 0.
#[test]
fn a_deviation_of_zero_has_a_finite_slope() {
    let m = method("streaming");
    for p in [1.0, 1.5, 2.0, 3.0] {
        let mut u = with_power(p, Layout::new(3, 1, 1, 1));
        u.x = vec![1.0, 2.0, 3.0];
        let back = u.with(|call| (m.reference.backward)(call, &u.dy));
        let (y, got) = without_history(m.f64, std::slice::from_ref(&u));
        assert!(y.iter().chain(&got.dx).all(|v| v.is_finite()), "p = {p}: {y:?}, {:?}", got.dx);
        close(&format!("p = {p}"), &got.dx, &back.dx, 1e-12);
    }
}

#[test]
fn every_power_agrees_with_differences() {
    let k = method("streaming").f64;
    for p in [1.0, 1.5, 2.0, 3.0] {
        let u = with_power(p, Layout::new(7, 1, 3, 1));
        let (_, got) = without_history(k, std::slice::from_ref(&u));
        let loss = |u: &Use| -> f64 {
            let (y, _) = without_history(k, std::slice::from_ref(u));
            y.iter().zip(&u.dy).map(|(a, b)| a * b).sum()
        };
        for i in 0..u.x.len() {
            let at = |by: f64| {
                let mut moved = u.clone();
                moved.x[i] += by;
                loss(&moved)
            };
            let h = 1e-4;
            let slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
            let off = difference(&[slope], &[got.dx[i]]);
            assert!(off < 1e-7, "p = {p}, element {i}: {slope} by differences, {}", got.dx[i]);
        }
    }
}
