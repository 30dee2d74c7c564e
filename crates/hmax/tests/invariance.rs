//! What S1, C1 and C2 do not see.

use hmax::{
    FOUR_ORIENTATIONS, Filter, FilterBank, Gaussian, Gray, Layer, Ndp, Paperclip, Pool, Prototype, Reach, S2,
    Tuning, UNKNOWN, View, c2, s1,
};

fn clip(number: u64) -> Gray {
    Paperclip::random(11, number).view(&View::SMALL).unwrap()
}

fn arrangements() -> S2 {
    let gaussian = Gaussian { sigma: 1.0, smallest: 2, normalized: false };
    S2::new(Prototype::arrangements(4, 2).unwrap(), Tuning::Gaussian(gaussian)).unwrap()
}

fn furthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    // `max` would leave a NaN out.
    let off = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    off.fold(0.0, |m: f32, d| if d.is_nan() { f32::INFINITY } else { m.max(d) })
}

fn see(bank: &FilterBank, image: &Gray) -> (Vec<Layer>, Vec<f32>) {
    let c1 = bank.c1(image).unwrap();
    let top = c2(&c1, &arrangements(), Reach::Everywhere, Pool::Max).unwrap();
    (c1, top)
}

/// HMAX: the normalized dot product does not see contrast.
#[test]
fn question_row_22_contrast_changes_nothing_at_k_0() {
    let bank = FilterBank::small().unwrap();
    let image = clip(0);
    let (c1, top) = see(&bank, &image);
    for c in [0.05, 0.5, 3.0] {
        let scaled = image.map(|p| c * p).unwrap();
        let s = |image: &Gray| bank.s1(image, 1).unwrap()[0].clone();
        assert!(furthest(s(&image).values(), s(&scaled).values()) < 1e-4);
        let (other, other_top) = see(&bank, &scaled);
        for (a, b) in c1.iter().zip(&other) {
            assert!(furthest(a.values(), b.values()) < 1e-4);
        }
        assert!(furthest(&top, &other_top) < 1e-4);
    }
    // With semi-saturation it does.
    let filters: Vec<Filter> =
        FOUR_ORIENTATIONS.iter().map(|&d| Filter::second_derivative(7, d).unwrap()).collect();
    let saturating = Ndp { k: 1.0, ..Ndp::default() };
    let s = |image: &Gray| s1(image, &filters, &saturating).unwrap();
    let dim = image.map(|p| 0.5 * p).unwrap();
    assert!(furthest(s(&image).values(), s(&dim).values()) > 0.05);
}

/// HMAX: nor polarity, if the absolute value is taken and, on a background that is not black, patches are centred.
#[test]
fn question_row_22_polarity_changes_nothing_with_abs_and_centred_patches() {
    let image = clip(1);
    let inverted = image.map(|p| 1.0 - p).unwrap();
    let filters: Vec<Filter> =
        FOUR_ORIENTATIONS.iter().map(|&d| Filter::second_derivative(9, d).unwrap()).collect();
    let change = |ndp: Ndp| {
        let s = |image: &Gray| s1(image, &filters, &ndp).unwrap();
        furthest(s(&image).values(), s(&inverted).values())
    };
    assert!(change(Ndp { centre_patch: true, ..Ndp::default() }) < 1e-4);
    assert!(change(Ndp { centre_patch: true, abs: false, ..Ndp::default() }) > 0.1);
    assert!(change(Ndp::default()) > 0.1);
    // Around zero no centring is needed.
    let negative = image.map(|p| -p).unwrap();
    let s = |image: &Gray| s1(image, &filters, &Ndp::default()).unwrap();
    assert!(furthest(s(&image).values(), s(&negative).values()) < 1e-6);
}

/// The published bands: a shift by one C1 step moves C1 by one cell, and C2 does not change at all, because the same
/// patches are met elsewhere. A smaller shift changes C1 by less than the same shift changes S1.
#[test]
fn question_row_22_shifts_move_c1_and_leave_c2() {
    let bank = FilterBank::growing(1).unwrap();
    let image = Paperclip::random(11, 2).view(&View::PUBLISHED).unwrap();
    let (c1, top) = see(&bank, &image);
    // Band 1: step 4. Background is 0, so nothing else enters.
    let (moved, moved_top) = see(&bank, &image.shifted(4, 8));
    let (rows, columns) = c1[0].size();
    for feature in 0..4 {
        for y in 1..rows {
            for x in 2..columns {
                assert_eq!(moved[0].get(feature, y, x), c1[0].get(feature, y - 1, x - 2));
            }
        }
    }
    assert_eq!(moved_top, top);

    let small = image.shifted(0, 1);
    let known =
        |l: &Layer| l.values().iter().map(|&v| if v == UNKNOWN { 0.0 } else { v }).collect::<Vec<_>>();
    let mean = |a: &[f32], b: &[f32]| {
        let change: f32 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
        change / a.iter().sum::<f32>()
    };
    let s = |image: &Gray| known(&bank.s1(image, 0).unwrap()[0]);
    let s_change = mean(&s(&image), &s(&small));
    let (c_small, top_small) = see(&bank, &small);
    let c_change = mean(c1[0].values(), c_small[0].values());
    let top_change = mean(&top, &top_small);
    assert!(top_change < c_change && c_change < s_change, "S1 {s_change}, C1 {c_change}, C2 {top_change}");
}
