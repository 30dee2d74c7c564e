//! Few digits at random places: `examples/digits.rs` is the whole of it.

use hmax::{
    Density, FilterBank, Gaussian, Gray, Layer, Pool, Prototype, Reach, Readout, Resampling, S2, Tuning, c2,
};

const TRAIN: usize = 50;
const CASES: usize = 150;

/// Three times as large, at a place in 48×48 that depends on nothing but the case.
fn placed(digits: &data::Images, case: usize) -> Gray {
    let levels = &digits.levels()[case * 64..][..64];
    let small = Gray::new(8, 8, levels.iter().map(|&p| f32::from(p) / 16.0).collect()).unwrap();
    let large = small.resized(24, 24, Resampling::Bicubic).unwrap();
    let mut frame = vec![0.0; 48 * 48];
    let (top, left) = (case * 7 % 25, case * 11 % 25);
    for (y, row) in large.pixels().chunks_exact(24).enumerate() {
        frame[(top + y) * 48 + left..][..24].copy_from_slice(row);
    }
    Gray::new(48, 48, frame).unwrap()
}

fn accuracy(features: &[Vec<f32>], labels: &[usize]) -> f64 {
    let readout = Readout::train(&features[..TRAIN], &labels[..TRAIN], 10, 10.0).unwrap();
    let cases = features[TRAIN..].iter().zip(&labels[TRAIN..]);
    let right = cases.filter(|(x, label)| readout.classify(x).unwrap() == **label).count();
    100.0 * right as f64 / (CASES - TRAIN) as f64
}

/// Serre et al.: from few examples C2 recognizes what was moved, where pixels do not. The margin of 10 points was set
/// beforehand.
#[test]
fn question_row_22_c2_beats_pixels_from_few_shifted_examples() {
    let digits = data::digits();
    let labels: Vec<usize> = digits.labels()[..CASES].iter().map(|&l| l.into()).collect();
    let images: Vec<Gray> = (0..CASES).map(|case| placed(&digits, case)).collect();
    let bank = FilterBank::small().unwrap();
    let c1: Vec<Vec<Layer>> = images.iter().map(|i| bank.c1(i).unwrap()).collect();
    let prototypes = Prototype::sample(&c1[..TRAIN], &[3, 5, 7], 80, Density::Dense, 1).unwrap();
    let tuning = Tuning::Gaussian(Gaussian { sigma: 1.0, smallest: 3, normalized: false });
    let s2 = S2::new(prototypes, tuning).unwrap();
    let top: Vec<Vec<f32>> = c1.iter().map(|c1| c2(c1, &s2, Reach::Everywhere, Pool::Max).unwrap()).collect();
    let pixels: Vec<Vec<f32>> = images.iter().map(|i| i.pixels().to_vec()).collect();
    let (top, pixels) = (accuracy(&top, &labels), accuracy(&pixels, &labels));
    assert!(top > pixels + 10.0, "C2 {top} %, pixels {pixels} %");
}
