//! Feed-forward nets: against the enumeration of paths, finite differences and unrolled convolutions.

use norm_path_sgd::{Conv2d, Dense, Error, FLOOR, Layer, descend, path_scales, reference};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn random(rng: &mut ChaCha8Rng, len: usize) -> Vec<f64> {
    (0..len).map(|_| rng.gen_range(-1.5..1.5)).collect()
}

/// Weights and biases of a dense net.
struct Net {
    widths: Vec<usize>,
    weights: Vec<Vec<f64>>,
    biases: Vec<Vec<f64>>,
}

impl Net {
    fn random(seed: u64, widths: &[usize]) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let weights = widths.windows(2).map(|w| random(&mut rng, w[0] * w[1])).collect();
        let biases = widths[1..].iter().map(|w| random(&mut rng, *w)).collect();
        Self { widths: widths.to_vec(), weights, biases }
    }

    fn dense(&self) -> Vec<Dense<'_, f64>> {
        (0..self.weights.len())
            .map(|l| Dense {
                weight: &self.weights[l],
                bias: Some(&self.biases[l]),
                inputs: self.widths[l],
                outputs: self.widths[l + 1],
            })
            .collect()
    }

    fn layers(&self) -> Vec<Layer<'_, f64>> {
        self.dense().into_iter().map(Layer::Dense).collect()
    }

    fn norm_squared(&self) -> f64 {
        path_scales(&self.layers()).unwrap().norm.squared()
    }
}

fn close(what: &str, a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs(), "{what}: {a} instead of {b}");
}

fn all_close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        close(&format!("{what}[{i}]"), *a, *b, tolerance);
    }
}

#[test]
fn ps6_the_all_ones_pass_is_the_sum_over_paths() {
    for seed in 0..5 {
        let net = Net::random(seed, &[3, 3, 2]);
        let scales = path_scales(&net.layers()).unwrap();
        let expected = reference::path_norm_squared(&net.dense());
        close("squared path norm", scales.norm.squared(), expected, 1e-10);
        close("path norm", scales.norm.value(), expected.sqrt(), 1e-10);
        close("its logarithm", scales.norm.ln(), expected.ln() / 2.0, 1e-10);
    }
}

#[test]
fn scales_are_those_of_the_enumerated_paths() {
    let net = Net::random(7, &[3, 4, 3, 2]);
    let found = path_scales(&net.layers()).unwrap().unscaled();
    for (l, (weight, bias)) in reference::path_scales(&net.dense()).iter().enumerate() {
        all_close("weight", &found[l].weight, weight, 1e-12);
        all_close("bias", found[l].bias.as_ref().unwrap(), bias, 1e-12);
    }
}

#[test]
fn scales_are_the_derivative_of_the_path_norm_by_squared_weights() {
    let mut net = Net::random(8, &[4, 5, 3]);
    let found = path_scales(&net.layers()).unwrap().unscaled();
    // The squared norm is linear in each squared weight, so a difference of any size is exact but for rounding.
    let h = 0.5;
    for (l, found) in found.iter().enumerate() {
        for i in 0..net.weights[l].len() {
            let w = net.weights[l][i];
            let at = |net: &mut Net, square: f64| {
                net.weights[l][i] = square.sqrt();
                let norm = net.norm_squared();
                net.weights[l][i] = w;
                norm
            };
            let slope = (at(&mut net, w * w + h) - at(&mut net, w * w)) / h;
            close("weight", found.weight[i], slope, 1e-9);
        }
        for i in 0..net.biases[l].len() {
            let b = net.biases[l][i];
            let at = |net: &mut Net, square: f64| {
                net.biases[l][i] = square.sqrt();
                let norm = net.norm_squared();
                net.biases[l][i] = b;
                norm
            };
            let slope = (at(&mut net, b * b + h) - at(&mut net, b * b)) / h;
            close("bias", found.bias.as_ref().unwrap()[i], slope, 1e-9);
        }
    }
}

/// The matrix of a convolution, and which weight each of its entries is.
fn unrolled(c: &Conv2d<'_, f64>, output: (usize, usize)) -> (Vec<f64>, Vec<Option<usize>>) {
    let inputs = c.in_channels * c.input.0 * c.input.1;
    let outputs = c.out_channels * output.0 * output.1;
    let (mut matrix, mut origin) = (vec![0.0; inputs * outputs], vec![None; inputs * outputs]);
    // From the input's side: which kernel entry, if any, joins two places.
    for (o, i) in (0..outputs).flat_map(|o| (0..inputs).map(move |i| (o, i))) {
        let (oc, oy, ox) = (o / (output.0 * output.1), o / output.1 % output.0, o % output.1);
        let (ic, iy, ix) = (i / (c.input.0 * c.input.1), i / c.input.1 % c.input.0, i % c.input.1);
        let ky = (iy + c.padding).checked_sub(oy * c.stride).filter(|k| *k < c.kernel.0);
        let kx = (ix + c.padding).checked_sub(ox * c.stride).filter(|k| *k < c.kernel.1);
        if let (Some(ky), Some(kx)) = (ky, kx) {
            let w = ((oc * c.in_channels + ic) * c.kernel.0 + ky) * c.kernel.1 + kx;
            matrix[o * inputs + i] = c.weight[w];
            origin[o * inputs + i] = Some(w);
        }
    }
    (matrix, origin)
}

#[test]
fn a_convolution_is_its_unrolled_matrix_summed_over_uses() {
    for (stride, padding, output) in [(1, 0, (4, 3)), (2, 1, (3, 3)), (2, 0, (2, 2)), (1, 2, (8, 7))] {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let (weight, bias) = (random(&mut rng, 3 * 2 * 2 * 3), random(&mut rng, 3));
        let conv = Conv2d {
            weight: &weight,
            bias: Some(&bias),
            in_channels: 2,
            out_channels: 3,
            kernel: (2, 3),
            input: (5, 5),
            stride,
            padding,
        };
        let places = output.0 * output.1;
        let read = random(&mut rng, 4 * 3 * places);
        let last = Layer::Dense(Dense { weight: &read, bias: None, inputs: 3 * places, outputs: 4 });
        let found = path_scales(&[Layer::Conv2d(conv), last]).unwrap();

        let (matrix, origin) = unrolled(&conv, output);
        let wide: Vec<f64> = (0..3 * places).map(|o| bias[o / places]).collect();
        let first =
            Layer::Dense(Dense { weight: &matrix, bias: Some(&wide), inputs: 50, outputs: 3 * places });
        let dense = path_scales(&[first, last]).unwrap();
        let (mut weights, mut biases) = (vec![0.0; weight.len()], vec![0.0; 3]);
        let unscaled = dense.unscaled();
        for (scale, w) in unscaled[0].weight.iter().zip(&origin) {
            if let Some(w) = w {
                weights[*w] += scale;
            }
        }
        for (o, scale) in unscaled[0].bias.as_ref().unwrap().iter().enumerate() {
            biases[o / places] += scale;
        }
        let found_unscaled = found.unscaled();
        all_close("weight", &found_unscaled[0].weight, &weights, 1e-12);
        all_close("bias", found_unscaled[0].bias.as_ref().unwrap(), &biases, 1e-12);
        all_close("read-out", &found_unscaled[1].weight, &unscaled[1].weight, 1e-12);
        close("norm", found.norm.squared(), dense.norm.squared(), 1e-12);
    }
}

#[test]
fn a_deep_chain_in_single_precision_stays_in_range() {
    for size in [1e-10_f32, 0.01, 1.7, 1e10, 1e30] {
        let weight = [size, -size, 0.5 * size, size];
        let layer = Layer::Dense(Dense { weight: &weight, bias: None, inputs: 2, outputs: 2 });
        let scales = path_scales(&vec![layer; 400]).unwrap();
        assert!(scales.norm.ln().is_finite());
        let all = || scales.layers.iter().flat_map(|l| &l.weight);
        assert!(all().all(|k| *k > 1e-10 && *k < 2.0), "{size}");
        assert!(all().any(|k| *k >= 1.0));
        // φ² is homogeneous: 400 layers scaled by 2 multiply it by 4^400.
        let doubled = weight.map(|w| 2.0 * w);
        let layer = Layer::Dense(Dense { weight: &doubled, bias: None, inputs: 2, outputs: 2 });
        let twice = path_scales(&vec![layer; 400]).unwrap();
        close("ln", twice.norm.ln() - scales.norm.ln(), 400.0 * std::f64::consts::LN_2, 1e-12);
        assert_eq!(twice.log2_factor - scales.log2_factor, 2 * 399);
    }
}

#[test]
fn rescaling_units_changes_no_norm_and_divides_scales_by_the_square() {
    let net = Net::random(10, &[3, 4, 2]);
    let mut rescaled = Net::random(10, &[3, 4, 2]);
    let c = [4.0, 0.125, 3.0, 0.7];
    for (j, c) in c.iter().enumerate() {
        rescaled.weights[0][j * 3..(j + 1) * 3].iter_mut().for_each(|w| *w *= c);
        rescaled.biases[0][j] *= c;
        (0..2).for_each(|o| rescaled.weights[1][o * 4 + j] /= c);
    }
    close("norm", rescaled.norm_squared(), net.norm_squared(), 1e-12);
    let one = path_scales(&net.layers()).unwrap().unscaled();
    let other = path_scales(&rescaled.layers()).unwrap().unscaled();
    for (j, c) in c.iter().enumerate() {
        (0..3).for_each(|i| close("in", other[0].weight[j * 3 + i], one[0].weight[j * 3 + i] / c / c, 1e-12));
        (0..2)
            .for_each(|o| close("out", other[1].weight[o * 4 + j], one[1].weight[o * 4 + j] * c * c, 1e-12));
    }
}

#[test]
fn a_dead_unit_has_scale_zero_and_stays() {
    let (mut first, second) = ([1.0, 2.0], [0.0, 3.0]);
    let layers = |first| {
        [
            Layer::Dense(Dense { weight: first, bias: None, inputs: 1, outputs: 2 }),
            Layer::Dense(Dense { weight: &second, bias: None, inputs: 2, outputs: 1 }),
        ]
    };
    let scales = path_scales(&layers(&first)).unwrap();
    assert_eq!(scales.unscaled()[0].weight, [0.0, 9.0]);
    descend(&mut first, &[0.0, 9.0], &scales.layers[0].weight, scales.log2_factor, 0.5, FLOOR).unwrap();
    assert_eq!(first, [1.0, 1.5]);
}

#[test]
fn what_is_no_net_is_refused() {
    let dense = |weight, inputs, outputs| Layer::Dense(Dense::<f32> { weight, bias: None, inputs, outputs });
    let refused = |layers: &[Layer<'_, f32>]| path_scales(layers).unwrap_err();
    assert!(matches!(refused(&[]), Error::Empty { .. }));
    assert!(matches!(refused(&[dense(&[], 0, 3)]), Error::Empty { .. }));
    assert!(matches!(refused(&[dense(&[1.0], 1, 2)]), Error::Length { expected: 2, got: 1, .. }));
    let chain = refused(&[dense(&[1.0, 1.0], 1, 2), dense(&[1.0; 3], 3, 1)]);
    assert!(matches!(chain, Error::Chain { layer: 1, expected: 3, got: 2 }));
    let nan = refused(&[dense(&[1.0, f32::NAN], 1, 2)]);
    assert!(matches!(&nan, Error::NotFinite { what, index: 1, .. } if what == "layer 0.weight"), "{nan}");
    let mut conv = Conv2d {
        weight: &[1.0_f32; 9][..],
        bias: None,
        in_channels: 1,
        out_channels: 1,
        kernel: (3, 3),
        input: (2, 2),
        stride: 1,
        padding: 0,
    };
    assert!(matches!(refused(&[Layer::Conv2d(conv)]), Error::Convolution { layer: 0, kernel: 3, .. }));
    (conv.padding, conv.stride) = (1, 0);
    assert!(matches!(refused(&[Layer::Conv2d(conv)]), Error::Convolution { stride: 0, .. }));
    let mut w = [1.0_f32];
    assert!(matches!(descend(&mut w, &[1.0, 1.0], &[1.0], 0, 0.1, FLOOR), Err(Error::Length { .. })));
    assert!(matches!(
        descend(&mut w, &[1.0], &[1.0], 0, 0.1, 0.0),
        Err(Error::Setting { name: "floor", .. })
    ));
    assert!(matches!(
        descend(&mut w, &[1.0], &[1.0], 0, f64::NAN, FLOOR),
        Err(Error::Setting { name: "rate", .. })
    ));
}
