//! Convolution and pooling against the loops that define them, and against central differences.

use dfdx::prelude::*;
use norm_core::conformance::{difference, largest};
use norm_dfdx::image_op::{Images, KERNEL, Kernels, convolve, max_pool};
use norm_dfdx::with_upstream;

/// Cases, height and width.
type Extent = (usize, usize, usize);

/// Every product of a convolution from `I` to `O` channels, one by one: where its weight, its input and its output lie.
fn each<const I: usize, const O: usize>((cases, h, w): Extent, mut f: impl FnMut(usize, usize, usize)) {
    for (n, o, i) in (0..cases).flat_map(|n| (0..O).flat_map(move |o| (0..I).map(move |i| (n, o, i)))) {
        for (ky, kx) in (0..KERNEL).flat_map(|ky| (0..KERNEL).map(move |kx| (ky, kx))) {
            for (row, column) in (0..h).flat_map(|r| (0..w).map(move |c| (r, c))) {
                let (y, x) = ((row + ky).wrapping_sub(1), (column + kx).wrapping_sub(1));
                if y < h && x < w {
                    let weight = ((o * I + i) * KERNEL + ky) * KERNEL + kx;
                    f(weight, ((n * I + i) * h + y) * w + x, ((n * O + o) * h + row) * w + column);
                }
            }
        }
    }
}

/// Output and gradients of the loop beside those of the operation, whose weights come with a tape of their own.
fn judge<const I: usize, const O: usize>(extent: Extent) {
    let (cases, h, w) = extent;
    let dev = Cpu::seed_from_u64(1);
    let x: Images<I, f64, Cpu> = dev.sample_normal_like(&(cases, Const, h, w));
    let weight: Kernels<I, O, f64, Cpu> = dev.sample_normal();
    let bias: Tensor<Rank1<O>, f64, Cpu> = dev.sample_normal();
    let dy: Images<O, f64, Cpu> = dev.sample_normal_like(&(cases, Const, h, w));
    let (from, kernel, upstream) = (x.as_vec(), weight.as_vec(), dy.as_vec());

    let mut y: Vec<f64> = (0..cases * O * h * w).map(|at| bias.as_vec()[at / (h * w).max(1) % O]).collect();
    let (mut dx, mut dw, mut db) = (vec![0.0; from.len()], vec![0.0; kernel.len()], vec![0.0; O]);
    each::<I, O>(extent, |weight, input, output| {
        y[output] += kernel[weight] * from[input];
        dx[input] += kernel[weight] * upstream[output];
        dw[weight] += from[input] * upstream[output];
    });
    for (at, dy) in upstream.iter().enumerate() {
        db[at / (h * w) % O] += dy;
    }

    let traced = convolve(x.leaky_trace(), weight.leaky_trace(), bias.leaky_trace()).unwrap();
    assert!(difference(&traced.as_vec(), &y) < 1e-12, "output at {extent:?}");
    let untraced = convolve(x.clone(), weight.clone(), bias.clone()).unwrap();
    assert_eq!(untraced.as_vec(), traced.as_vec(), "a tape changes nothing at {extent:?}");
    let g = with_upstream(traced, upstream).unwrap().backward();
    for (name, got, want) in [
        ("images", g.get(&x).as_vec(), dx),
        ("weights", g.get(&weight).as_vec(), dw),
        ("bias", g.get(&bias).as_vec(), db),
    ] {
        let scale = largest(want.iter().map(|v| v.abs())).max(1.0);
        assert!(difference(&got, &want) < 1e-13 * scale, "{name} at {extent:?}");
    }
}

#[test]
fn a_convolution_is_the_loop_that_defines_it_at_every_edge() {
    for extent in [(1, 1, 1), (2, 1, 2), (3, 2, 1), (2, 1, 7), (2, 7, 1), (1, 2, 2), (3, 3, 3), (2, 5, 4)] {
        judge::<1, 1>(extent);
        judge::<1, 3>(extent);
        judge::<3, 1>(extent);
        judge::<2, 3>(extent);
    }
}

/// 182 cases of this size fit into a block of columns.
#[test]
fn cases_in_several_blocks_the_last_smaller_are_as_one() {
    judge::<2, 3>((400, 5, 4));
}

#[test]
fn one_case_larger_than_a_block_is_a_block() {
    judge::<2, 2>((2, 70, 60));
}

/// Used twice, with weights that are a function of others.
#[test]
fn gradients_agree_with_central_differences() {
    let dev = Cpu::seed_from_u64(3);
    for (h, w) in [(1, 1), (1, 4), (4, 3)] {
        let shape = (2, Const::<2>, h, w);
        let x: Images<2, f64, Cpu> = dev.sample_normal_like(&shape);
        let weight: Kernels<2, 2, f64, Cpu> = dev.sample_normal();
        let bias: Tensor<Rank1<2>, f64, Cpu> = dev.sample_normal();
        let loss = |x: &Images<2, f64, Cpu>, weight: &Kernels<2, 2, f64, Cpu>| {
            let once =
                convolve(x.leaky_trace(), weight.leaky_trace().tanh(), bias.leaky_trace()).unwrap().tanh();
            convolve(once, weight.retaped(), bias.retaped()).unwrap().square().sum::<Rank0, _>()
        };
        let gradients = loss(&x, &weight).backward();
        let off = |f: &dyn Fn(&[f64]) -> f64, at: &[f64], gradient: &[f64]| {
            let slope = |i: usize| {
                let moved = |by: f64| {
                    let mut to = at.to_vec();
                    to[i] += by;
                    f(&to)
                };
                (moved(1e-5) - moved(-1e-5)) / 2e-5
            };
            largest(gradient.iter().enumerate().map(|(i, g)| (slope(i) - g).abs()))
        };
        let of_x = |v: &[f64]| loss(&dev.tensor_from_vec(v.to_vec(), shape), &weight).array();
        let apart = off(&of_x, &x.as_vec(), &gradients.get(&x).as_vec());
        assert!(apart < 1e-6, "images of {h} × {w}: {apart:e}");
        let of_weight = |v: &[f64]| {
            let mut moved = weight.clone();
            moved.copy_from(v);
            loss(&x, &moved).array()
        };
        let apart = off(&of_weight, &weight.as_vec(), &gradients.get(&weight).as_vec());
        assert!(apart < 1e-6, "weights on {h} × {w}: {apart:e}");
    }
}

/// The maxima one by one: the place of each, the first of several.
fn places(x: &[f64], (planes, h, w): Extent) -> Vec<usize> {
    let mut at = Vec::new();
    for (plane, row, column) in
        (0..planes).flat_map(|p| (0..h / 2).flat_map(move |r| (0..w / 2).map(move |c| (p, r, c))))
    {
        let corner = (plane * h + 2 * row) * w + 2 * column;
        let others = [corner + 1, corner + w, corner + w + 1];
        at.push(others.into_iter().fold(corner, |best, i| if x[i] > x[best] { i } else { best }));
    }
    at
}

#[test]
fn pooling_takes_the_first_maximum_and_sends_it_the_gradient() {
    let dev = Cpu::seed_from_u64(5);
    for (h, w) in [(2, 2), (2, 5), (5, 2), (3, 3), (6, 8)] {
        // Few levels, so that many maxima are shared.
        let v: Vec<f64> = (0..4 * h * w).map(|i| f64::from((i * 7919 % 5) as u8)).collect();
        let x: Images<2, f64, Cpu> = dev.tensor_from_vec(v.clone(), (2, Const, h, w));
        let at = places(&v, (4, h, w));
        let y = max_pool(x.leaky_trace()).unwrap();
        assert_eq!(y.as_vec(), at.iter().map(|i| v[*i]).collect::<Vec<_>>());
        let upstream: Vec<f64> = (0..at.len()).map(|i| 1.0 + i as f64).collect();
        let g = with_upstream(y, upstream.clone()).unwrap().backward();
        let mut want = vec![0.0; v.len()];
        at.iter().zip(&upstream).for_each(|(i, dy)| want[*i] += dy);
        assert_eq!(g.get(&x).as_vec(), want, "{h} × {w}");
    }
}
