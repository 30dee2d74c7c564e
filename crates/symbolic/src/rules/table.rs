//! The names of the rules.

/// A rule of the simplifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// Left side, arrow, right side.
    pub statement: &'static str,
    /// Where left and right are equal as real numbers.
    pub domain: &'static str,
    /// Whether, there, they are equal as floats too: the same bits from the interpreter (zeros of either sign are
    /// one value).
    pub exact: bool,
}

/// Every rule of the simplifier. The first block runs in the constructors, the second in
/// [`crate::Graph::simplify`].
///
/// "finite" means that the operands are finite numbers; `A` and `B` are sets of axes.
pub const RULES: &[Rule] = &[
    rule("fold-constants", "f(c1, c2) -> value", "all, where the value is finite", true),
    rule("flatten-add", "(a + b) + c -> a + b + c", "all", false),
    rule("flatten-mul", "(a*b)*c -> a*b*c", "all", false),
    rule("sort", "b + a -> a + b, b*a -> a*b", "all", false),
    rule("collect-terms", "c1*e + c2*e -> (c1 + c2)*e", "e finite", false),
    rule(
        "collect-powers",
        "e^p * e^q -> e^(p + q)",
        "e^p and e^q finite, e not 0 where p + q < p or q",
        false,
    ),
    rule("add-zero", "e + 0 -> e", "all", true),
    rule("mul-one", "e*1 -> e", "all", true),
    rule("mul-zero", "e*0 -> 0", "e finite", true),
    rule("pow-zero", "e^0 -> 1", "all", true),
    rule("pow-one", "e^1 -> e", "all", true),
    rule("square", "e*e -> e^2", "all", true),
    rule("pow-pow", "(e^p)^q -> e^(p*q)", "e^p finite; not applied for even p and fractional q", false),
    rule("pow-mul", "(a*b)^p -> a^p * b^p", "whole p only", false),
    rule("idempotent", "f(f(e)) -> f(e) for abs, sign, step, stop_gradient", "all", true),
    rule("same-operands", "f(e, e) -> e for max, min, replace_gradient", "all", true),
    rule("sum-invariant", "sum[A,B](e) -> count[B]*sum[A](e)", "e does not vary over B", false),
    rule("mean-invariant", "mean[A,B](e) -> mean[A](e)", "e does not vary over B", false),
    rule("split-count", "count[A,B]/count[B] -> count[A]", "counts not 0", false),
    // simplify
    rule("merge-reductions", "sum[A](sum[B](e)) -> sum[A,B](e), same for means", "all", false),
    rule("merge-mixed", "sum[A](mean[B](e)), mean[B](sum[A](e)) -> sum[A,B](e)/count[B]", "all", false),
    rule("pull-factor", "sum[A](c*e) -> c*sum[A](e), same for means", "c does not vary over A", false),
    rule("window-of-zero", "window(0) -> 0", "all", true),
    rule("pull-through-window", "window[k](c*e) -> c*window[k](e)", "c does not vary over k", false),
    rule(
        "pull-term",
        "sum[A](c + e) -> count[A]*c + sum[A](e) or count[A]*(c + e), mean[A](c + e) -> c + mean[A](e)",
        "c does not vary over A, or sum[A](c) folds into a definition or vanishes",
        false,
    ),
    rule("mean-for-sum", "sum[A](e) -> count[A]*m", "m is defined as mean[A](e)", false),
    rule("sum-for-mean", "mean[A](e) -> s/count[A]", "s is defined as sum[A](e)", false),
    rule("cancel", "c*(a + b) + d -> c*a + c*b + d", "finite; applied only where terms then meet", false),
    rule("fold-definition", "e -> s", "s is defined as e", true),
    rule(
        "fold-power-of-definition",
        "e^(n*p) -> s^n",
        "s is defined as e^p, n = 1, 2, 3, ..., or of a negative power n = -1, -2, ...",
        false,
    ),
    rule(
        "fold-named-power",
        "e^(a + b) -> s^(a/p + b/p)",
        "s is defined as e^p, p not a constant and not 0, e positive",
        false,
    ),
];

const fn rule(name: &'static str, statement: &'static str, domain: &'static str, exact: bool) -> Rule {
    Rule { name, statement, domain, exact }
}
