//! Windows: known values, squares of space, the adjoint, sizes that are none.

use symbolic::{Axes, Divisor, Env, Error, ExprId, Graph, Weights, Window};

const BOX: Window = Window { axis: Axes::K, weights: Weights::Box, divisor: Divisor::One, transposed: false };

fn over(g: &mut Graph, window: Window) -> ExprId {
    let axes = Axes::N | window.axis;
    let x = g.symbol("x", "x", axes).expect("new");
    let size = g.symbol("size", "size", Axes::EMPTY).expect("new");
    g.window(window, x, size)
}

fn channels(window: Window, size: f64, x: &[f64]) -> Vec<f64> {
    let mut g = Graph::new();
    let e = over(&mut g, window);
    let env = Env::new([1, 1, x.len(), 1]).bind("x", x.to_vec()).bind("size", vec![size]);
    g.evaluate(&[e], &env).expect("bound")[0].data.clone()
}

#[test]
fn sums_and_means_over_channels() {
    let x = [1.0, 2.0, 4.0, 8.0];
    assert_eq!(channels(BOX, 3.0, &x), [3.0, 7.0, 14.0, 12.0]);
    // Of two elements the first lies before the middle.
    assert_eq!(channels(BOX, 2.0, &x), [1.0, 3.0, 6.0, 12.0]);
    let turned = BOX.adjoint();
    assert_eq!(channels(turned, 2.0, &x), [3.0, 6.0, 12.0, 8.0]);
    let whole = Window { divisor: Divisor::Whole, ..BOX };
    assert_eq!(channels(whole, 4.0, &x), [0.75, 1.75, 3.75, 3.5]);
    let inside = Window { divisor: Divisor::Inside, ..BOX };
    assert_eq!(channels(inside, 2.0, &x), [1.0, 1.5, 3.0, 6.0]);
    // Wider than what there is.
    assert_eq!(channels(inside, 9.0, &x), [3.75; 4]);
}

#[test]
fn a_square_of_space() {
    let mut g = Graph::new();
    let e = over(&mut g, Window { axis: Axes::S, ..BOX });
    let x = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let env = Env::new([1, 1, 1, 6]).row(3).bind("x", x).bind("size", vec![3.0]);
    // Two rows of three.
    assert_eq!(g.evaluate(&[e], &env).expect("bound")[0].data, [12.0, 21.0, 16.0, 12.0, 21.0, 16.0]);
    let line = Env::new([1, 1, 1, 6]).bind("x", vec![1.0; 6]).bind("size", vec![3.0]);
    assert_eq!(g.evaluate(&[e], &line).expect("bound")[0].data, [2.0, 3.0, 3.0, 3.0, 3.0, 2.0]);
}

#[test]
fn gaussian_weights_are_symmetric_and_sum_to_one() {
    let window = Window { weights: Weights::Gaussian, divisor: Divisor::Whole, ..BOX };
    let mut x = vec![0.0; 9];
    x[4] = 1.0;
    let bell = channels(window, 9.0, &x);
    assert!((bell.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    // One deviation, a quarter of the size, from the middle.
    let expected = (-0.5 * (4.0 / 2.25f64).powi(2)).exp();
    assert!((bell[0] / bell[4] - expected).abs() < 1e-15 && bell[0] == bell[8], "{bell:?}");
}

/// `<W x, y>` is `<x, W' y>`, also where rows, an even size and a divisor make them differ.
#[test]
fn the_transposed_window_is_the_adjoint() {
    for axis in [Axes::K, Axes::S] {
        for divisor in [Divisor::One, Divisor::Whole, Divisor::Inside] {
            for size in [1.0, 2.0, 3.0, 4.0, 7.0] {
                let window = Window { axis, weights: Weights::Gaussian, divisor, transposed: false };
                let mut g = Graph::new();
                let (there, back) = (over(&mut g, window), over(&mut g, window.adjoint()));
                let sizes = [2, 1, if axis == Axes::K { 5 } else { 1 }, if axis == Axes::S { 6 } else { 1 }];
                let len = sizes.iter().product::<usize>();
                let x: Vec<f64> = (0..len).map(|i| (i as f64 * 1.7).sin()).collect();
                let y: Vec<f64> = (0..len).map(|i| (i as f64 * 0.9).cos()).collect();
                let at = |e: ExprId, v: &[f64]| {
                    let env = Env::new(sizes).row(3).bind("x", v.to_vec()).bind("size", vec![size]);
                    g.evaluate(&[e], &env).expect("bound")[0].data.clone()
                };
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                let (left, right) = (dot(&at(there, &x), &y), dot(&x, &at(back, &y)));
                assert!((left - right).abs() < 1e-13, "{window:?} of {size}: {left} {right}");
            }
        }
    }
}

#[test]
fn a_size_is_a_whole_number() {
    for size in [0.0, 2.5, -1.0] {
        let mut g = Graph::new();
        let e = over(&mut g, BOX);
        let env = Env::new([1, 1, 2, 1]).bind("x", vec![1.0; 2]).bind("size", vec![size]);
        let refused = g.evaluate(&[e], &env).expect_err("no window");
        let expected = Error::WindowSize { expr: "window_sum[k](x, size)".into(), got: size.to_string() };
        assert_eq!(refused, expected);
    }
}

#[test]
fn factors_that_do_not_vary_along_it_come_out() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::ALL).expect("new");
    let row = g.symbol("row", "r", Axes::N).expect("new");
    let (five, two) = (g.num(5.0), g.num(2.0));
    let inner = g.mul_all(&[two, row, x]);
    let e = g.window(Window { divisor: Divisor::Whole, ..BOX }, inner, five);
    let e = g.simplify(e);
    assert_eq!(g.to_text(e), "2*row*window_mean[k](x, 5)");
    assert_eq!(g.to_latex(e), "2 \\, r \\, \\operatorname{window\\_mean}_{k,5}\\left(x\\right)");
    let dy = g.symbol("dy", "dy", Axes::ALL).expect("new");
    let back = g.gradient(&[(e, dy)], &[x]).expect("own ids");
    assert_eq!(g.to_text(back[0]), "2*row*window_mean[k,transposed](dy, 5)");
}
