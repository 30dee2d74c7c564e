//! Every rule of the table does what its name says, and those declared exact change no bit.

use std::collections::BTreeSet;

use symbolic::{Axes, Env, ExprId, Graph, RULES};

use crate::parse::parse;

/// A graph with scalars `a`, `b`, data `x`, `y`, a row value `row`, and definitions `m`, `v`, `t`, `r`.
fn graph() -> Graph {
    let mut g = Graph::new();
    let set = Axes::K | Axes::S;
    for (name, axes) in [
        ("a", Axes::EMPTY),
        ("b", Axes::EMPTY),
        ("x", Axes::ALL),
        ("y", Axes::ALL),
        ("row", set.complement()),
        ("m", set.complement()),
        ("v", set.complement()),
        ("t", Axes::N.complement()),
        ("r", Axes::EMPTY),
        ("d", Axes::ALL),
        ("w", Axes::EMPTY),
        ("q", Axes::EMPTY),
    ] {
        g.symbol(name, name, axes).expect("new");
    }
    for (name, meaning) in [
        ("m", "mean[k,s](x)"),
        ("v", "mean[k,s]((x - m)^2)"),
        ("t", "sum[n](y)"),
        ("r", "1/sqrt(a + b)"),
        ("q", "sqrt(a + 5)"),
        ("d", "x - row"),
        ("w", "(2 + a)^(1/b)"),
    ] {
        let meaning = parse(&mut g, meaning);
        let symbol = g.find(name).expect("declared");
        g.define(symbol, meaning).expect("fits");
    }
    g
}

fn simplified(g: &mut Graph, text: &str) -> ExprId {
    let e = parse(g, text);
    g.simplify(e)
}

const CASES: &[(&str, &str, &str)] = &[
    ("fold-constants", "2*3 + tanh(0) + 2^3", "14"),
    ("fold-constants", "1/0", "1/0"),
    ("flatten-add", "(a + b) + (1 + x)", "x + a + b + 1"),
    ("flatten-mul", "(2*a)*(b*x)", "2*a*b*x"),
    ("sort", "b*a + x + 1 + y", "x + y + a*b + 1"),
    ("collect-terms", "2*a + b - 3*a", "b - a"),
    ("collect-powers", "a*b*a*a/b", "a^3"),
    ("collect-powers", "a/sqrt(a)", "sqrt(a)"),
    ("add-zero", "a + 0", "a"),
    ("mul-one", "1*a", "a"),
    ("mul-zero", "0*a*x", "0"),
    ("pow-zero", "a^0", "1"),
    ("pow-one", "a^1", "a"),
    ("square", "a*a", "a^2"),
    ("pow-pow", "(sqrt(a))^4", "a^2"),
    ("pow-pow", "(a^3)^0.5", "a^1.5"),
    ("pow-pow", "sqrt(a^2)", "sqrt(a^2)"),
    ("pow-mul", "(2*a*b)^2", "4*a^2*b^2"),
    ("pow-mul", "sqrt(a*b)", "sqrt(a*b)"),
    ("idempotent", "abs(abs(a))", "abs(a)"),
    ("same-operands", "max(a, a)", "a"),
    ("sum-invariant", "sum[k,s](row)", "count[k,s]*row"),
    ("sum-invariant", "sum[n,k](row)", "count[k]*sum[n](row)"),
    ("mean-invariant", "mean[n,k](row)", "mean[n](row)"),
    ("split-count", "count[n,k,s]/count[k,s]", "count[n]"),
    ("merge-reductions", "sum[n](sum[k](x))", "sum[n,k](x)"),
    ("merge-reductions", "mean[n](mean[k](x))", "mean[n,k](x)"),
    ("merge-mixed", "sum[n](mean[k](x))", "sum[n,k](x)/count[k]"),
    ("merge-mixed", "mean[n](sum[k](x))", "sum[n,k](x)/count[n]"),
    ("pull-factor", "sum[k,s](2*row*y/a)", "2*row*sum[k,s](y)/a"),
    ("pull-term", "mean[k,s](y - row)", "mean[k,s](y) - row"),
    ("pull-term", "sum[k,s](y - 2*x)", "sum[k,s](y) - 2*count[k,s]*m"),
    ("pull-term", "sum[k,s](y*x + 3*row*(x - m))", "sum[k,s](x*y)"),
    ("window-of-zero", "window_sum[k](0*x, 3)", "0"),
    ("pull-through-window", "window_mean[k,inside](2*row*y, 3)", "2*row*window_mean[k,inside](y, 3)"),
    ("mean-for-sum", "sum[k,s](x)", "count[k,s]*m"),
    ("mean-for-sum", "sum[k,s]((x - m)^2)", "count[k,s]*v"),
    ("sum-for-mean", "mean[n](y)", "t/count[n]"),
    ("cancel", "2*(a + b) - 2*a", "2*b"),
    ("cancel", "a - 2*(b + 1)", "a - 2*(b + 1)"),
    ("fold-definition", "y*mean[k,s](x)", "m*y"),
    ("fold-definition", "2*(x - row)", "2*d"),
    ("fold-power-of-definition", "(a + b)^1.5", "(a + b)^1.5"),
    ("fold-power-of-definition", "x/(a + b)^1.5", "r^3*x"),
    ("fold-power-of-definition", "x/(a + 5)^1.5", "x/q^3"),
    ("fold-named-power", "x*(2 + a)^(1/b - 1)", "x*w^(1 - b)"),
    ("fold-named-power", "(3 + a)^(1/b - 1)", "(a + 3)^(1/b - 1)"),
];

#[test]
fn each_rule_by_name() {
    for &(rule, from, to) in CASES {
        let mut g = graph();
        let e = simplified(&mut g, from);
        assert_eq!(g.to_text(e), to, "{rule}: {from}");
    }
    let tried: BTreeSet<&str> = CASES.iter().map(|c| c.0).collect();
    let listed: BTreeSet<&str> = RULES.iter().map(|r| r.name).collect();
    assert_eq!(tried, listed);
}

/// The left side of each exact rule computed by hand, for values that round.
#[test]
fn exact_rules_change_no_bit() {
    type Hand = fn(f64, f64) -> f64;
    let hand: &[(&str, &str, Hand)] = &[
        ("fold-constants", "0.1 + 0.7", |_, _| 0.1 + 0.7),
        ("fold-constants", "0.3*0.7", |_, _| 0.3 * 0.7),
        ("fold-constants", "tanh(0.3)", |_, _| 0.3_f64.tanh()),
        ("fold-constants", "0.7^0.5", |_, _| 0.7_f64.sqrt()),
        ("add-zero", "a + 0", |a, _| a + 0.0),
        ("mul-one", "1*a", |a, _| 1.0 * a),
        ("mul-zero", "0*a", |a, _| 0.0 * a.abs()),
        ("pow-zero", "a^0", |a, _| a.powf(0.0)),
        ("pow-one", "a^1", |a, _| a.powf(1.0)),
        ("square", "a*a", |a, _| a * a),
        ("window-of-zero", "window_sum[k](0, 3)", |_, _| 0.0),
        ("idempotent", "abs(abs(a))", |a, _| a.abs().abs()),
        ("same-operands", "max(a, a)", |a, _| a.max(a)),
        ("fold-definition", "tanh(a + b)", |a, b| (a + b).tanh()),
    ];
    for &(rule, text, value) in hand {
        for (a, b) in [(0.1, 0.7), (-1.0 / 3.0, 1e-300), (1e300, -7.0), (5e-324, 3.0)] {
            let mut g = Graph::new();
            for name in ["a", "b", "s"] {
                g.symbol(name, name, Axes::EMPTY).expect("new");
            }
            let meaning = parse(&mut g, "tanh(a + b)");
            let s = g.find("s").expect("declared");
            g.define(s, meaning).expect("fits");
            let e = simplified(&mut g, text);
            let env = Env::new([1; 4]).bind("a", vec![a]).bind("b", vec![b]).bind("s", vec![(a + b).tanh()]);
            let got = g.evaluate(&[e], &env).expect("bound")[0].data[0];
            assert_eq!(got.to_bits(), value(a, b).to_bits(), "{rule}: {text} at {a}, {b}");
        }
    }
    let tried: BTreeSet<&str> = hand.iter().map(|h| h.0).collect();
    let exact: BTreeSet<&str> = RULES.iter().filter(|r| r.exact).map(|r| r.name).collect();
    assert_eq!(tried, exact);
}

/// The deviations from a mean sum to zero: what makes the cross term between mean and variance vanish.
#[test]
fn variance_does_not_depend_on_its_mean() {
    for set in [Axes::K | Axes::S, Axes::N | Axes::S] {
        let mut g = Graph::new();
        let x = g.symbol("x", "x", Axes::ALL).expect("new");
        let mu = g.symbol("mu", r"\mu", set.complement()).expect("new");
        let var = g.symbol("var", r"\sigma^2", set.complement()).expect("new");
        let dvar = g.symbol("dvar", r"\bar\sigma", set.complement()).expect("new");
        let mean = g.mean(set, x);
        g.define(mu, mean).expect("fits");
        let centred = g.sub(x, mu);
        let squared = g.square(centred);
        let variance = g.mean(set, squared);
        g.define(var, variance).expect("fits");
        let grads = g.gradient(&[(variance, dvar)], &[mu, x]).expect("own ids");
        assert_eq!(g.as_number(grads[0]), Some(0.0));
        assert_eq!(g.to_text(grads[1]), format!("2*dvar*(x - mu)/count[{}]", set.letters()));

        // Not so where the symbol holds an earlier mean: nothing may cancel then.
        let old = g.symbol("old", r"\hat\mu", set.complement()).expect("new");
        let from_old = g.substitute(variance, &[(mu, old)]);
        let grads = g.gradient(&[(from_old, dvar)], &[old]).expect("own ids");
        assert_eq!(g.to_text(grads[0]), "-2*dvar*(mu - old)");
    }
}
