//! The error bounds stated in `norm_core::math`, measured on dense sweeps; special values; lanes against scalars.

use norm_core::{Lanes, Value, Vector, math};

/// Positive numbers of every binade of single precision, evenly within each: 256 exponents × 4096.
fn sweep_f32() -> impl Iterator<Item = f32> {
    (1u32..255)
        .flat_map(|e| (0u32..4096).map(move |m| f32::from_bits((e << 23) | (m << 11) | (m * 7 % 2048))))
}

/// The largest error over a sweep and both signs, in units of 2^-24 of the true value; below the smallest normal
/// number the result must itself be below it.
fn worst_f32(f: impl Fn(f32) -> f32, truth: impl Fn(f64) -> f64, range: f32) -> f64 {
    let mut worst = 0.0f64;
    // All binades, and the range in which the function is neither constant nor the identity once more, evenly.
    let fine = (0..1_000_000).map(|i| range * (i as f32 + 0.5) / 1_000_000.0);
    for x in sweep_f32().chain(fine).flat_map(|x| [x, -x]) {
        let (got, want) = (f64::from(f(x)), truth(f64::from(x)));
        if want.abs() < f64::from(f32::MIN_POSITIVE) {
            assert!(got.abs() <= f64::from(f32::MIN_POSITIVE), "{x:e}: {got:e}, not {want:e}");
        } else if want.abs() > f64::from(f32::MAX) {
            assert!(got.is_infinite(), "{x:e}: {got:e}, not {want:e}");
        } else {
            worst = worst.max((got - want).abs() / want.abs() * 2f64.powi(24));
        }
    }
    worst
}

/// The same in double precision and units of 2^-53, against libm, whose own error is about one unit.
fn worst_f64(f: impl Fn(f64) -> f64, truth: impl Fn(f64) -> f64, range: f64) -> f64 {
    let mut worst = 0.0f64;
    let binades =
        (-1000..1000).flat_map(|e| (0..500).map(move |m| 2f64.powi(e) * (1.0 + f64::from(m) / 500.03)));
    let fine = (0..1_000_000).map(|i| range * (f64::from(i) + 0.503) / 1_000_000.0);
    for x in binades.chain(fine).flat_map(|x| [x, -x]) {
        let (got, want) = (f(x), truth(x));
        if want.abs() < f64::MIN_POSITIVE {
            assert!(got.abs() <= f64::MIN_POSITIVE, "{x:e}: {got:e}, not {want:e}");
        } else if want.is_infinite() {
            assert!(got.is_infinite(), "{x:e}: {got:e}, not {want:e}");
        } else {
            worst = worst.max((got - want).abs() / want.abs() * 2f64.powi(53));
        }
    }
    worst
}

fn logistic(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

#[test]
fn single_precision_stays_within_the_stated_bounds() {
    let worst = [
        ("exp", worst_f32(math::exp_f32, f64::exp, 89.0), 2.0),
        ("tanh", worst_f32(math::tanh_f32, f64::tanh, 10.0), 3.0),
        ("sigmoid", worst_f32(Value::sigmoid, logistic, 89.0), 3.0),
    ];
    assert!(worst.iter().all(|(_, off, bound)| off <= bound), "units of 2^-24: {worst:?}");
}

#[test]
fn double_precision_stays_within_the_stated_bounds() {
    let worst = [
        ("exp", worst_f64(math::exp_f64, f64::exp, 710.0), 3.0),
        ("tanh", worst_f64(math::tanh_f64, f64::tanh, 20.0), 5.0),
        ("sigmoid", worst_f64(Value::sigmoid, logistic, 710.0), 5.0),
    ];
    assert!(worst.iter().all(|(_, off, bound)| off <= bound), "units of 2^-53: {worst:?}");
}

macro_rules! specials {
    ($name:ident, $t:ident, $exp:path, $tanh:path) => {
        #[test]
        fn $name() {
            let (inf, nan) = ($t::INFINITY, $t::NAN);
            for f in [$exp, $tanh, Value::sigmoid] {
                assert!(f(nan).is_nan());
            }
            assert_eq!(($exp(inf), $exp(-inf), $exp(0.0), $exp(-0.0)), (inf, 0.0, 1.0, 1.0));
            assert_eq!(($exp($t::MAX), $exp($t::MIN)), (inf, 0.0));
            assert_eq!(($tanh(inf), $tanh(-inf), $tanh($t::MAX), $tanh($t::MIN)), (1.0, -1.0, 1.0, -1.0));
            // Zero keeps its sign, and what is too small to curve is itself.
            assert_eq!($tanh(0.0).to_bits(), $t::to_bits(0.0));
            assert_eq!($tanh(-0.0).to_bits(), $t::to_bits(-0.0));
            assert_eq!($tanh($t::MIN_POSITIVE), $t::MIN_POSITIVE);
            let sigmoid = |x: $t| Value::sigmoid(x);
            assert_eq!((sigmoid(inf), sigmoid(-inf), sigmoid(0.0), sigmoid(-0.0)), (1.0, 0.0, 0.5, 0.5));
            assert_eq!((sigmoid($t::MAX), sigmoid($t::MIN)), (1.0, 0.0));
        }
    };
}
specials!(special_values_f32, f32, math::exp_f32, math::tanh_f32);
specials!(special_values_f64, f64, math::exp_f64, math::tanh_f64);

macro_rules! lanes {
    ($name:ident, $t:ident, $n:literal) => {
        #[test]
        fn $name() {
            let values: Vec<$t> = (0u16..16_384).map(|i| ($t::from(i) - 8192.0) * 0.0131).collect();
            for chunk in values.chunks_exact($n) {
                let v = Lanes::<$t, $n>::load(chunk);
                let same = |lanes: Lanes<$t, $n>, f: fn($t) -> $t| {
                    for (got, x) in lanes.0.iter().zip(chunk) {
                        assert_eq!(got.to_bits(), f(*x).to_bits(), "at {x}");
                    }
                };
                same(v.exp(), Value::exp);
                same(v.tanh(), Value::tanh);
                same(v.sigmoid(), Value::sigmoid);
                same(v.sqrt(), Value::sqrt);
            }
        }
    };
}
lanes!(lanes_equal_scalars_f32, f32, 16);
lanes!(lanes_equal_scalars_f64, f64, 8);
