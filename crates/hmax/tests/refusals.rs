//! Bad input: one error each, that names what is wrong and where.

use hmax::{
    Axis, Band, Density, Filter, FilterBank, Gaussian, Gray, HmaxError, Layer, Ndp, Pool, Prototype, Pyramid,
    Reach, Readout, S2, Tuning, Vtu, c1, c2, inhibit, s1,
};

fn black(height: usize, width: usize) -> Gray {
    Gray::new(height, width, vec![0.0; height * width]).unwrap()
}

fn layer(features: usize, side: usize) -> Layer {
    let axis = Axis::pixels(side).unwrap();
    Layer::new(features, axis, axis, vec![0.5; features * side * side]).unwrap()
}

fn gaussian() -> Tuning {
    Tuning::Gaussian(Gaussian { sigma: 1.0, smallest: 4, normalized: false })
}

#[test]
fn images() {
    assert!(matches!(Gray::new(0, 4, vec![]), Err(HmaxError::Empty { .. })));
    assert!(matches!(Gray::new(4, 0, vec![]), Err(HmaxError::Empty { .. })));
    assert!(matches!(Gray::new(2, 2, vec![0.0; 3]), Err(HmaxError::Length { expected: 4, got: 3, .. })));
    let error = Gray::new(2, 2, vec![0.0, 1.0, f32::NAN, 0.0]).unwrap_err();
    assert!(matches!(error, HmaxError::NotFinite { index: 2, .. }));
    assert_eq!(error.to_string(), "the image: element 2 is NaN, expected a finite number");
    assert!(Gray::new(1, 1, vec![f32::INFINITY]).is_err());
    assert!(black(3, 3).map(|_| f32::NAN).is_err());
    assert!(black(3, 3).overlaid(&black(3, 4)).is_err());
    assert!(black(3, 3).resized(0, 3, hmax::Resampling::Area).is_err());
}

#[test]
fn filters_windows_and_prototypes_that_do_not_fit() {
    let bank = FilterBank::growing(8).unwrap();
    let error = bank.c1(&black(36, 200)).unwrap_err();
    assert_eq!(error, HmaxError::TooSmall { what: "filter", field: 37, height: 36, width: 200 });
    assert!(error.to_string().contains("37×37 does not fit into 36×200"), "{error}");
    let window = c1(&[layer(4, 6)], 8, 4, Pool::Max).unwrap_err();
    assert_eq!(window, HmaxError::TooSmall { what: "window", field: 8, height: 6, width: 6 });
    assert!(matches!(c1(&[layer(4, 9)], 8, 4, Pool::Max), Err(HmaxError::Parity { .. })));
    assert!(matches!(c1(&[], 8, 4, Pool::Max), Err(HmaxError::Empty { .. })));
    assert!(matches!(c1(&[layer(4, 9)], 0, 4, Pool::Max), Err(HmaxError::Empty { .. })));
    assert!(matches!(
        c1(&[layer(4, 9), layer(4, 10)], 3, 1, Pool::Max),
        Err(HmaxError::Scales { scale: 1, .. })
    ));
    assert!(matches!(c1(&[layer(4, 9), layer(3, 9)], 3, 1, Pool::Max), Err(HmaxError::Features { .. })));
    let prototype = Prototype::new(4, 12, &[0.5; 4 * 144], Density::Dense).unwrap();
    let s2 = S2::new(vec![prototype], gaussian()).unwrap();
    let error = c2(&[layer(4, 8)], &s2, Reach::Everywhere, Pool::Max).unwrap_err();
    assert_eq!(error, HmaxError::TooSmall { what: "prototype", field: 12, height: 8, width: 8 });
    assert!(matches!(
        c2(&[layer(3, 20)], &s2, Reach::Everywhere, Pool::Max),
        Err(HmaxError::Features { .. })
    ));
    assert!(matches!(c2(&[], &s2, Reach::Everywhere, Pool::Max), Err(HmaxError::Empty { .. })));
    assert!(matches!(Pyramid::cvpr06_base().network(0, 9), Err(HmaxError::Empty { .. })));
    let small = Pyramid { base: 40, ..Pyramid::cvpr06_base() };
    assert!(matches!(small.network(160, 160), Err(HmaxError::TooSmall { .. })));
    let none = Pyramid { scales: 1, ..Pyramid::cvpr06_base() };
    assert!(matches!(none.network(160, 160), Err(HmaxError::Parameter { .. })));
}

#[test]
fn sizes_beyond_reason() {
    let huge = usize::MAX;
    assert!(matches!(Gray::new(huge, 2, vec![]), Err(HmaxError::Parameter { .. })));
    assert!(matches!(Axis::pixels(huge), Err(HmaxError::Parameter { .. })));
    assert!(matches!(Axis::scaled_pixels(huge, 2.0), Err(HmaxError::Parameter { .. })));
    let axis = Axis::pixels(8).unwrap();
    assert!(matches!(axis.int(huge, 1, None), Err(HmaxError::Parameter { .. })));
    assert!(matches!(axis.int(3, huge, None), Err(HmaxError::Parameter { .. })));
    assert!(matches!(axis.top_down(huge, huge), Err(HmaxError::Parameter { .. })));
    assert!(matches!(Layer::new(huge, axis, axis, vec![]), Err(HmaxError::Length { .. })));
    assert!(matches!(Prototype::new(huge, 9, &[], Density::Dense), Err(HmaxError::Length { .. })));
    assert!(matches!(Prototype::new(1, huge, &[], Density::Dense), Err(HmaxError::Parameter { .. })));
    assert!(matches!(Prototype::arrangements(huge, 1), Err(HmaxError::Parameter { .. })));
    assert!(matches!(Filter::second_derivative(huge, 0.0), Err(HmaxError::Parameter { .. })));
    let view = hmax::View { frame: huge, ..hmax::View::SMALL };
    assert!(matches!(hmax::Paperclip::random(0, 0).view(&view), Err(HmaxError::Parameter { .. })));
    assert!(matches!(Pyramid::cvpr06_base().network(huge, 3), Err(HmaxError::Parameter { .. })));
}

#[test]
fn filters() {
    let (a, b) = (Filter::second_derivative(7, 0.0).unwrap(), Filter::second_derivative(9, 0.0).unwrap());
    assert!(matches!(s1(&black(20, 20), &[a.clone(), b], &Ndp::default()), Err(HmaxError::Length { .. })));
    assert!(matches!(s1(&black(20, 20), &[], &Ndp::default()), Err(HmaxError::Empty { .. })));
    let wrong = Ndp { k: f32::NAN, ..Ndp::default() };
    assert!(matches!(
        s1(&black(20, 20), std::slice::from_ref(&a), &wrong),
        Err(HmaxError::Parameter { name: "k", .. })
    ));
    assert!(FilterBank::new(vec![]).is_err());
    assert!(FilterBank::growing(0).is_err());
    assert!(FilterBank::growing(9).is_err());
    let band = |scales| Band { scales, window: 4, step: 2 };
    assert!(FilterBank::new(vec![band(vec![])]).is_err());
    assert!(FilterBank::new(vec![band(vec![vec![a.clone()], vec![a.clone(), a.clone()]])]).is_err());
    assert!(FilterBank::growing(1).unwrap().s1(&black(20, 20), 1).is_err());
    // Black is no error, and nothing is seen in it.
    let seen = s1(&black(20, 20), &[a], &Ndp::default()).unwrap();
    assert!(seen.values().iter().all(|&v| v == 0.0 || v == hmax::UNKNOWN));
}

#[test]
fn prototypes() {
    let of = |values: &[f32]| Prototype::new(4, 2, values, Density::Dense);
    assert!(matches!(of(&[0.5; 15]), Err(HmaxError::Length { expected: 16, got: 15, .. })));
    assert!(matches!(of(&[f32::NAN; 16]), Err(HmaxError::NotFinite { .. })));
    assert!(matches!(Prototype::new(0, 2, &[], Density::Dense), Err(HmaxError::Empty { .. })));
    assert!(matches!(Prototype::new(4, 0, &[], Density::Dense), Err(HmaxError::Empty { .. })));
    assert!(matches!(S2::new(vec![], gaussian()), Err(HmaxError::Empty { .. })));
    let two = Prototype::new(2, 2, &[0.5; 8], Density::Dense).unwrap();
    let mixed = S2::new(vec![of(&[0.5; 16]).unwrap(), two], gaussian());
    assert!(matches!(mixed, Err(HmaxError::Features { expected: 4, got: 2, .. })));
    let flat = S2::new(vec![of(&[0.5; 16]).unwrap()], Tuning::Ndp(Ndp::default()));
    assert!(matches!(flat, Err(HmaxError::Flat { .. })));
    let narrow = Tuning::Gaussian(Gaussian { sigma: 0.0, smallest: 2, normalized: false });
    assert!(matches!(S2::new(vec![of(&[0.5; 16]).unwrap()], narrow), Err(HmaxError::Parameter { .. })));
    assert!(Prototype::arrangements(0, 1).is_err());
    assert_eq!(Prototype::arrangements(4, 1).unwrap().len(), 256);
    // Sparse keeps the strongest orientation, the first among equals, at each of the places.
    assert_eq!(Prototype::new(4, 3, &[0.5; 36], Density::Sparse).unwrap().len(), 9);
    // Nothing is cut from blank patches.
    let axis = Axis::pixels(8).unwrap();
    let blank = Layer::new(4, axis, axis, vec![0.009; 256]).unwrap();
    assert_eq!(Prototype::cut(&blank, 0, (0, 0), 4, Density::Dense).unwrap(), None);
    assert!(Prototype::cut(&layer(4, 8), 0, (4, 4), 4, Density::Dense).unwrap().is_some());
    assert_eq!(Prototype::cut(&layer(4, 8), 0, (5, 4), 4, Density::Dense).unwrap(), None);
    assert!(Prototype::sample(&[vec![blank]], &[4], 3, Density::Dense, 0).unwrap().is_empty());
    assert!(Prototype::sample(&[], &[4], 3, Density::Dense, 0).is_err());
    assert!(Prototype::sample(&[vec![layer(4, 8)]], &[0], 3, Density::Dense, 0).is_err());
}

#[test]
fn the_top() {
    assert!(matches!(Vtu::new(&[0.5; 3], 4, 1.0), Err(HmaxError::Length { .. })));
    assert!(matches!(Vtu::new(&[0.5; 3], 0, 1.0), Err(HmaxError::Empty { .. })));
    assert!(matches!(Vtu::new(&[f32::NAN; 3], 1, 1.0), Err(HmaxError::NotFinite { .. })));
    assert!(matches!(Vtu::new(&[0.5; 3], 1, 0.0), Err(HmaxError::Parameter { .. })));
    let unit = Vtu::new(&[0.1, 0.9, 0.5], 2, 1.0).unwrap();
    assert_eq!(unit.afferents(), [1, 2]);
    assert!(matches!(unit.respond(&[0.5; 4]), Err(HmaxError::Length { .. })));
    assert_eq!(unit.respond(&[0.7, 0.9, 0.5]).unwrap(), 1.0);
    let expected = (-0.5f32 * 0.04).exp();
    assert!((unit.respond(&[0.7, 0.9, 0.3]).unwrap() - expected).abs() < 1e-6);

    let cases = vec![vec![0.0, 1.0], vec![1.0, 0.0]];
    assert!(matches!(Readout::train(&[], &[], 2, 1.0), Err(HmaxError::Empty { .. })));
    assert!(matches!(Readout::train(&cases, &[0], 2, 1.0), Err(HmaxError::Length { .. })));
    assert!(matches!(
        Readout::train(&cases, &[0, 2], 2, 1.0),
        Err(HmaxError::Class { case: 1, class: 2, .. })
    ));
    assert!(matches!(Readout::train(&cases, &[0, 1], 2, 0.0), Err(HmaxError::Parameter { .. })));
    let ragged = vec![vec![0.0, 1.0], vec![1.0]];
    assert!(matches!(Readout::train(&ragged, &[0, 1], 2, 1.0), Err(HmaxError::Length { .. })));
    let readout = Readout::train(&cases, &[0, 1], 2, 1.0).unwrap();
    assert!(matches!(readout.classify(&[0.0]), Err(HmaxError::Length { .. })));
    assert!(inhibit(&layer(4, 4), 1.5).is_err());
}

/// The read-out against the equations it solves, and on points that a line separates.
#[test]
fn the_readout_satisfies_its_normal_equations() {
    let mut seed = 17u64;
    let mut uniform = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1u64 << 24) as f32
    };
    let cases: Vec<Vec<f32>> = (0..40).map(|_| (0..3).map(|_| uniform()).collect()).collect();
    let labels: Vec<usize> = cases.iter().map(|c| usize::from(c[0] + c[1] > 1.0)).collect();
    let readout = Readout::train(&cases, &labels, 2, 0.1).unwrap();
    let right = cases.iter().zip(&labels).filter(|(c, l)| readout.classify(c).unwrap() == **l).count();
    assert!(right >= 38, "{right} of 40");
    // At the optimum the residuals are orthogonal to a constant.
    let rest = |(c, &l): (&Vec<f32>, &usize)| {
        let target = if l == 1 { 1.0 } else { -1.0 };
        target - readout.scores(c).unwrap()[1]
    };
    let total: f64 = cases.iter().zip(&labels).map(rest).sum();
    assert!(total.abs() < 1e-9, "{total}");
    // And moving a case's features along with all others changes no score.
    let moved: Vec<Vec<f32>> = cases.iter().map(|c| c.iter().map(|v| 4.0 * v).collect()).collect();
    let other = Readout::train(&moved, &labels, 2, 0.1).unwrap();
    for (a, b) in cases.iter().zip(&moved) {
        let (a, b) = (readout.scores(a).unwrap(), other.scores(b).unwrap());
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
