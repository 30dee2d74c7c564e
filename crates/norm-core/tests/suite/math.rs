//! The error bounds stated in `norm_core::math`, measured on dense sweeps; special values; vectors of every
//! instruction set against scalars.

use norm_core::conformance::largest;
use norm_core::{Elem, Isa, Job, Registers, Value, Vector, math};

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
            worst = largest([worst, (got - want).abs() / want.abs() * 2f64.powi(24)]);
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
            worst = largest([worst, (got - want).abs() / want.abs() * 2f64.powi(53)]);
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
        ("erf", worst_f32(math::erf_f32, libm::erf, 5.0), 3.0),
    ];
    assert!(worst.iter().all(|(_, off, bound)| off <= bound), "units of 2^-24: {worst:?}");
}

#[test]
fn double_precision_stays_within_the_stated_bounds() {
    let worst = [
        ("exp", worst_f64(math::exp_f64, f64::exp, 710.0), 3.0),
        ("tanh", worst_f64(math::tanh_f64, f64::tanh, 20.0), 5.0),
        ("sigmoid", worst_f64(Value::sigmoid, logistic, 710.0), 5.0),
        ("erf", worst_f64(math::erf_f64, libm::erf, 7.0), 4.0),
    ];
    assert!(worst.iter().all(|(_, off, bound)| off <= bound), "units of 2^-53: {worst:?}");
}

/// The largest error over bases and exponents, as a part of the stated bound.
fn worst_pow<T: Elem>(unit: i32) -> f64 {
    let mut worst = 0.0f64;
    let bases = (-30..30).flat_map(|e| (0..499).map(move |m| 2f64.powi(e) * (1.0 + f64::from(m) / 499.0)));
    for base in bases.map(T::lit) {
        for half in 1..=6 {
            for e in [f64::from(half) / 2.0, -f64::from(half) / 2.0] {
                let want = base.to_f64().powf(e);
                worst = largest([worst, (base.pow(e).to_f64() - want).abs() / want * 2f64.powi(unit) / 5.0]);
            }
        }
        for e in [1.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0, -2.0 / 3.0, 0.8, 2.2, -1.7] {
            let want = base.to_f64().powf(e);
            let bound = if unit == 24 { 3.0 } else { 4.0 } + 3.0 * (e * base.to_f64().ln()).abs();
            worst = largest([worst, (base.pow(e).to_f64() - want).abs() / want * 2f64.powi(unit) / bound]);
        }
    }
    worst
}

#[test]
fn powers_stay_within_the_stated_bounds() {
    let worst = (worst_pow::<f32>(24), worst_pow::<f64>(53));
    assert!(worst.0 <= 1.0 && worst.1 <= 1.0, "of the bound: {worst:?}");
    for e in [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 0.8] {
        assert_eq!((0f32.pow(e), 0f64.pow(e)), (0.0, 0.0), "0^{e}");
    }
    assert_eq!((0f32.pow(0.0), Value::pow(0f64, 0.0)), (1.0, 1.0));
    assert!(f64::NAN.pow(0.8).is_nan() && f32::NAN.pow(1.5).is_nan());
}

macro_rules! specials {
    ($name:ident, $t:ident, $exp:path, $tanh:path, $erf:path) => {
        #[test]
        fn $name() {
            let (inf, nan) = ($t::INFINITY, $t::NAN);
            for f in [$exp, $tanh, $erf, Value::sigmoid] {
                assert!(f(nan).is_nan());
            }
            assert_eq!(($exp(inf), $exp(-inf), $exp(0.0), $exp(-0.0)), (inf, 0.0, 1.0, 1.0));
            assert_eq!(($exp($t::MAX), $exp($t::MIN)), (inf, 0.0));
            assert_eq!(($tanh(inf), $tanh(-inf), $tanh($t::MAX), $tanh($t::MIN)), (1.0, -1.0, 1.0, -1.0));
            assert_eq!(($erf(inf), $erf(-inf), $erf($t::MAX), $erf($t::MIN)), (1.0, -1.0, 1.0, -1.0));
            assert_eq!(
                ($t::to_bits($erf(0.0)), $t::to_bits($erf(-0.0))),
                ($t::to_bits(0.0), $t::to_bits(-0.0))
            );
            // Zero keeps its sign, and what is too small to curve is itself.
            assert_eq!($t::to_bits($tanh(0.0)), $t::to_bits(0.0));
            assert_eq!($t::to_bits($tanh(-0.0)), $t::to_bits(-0.0));
            assert_eq!($tanh($t::MIN_POSITIVE), $t::MIN_POSITIVE);
            let sigmoid = |x: $t| Value::sigmoid(x);
            assert_eq!((sigmoid(inf), sigmoid(-inf), sigmoid(0.0), sigmoid(-0.0)), (1.0, 0.0, 0.5, 0.5));
            assert_eq!((sigmoid($t::MAX), sigmoid($t::MIN)), (1.0, 0.0));
        }
    };
}
specials!(special_values_f32, f32, math::exp_f32, math::tanh_f32, math::erf_f32);
specials!(special_values_f64, f64, math::exp_f64, math::tanh_f64, math::erf_f64);

/// Every operation of a number on `x` (and `other`, where it takes two), over whole vectors.
struct Each<'a, T> {
    x: &'a [T],
    other: &'a [T],
}

macro_rules! operations {
    ($x:ident, $other:ident) => {
        [
            ("add", $x + $other),
            ("sub", $x - $other),
            ("mul", $x * $other),
            ("div", $x / $other),
            ("neg", -$x),
            ("sqrt", Value::sqrt($x)),
            ("abs", Value::abs($x)),
            ("max", Value::max($x, $other)),
            ("min", Value::min($x, $other)),
            ("exp", Value::exp($x)),
            ("ln", Value::ln($x)),
            ("tanh", Value::tanh($x)),
            ("sigmoid", Value::sigmoid($x)),
            ("erf", Value::erf($x)),
            ("sign", Value::sign($x)),
            ("step", Value::step($x)),
        ]
    };
}

impl<T: Elem> Job for Each<'_, T> {
    type Out = Vec<(&'static str, Vec<T>, T)>;
    #[inline(always)]
    fn run<R: Registers>(self) -> Self::Out {
        let len = <T::Vector<R>>::LEN;
        let mut found = Vec::new();
        for (x, other) in self.x.chunks_exact(len).zip(self.other.chunks_exact(len)) {
            let (x, other) = (<T::Vector<R>>::load(x), <T::Vector<R>>::load(other));
            for (name, v) in operations!(x, other) {
                let mut each = vec![T::default(); len];
                v.store(&mut each);
                found.push((name, each, v.sum()));
            }
        }
        found
    }
}

macro_rules! sameness {
    ($name:ident, $t:ident, $n:literal) => {
        #[test]
        fn $name() {
            let odd = [0.0, -0.0, $t::INFINITY, $t::NEG_INFINITY, $t::NAN, $t::MAX, $t::MIN_POSITIVE, 0.625];
            let mut x: Vec<$t> = (0u16..8192).map(|i| ($t::from(i) - 4096.0) * 0.0263).collect();
            x.extend(odd.iter().flat_map(|a| odd.map(|_| *a)));
            let mut other: Vec<$t> =
                (0u16..8192).map(|i| $t::from(i.wrapping_mul(12_553)) * 1e-3 - 30.0).collect();
            other.extend(odd.iter().flat_map(|_| odd));
            let same = |a: $t, b: $t| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            for isa in Isa::available() {
                let found = isa.run(Each { x: &x, other: &other });
                let chunks = x.chunks_exact($n).zip(other.chunks_exact($n));
                let pairs = chunks.flat_map(|(x, other)| {
                    let scalars: Vec<_> =
                        x.iter().zip(other).map(|(&x, &other)| operations!(x, other)).collect();
                    (0..scalars[0].len()).map(move |op| scalars.iter().map(|s| s[op].1).collect::<Vec<_>>())
                });
                let mut count = 0;
                for ((name, got, sum), want) in found.iter().zip(pairs) {
                    for (i, (got, want)) in got.iter().zip(&want).enumerate() {
                        assert!(same(*got, *want), "{isa:?} {name}, element {i} of {want:?}: {got}");
                    }
                    let mut tree = want.clone();
                    while tree.len() > 1 {
                        let half = tree.len() / 2;
                        tree = (0..half).map(|i| tree[i] + tree[i + half]).collect();
                    }
                    assert!(same(*sum, tree[0]), "{isa:?} sum of {name}: {sum}, not {}", tree[0]);
                    count += 1;
                }
                assert_eq!(count, 16 * x.len() / $n, "{isa:?}");
            }
        }
    };
}
sameness!(every_instruction_set_gives_the_bits_of_scalars_f32, f32, 16);
sameness!(every_instruction_set_gives_the_bits_of_scalars_f64, f64, 8);

/// The system's logarithm has a version for processors that multiply and add at once, which differs in the last bit.
#[test]
fn the_logarithm_does_not_depend_on_the_processor() {
    for i in 1..200_000_u32 {
        let x = f64::from(i) * 1.3e-4;
        assert_eq!(Value::ln(x).to_bits(), libm::log(x).to_bits(), "{x}");
        let x = x as f32;
        assert_eq!(Value::ln(x).to_bits(), libm::logf(x).to_bits(), "{x}");
    }
}
