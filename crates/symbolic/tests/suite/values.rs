//! The interpreter's operators, number by number, against the standard library and by hand.

use symbolic::{Axes, Env, ExprId, Graph};

/// `e` of one case bound to `x`, and to a number `p` where it has one.
fn at(g: &Graph, e: ExprId, x: f64, p: f64) -> f64 {
    let env = Env::new([1; 4]).bind("x", vec![x]).bind("p", vec![p]);
    g.evaluate(&[e], &env).expect("bound")[0].data[0]
}

fn graph() -> (Graph, ExprId, ExprId) {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N).expect("new");
    let p = g.symbol("p", "p", Axes::EMPTY).expect("new");
    (g, x, p)
}

/// Whole powers up to 64 are products from the left, halves are roots, the rest is the library's.
#[test]
fn exact_powers() {
    let (mut g, x, p) = graph();
    let any = g.pow_expr(x, p);
    for base in [0.3, 0.7, 1.1, 3.0, 1e-3] {
        let product = |n: u32| (1..n).fold(base, |product, _| product * base);
        let cases = [
            (0.0, 1.0),
            (0.5, f64::sqrt(base)),
            (1.0, base),
            (1.5, base * f64::sqrt(base)),
            (2.0, base * base),
            (3.0, base * base * base),
            (7.0, product(7)),
            (64.0, product(64)),
            (65.0, f64::powf(base, 65.0)),
            (2.5, f64::powf(base, 2.5)),
            (0.3, f64::powf(base, 0.3)),
        ];
        for (exponent, expected) in cases {
            let constant = g.pow(x, exponent);
            for e in [constant, any] {
                assert_eq!(at(&g, e, base, exponent).to_bits(), expected.to_bits(), "{base}^{exponent}");
            }
            let inverse = g.pow(x, -exponent);
            for e in [inverse, any] {
                assert_eq!(
                    at(&g, e, base, -exponent).to_bits(),
                    expected.recip().to_bits(),
                    "{base}^-{exponent}"
                );
            }
        }
    }
    assert_eq!(at(&g, any, 0.0, 0.0), 1.0);
    assert_eq!(at(&g, any, -2.0, 3.0), -8.0);
    // 64 is the last product: 65 of these differ from the library's power, 64 may not.
    let product = (1..65).fold(0.7_f64, |product, _| product * 0.7);
    assert_ne!(product.to_bits(), 0.7_f64.powf(65.0).to_bits());
}

type Function = (fn(&mut Graph, ExprId) -> ExprId, fn(f64) -> f64);

#[test]
fn each_function_against_its_definition() {
    let (mut g, x, _) = graph();
    let functions: [Function; 12] = [
        (Graph::exp, f64::exp),
        (Graph::tanh, f64::tanh),
        (Graph::erf, libm::erf),
        (Graph::abs, f64::abs),
        (Graph::neg, |x| -x),
        (Graph::square, |x| x * x),
        (Graph::recip, |x| 1.0 / x),
        (Graph::sign, |x| if x == 0.0 { 0.0 } else { x.signum() }),
        (Graph::step, |x| if x > 0.0 { 1.0 } else { 0.0 }),
        (Graph::stop_gradient, |x| x),
        (Graph::sigmoid, |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }),
        (|g, x| g.scale(-3.0, x), |x| -3.0 * x),
    ];
    for (build, expected) in functions {
        let e = build(&mut g, x);
        for value in [
            -30.0, -6.5, -3.1, -3.0, -2.9, -1.0, -0.3, -1e-9, 1e-200, 1e-9, 0.5, 1.0, 2.0, 2.999, 3.001, 4.0,
            5.9, 6.0, 6.1, 30.0,
        ] {
            let (got, expected) = (at(&g, e, value, 0.0), expected(value));
            assert!(
                (got - expected).abs() <= 1e-14 * expected.abs(),
                "{} at {value}: {got}, {expected}",
                g.to_text(e)
            );
        }
    }
    let roots: [Function; 3] =
        [(Graph::sqrt, f64::sqrt), (Graph::rsqrt, |x| 1.0 / x.sqrt()), (Graph::ln, f64::ln)];
    for (build, expected) in roots {
        let e = build(&mut g, x);
        for value in [1e-9, 0.3, 2.0, 1e9] {
            assert_eq!(at(&g, e, value, 0.0), expected(value), "{} at {value}", g.to_text(e));
        }
    }
    for (build, expected) in functions {
        let e = build(&mut g, x);
        let zero = expected(0.0);
        assert_eq!(at(&g, e, 0.0, 0.0), zero, "{} at 0", g.to_text(e));
    }
}

/// What is nearly 1 is right in what it lacks too.
#[test]
fn the_tail_of_the_error_function() {
    let (mut g, x, _) = graph();
    let e = g.erf(x);
    for value in [3.0, 3.2, 3.7, 4.5, 5.0] {
        let (lacks, expected) = (1.0 - at(&g, e, value, 0.0), libm::erfc(value));
        assert!((lacks - expected).abs() <= 1.2e-16 + 1e-12 * expected, "{value}: {lacks}, {expected}");
        assert_eq!(at(&g, e, -value, 0.0), -at(&g, e, value, 0.0));
    }
}

/// The logistic function does not overflow on either side.
#[test]
fn large_operands_saturate() {
    let (mut g, x, _) = graph();
    let (sigmoid, erf, tanh) = (g.sigmoid(x), g.erf(x), g.tanh(x));
    for (e, low) in [(sigmoid, 0.0), (erf, -1.0), (tanh, -1.0)] {
        assert_eq!(at(&g, e, -1000.0, 0.0), low);
        assert_eq!(at(&g, e, 1000.0, 0.0), 1.0);
    }
    assert_eq!(at(&g, sigmoid, -700.0, 0.0), (-700.0_f64).exp());
}

/// In padding, what is not a number stays visible: no function makes a number of it.
#[test]
fn what_is_not_a_number_stays_so_in_padding() {
    let (mut g, x, p) = graph();
    let functions = [
        g.sign(x),
        g.step(x),
        g.max(x, p),
        g.max(p, x),
        g.min(x, p),
        g.min(p, x),
        g.abs(x),
        g.erf(x),
        g.sigmoid(x),
        g.stop_gradient(x),
    ];
    let env =
        Env::new([2, 1, 1, 1]).bind("x", vec![1.0, f64::NAN]).bind("p", vec![0.5]).mask(vec![true, false]);
    for (value, e) in g.evaluate(&functions, &env).expect("the NaN is masked").iter().zip(functions) {
        assert!(value.data[1].is_nan() && !value.data[0].is_nan(), "{}: {:?}", g.to_text(e), value.data);
    }
}

/// A sum gives back what the larger term swallowed, whichever of the two comes first; an infinite one stays infinite.
#[test]
fn sums_are_compensated() {
    let (mut g, x, _) = graph();
    let (sum, mean) = (g.sum(Axes::N, x), g.mean(Axes::N, x));
    for (data, expected) in [
        (vec![1.0, 1e100, 1.0, -1e100], 2.0),
        (vec![1e16, 1.0, 1.0, -1e16], 2.0),
        (vec![-1e16, 1.0, -1.0, 1e16], 0.0),
        (vec![0.1; 10], 1.0),
        (vec![f64::INFINITY, 1.0, 2.0], f64::INFINITY),
        (vec![1.0, f64::NEG_INFINITY], f64::NEG_INFINITY),
    ] {
        let count = data.len();
        let env = Env::new([count, 1, 1, 1]).bind("x", data.clone());
        let values = g.evaluate(&[sum, mean], &env).expect("bound");
        assert_eq!(values[0].data, [expected], "{data:?}");
        assert_eq!(values[1].data, [expected / count as f64], "{data:?}");
    }
}

#[test]
fn cases_that_count() {
    let env = Env::new([3, 2, 2, 5]);
    assert_eq!([0, 1, 2, 3, 4].map(|case| env.is_counted(case)), [true, true, true, false, false]);
    let masked = env.clone().mask(vec![true, false, true]);
    assert_eq!([0, 1, 2, 3].map(|case| masked.is_counted(case)), [true, false, true, false]);
    let g = &mut Graph::new();
    let counts = [Axes::N, Axes::K | Axes::S, Axes::N | Axes::S, Axes::ALL].map(|axes| g.count(axes));
    let of =
        |env: &Env| g.evaluate(&counts, env).expect("bound").iter().map(|v| v.data[0]).collect::<Vec<_>>();
    assert_eq!(of(&env), [3.0, 10.0, 15.0, 60.0]);
    assert_eq!(of(&masked), [2.0, 10.0, 10.0, 40.0]);
}

/// An error names the first element that is not a number in a case that counts, in memory order.
#[test]
fn the_first_that_is_not_a_number() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N | Axes::S).expect("new");
    let log = g.ln(x);
    let at = |data: Vec<f64>, mask: [bool; 2]| {
        let env = Env::new([2, 1, 1, 3]).bind("x", data).mask(mask.to_vec());
        g.evaluate(&[log], &env).map(|v| v[0].data.len()).map_err(|e| e.to_string())
    };
    let bad = |index: usize| Err(format!("`ln(x)` is not a number at element {index}"));
    assert_eq!(at(vec![1.0, -1.0, -1.0, 1.0, 1.0, -1.0], [true, true]), bad(1));
    assert_eq!(at(vec![1.0, -1.0, -1.0, 1.0, 1.0, -1.0], [false, true]), bad(5));
    assert_eq!(at(vec![1.0, 1.0, 1.0, 1.0, 1.0, -1.0], [true, false]), Ok(6));
}
