//! The conformance kit over every registered method.

use norm_core::conformance;

#[test]
fn every_method_conforms() {
    let mut bad = String::new();
    for m in norms::METHODS {
        let report = conformance::run(&m.subject());
        if !report.passed() {
            bad += &report.to_string();
        }
    }
    assert!(bad.is_empty(), "\n{bad}");
}
