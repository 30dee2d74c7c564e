//! Bad input gets its own error, with what was expected and what came.

use symbolic::{Axes, Env, Error, Graph};

#[test]
fn symbols_and_definitions() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::ALL).expect("new");
    assert_eq!(g.symbol("x", "x", Axes::ALL), Ok(x));
    let again = g.symbol("x", "x", Axes::N);
    assert_eq!(again, Err(Error::SymbolAxes { name: "x".into(), expected: Axes::ALL, got: Axes::N }));

    let mu = g.symbol("mu", r"\mu", Axes::N).expect("new");
    let nu = g.symbol("nu", r"\nu", Axes::N).expect("new");
    let (mean, wide) = (g.mean(Axes::N.complement(), x), g.square(x));
    assert_eq!(g.define(wide, mean), Err(Error::NotASymbol { expr: "x^2".into() }));
    let narrow = g.define(mu, wide);
    assert_eq!(narrow, Err(Error::DefinitionAxes { name: "mu".into(), expected: Axes::N, got: Axes::ALL }));
    assert_eq!(g.define(mu, mean), Ok(()));
    assert_eq!(g.definition(mu), Some(mean));
    assert_eq!(g.define(mu, mean), Ok(()));
    let (expected, got) = ("mean[g,k,s](x)".to_owned(), "2*nu".to_owned());
    let double = g.scale(2.0, nu);
    assert_eq!(g.define(mu, double), Err(Error::Redefined { name: "mu".into(), expected, got }));
    let rho = g.symbol("rho", r"\rho", Axes::N).expect("new");
    let half = g.scale(0.5, rho);
    assert_eq!(g.define(rho, half), Err(Error::CyclicDefinition { name: "rho".into() }));
    assert_eq!(g.define(rho, double), Ok(()));
    assert_eq!(g.define(nu, half), Err(Error::CyclicDefinition { name: "nu".into() }));
}

#[test]
fn environments() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N | Axes::K).expect("new");
    let log = g.ln(x);
    let sizes = [2, 7, 3, 5];
    let env = Env::new(sizes);
    let axes = Axes::N | Axes::K;
    assert_eq!(g.evaluate(&[log], &env), Err(Error::Unbound { name: "x".into(), axes }));
    let short = env.clone().bind("x", vec![1.0; 5]);
    let wrong = Error::WrongLength { name: "x".into(), axes, expected: 6, got: 5 };
    assert_eq!(g.evaluate(&[log], &short), Err(wrong));
    let masked = env.clone().mask(vec![true]);
    assert_eq!(g.evaluate(&[log], &masked), Err(Error::MaskLength { expected: 2, got: 1 }));

    let poisoned = env.clone().bind("x", vec![1.0, 1.0, 1.0, 1.0, f64::NAN, 1.0]);
    assert_eq!(g.evaluate(&[log], &poisoned), Err(Error::NanInput { name: "x".into(), index: 4 }));
    let negative = env.bind("x", vec![1.0, -1.0, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(g.evaluate(&[log], &negative), Err(Error::NanResult { expr: "ln(x)".into(), index: 1 }));

    // Padding may hold anything.
    let mean = g.mean(Axes::N | Axes::K, log);
    let padded = g.evaluate(&[mean], &poisoned.mask(vec![true, false])).expect("the NaN is masked");
    assert_eq!(padded[0].data, [0.0]);
}

#[test]
fn a_mean_over_nothing_is_an_error() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N).expect("new");
    let mean = g.mean(Axes::N, x);
    let env = Env::new([2, 1, 1, 1]).bind("x", vec![1.0, 2.0]).mask(vec![false, false]);
    assert_eq!(g.evaluate(&[mean], &env), Err(Error::NanResult { expr: "mean[n](x)".into(), index: 0 }));
}

#[test]
fn ids_of_a_larger_graph_are_refused() {
    let mut large = Graph::new();
    let x = large.symbol("x", "x", Axes::N).expect("new");
    let far = large.square(x);
    let mut g = Graph::new();
    let one = g.num(1.0);
    let unknown = Error::UnknownExpr { len: 1, got: far.index() };
    assert_eq!(g.gradient(&[(one, one)], &[far]), Err(unknown.clone()));
    assert_eq!(g.evaluate(&[far], &Env::new([1; 4])), Err(unknown.clone()));
    assert_eq!(g.define(far, one), Err(unknown));
}

#[test]
fn a_replaced_gradient_needs_no_value_of_its_surrogate() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N).expect("new");
    let unbound = g.symbol("z", "z", Axes::N).expect("new");
    let e = g.replace_gradient(x, unbound);
    let env = Env::new([1; 4]).bind("x", vec![3.0]);
    assert_eq!(g.evaluate(&[e], &env).expect("z is not needed")[0].data, [3.0]);
}
