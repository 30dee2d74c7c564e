//! Resampling and the reach of C2.

use hmax::{
    Axis, Density, Gaussian, Gray, Layer, Pool, Prototype, Reach, Resampling, S2, Tuning, UNKNOWN, c2,
};

const BOTH: [Resampling; 2] = [Resampling::Bicubic, Resampling::Area];

fn ramp(height: usize, width: usize) -> Gray {
    let at = |i: usize| 0.5 + 0.25 * (i % width) as f32 - 0.125 * (i / width) as f32;
    Gray::new(height, width, (0..height * width).map(at).collect()).unwrap()
}

#[test]
fn the_same_size_is_the_same_image() {
    let image = ramp(7, 5);
    for how in BOTH {
        let same = image.resized(7, 5, how).unwrap();
        assert!(image.pixels().iter().zip(same.pixels()).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}

#[test]
fn a_constant_stays_and_a_ramp_keeps_its_slope_inside() {
    for how in BOTH {
        for (height, width) in [(20, 30), (11, 13), (45, 60)] {
            let flat = Gray::new(20, 30, vec![0.3; 600]).unwrap().resized(height, width, how).unwrap();
            assert!(flat.pixels().iter().all(|p| (p - 0.3).abs() < 1e-6));
            let resized = ramp(20, 30).resized(height, width, how).unwrap();
            let (down, across) = (20.0 / height as f32, 30.0 / width as f32);
            for y in height / 4..height - height / 4 {
                for x in width / 4..width - width / 4 {
                    let at = (down * (y as f32 + 0.5) - 0.5, across * (x as f32 + 0.5) - 0.5);
                    let expected = 0.5 + 0.25 * at.1 - 0.125 * at.0;
                    let got = resized.pixels()[y * width + x];
                    // Cubic weights that are stretched by a fraction sum to 1, their first moment nearly so.
                    assert!(
                        (got - expected).abs() < 0.02,
                        "{how:?} {height}×{width} at {y}, {x}: {got} {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn half_the_size_by_area_is_the_mean_of_four() {
    let image = Gray::new(2, 4, vec![1.0, 2.0, 10.0, 20.0, 3.0, 6.0, 30.0, 60.0]).unwrap();
    assert_eq!(image.resized(1, 2, Resampling::Area).unwrap().pixels(), [3.0, 30.0]);
}

#[test]
fn bicubic_doubling_has_the_weights_of_cubic_convolution() {
    let image = Gray::new(1, 6, vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0]).unwrap();
    let wide = image.resized(1, 12, Resampling::Bicubic).unwrap();
    // Distances 1/4, 3/4, 5/4, 7/4 from the one white pixel.
    let expected = [0.867_187_5, 0.226_562_5, -0.070_312_5, -0.023_437_5];
    for (i, w) in expected.into_iter().enumerate() {
        assert!((wide.pixels()[7 + i] - w).abs() < 1e-6, "{:?}", wide.pixels());
        assert!((wide.pixels()[6 - i] - w).abs() < 1e-6, "{:?}", wide.pixels());
    }
}

fn layer(side: usize, spot: Option<(usize, usize)>) -> Layer {
    let axis = Axis::pixels(side).unwrap();
    let value = |i: usize| if spot == Some((i / side, i % side)) { 1.0 } else { 0.1 };
    Layer::new(1, axis, axis, (0..side * side).map(value).collect()).unwrap()
}

/// Mutch & Lowe: a feature is looked for near where it was met, in position and in scale.
#[test]
fn limited_reach_finds_near_and_misses_far() {
    let met = layer(20, Some((5, 5)));
    let prototype = Prototype::cut(&met, 1, (4, 4), 3, Density::Dense).unwrap().unwrap();
    let tuning = Tuning::Gaussian(Gaussian { sigma: 0.2, smallest: 3, normalized: false });
    let s2 = S2::new(vec![prototype], tuning).unwrap();
    let see = |scales: &[Layer], reach| c2(scales, &s2, reach, Pool::Max).unwrap()[0];
    let near = Reach::Near { scales: 1, position: 0.1 };
    let blank = || layer(20, None);
    for (spot, found) in [((5, 5), true), ((7, 5), true), ((5, 7), true), ((8, 5), false), ((5, 8), false)] {
        let scales = [blank(), layer(20, Some(spot)), blank(), blank()];
        assert_eq!(see(&scales, near) == 1.0, found, "{spot:?}");
        assert_eq!(see(&scales, Reach::Everywhere), 1.0);
    }
    for (scale, found) in [(0, true), (2, true), (3, false)] {
        let scales: Vec<Layer> =
            (0..4).map(|s| if s == scale { layer(20, Some((5, 5))) } else { blank() }).collect();
        assert_eq!(see(&scales, near) == 1.0, found, "scale {scale}");
    }
    // Nothing within reach at all: 0.
    let only = [layer(20, Some((5, 5)))];
    assert_eq!(see(&only, Reach::Near { scales: 0, position: 0.1 }), 0.0);
}

#[test]
fn pools_do_not_see_the_unknown() {
    assert_eq!(Pool::Max.over([UNKNOWN, -1.0, 2.0]), 2.0);
    assert_eq!(Pool::Mean.over([UNKNOWN, 1.0, 2.0]), 1.5);
    for pool in [Pool::Max, Pool::Mean] {
        assert_eq!(pool.over([UNKNOWN, UNKNOWN]), UNKNOWN);
        assert_eq!(pool.over([]), UNKNOWN);
    }
}
