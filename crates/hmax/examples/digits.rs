//! What C2 is good for on handwritten digits: `cargo run --release -p hmax --example digits`.
//!
//! Digits of 8×8 pixels, three times as large, at random places of a frame of 48×48. A ridge read-out is trained on few
//! cases per class, on the pixels and on C2 with prototypes from the training images: with the Gaussian, and with the
//! normalized dot product in its place. Then the pyramid on the digits enlarged to 80×80, with one idea of the full
//! model after another. Sizes and numbers of prototypes are ours, the published ones do not fit into such images.
#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;

use data::Images;
use hmax::{
    Density, FilterBank, Gaussian, Gray, Layer, Ndp, Pool, Prototype, Pyramid, Reach, Readout, Resampling,
    S2, Tuning, c2,
};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use rayon::prelude::*;

const TEST: usize = 300;
const PROTOTYPES: usize = 300;
const RIDGE: f64 = 10.0;

/// Indices of `per_class` training cases of each class, and of the test cases, none in both.
fn split(digits: &Images, per_class: usize, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<(u64, usize)> = (0..digits.len()).map(|i| (rng.next_u64(), i)).collect();
    order.sort_unstable();
    let (mut train, mut rest, mut met) = (Vec::new(), Vec::new(), [0; 10]);
    for (_, i) in order {
        let class = usize::from(digits.labels()[i]);
        if met[class] < per_class {
            met[class] += 1;
            train.push(i);
        } else {
            rest.push(i);
        }
    }
    rest.truncate(TEST);
    (train, rest)
}

fn digit(digits: &Images, case: usize) -> hmax::Result<Gray> {
    let pixels = &digits.levels()[case * 64..][..64];
    Gray::new(8, 8, pixels.iter().map(|&p| f32::from(p) / f32::from(digits.white())).collect())
}

/// Three times as large somewhere in 48×48; the place comes from the case.
fn placed(digits: &Images, case: usize) -> hmax::Result<Gray> {
    let large = digit(digits, case)?.resized(24, 24, Resampling::Bicubic)?;
    let mut rng = ChaCha8Rng::seed_from_u64(case as u64);
    let (top, left) = ((rng.next_u64() % 25) as usize, (rng.next_u64() % 25) as usize);
    let mut frame = vec![0.0; 48 * 48];
    for (y, row) in large.pixels().chunks_exact(24).enumerate() {
        frame[(top + y) * 48 + left..][..24].copy_from_slice(row);
    }
    Gray::new(48, 48, frame)
}

/// Share of the last [`TEST`] cases that a read-out trained on the others gets right.
fn accuracy(features: &[Vec<f32>], labels: &[usize]) -> hmax::Result<f64> {
    let train = features.len() - TEST;
    let readout = Readout::train(&features[..train], &labels[..train], 10, RIDGE)?;
    let mut right = 0;
    for (x, &label) in features[train..].iter().zip(&labels[train..]) {
        right += usize::from(readout.classify(x)? == label);
    }
    Ok(100.0 * right as f64 / TEST as f64)
}

fn top(c1: &[Vec<Layer>], s2: &S2, reach: Reach) -> hmax::Result<Vec<Vec<f32>>> {
    c1.iter().map(|c1| c2(c1, s2, reach, Pool::Max)).collect()
}

fn shifted(digits: &Images, per_class: usize, seed: u64) -> hmax::Result<[f64; 3]> {
    let (train, test) = split(digits, per_class, seed);
    let cases: Vec<usize> = train.iter().chain(&test).copied().collect();
    let labels: Vec<usize> = cases.iter().map(|&i| digits.labels()[i].into()).collect();
    let images: Vec<Gray> = cases.iter().map(|&i| placed(digits, i)).collect::<hmax::Result<_>>()?;
    let pixels: Vec<Vec<f32>> = images.iter().map(|i| i.pixels().to_vec()).collect();
    let bank = FilterBank::small()?;
    let c1: Vec<Vec<Layer>> = images.par_iter().map(|i| bank.c1(i)).collect::<hmax::Result<_>>()?;
    let prototypes = Prototype::sample(&c1[..train.len()], &[3, 5, 7], PROTOTYPES, Density::Dense, seed)?;
    let gaussian = Tuning::Gaussian(Gaussian { sigma: 1.0, smallest: 3, normalized: false });
    let ndp = Tuning::Ndp(Ndp { centre_template: false, ..Ndp::default() });
    let with =
        |tuning| accuracy(&top(&c1, &S2::new(prototypes.clone(), tuning)?, Reach::Everywhere)?, &labels);
    Ok([accuracy(&pixels, &labels)?, with(gaussian)?, with(ndp)?])
}

fn pyramid(digits: &Images, model: &Pyramid, per_class: usize, seed: u64) -> hmax::Result<f64> {
    let (train, test) = split(digits, per_class, seed);
    let cases: Vec<usize> = train.iter().chain(&test).copied().collect();
    let labels: Vec<usize> = cases.iter().map(|&i| digits.labels()[i].into()).collect();
    let network = model.network(80, 80)?;
    let see = |&case: &usize| {
        let activity = network.run(&digit(digits, case)?.resized(80, 80, Resampling::Bicubic)?)?;
        Ok(activity.group("c1").into_iter().cloned().collect())
    };
    let c1: Vec<Vec<Layer>> = cases.iter().map(see).collect::<hmax::Result<_>>()?;
    let prototypes = Prototype::sample(&c1[..train.len()], &model.sides, PROTOTYPES, model.density, seed)?;
    accuracy(&top(&c1, &S2::new(prototypes, Tuning::Gaussian(model.s2))?, model.reach)?, &labels)
}

fn main() -> Result<(), Box<dyn Error>> {
    let digits = data::digits();
    println!("digits at random places, {TEST} test cases, {PROTOTYPES} prototypes, accuracy in %");
    println!("{:>9} {:>5} {:>8} {:>12} {:>8}", "per class", "seed", "pixels", "C2 Gaussian", "C2 NDP");
    for per_class in [5, 15] {
        for seed in 0..3 {
            let [pixels, gaussian, ndp] = shifted(&digits, per_class, seed)?;
            println!("{per_class:9} {seed:5} {pixels:8.1} {gaussian:12.1} {ndp:8.1}");
        }
    }
    println!("\nthe pyramid on whole digits, 5 per class, accuracy in % for seeds 0 to 2");
    let small = |model: Pyramid| Pyramid {
        base: 80,
        scales: 5,
        c1_window: 6,
        c1_step: 3,
        sides: vec![3, 5],
        ..model
    };
    let (base, full) = (small(Pyramid::cvpr06_base()), small(Pyramid::cvpr06_full()));
    let s2 = Gaussian { smallest: 3, ..base.s2 };
    let base = Pyramid { s2, ..base };
    let sparse = Pyramid { density: full.density, orientations: full.orientations.clone(), ..base.clone() };
    let inhibited = Pyramid { inhibition: full.inhibition, ..sparse.clone() };
    let limited = Pyramid { reach: full.reach, ..inhibited.clone() };
    let variants =
        [("base", base), ("+ sparse", sparse), ("+ inhibition", inhibited), ("+ limited C2", limited)];
    for (name, model) in variants {
        let shares: Vec<f64> =
            (0..3).map(|seed| pyramid(&digits, &model, 5, seed)).collect::<hmax::Result<_>>()?;
        println!("{name:14} {:6.1} {:6.1} {:6.1}", shares[0], shares[1], shares[2]);
    }
    Ok(())
}
