//! Sets of axes, constants, the arena's walks, and the order of operands.

use std::collections::HashSet;

use symbolic::{Axes, Env, ExprId, Graph, Number};

use crate::parse::parse;

/// The sixteen sets against sets of letters.
#[test]
fn axes_are_sets() {
    let single = [(Axes::N, 'n'), (Axes::G, 'g'), (Axes::K, 'k'), (Axes::S, 's')];
    let all: Vec<(Axes, HashSet<char>)> = (0..16_usize)
        .map(|bits| {
            let chosen = single.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, s)| *s);
            chosen.fold((Axes::EMPTY, HashSet::new()), |(axes, mut letters), (axis, letter)| {
                letters.insert(letter);
                (axes | axis, letters)
            })
        })
        .collect();
    let letters = |axes: Axes| axes.letters().chars().filter(|c| *c != ',').collect::<HashSet<_>>();
    for (a, set_a) in &all {
        assert_eq!((letters(*a), a.len(), a.is_empty()), (set_a.clone(), set_a.len(), set_a.is_empty()));
        assert_eq!(a.iter().map(Axes::letters).collect::<Vec<_>>().join(","), a.letters());
        assert_eq!((format!("{a}"), format!("{a:?}")), (format!("{{{}}}", a.letters()), format!("{a}")));
        assert_eq!(a.complement().len(), 4 - a.len());
        for (b, set_b) in &all {
            assert_eq!(letters(*a | *b), set_a | set_b);
            assert_eq!(letters(*a & *b), set_a & set_b);
            assert_eq!(letters(*a - *b), set_a - set_b);
            assert_eq!(a.is_subset(*b), set_a.is_subset(set_b));
            assert_eq!(a.contains(*b), set_a.is_superset(set_b));
            assert_eq!(a.is_disjoint(*b), set_a.is_disjoint(set_b));
        }
    }
    assert_eq!(Axes::ALL.letters(), "n,g,k,s");
}

#[test]
fn constants_have_one_zero_one_nan_and_a_total_order() {
    assert_eq!(Number::new(-0.0), Number::new(0.0));
    assert_eq!(Number::new(-0.0).get().to_bits(), 0);
    assert_eq!(Number::new(f64::NAN), Number::from(-f64::NAN));
    let mut sorted = [3.0, f64::NAN, -1.0, 0.0, f64::INFINITY].map(Number::from);
    sorted.sort_unstable();
    assert_eq!(format!("{sorted:?}"), "[-1.0, 0.0, 3.0, inf, NaN]");
    assert!(Number::new(1.0) < Number::new(2.0) && Number::new(1.0) != Number::new(2.0));
    let whole = |v: f64| (Number::new(v).is_integer(), Number::new(v).is_even());
    for (value, expected) in [
        (0.0, (true, true)),
        (2.0, (true, true)),
        (-4.0, (true, true)),
        (3.0, (true, false)),
        (-1.0, (true, false)),
        (0.5, (false, false)),
        (2.5, (false, false)),
        (1e15, (true, true)),
        (1e16, (false, false)),
        (9e15, (false, false)),
        (f64::INFINITY, (false, false)),
        (f64::NAN, (false, false)),
    ] {
        assert_eq!(whole(value), expected, "{value}");
    }
}

fn graph() -> Graph {
    let mut g = Graph::new();
    for (name, axes) in [
        ("a", Axes::EMPTY),
        ("b", Axes::EMPTY),
        ("n", Axes::N),
        ("k", Axes::K),
        ("row", Axes::N | Axes::G),
        ("x", Axes::ALL),
    ] {
        g.symbol(name, name, axes).expect("new");
    }
    g
}

/// Constants, then few axes before many, then by operator, name and operands: with exact ids, whatever came first.
#[test]
fn operands_stand_in_structural_order() {
    let order = [
        "2",
        "a",
        "b",
        "count[n]",
        "count[k]",
        "exp(a)",
        "exp(b)",
        "ln(a)",
        "tanh(a)",
        "max(a, b)",
        "max(b, a)",
        "min(a, b)",
        "a^2",
        "a^3",
        "b^2",
        "a^b",
        "b^a",
        "mean[n](n)",
        "mean[k](k)",
        "sum[n](n)",
        "sum[k](k)",
        "sum[k](2*k + b)",
        "a*b",
        "n",
        "n^2",
        "k",
        "row",
        "x",
        "exp(x)",
        "window_sum[k](x, 3)",
        "window_mean[k](x, 3)",
    ];
    let terms = |g: &mut Graph, reversed: bool| -> Vec<ExprId> {
        let made = |g: &mut Graph, text: &&str| parse(g, text);
        if reversed {
            let mut list: Vec<_> = order.iter().rev().map(|text| made(g, text)).collect();
            list.reverse();
            list
        } else {
            order.iter().map(|text| made(g, text)).collect()
        }
    };
    for reversed in [false, true] {
        let mut g = graph();
        let list = terms(&mut g, reversed);
        for (i, &first) in list.iter().enumerate() {
            for &second in &list[i + 1..] {
                // Of two terms that do not become one, the sum keeps the earlier in front.
                let (there, back) = (g.add(first, second), g.add(second, first));
                assert_eq!(there, back);
                let expected = [first, second];
                assert_eq!(
                    g.node(there).operands(),
                    expected,
                    "{} | {}",
                    g.to_text(first),
                    g.to_text(second)
                );
            }
        }
    }
}

#[test]
fn walks_over_the_arena() {
    let mut g = graph();
    let e = parse(&mut g, "max(a, exp(x) + b)*exp(x)/sum[n](n)^1.5");
    let order = g.topological(&[e]);
    let texts: HashSet<String> = order.iter().map(|&e| g.to_text(e)).collect();
    assert_eq!(texts.len(), order.len(), "each once");
    for (i, &node) in order.iter().enumerate() {
        for operand in g.node(node).operands() {
            assert!(order[..i].contains(&operand) && operand.index() < node.index());
        }
    }
    assert_eq!(order.last(), Some(&e));
    let names: Vec<_> = g.symbols_in(e).into_iter().map(|id| g.symbol_at(id).name.as_str()).collect();
    assert_eq!(names, ["a", "b", "n", "x"]);
    let (a, missing) = (g.find("a").expect("declared"), g.find("c"));
    assert_eq!((g.symbol_of(a).map(|s| s.name.as_str()), g.symbol_of(e), missing), (Some("a"), None, None));
    assert_eq!((g.as_number(e), g.definition(a)), (None, None));
}

/// All at once: two symbols can change places.
#[test]
fn substitution_is_simultaneous() {
    let mut g = graph();
    let [a, b] = ["a", "b"].map(|name| g.find(name).expect("declared"));
    for (from, to) in [
        ("a - 2*b", "b - 2*a"),
        ("a^b*exp(a)", "b^a*exp(b)"),
        ("window_sum[k](x, a)", "window_sum[k](x, b)"),
        ("max(a, x)/b^2", "max(b, x)/a^2"),
        ("mean[n](a*n) + sum[k](k*b)", "mean[n](b*n) + sum[k](k*a)"),
    ] {
        let e = parse(&mut g, from);
        let swapped = g.substitute(e, &[(a, b), (b, a)]);
        assert_eq!(swapped, parse(&mut g, to), "{from}");
        let back = g.substitute(swapped, &[(a, b), (b, a)]);
        assert_eq!(back, e);
    }
}

/// What a definition is folded into: not what is no work, not where it would vary over more axes.
#[test]
fn definitions_that_do_not_fold() {
    for (meaning, kept) in [
        ("count[k]", true),
        ("b", true),
        ("3", true),
        ("exp(b)", false),
        ("exp(b) + 1", false),
        ("2*b", false),
    ] {
        let mut g = graph();
        let a = g.find("a").expect("declared");
        let meaning = parse(&mut g, meaning);
        g.define(a, meaning).expect("fits");
        let simplified = g.simplify(meaning);
        assert_eq!(simplified, if kept { meaning } else { a });
        assert_eq!(g.definition(a), Some(meaning));
    }
    let mut g = graph();
    let (row, narrow) = (g.find("row").expect("declared"), parse(&mut g, "exp(n)"));
    g.define(row, narrow).expect("fits");
    assert_eq!(g.simplify(narrow), narrow, "it would vary over groups");
    // Of two symbols with one meaning the first is folded to.
    let (mut g, wide) = (graph(), Axes::EMPTY);
    let meaning = parse(&mut g, "exp(b)");
    let (first, second) = (g.find("a").expect("declared"), g.symbol("c", "c", wide).expect("new"));
    g.define(first, meaning).expect("fits");
    g.define(second, meaning).expect("fits");
    assert_eq!(g.simplify(meaning), first);
}

/// Among several roots the shortest power; a division only where the power divides.
#[test]
fn powers_of_definitions() {
    for (definitions, from, to) in [
        (&[("a", "b^0.5"), ("c", "b^1.5")][..], "b^3", "c^2"),
        (&[("c", "b^1.5"), ("a", "b^0.5")], "b^3", "c^2"),
        (&[("a", "1/sqrt(b)"), ("c", "b^1.5")], "1/b^1.5", "a^3"),
        (&[("a", "1/sqrt(b)")], "b^2", "b^2"),
        (&[("a", "sqrt(b)")], "1/b^2", "1/a^4"),
        (&[("a", "b^2")], "b^3", "b^3"),
        (&[("a", "b^4")], "b^2", "b^2"),
        (&[("a", "b^2")], "n^4", "n^4"),
        (&[("a", "b^k0")], "b^k0", "a"),
        (&[("a", "b^k0")], "c^k0", "c^k0"),
    ] {
        let mut g = graph();
        for name in ["c", "k0"] {
            g.symbol(name, name, Axes::EMPTY).expect("new");
        }
        for (name, meaning) in definitions {
            let meaning = parse(&mut g, meaning);
            let symbol = g.find(name).expect("declared");
            g.define(symbol, meaning).expect("fits");
        }
        let e = parse(&mut g, from);
        let e = g.simplify(e);
        assert_eq!(g.to_text(e), to, "{from}");
    }
}

/// A sum, a product or a power of what has no finite value stays visible instead of turning into a number.
#[test]
fn what_has_no_finite_value_stays() {
    for text in ["1/0", "ln(0)", "0^a", "exp(1000)", "(0*x + 1)/0"] {
        let mut g = graph();
        let e = parse(&mut g, text);
        let number = g.as_number(e);
        assert_eq!(number, None, "{text}");
        assert_eq!(g.simplify(e), e);
    }
    let mut g = graph();
    let log = parse(&mut g, "ln(0)");
    assert_eq!(g.evaluate(&[log], &Env::new([1; 4])).expect("bound")[0].data, [f64::NEG_INFINITY]);
}
