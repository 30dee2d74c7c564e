//! Simplification changes no value and has a fixed point.

use proptest::prelude::*;
use symbolic::{Axes, Graph};

use crate::derivative::{point, spread};
use crate::judge::{Judge, index, positions};
use crate::trees::{LEAVES, Tree, build, config, declare, env, symbol, tree};

/// Cancelling may turn a rounding error into 0, which a jump there would turn into a different value.
fn is_continuous(tree: &Tree) -> bool {
    let shown = format!("{tree:?}");
    !shown.contains("Step(") && !shown.contains("Sign(")
}

proptest! {
    #![proptest_config(config(600))]

    /// Constructors and simplifier against the judge, which applies no rule: within 1e-11 of the largest value met.
    #[test]
    fn keeps_the_value(tree in tree(), env in env()) {
        let mut g = Graph::new();
        declare(&mut g);
        let built = build(&mut g, &tree, false);
        let simplified = g.simplify(built);
        prop_assert!(g.axes(simplified).is_subset(g.axes(built)));
        let values = g.evaluate(&[built, simplified], &env).expect("the trees stay in the rules' domain");
        let base = point(&env);
        let judge = Judge::new(&base, &base);
        for at in positions().filter(|at| base.counts[at[0]]) {
            let expected = judge.value(&tree, at);
            prop_assume!(judge.nearest_kink.get() > 1e-9);
            let bound = 1e-11 * judge.largest.get() * (1.0 + expected.abs());
            for value in &values {
                let got = value.data[index(value.axes, at)];
                prop_assert!(
                    (got - expected).abs() <= bound,
                    "{got} for {expected}: {} and {}", g.to_text(built), g.to_text(simplified)
                );
            }
        }
    }

    #[test]
    fn is_idempotent(tree in tree()) {
        let mut g = Graph::new();
        let leaves = declare(&mut g);
        let built = build(&mut g, &tree, false);
        let once = g.simplify(built);
        prop_assert_eq!(g.simplify(once), once);
        for gradient in g.gradient(&[(built, leaves[5])], &leaves[..5]).expect("own ids") {
            prop_assert_eq!(g.simplify(gradient), gradient);
        }
    }

    /// Folding definitions changes no value either, when the symbols hold what they are defined as.
    #[test]
    fn definitions_keep_the_value(tree in tree().prop_filter("no jumps", is_continuous), env in env()) {
        let mut g = Graph::new();
        declare(&mut g);
        let x = symbol(&mut g, &LEAVES[0]);
        let set = Axes::K | Axes::S;
        let mu = g.symbol("mu", r"\mu", set.complement()).expect("new");
        let mean = g.mean(set, x);
        let built = build(&mut g, &tree, false);
        // The same formula with x - mu for x meets the definition everywhere.
        let centred = g.sub(x, mu);
        let over_mu = g.substitute(built, &[(x, centred)]);
        let spelled = g.substitute(over_mu, &[(mu, mean)]);
        let expected = g.evaluate(&[spelled, mean], &env).expect("the trees stay in the rules' domain");

        g.define(mu, mean).expect("fits");
        let folded = g.simplify(over_mu);
        prop_assert_eq!(g.simplify(folded), folded);
        let bound = env.clone().bind("mu", expected[1].data.clone());
        let got = g.evaluate(&[folded], &bound).expect("the trees stay in the rules' domain");
        let largest = expected[0].data.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        for element in 0..env.len(expected[0].axes) {
            let (got, expected) = (spread(&got[0], expected[0].axes, element), expected[0].data[element]);
            prop_assert!((got - expected).abs() <= 1e-6 * largest, "{got} for {expected}: {}", g.to_text(folded));
        }
    }
}
