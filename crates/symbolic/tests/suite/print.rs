//! What is printed reads back, is the same however the graph was built, and is well-formed.

use proptest::prelude::*;
use symbolic::{Axes, Graph};

use crate::parse::parse;
use crate::trees::{LEAVES, build, config, declare, env, symbol, tree};

proptest! {
    #![proptest_config(config(600))]

    /// The text, read back into a graph that declares its symbols in the other order, gives the same text and value.
    #[test]
    fn text_reads_back(tree in tree(), env in env()) {
        let mut g = Graph::new();
        declare(&mut g);
        let e = build(&mut g, &tree, false);
        let text = g.to_text(e);
        let mut other = Graph::new();
        for leaf in LEAVES.iter().rev() {
            symbol(&mut other, leaf);
        }
        let read = parse(&mut other, &text);
        prop_assert_eq!(&other.to_text(read), &text);
        let (a, b) = (g.evaluate(&[e], &env), other.evaluate(&[read], &env));
        prop_assert_eq!(a, b);
    }

    #[test]
    fn construction_order_leaves_no_trace(tree in tree()) {
        let mut g = Graph::new();
        let leaves = declare(&mut g);
        let built = build(&mut g, &tree, false);
        let mut other = Graph::new();
        for leaf in LEAVES.iter().rev() {
            let e = symbol(&mut other, leaf);
            let unrelated = other.tanh(e);
            other.mul(unrelated, e);
        }
        let leaves_there: Vec<_> = LEAVES.iter().map(|leaf| symbol(&mut other, leaf)).collect();
        let built_there = build(&mut other, &tree, true);
        let here = g.gradient(&[(built, leaves[5])], &leaves[..5]).expect("own ids");
        let there = other.gradient(&[(built_there, leaves_there[5])], &leaves_there[..5]).expect("own ids");
        for (a, b) in here.into_iter().zip(there).chain([(built, built_there)]) {
            prop_assert_eq!(g.to_text(a), other.to_text(b));
            prop_assert_eq!(g.to_latex(a), other.to_latex(b));
            prop_assert_eq!(g.to_mathml(a), other.to_mathml(b));
        }
    }

    #[test]
    fn markup_is_well_formed(tree in tree()) {
        let mut g = Graph::new();
        declare(&mut g);
        let e = build(&mut g, &tree, false);
        well_formed(&g.to_mathml(e)).map_err(TestCaseError::fail)?;
        let latex = g.to_latex(e);
        let count = |c: &str| latex.matches(c).count();
        prop_assert_eq!(count("{"), count("}"), "{}", latex);
        prop_assert_eq!(count("\\left"), count("\\right"), "{}", latex);
    }
}

/// One element, every tag closed in order, no bare special characters, two children where two belong.
pub(crate) fn well_formed(xml: &str) -> Result<(), String> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut rest = xml;
    let mut roots = 0;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        let entities = text.matches('&').count()
            == text.matches("&#x").count()
                + text.matches("&amp;").count()
                + text.matches("&lt;").count()
                + text.matches("&gt;").count();
        let leaf = matches!(open.last(), Some(("mi" | "mn" | "mo" | "mtext", _)));
        if text.contains('>') || !entities || (!text.is_empty() && !leaf) {
            return Err(format!("stray text `{text}` in {xml}"));
        }
        let end = rest.find('>').ok_or("tag without end")?;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let (opened, children) = open.pop().ok_or("closes nothing")?;
            let wanted = match name {
                "mfrac" | "msup" | "msub" | "mover" | "munder" => Some(2),
                "msubsup" => Some(3),
                _ => None,
            };
            if opened != name || wanted.is_some_and(|wanted| wanted != children) {
                return Err(format!("`{opened}` with {children} children closed as `{name}` in {xml}"));
            }
        } else {
            match open.last_mut() {
                Some((_, children)) => *children += 1,
                None => roots += 1,
            }
            open.push((tag.split(' ').next().unwrap_or(tag), 0));
        }
    }
    if roots == 1 && open.is_empty() && rest.is_empty() {
        Ok(())
    } else {
        Err(format!("not one element: {xml}"))
    }
}

#[test]
fn natural_text() {
    let mut g = Graph::new();
    for (name, axes) in [
        ("x", Axes::ALL),
        ("mu", Axes::N | Axes::G),
        ("var", Axes::N | Axes::G),
        ("gain", Axes::G | Axes::K),
        ("bias", Axes::G | Axes::K),
        ("eps", Axes::EMPTY),
        ("dy", Axes::ALL),
    ] {
        g.symbol(name, name, axes).expect("new");
    }
    for text in [
        "gain*(x - mu)/sqrt(var + eps) + bias",
        "x - mu",
        "-x",
        "-(x - mu)",
        "x - 2*(mu + eps)",
        "x^2 - x + 1",
        "1/x",
        "-1/x",
        "mu/3",
        "mu/(3*sqrt(var))",
        "2/3*x",
        "x/(var + eps)^1.5",
        "sqrt(x^2)",
        "x - gain*sum[k,s](dy*(x - mu))/count[k,s]",
        "max(x, 0)",
        "(x - mu)^2",
        "1e-5*x",
        "mean[n,s](x)",
        "(gain^mu)^2",
        "gain^(mu + 1)",
        "2^x",
    ] {
        let e = parse(&mut g, text);
        // A fraction before a product is written over one bar.
        let expected = if text == "2/3*x" { "2*x/3" } else { text };
        assert_eq!(g.to_text(e), expected);
    }
}

#[test]
fn symbols_in_mathml() {
    let mut g = Graph::new();
    for (name, latex, expected) in [
        ("a", r"\hat{\mu}_{t}", "<msub><mover accent=\"true\"><mi>μ</mi><mo>^</mo></mover><mi>t</mi></msub>"),
        ("b", r"\sigma^2", "<msup><mi>σ</mi><mn>2</mn></msup>"),
        ("c", r"\mathrm{gain}", "<mi>gain</mi>"),
        ("d", r"\partial L/\partial x", "<mrow><mi>∂</mi><mi>L</mi><mo>/</mo><mi>∂</mi><mi>x</mi></mrow>"),
        ("e<f", r"\unknown{x}", "<mi>e&lt;f</mi>"),
        ("g", "x_{", "<mi>g</mi>"),
    ] {
        let e = g.symbol(name, latex, Axes::EMPTY).expect("new");
        let mathml = g.to_mathml(e);
        assert_eq!(mathml, format!("<mrow>{expected}</mrow>"));
        well_formed(&mathml).expect("well-formed");
    }
}

#[test]
fn an_index_is_not_an_exponent() {
    let mut g = Graph::new();
    let variance = g.symbol("var", r"\sigma^2", Axes::EMPTY).expect("new");
    let square = g.square(variance);
    assert_eq!(g.to_latex(square), r"{\left(\sigma^2\right)}^{2}");
}

/// Every part of LaTeX that symbols use; what goes beyond shows the plain name.
#[test]
fn parts_of_symbols_in_mathml() {
    let two = |name: &str, a: &str, b: &str| format!("<{name}>{a}{b}</{name}>");
    let letter = |c: &str| format!("<mi>{c}</mi>");
    let (a, b, x) = (letter("a"), letter("b"), letter("x"));
    let over = |accent: &str| format!("<mover accent=\"true\">{x}<mo>{accent}</mo></mover>");
    let sum = format!("<mrow>{a}<mo>+</mo>{b}</mrow>");
    let known = [
        ("x_{12}^{a+b}", format!("<msubsup>{x}<mn>12</mn>{sum}</msubsup>")),
        ("x^{a+b}_{12}", format!("<msubsup>{x}<mn>12</mn>{sum}</msubsup>")),
        ("{a+b}_x", two("msub", &sum, &x)),
        ("{x}^a b", two("mrow", &two("msup", &x, &a), &b)),
        (r"\frac{a}{b}", two("mfrac", &a, &b)),
        (r"\frac a b", two("mfrac", &a, &b)),
        (r"\hat x", over("^")),
        (r"\widehat{x}", over("^")),
        (r"\bar{x}", over("‾")),
        (r"\overline x", over("‾")),
        (r"\tilde{x}", over("~")),
        (r"\widetilde{x}", over("~")),
        (r"\dot{x}", over("˙")),
        (r"\ddot{x}", over("¨")),
        (r"\vec{x}", over("→")),
        (r"\mathbf{x}", x.clone()),
        (r"\boldsymbol x", x.clone()),
        (r"\mathrm{a<b}", letter("a&lt;b")),
        (r"\text{new rate}x", two("mrow", &letter("new rate"), &x)),
        (r"\operatorname{ab}_x", two("msub", &letter("ab"), &x)),
        ("x'", two("mrow", &x, "<mo>′</mo>")),
        ("é", letter("é")),
        ("12a", two("mrow", "<mn>12</mn>", &a)),
        (r"a|b", format!("<mrow>{a}<mo>|</mo>{b}</mrow>")),
    ];
    for (latex, expected) in known {
        let mut g = Graph::new();
        let e = g.symbol("name", latex, Axes::EMPTY).expect("new");
        assert_eq!(g.to_mathml(e), format!("<mrow>{expected}</mrow>"), "{latex}");
    }
    let unknown = [
        "",
        "x}",
        "{x",
        "x!",
        "x_",
        "x_1_2",
        "x^1^2",
        r"\hat",
        r"\frac{a}",
        r"\mathrm{a",
        r"\mathrm{a{b}}",
        r"\mathrm{\a}",
        r"\mathrm a",
        r"\",
        r"a\unknown",
    ];
    for latex in unknown {
        let mut g = Graph::new();
        let e = g.symbol("a&b>c", latex, Axes::EMPTY).expect("new");
        assert_eq!(g.to_mathml(e), "<mrow><mi>a&amp;b&gt;c</mi></mrow>", "{latex}");
    }
}

/// A Greek letter by its place in the alphabet, which is that in Unicode.
#[test]
fn greek_letters_in_mathml() {
    let alphabet = "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho final sigma \
                    tau upsilon varphi chi psi omega";
    let left_out = ["iota", "omicron", "final", "upsilon"];
    let capital = |name: &str| name.strip_prefix("var").unwrap_or(name).to_owned();
    let mut letters: Vec<(String, char)> = Vec::new();
    for (place, name) in alphabet.split_whitespace().enumerate().filter(|(_, name)| !left_out.contains(name))
    {
        let at = |first: u32| char::from_u32(first + place as u32).expect("a letter");
        letters.push((name.to_owned(), at(0x3b1)));
        let name = capital(name);
        // The other capitals are those of the Latin alphabet.
        if "gamma delta theta lambda sigma phi psi omega".split(' ').any(|n| n == name) {
            letters.push((name[..1].to_uppercase() + &name[1..], at(0x391)));
        }
    }
    let others =
        [("epsilon", 'ϵ'), ("phi", 'ϕ'), ("partial", '∂'), ("nabla", '∇'), ("ell", 'ℓ'), ("infty", '∞')];
    for (name, letter) in others.map(|(name, c)| (name.to_owned(), c)).into_iter().chain(letters) {
        let mut g = Graph::new();
        let e = g.symbol("plain", &format!("\\{name}"), Axes::EMPTY).expect("new");
        assert_eq!(g.to_mathml(e), format!("<mrow><mi>{letter}</mi></mrow>"), "{name}");
    }
}
