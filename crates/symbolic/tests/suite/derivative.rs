//! The symbolic derivative against central differences of the independent judge.

use std::cell::Cell;

use proptest::prelude::*;
use symbolic::{Axes, Env, Graph};

use crate::judge::{Judge, Point};
use crate::trees::{LEAVES, SIZES, Tree, build, config, declare, env, tree};

/// The interpreter's environment as the judge reads it.
pub(crate) fn point(env: &Env) -> Point {
    let values = LEAVES.iter().map(|l| (l.name, env.value(l.name).expect("every symbol is bound").to_vec()));
    let mut counts = [true; SIZES[0]];
    for (case, count) in counts.iter_mut().enumerate() {
        // The mask itself is private: ask what is counted.
        *count = env.is_counted(case);
    }
    Point { values: values.collect(), counts }
}

/// Central difference of the loss in one element, with a bound on its own error.
fn difference(tree: &Tree, base: &Point, name: &'static str, element: usize) -> (f64, f64) {
    let largest = Cell::new(1.0_f64);
    let at = |step: f64| {
        let mut moved = base.clone();
        moved.values.get_mut(name).expect("a leaf")[element] += step;
        let judge = Judge::new(base, &moved);
        let loss = judge.loss(tree);
        largest.set(largest.get().max(judge.largest.get()));
        loss
    };
    let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
    let (coarse, fine) = (slope(2e-4), slope(1e-4));
    // Extrapolation takes out the h^2 term; what both slopes disagree on (a kink between the points, a strong
    // curvature) and the rounding of values this large bound the rest.
    let rounding = 1e-15 * largest.get() * 1e4 * 50.0;
    ((4.0 * fine - coarse) / 3.0, 2.0 * (coarse - fine).abs() + rounding)
}

proptest! {
    #![proptest_config(config(300))]

    /// Relative error at most 1e-6 beyond the error of the difference itself.
    #[test]
    fn matches_central_differences(tree in tree(), env in env()) {
        let mut g = Graph::new();
        let leaves = declare(&mut g);
        let y = build(&mut g, &tree, false);
        let (dy, wrt) = (leaves[LEAVES.len() - 1], &leaves[..LEAVES.len() - 1]);
        let gradients = g.gradient(&[(y, dy)], wrt).expect("own ids");
        let values = g.evaluate(&gradients, &env);
        prop_assume!(values.is_ok());
        let base = point(&env);
        let judge = Judge::new(&base, &base);
        judge.loss(&tree);
        prop_assume!(judge.nearest_kink.get() > 1e-3);
        for ((leaf, value), &gradient) in LEAVES.iter().zip(values.unwrap_or_default()).zip(&gradients) {
            prop_assert!(value.axes.is_subset(leaf.axes));
            for element in 0..env.len(leaf.axes) {
                if leaf.axes.contains(Axes::N) && !base.counts[element / env.len(leaf.axes - Axes::N)] {
                    continue; // what a masked case receives is not defined
                }
                let (expected, error) = difference(&tree, &base, leaf.name, element);
                let got = spread(&value, leaf.axes, element);
                prop_assert!(
                    (got - expected).abs() <= 1e-6 * (1.0 + expected.abs()) + error,
                    "d{} [{element}] = {got}, difference {expected} +- {error}, from {} and {}",
                    leaf.name, g.to_text(y), g.to_text(gradient)
                );
            }
        }
    }
}

/// Element of a value over fewer axes, read as a value over `axes`.
pub(crate) fn spread(value: &symbolic::Value, axes: Axes, element: usize) -> f64 {
    let at = crate::judge::positions().find(|&at| crate::judge::index(axes, at) == element);
    value.data[crate::judge::index(value.axes, at.expect("element of that value"))]
}

#[test]
fn every_adjoint_has_the_axes_of_its_symbol() {
    let mut g = Graph::new();
    let leaves = declare(&mut g);
    let one = g.num(1.0);
    let y = g.add_all(&leaves[..5]);
    // Even an adjoint that varies over nothing is one contribution per element of y.
    let gradients = g.gradient(&[(y, one)], &leaves[..5]).expect("own ids");
    let texts: Vec<String> = gradients.iter().map(|&e| g.to_text(e)).collect();
    assert_eq!(texts, ["1", "count[k,s]", "count[n,s]", "count[n,g,k]", "count[n,g,k,s]"]);
}

#[test]
fn ties_go_to_the_right_operand() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N).expect("new");
    let (zero, one) = (g.num(0.0), g.num(1.0));
    let relu = g.max(x, zero);
    let turned = g.max(zero, x);
    for (y, expected) in [(relu, [0.0, 0.0, 1.0]), (turned, [0.0, 1.0, 1.0])] {
        let gradient = g.gradient(&[(y, one)], &[x]).expect("own ids");
        let env = Env::new([3, 1, 1, 1]).bind("x", vec![-1.0, 0.0, 1.0]);
        assert_eq!(g.evaluate(&gradient, &env).expect("bound")[0].data, expected);
    }
}

#[test]
fn stopped_and_replaced_gradients() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N).expect("new");
    let z = g.symbol("z", "z", Axes::N).expect("new");
    let dy = g.symbol("dy", "dy", Axes::N).expect("new");
    let squared = g.square(x);
    let stopped = g.stop_gradient(squared);
    let product = g.mul(stopped, x);
    let through = g.gradient(&[(product, dy)], &[x]).expect("own ids");
    assert_eq!(g.to_text(through[0]), "dy*stop_gradient(x^2)");

    let cubed = g.pow(z, 3.0);
    let replaced = g.replace_gradient(squared, cubed);
    let both = g.gradient(&[(replaced, dy)], &[x, z]).expect("own ids");
    assert_eq!(g.to_text(both[0]), "0");
    assert_eq!(g.to_text(both[1]), "3*dy*z^2");
}
