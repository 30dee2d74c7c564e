//! Several comparisons under one claim.

use claims::{Claim, Comparison, Evidence, Expectation, Quantity, Rule, Setup};
use results::CellSettings;
use results::Verdict::{Refuted, Supported, Undecided};

use crate::bench::{MadeUp, claim, losses};

const LOSS: Quantity = Quantity::log_loss("test_loss");
const LOWER: Expectation = Expectation::Lower { delta: 0.05 };
const HIGHER: Expectation = Expectation::Higher { delta: 0.05 };

/// The same two arms, compared once for each expectation.
fn family(rule: Rule, expectations: &[Expectation]) -> Claim {
    let mut claim = *claim(LOSS, LOWER);
    let Evidence::Trained(experiment) = &mut claim.evidence else { unreachable!() };
    let one = |&expectation| Comparison { expectation, ..experiment.comparisons[0] };
    experiment.comparisons = Vec::leak(expectations.iter().map(one).collect());
    experiment.rule = rule;
    claim
}

#[test]
fn the_first_comparison_decides_or_all_of_them_do() {
    let by = Expectation::LowerBy { margin: 0.3 };
    let said = |rule, expectations: &[Expectation]| {
        let claim = family(rule, expectations);
        MadeUp::trained(&claim, losses(-0.3, 0.1)).judge(&claim).verdict
    };
    assert_eq!(said(Rule::All, &[LOWER, LOWER]), Supported);
    assert_eq!(said(Rule::All, &[LOWER, by]), Undecided);
    assert_eq!(said(Rule::All, &[LOWER, by, HIGHER]), Refuted);
    assert_eq!(said(Rule::Primary, &[LOWER, by, HIGHER]), Supported);
    assert_eq!(said(Rule::Primary, &[by, LOWER]), Undecided);
}

/// What is certain alone is less so as one of many.
#[test]
fn p_is_corrected_for_the_whole_family() {
    let p = |expectations: &[Expectation]| {
        let claim = family(Rule::Primary, expectations);
        let said = MadeUp::trained(&claim, losses(-0.3, 0.3)).judge(&claim);
        assert_eq!(said.findings.len(), expectations.len());
        said.findings[0].adjusted_p.unwrap()
    };
    let (alone, of_five) = (p(&[LOWER]), p(&[LOWER; 5]));
    assert!(alone < 0.2 && (of_five / alone - 5.0).abs() < 1e-9, "{alone} and {of_five}");
}

/// And so is the interval that a margin is judged by.
#[test]
fn a_margin_is_wider_in_a_family() {
    let by = Expectation::LowerBy { margin: 0.0 };
    let decided = |deviation: f64, family_of: usize| {
        let claim = family(Rule::Primary, &vec![by; family_of]);
        MadeUp::trained(&claim, losses(-0.3, deviation)).judge(&claim).verdict == Supported
    };
    let deviations: Vec<f64> = (1..=40).map(|n| f64::from(n) * 0.02).collect();
    let count = |family_of| deviations.iter().filter(|d| decided(**d, family_of)).count();
    let (alone, of_ten) = (count(1), count(10));
    assert!(0 < of_ten && of_ten < alone && alone < deviations.len(), "{of_ten} and {alone}");
}

/// Workloads of one claim are tuned and judged each for itself.
#[test]
fn a_claim_may_compare_on_several_workloads() {
    let mut claim = family(Rule::All, &[LOWER, HIGHER]);
    let Evidence::Trained(experiment) = &mut claim.evidence else { unreachable!() };
    let [here, there] = experiment.comparisons else { unreachable!() };
    let on = Setup { workload: "elsewhere", ..there.on };
    experiment.comparisons = Box::leak(Box::new([*here, Comparison { on, ..*there }]));
    // Elsewhere the first arm is the worse one, and lower rates are better.
    let ending = |cell: &CellSettings| {
        if cell.workload != "elsewhere" {
            return losses(-0.3, 0.05)(cell);
        }
        losses(0.3, 0.05)(&CellSettings { learning_rate: 3.0 * cell.learning_rate, ..cell.clone() })
    };
    let said = MadeUp::trained(&claim, ending).judge(&claim);
    assert_eq!(said.verdict, Supported);
    assert_eq!(said.findings.iter().map(|f| f.rates[0].1).collect::<Vec<_>>(), [3e-3, 1e-3]);
}
