//! The presentation pass: what a person would write, with the same values.

use proptest::prelude::*;
use symbolic::{Axes, ExprId, Gradient, Graph, Presented};

use crate::derivative::spread;
use crate::parse::parse;
use crate::trees::{LEAVES, Tree, build, config, env, symbol, tree};

/// Symbols of layer normalization, its definitions among them.
fn layer() -> Graph {
    let mut g = Graph::new();
    let set = Axes::K | Axes::S;
    for (name, latex, axes) in [
        ("x", "x", Axes::ALL),
        ("dy", r"\partial y", Axes::ALL),
        ("gain", r"\gamma", Axes::G | Axes::K),
        ("tau", r"\tau", Axes::G | Axes::K),
        ("eps", r"\epsilon", Axes::EMPTY),
        ("zero", "z", Axes::EMPTY),
        ("mu", r"\mu", set.complement()),
        ("var", r"\sigma^2", set.complement()),
        ("dmu", r"\partial \mu", set.complement()),
        ("dvar", r"\partial \sigma^2", set.complement()),
        ("u", "u", Axes::ALL),
    ] {
        g.symbol(name, latex, axes).expect("new");
    }
    for (name, meaning) in [("mu", "mean[k,s](x)"), ("var", "mean[k,s]((x - mu)^2)")] {
        let meaning = parse(&mut g, meaning);
        let symbol = g.find(name).expect("declared");
        g.define(symbol, meaning).expect("fits");
    }
    g
}

/// A gradient given as text.
fn gradient(
    g: &mut Graph,
    output: &str,
    shorthands: &[(&str, &str)],
    steps: &[(&str, &str)],
    results: &[&str],
) -> Gradient {
    let pair = |g: &mut Graph, (name, meaning): (&str, &str)| {
        let meaning = parse(g, meaning);
        (g.find(name).expect("declared"), meaning)
    };
    Gradient {
        input: g.find("x").expect("declared"),
        upstream: g.find("dy").expect("declared"),
        formula: vec![parse(g, output)],
        shorthands: shorthands.iter().map(|&s| pair(g, s)).collect(),
        steps: steps.iter().map(|&s| pair(g, s)).collect(),
        results: results.iter().map(|&r| parse(g, r)).collect(),
    }
}

/// Every line as text.
fn lines(g: &Graph, presented: &Presented) -> Vec<String> {
    let named = presented.names.iter().chain(&presented.steps);
    let named = named.map(|&(name, e)| format!("{} = {}", g.to_text(name), g.to_text(e)));
    named.chain(presented.results.iter().map(|&e| g.to_text(e))).collect()
}

fn presented(
    output: &str,
    shorthands: &[(&str, &str)],
    steps: &[(&str, &str)],
    results: &[&str],
) -> Vec<String> {
    let mut g = layer();
    let gradient = gradient(&mut g, output, shorthands, steps, results);
    let presented = g.present(&gradient).expect("own ids");
    let again = Gradient {
        shorthands: presented.names.clone(),
        steps: presented.steps.clone(),
        results: presented.results.clone(),
        ..gradient.clone()
    };
    assert_eq!(g.present(&again).expect("own ids"), presented, "twice is once");
    assert_eq!(g.present(&gradient).expect("own ids"), presented, "the same gradient, the same lines");
    lines(&g, &presented)
}

const LAYER: &str = "gain*(x - mu)/sqrt(var + eps)";

#[test]
fn layer_normalization() {
    let steps = [
        ("dvar", "-0.5*sum[k,s](gain*dy*(x - mu))/(var + eps)^1.5"),
        ("dmu", "-sum[k,s](gain*dy)/sqrt(var + eps)"),
    ];
    let results = [
        "2*dvar*(x - mu)/count[k,s] + gain*dy/sqrt(var + eps) + dmu/count[k,s]",
        "sum[n,s](dy*(x - mu)/sqrt(var + eps))",
    ];
    assert_eq!(
        presented(LAYER, &[], &steps, &results),
        [
            "xhat = (x - mu)/sqrt(var + eps)",
            "g = gain*dy",
            "(g - mean[k,s](g) - xhat*mean[k,s](g*xhat))/sqrt(var + eps)",
            "sum[n,s](dy*xhat)",
        ]
    );
}

/// Over cases and positions the gain varies over nothing that is pooled, so it stands in front and needs no name.
#[test]
fn what_does_not_vary_stands_in_front() {
    let mut g = Graph::new();
    let set = Axes::N | Axes::S;
    for (name, axes) in [
        ("x", Axes::ALL),
        ("dy", Axes::ALL),
        ("gain", set.complement()),
        ("mu", set.complement()),
        ("var", set.complement()),
    ] {
        g.symbol(name, name, axes).expect("new");
    }
    let mean = parse(&mut g, "mean[n,s](x)");
    let mu = g.find("mu").expect("declared");
    g.define(mu, mean).expect("fits");
    let result = "gain*dy/sqrt(var) - gain*sum[n,s](dy)/(count[n,s]*sqrt(var)) \
                  - gain*(x - mu)*sum[n,s](dy*(x - mu))/(count[n,s]*var^1.5)";
    let gradient = gradient(&mut g, "gain*(x - mu)/sqrt(var)", &[], &[], &[result]);
    let presented = g.present(&gradient).expect("own ids");
    assert_eq!(
        lines(&g, &presented),
        ["xhat = (x - mu)/sqrt(var)", "gain*(dy - mean[n,s](dy) - xhat*mean[n,s](dy*xhat))/sqrt(var)"]
    );
}

/// Single rules, each on a line of its own.
#[test]
fn rules_for_the_eye() {
    for (from, to) in [
        ("sum[k,s](gain*x)/count[k,s]", "mean[k,s](gain*x)"),
        ("sum[k](gain*x)/count[k,s]", "mean[k](gain*x)/count[s]"),
        ("sum[k,s](gain*x)/count[k]", "sum[k,s](gain*x)/count[k]"),
        ("count[k,s]*mean[k,s](gain*x)", "sum[k,s](gain*x)"),
        ("(gain*sum[k,s](x*dy) + mu*count[k,s])/count[k,s]", "gain*mean[k,s](dy*x) + mu"),
        ("(exp(x) + mu*count[k,s])/count[k,s]", "(exp(x) + count[k,s]*mu)/count[k,s]"),
        ("mu - zero*mu", "mu*(1 - zero)"),
        ("x*gain + dy*gain", "gain*(dy + x)"),
        ("-x*gain - dy*gain", "-gain*(dy + x)"),
        ("gain*(-x - dy)", "-gain*(dy + x)"),
        ("x/sqrt(var) - dy/sqrt(var)", "(x - dy)/sqrt(var)"),
        ("x/sqrt(var) - dy/var^1.5", "(x - dy/var)/sqrt(var)"),
        ("gain*x - gain*dy + eps", "gain*(x - dy) + eps"),
        // Of two that save the same, what varies less stands in front.
        ("zero*exp(x) + gain*zero*tanh(x) + gain*ln(x)", "zero*(exp(x) + gain*tanh(x)) + gain*ln(x)"),
        ("step(tau)*(x + gain*step(tau))", "step(tau)*(x + gain)"),
        ("x*step(tau)^2", "x*step(tau)"),
        ("1 - exp(x)", "1 - exp(x)"),
        ("0.5*x", "x/2"),
        ("0.25*x - 1", "x/4 - 1"),
        ("1.5*x", "3*x/2"),
        ("1.1283791670955126*x", "2*x/sqrt(pi)"),
        ("0.5641895835477563*x", "x/sqrt(pi)"),
        ("-0.7978845608028654*x", "-x*sqrt(2/pi)"),
        ("0.3989422804014327*x", "x/sqrt(2*pi)"),
        ("0.3*x", "0.3*x"),
    ] {
        assert_eq!(presented("x", &[], &[], &[from]), [to], "{from}");
    }
}

/// What has no own worth goes into the lines that use it; what is long and stands in several places stays.
#[test]
fn gradients_at_statistics_go_where_the_text_is_shorter() {
    assert_eq!(presented("x", &[], &[("dvar", "0")], &["2*dvar*x + dy"]), ["dy"]);
    let into_one = presented("x", &[], &[("dvar", "sum[k,s](dy)")], &["dy + dvar/count[k,s]"]);
    assert_eq!(into_one, ["dy + mean[k,s](dy)"]);
    let long = "sum[k,s](dy*exp(gain*tanh(x + tau)))";
    let kept = presented("x", &[], &[("dvar", long)], &["exp(dvar)*dy", "sum[n,s](tanh(dvar)*ln(dvar)*x)"]);
    assert_eq!(kept[0], format!("dvar = {long}"));
    assert_eq!(kept.len(), 3, "{kept:?}");
}

/// A declared shorthand keeps its name; one that nothing uses is not shown.
#[test]
fn shorthands_keep_their_names() {
    let shown = presented(
        LAYER,
        &[("u", "exp(gain*tanh(x + tau))"), ("dmu", "ln(zero)")],
        &[],
        &["dy*gain*exp(gain*tanh(x + tau))"],
    );
    assert_eq!(shown, ["u = exp(gain*tanh(x + tau))", "gain*dy*u"]);
}

/// What its mean was subtracted from has no mean, under its name too.
#[test]
fn the_mean_of_a_centred_input_vanishes() {
    let shorthand = [("u", "(x - mu)/sqrt(var + eps)")];
    let line = "dy + (x - mu)*mean[k,s](u)/sqrt(var + eps)";
    assert_eq!(presented(LAYER, &shorthand, &[], &[line]), ["dy"]);
    // That of what was not centred has.
    let shorthand = [("u", "x/sqrt(var + eps)")];
    let line = "dy + x*mean[k,s](u)/sqrt(var + eps)";
    assert_eq!(
        presented("x/sqrt(var + eps)", &shorthand, &[], &[line]),
        ["u = x/sqrt(var + eps)", "dy + u*mean[k,s](u)"]
    );
}

/// Where no root divides it, the centred input has a name if it stands there often.
#[test]
fn a_centred_input_that_recurs_has_a_name() {
    let line = "dy*sign(x - mu)*abs(x - mu) - exp(x - mu)*tanh(x - mu)*ln(x - mu)";
    assert_eq!(presented("x", &[], &[], &[line]), ["c = x - mu", "dy*abs(c)*sign(c) - exp(c)*ln(c)*tanh(c)"]);
    assert_eq!(presented("x", &[], &[], &["dy*sign(x - mu)"]), ["dy*sign(x - mu)"]);
}

/// A name that the formula has for something else is not given a second time.
#[test]
fn names_that_are_taken_stay() {
    let mut g = layer();
    g.symbol("g", "g", Axes::ALL).expect("new");
    let gradient =
        gradient(&mut g, "g*x", &[], &[], &["gain*dy - mean[k,s](gain*dy) - x*mean[k,s](gain*dy*x)"]);
    let presented = g.present(&gradient).expect("own ids");
    assert_eq!(lines(&g, &presented)[0], "h = gain*dy");
}

fn has_no_kinks(tree: &Tree) -> bool {
    let shown = format!("{tree:?}");
    !["Step(", "Sign(", "Abs(", "Max(", "Min("].iter().any(|kink| shown.contains(kink))
}

/// The largest magnitude anywhere in an expression: what rounding errors are relative to.
fn largest(g: &Graph, e: ExprId, env: &symbolic::Env) -> f64 {
    let values = g.evaluate(&g.topological(&[e]), env).expect("the trees stay in the rules' domain");
    values.iter().flat_map(|value| &value.data).fold(1.0, |most: f64, v| most.max(v.abs()))
}

/// The gradient of a random tree at the symbols of the trees.
fn of_tree(g: &mut Graph, tree: &Tree, swapped: bool) -> Gradient {
    let leaves: Vec<ExprId> = LEAVES.iter().map(|leaf| symbol(g, leaf)).collect();
    let built = build(g, tree, swapped);
    let results = g.gradient(&[(built, leaves[5])], &leaves[..5]).expect("own ids");
    Gradient {
        input: leaves[0],
        upstream: leaves[5],
        formula: vec![built],
        shorthands: Vec::new(),
        steps: Vec::new(),
        results,
    }
}

proptest! {
    #![proptest_config(config(200))]

    /// Random gradients: the same values, and presenting twice is presenting once.
    #[test]
    fn keeps_the_value(tree in tree().prop_filter("no kinks", has_no_kinks), env in env()) {
        let mut g = Graph::new();
        let gradient = of_tree(&mut g, &tree, false);
        let results = gradient.results.clone();
        let presented = g.present(&gradient).expect("own ids");
        let mut known = env.clone().bind("pi", vec![std::f64::consts::PI]);
        for &(name, meaning) in &presented.names {
            let value = g.evaluate(&[meaning], &known).expect("the trees stay in the rules' domain").remove(0);
            known = known.bind(&g.to_text(name), value.data);
        }
        for (&before, &after) in results.iter().zip(&presented.results) {
            prop_assert!(g.axes(after).is_subset(g.axes(before)));
            let bound = 1e-10 * largest(&g, before, &known).max(largest(&g, after, &known));
            let values = g.evaluate(&[before, after], &known).expect("the trees stay in the rules' domain");
            for element in 0..known.len(values[0].axes) {
                let after_value = spread(&values[1], values[0].axes, element);
                prop_assert!(
                    (values[0].data[element] - after_value).abs() <= bound,
                    "{} and {after_value}: {} and {}",
                    values[0].data[element], g.to_text(before), g.to_text(after)
                );
            }
        }
        let again = Gradient {
            shorthands: presented.names.clone(),
            results: presented.results.clone(),
            ..gradient
        };
        prop_assert_eq!(g.present(&again).expect("own ids"), presented);
    }

    /// The same lines from a graph whose symbols and nodes were made in another order.
    #[test]
    fn presentation_forgets_the_order_of_construction(tree in tree()) {
        let mut g = Graph::new();
        let gradient = of_tree(&mut g, &tree, false);
        let mut other = Graph::new();
        for leaf in LEAVES.iter().rev() {
            let e = symbol(&mut other, leaf);
            let unrelated = other.tanh(e);
            other.mul(unrelated, e);
        }
        let gradient_there = of_tree(&mut other, &tree, true);
        let (here, there) = (g.present(&gradient), other.present(&gradient_there));
        let (here, there) = (here.expect("own ids"), there.expect("own ids"));
        prop_assert_eq!(lines(&g, &here), lines(&other, &there));
    }
}
