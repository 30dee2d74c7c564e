//! LaTeX and MathML mean what they show: read back by eye, they give the same expression.

use proptest::prelude::*;
use symbolic::{Axes, ExprId, Graph};

use crate::markup::Notation;
use crate::parse::parse;
use crate::print::well_formed;
use crate::trees::{LEAVES, build, config, symbol, tree};

/// How the leaves are shown, with an index, an exponent, an accent and two letters among them.
const SHOWN: [(&str, &str, &str); LEAVES.len()] = [
    ("x", "x", "x"),
    ("row", "r_{t}", "r _t"),
    ("gain", r"\sigma^2", "sigma ^2"),
    ("pixel", r"\hat{p}", "hat p"),
    ("scalar", "c", "c"),
    ("dy", r"\partial y", "partial y"),
];

const WORDS: &[(&str, Axes)] =
    &[("channels & space", Axes::K.union(Axes::S)), ("the <batch>", Axes::N), ("space", Axes::S)];

fn graph() -> Graph {
    let mut g = Graph::new();
    for ((name, latex, _), leaf) in SHOWN.iter().zip(&LEAVES) {
        assert_eq!(*name, leaf.name);
        g.symbol(name, latex, leaf.axes).expect("new");
    }
    g
}

/// Reads both notations of an expression into a graph of their own.
fn agree(g: &Graph, e: ExprId, axes: &[(&str, Axes)]) {
    let symbols = SHOWN.map(|(name, _, seen)| (seen, name));
    let notation = Notation { symbols: &symbols, axes };
    let (mut from_latex, mut from_mathml) = (graph(), graph());
    let (latex, mathml) = (g.to_latex(e), g.to_mathml(e));
    let read = notation.latex(&mut from_latex, &latex);
    assert_eq!(from_latex.to_text(read), g.to_text(e), "{latex}");
    let read = notation.mathml(&mut from_mathml, &mathml);
    assert_eq!(from_mathml.to_text(read), g.to_text(e), "{mathml}");
    well_formed(&mathml).expect("well-formed");
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn markup_reads_back(tree in tree()) {
        let mut g = graph();
        let leaves: Vec<_> = LEAVES.iter().map(|leaf| symbol(&mut g, leaf)).collect();
        let e = build(&mut g, &tree, false);
        agree(&g, e, &[]);
        for gradient in g.gradient(&[(e, leaves[5])], &leaves[..2]).expect("own ids") {
            agree(&g, gradient, &[]);
        }
    }

    /// The same where some sets of axes have words: those are printed, and stand for the same axes.
    #[test]
    fn words_stand_for_their_axes(tree in tree()) {
        let mut g = graph();
        let e = build(&mut g, &tree, false);
        let text = g.to_text(e);
        for &(words, axes) in WORDS {
            g.name_axes(axes, words);
        }
        agree(&g, e, WORDS);
        prop_assert_eq!(g.to_text(e), text, "text keeps the letters");
    }
}

#[test]
fn axes_have_their_last_words() {
    let mut g = graph();
    for text in
        ["mean[k,s](x)", "sum[k,s](x)", "count[k,s]", "window_sum[s](x, 3)", "mean[k](x)", "mean[n,k](x)"]
    {
        let e = parse(&mut g, text);
        for (words, axes) in [("old words", Axes::K | Axes::S), ("old space", Axes::S)] {
            g.name_axes(axes, words);
        }
        g.name_axes(Axes::K | Axes::S, "new words");
        g.name_axes(Axes::S, "new space");
        let named = !matches!(text, "mean[k](x)" | "mean[n,k](x)");
        for shown in [g.to_latex(e), g.to_mathml(e)] {
            assert_eq!(shown.contains("new "), named, "{shown}");
            assert!(!shown.contains("old "), "{shown}");
        }
        assert_eq!(g.to_text(e), text);
        agree(&g, e, &[("new words", Axes::K | Axes::S), ("new space", Axes::S)]);
    }
}

/// What the random trees seldom or never make.
#[test]
fn rare_shapes_read_back() {
    for text in [
        "gain^(x + 1)",
        "gain^(2*x)",
        "gain^(gain^gain)",
        "(gain^x)^2",
        "exp(x)^2",
        "exp(exp(x))",
        "exp(x)^x",
        "sqrt(x)^gain",
        "(2*x)^gain",
        "(x^2)^row",
        "(x^2)^1.5",
        "gain^(x^2)",
        "((x + 1)^1.5)^row",
        "(sqrt(gain)*x)^row",
        "(sqrt(gain)*sqrt(x))^row",
        "(2*sqrt(x))^row",
        "(sqrt(x)/3)^row",
        "(sqrt(x)/row)^gain",
        "(-sqrt(x))^row",
        "(-x)^gain",
        "(x/row)^gain",
        "2^x",
        "abs(abs(x)*abs(row))",
        "abs(x)^3",
        "sum[n](x)*sum[k](x)*x",
        "sum[n](x)/sum[k](x)",
        "sum[n](x)^2*sum[k](x)",
        "sum[n](x*sum[k](x))",
        "2*sum[n](x + row)",
        "sum[n](x) + sum[k](x)",
        "mean[n](x)^2*x",
        "x^2.5",
        "1/x^2.5",
        "x^0.25",
        "x^7",
        "(x + 1)^1.5/3",
        "-x^2",
        "-x/3",
        "-1/3",
        "2/7",
        "-sqrt(x)",
        "x*(row - 1)*(row - 2)",
        "(x + 1)/(row*(row + 1))",
        "window_mean[k,gaussian,inside,transposed](x, 5)^2",
        "window_sum[s](x, scalar + 1)*x",
        "max(x, -row)*min(x, 1)",
        "replace_gradient(x - 1, x*row)",
        "count[n,k]*x/count[g]",
        "sign(x)*step(x)*stop_gradient(x)",
    ] {
        let mut g = graph();
        let e = parse(&mut g, text);
        agree(&g, e, &[]);
        let text = g.to_text(e);
        assert_eq!(parse(&mut g, &text), e, "{text}");
    }
    let mut g = graph();
    let leaves: Vec<_> = LEAVES.iter().map(|leaf| symbol(&mut g, leaf)).collect();
    let controlled = g.controlled(leaves[0], leaves[1], leaves[4], leaves[4]);
    let squared = g.square(controlled);
    agree(&g, squared, &[]);
}

/// Constants of all sizes, alone, before a factor, under and as an exponent.
#[test]
fn constants_read_back() {
    let sizes = [
        0.0,
        1.0,
        2.0,
        0.1,
        0.5,
        1e-4,
        0.99e-4,
        1e-5,
        2.5e-7,
        1e-300,
        9_999_999.0,
        1e7,
        1.25e7,
        1e22,
        3.5e300,
        1234.5678,
        123_456.789_012_345,
        1.0 / 3.0,
        2.0 / 3.0,
        1.0 / 7.0,
        22.0 / 7.0,
        999.0 / 997.0,
        1.0 / 1000.0,
        1000.0 / 999.0,
        1001.0 / 999.0,
        1.0 / 1001.0,
        std::f64::consts::PI,
        std::f64::consts::FRAC_2_SQRT_PI,
        0.1 + 0.2,
        f64::INFINITY,
    ];
    for c in sizes.into_iter().flat_map(|c| [c, -c]) {
        let mut g = graph();
        let x = symbol(&mut g, &LEAVES[0]);
        let constant = g.num(c);
        let mut read = vec![constant, g.mul(constant, x), g.add(constant, x)];
        if c.is_finite() {
            read.push(g.pow(x, c));
            read.push(g.pow_expr(constant, x));
        }
        for e in read {
            agree(&g, e, &[]);
            if !g.to_text(e).contains("inf") {
                let mut other = graph();
                let text = g.to_text(e);
                let back = parse(&mut other, &text);
                assert_eq!(other.to_text(back), g.to_text(e));
                if e == constant {
                    assert_eq!(other.as_number(back), g.as_number(e), "{text}");
                }
            }
        }
    }
}

/// A person reads 1/3, not sixteen digits, and no row of zeros.
#[test]
fn constants_are_short() {
    let mut g = Graph::new();
    for (value, text, latex, mathml) in [
        (1.0 / 3.0, "1/3", r"\frac{1}{3}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>3</mn></mrow></mfrac>"),
        (
            22.0 / 7.0,
            "22/7",
            r"\frac{22}{7}",
            "<mfrac><mrow><mn>22</mn></mrow><mrow><mn>7</mn></mrow></mfrac>",
        ),
        (0.125, "0.125", "0.125", "<mn>0.125</mn>"),
        (1e-5, "1e-5", "10^{-5}", "<msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup>"),
        (
            2.5e7,
            "2.5e7",
            r"2.5 \cdot 10^{7}",
            "<mrow><mn>2.5</mn><mo>·</mo><msup><mn>10</mn><mrow><mn>7</mn></mrow></msup></mrow>",
        ),
        (0.0001, "0.0001", "0.0001", "<mn>0.0001</mn>"),
        (f64::INFINITY, "inf", r"\infty", "<mi>∞</mi>"),
        (f64::NAN, "NaN", r"\mathrm{NaN}", "<mn>NaN</mn>"),
    ] {
        let e = g.num(value);
        assert_eq!(g.to_text(e), text);
        assert_eq!(g.to_latex(e), latex);
        assert_eq!(g.to_mathml(e), format!("<mrow>{mathml}</mrow>"));
    }
    let x = g.symbol("x", "x", Axes::N).expect("new");
    let power = g.pow(x, 2.5);
    assert_eq!(g.to_latex(power), "{x}^{5/2}");
    assert!(g.to_mathml(power).ends_with("<mrow><mn>5</mn><mo>/</mo><mn>2</mn></mrow></msup></mrow>"));
}
