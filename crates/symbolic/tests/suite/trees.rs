//! Random well-formed formulas, as trees that know nothing of the graph.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use symbolic::{Axes, Divisor, Env, ExprId, Graph, Weights, Window};

pub(crate) const SIZES: [usize; 4] = [3, 2, 2, 2];

/// A symbol of the test formulas: name, axes, and whether its values are positive.
pub(crate) struct Leaf {
    pub(crate) name: &'static str,
    pub(crate) axes: Axes,
    pub(crate) positive: bool,
}

const fn leaf(name: &'static str, axes: Axes, positive: bool) -> Leaf {
    Leaf { name, axes, positive }
}

/// `dy` comes last: it weighs the outputs.
pub(crate) const LEAVES: [Leaf; 6] = [
    leaf("x", Axes::ALL, false),
    leaf("row", Axes::N.union(Axes::G), false),
    leaf("gain", Axes::G.union(Axes::K), true),
    leaf("pixel", Axes::S, true),
    leaf("scalar", Axes::EMPTY, false),
    leaf("dy", Axes::ALL, false),
];

#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Leaf(usize),
    Const(f64),
    Add(Box<Tree>, Box<Tree>),
    Sub(Box<Tree>, Box<Tree>),
    Mul(Box<Tree>, Box<Tree>),
    Scale(f64, Box<Tree>),
    /// A whole power.
    Power(Box<Tree>, f64),
    /// Any power of `1 + e^2`.
    Root(Box<Tree>, f64),
    /// `gain ^ e`.
    General(Box<Tree>),
    /// `exp(tanh(e))`, which stays small.
    Exp(Box<Tree>),
    /// `ln(1 + e^2)`.
    Ln(Box<Tree>),
    Tanh(Box<Tree>),
    Sigmoid(Box<Tree>),
    Erf(Box<Tree>),
    Abs(Box<Tree>),
    Sign(Box<Tree>),
    Step(Box<Tree>),
    Stop(Box<Tree>),
    Max(Box<Tree>, Box<Tree>),
    Min(Box<Tree>, Box<Tree>),
    Replace(Box<Tree>, Box<Tree>),
    Sum(Axes, Box<Tree>),
    Mean(Axes, Box<Tree>),
    Count(Axes),
    Window(Window, usize, Box<Tree>),
}

/// Same cases on every machine and every run: a failure here is never luck.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(20_160_721),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn axes() -> impl Strategy<Value = Axes> {
    let all = [Axes::N, Axes::G, Axes::K, Axes::S];
    proptest::sample::subsequence(all.to_vec(), 1..=3)
        .prop_map(|some| some.into_iter().fold(Axes::EMPTY, Axes::union))
}

fn window() -> impl Strategy<Value = Window> {
    let axis = proptest::sample::select(vec![Axes::K, Axes::S]);
    let weights = proptest::sample::select(vec![Weights::Box, Weights::Gaussian]);
    let divisor = proptest::sample::select(vec![Divisor::One, Divisor::Whole, Divisor::Inside]);
    (axis, weights, divisor, any::<bool>()).prop_map(|(axis, weights, divisor, transposed)| Window {
        axis,
        weights,
        divisor,
        transposed,
    })
}

pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    let number = || proptest::sample::select(vec![-2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0]);
    let symbol = || (0..LEAVES.len() - 1).prop_map(Tree::Leaf);
    let leaf =
        prop_oneof![8 => symbol(), 1 => number().prop_map(Tree::Const), 1 => axes().prop_map(Tree::Count)];
    leaf.prop_recursive(5, 24, 2, move |inner| {
        let one = move || inner.clone().prop_map(Box::new);
        prop_oneof![
            3 => (one(), one()).prop_map(|(a, b)| Tree::Add(a, b)),
            3 => (one(), one()).prop_map(|(a, b)| Tree::Sub(a, b)),
            3 => (one(), one()).prop_map(|(a, b)| Tree::Mul(a, b)),
            2 => (number(), one()).prop_map(|(c, e)| Tree::Scale(c, e)),
            2 => one().prop_map(|e| Tree::Power(e, 2.0)),
            1 => one().prop_map(|e| Tree::Power(e, 3.0)),
            1 => proptest::sample::select(vec![2, 3]).prop_map(|leaf| Tree::Power(Box::new(Tree::Leaf(leaf)), -1.0)),
            2 => (one(), proptest::sample::select(vec![-1.5, -1.0, -0.5, 0.5, 1.5])).prop_map(|(e, p)| Tree::Root(e, p)),
            1 => one().prop_map(Tree::General),
            1 => one().prop_map(Tree::Exp),
            1 => one().prop_map(Tree::Ln),
            1 => one().prop_map(Tree::Tanh),
            1 => one().prop_map(Tree::Sigmoid),
            1 => one().prop_map(Tree::Erf),
            1 => one().prop_map(Tree::Abs),
            1 => one().prop_map(Tree::Sign),
            1 => one().prop_map(Tree::Step),
            1 => one().prop_map(Tree::Stop),
            1 => (one(), one()).prop_map(|(a, b)| Tree::Max(a, b)),
            1 => (one(), one()).prop_map(|(a, b)| Tree::Min(a, b)),
            1 => (one(), one()).prop_map(|(a, b)| Tree::Replace(a, b)),
            3 => (axes(), one()).prop_map(|(over, e)| Tree::Sum(over, e)),
            3 => (axes(), one()).prop_map(|(over, e)| Tree::Mean(over, e)),
            2 => (window(), 1..=3usize, one()).prop_map(|(w, size, e)| Tree::Window(w, size, e)),
        ]
    })
}

/// Values for every symbol, away from zero where they must be positive, and perhaps a mask that keeps a case.
pub(crate) fn env() -> impl Strategy<Value = Env> {
    let values = |leaf: &Leaf| {
        let range = if leaf.positive { 0.5..1.5 } else { -1.5..1.5 };
        proptest::collection::vec(range, Env::new(SIZES).len(leaf.axes))
    };
    let all: Vec<_> = LEAVES.iter().map(values).collect();
    let mask = proptest::option::of(proptest::sample::select(vec![
        vec![true, false, true],
        vec![false, true, false],
        vec![true, true, false],
    ]));
    (all, mask).prop_map(|(all, mask)| {
        let bound =
            LEAVES.iter().zip(all).fold(Env::new(SIZES), |env, (leaf, data)| env.bind(leaf.name, data));
        match mask {
            Some(mask) => bound.mask(mask),
            None => bound,
        }
    })
}

/// The symbols of [`LEAVES`], declared in a graph.
pub(crate) fn declare(g: &mut Graph) -> Vec<ExprId> {
    LEAVES.iter().map(|leaf| symbol(g, leaf)).collect()
}

pub(crate) fn symbol(g: &mut Graph, leaf: &Leaf) -> ExprId {
    g.symbol(leaf.name, leaf.name, leaf.axes).expect("declared once, or again with the same axes")
}

/// Builds a tree with the constructors; `swapped` gives operands of sums and products in the other order.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of tree")]
pub(crate) fn build(g: &mut Graph, tree: &Tree, swapped: bool) -> ExprId {
    let of = |g: &mut Graph, e: &Tree| build(g, e, swapped);
    let two = |g: &mut Graph, a: &Tree, b: &Tree| {
        if swapped {
            let b = build(g, b, true);
            (build(g, a, true), b)
        } else {
            let a = build(g, a, false);
            (a, build(g, b, false))
        }
    };
    match tree {
        Tree::Leaf(i) => symbol(g, &LEAVES[*i]),
        Tree::Const(c) => g.num(*c),
        Tree::Add(a, b) => {
            let (a, b) = two(g, a, b);
            if swapped { g.add(b, a) } else { g.add(a, b) }
        }
        Tree::Sub(a, b) => {
            let (a, b) = two(g, a, b);
            g.sub(a, b)
        }
        Tree::Mul(a, b) => {
            let (a, b) = two(g, a, b);
            if swapped { g.mul(b, a) } else { g.mul(a, b) }
        }
        Tree::Scale(c, e) => {
            let e = of(g, e);
            g.scale(*c, e)
        }
        Tree::Power(e, p) => {
            let e = of(g, e);
            g.pow(e, *p)
        }
        Tree::Root(e, p) => {
            let e = positive(g, e, swapped);
            g.pow(e, *p)
        }
        Tree::General(e) => {
            let base = symbol(g, &LEAVES[2]);
            let e = of(g, e);
            let e = g.tanh(e);
            g.pow_expr(base, e)
        }
        Tree::Exp(e) => {
            let e = of(g, e);
            let e = g.tanh(e);
            g.exp(e)
        }
        Tree::Ln(e) => {
            let e = positive(g, e, swapped);
            g.ln(e)
        }
        Tree::Tanh(e) => {
            let e = of(g, e);
            g.tanh(e)
        }
        Tree::Sigmoid(e) => {
            let e = of(g, e);
            g.sigmoid(e)
        }
        Tree::Erf(e) => {
            let e = of(g, e);
            g.erf(e)
        }
        Tree::Abs(e) => {
            let e = of(g, e);
            g.abs(e)
        }
        Tree::Sign(e) => {
            let e = of(g, e);
            g.sign(e)
        }
        Tree::Step(e) => {
            let e = of(g, e);
            g.step(e)
        }
        Tree::Stop(e) => {
            let e = of(g, e);
            g.stop_gradient(e)
        }
        Tree::Max(a, b) => {
            let (a, b) = two(g, a, b);
            g.max(a, b)
        }
        Tree::Min(a, b) => {
            let (a, b) = two(g, a, b);
            g.min(a, b)
        }
        Tree::Replace(a, b) => {
            let (a, b) = two(g, a, b);
            g.replace_gradient(a, b)
        }
        Tree::Sum(over, e) => {
            let e = of(g, e);
            g.sum(*over, e)
        }
        Tree::Mean(over, e) => {
            let e = of(g, e);
            g.mean(*over, e)
        }
        Tree::Count(over) => g.count(*over),
        Tree::Window(window, size, e) => {
            let e = of(g, e);
            let size = g.num(*size as f64);
            g.window(*window, e, size)
        }
    }
}

/// `1 + e^2`.
fn positive(g: &mut Graph, e: &Tree, swapped: bool) -> ExprId {
    let e = build(g, e, swapped);
    let (one, square) = (g.num(1.0), g.square(e));
    g.add(one, square)
}
