//! What nothing can be decided from, and what is said about it.

use statistics::{Error, Paired, Wilcoxon, decide, decide_family, holm, margin, margin_family};

const INF: f64 = f64::INFINITY;

fn says<T: std::fmt::Debug>(result: Result<T, Error>, parts: &[&str]) {
    let text = result.unwrap_err().to_string();
    for part in parts {
        assert!(text.contains(part), "`{text}` does not say `{part}`");
    }
}

#[test]
fn arms_that_form_no_pairs() {
    says(Paired::new(&[1.0, 2.0], &[1.0]), &["2 values", "second 1", "same seeds"]);
    says(Wilcoxon::new(&[], &[1.0]), &["0 values", "second 1"]);
    says(Paired::new(&[], &[]), &["no pairs"]);
    says(Wilcoxon::new(&[], &[]), &["no pairs"]);
}

#[test]
fn values_that_are_no_numbers() {
    says(Paired::new(&[1.0, 2.0], &[1.0, INF]), &["pair 1", "2 − inf", "by ranks"]);
    says(Paired::new(&[f64::NAN], &[1.0]), &["pair 0", "NaN"]);
    says(Paired::new(&[1e308, 0.0], &[-1e308, 0.0]), &["pair 0"]);
    says(Wilcoxon::new(&[1.0, 2.0], &[1.0, f64::NAN]), &["pair 1", "NaN", "second arm", "+inf"]);
    says(Wilcoxon::new(&[1.0, -INF], &[1.0, 2.0]), &["pair 1", "-inf", "first arm"]);
}

#[test]
fn levels_margins_and_probabilities() {
    let pairs = Paired::new(&[1.0, 2.0], &[1.0, 1.0]).unwrap();
    let ranks = Wilcoxon::new(&[1.0, 2.0], &[1.0, 1.0]).unwrap();
    for level in [0.0, 1.0, 95.0, -0.1, f64::NAN] {
        says(pairs.interval(level), &["level", "0.95"]);
        says(ranks.interval(level), &["level"]);
    }
    for delta in [0.0, -1.0, INF, f64::NAN] {
        says(pairs.equivalence(delta), &["margin of equivalence", &delta.to_string()]);
        says(decide(&pairs, delta, 1.0), &["margin of equivalence"]);
        says(decide(&ranks, delta, 1.0), &["margin of equivalence"]);
        says(decide_family(std::slice::from_ref(&pairs), delta), &["margin of equivalence"]);
    }
    for m in [INF, -INF, f64::NAN] {
        says(margin(&pairs, m), &["margin of the claim"]);
        says(margin_family(std::slice::from_ref(&pairs), m), &["margin of the claim"]);
    }
    for p in [-0.1, 1.1, f64::NAN] {
        says(holm(&[0.5, p]), &["p-value 1", &p.to_string()]);
        says(decide(&pairs, 1.0, p), &["p-value 0"]);
    }
}
