//! Statements of the question that the records of a run answer; the number is the statement's.

/// What the card of a method shows: the gradient by hand, derived, and by dfdx's tape, each beside central differences.
#[test]
fn question_row_21_three_derivations_of_each_gradient_agree() {
    let records = bench::catalogue::methods::records();
    let mut judged = 0;
    for record in records.iter().filter(|r| r.kind == "normalization") {
        assert!(!record.gradient_judges.is_empty(), "{} was not judged", record.id);
        for judges in &record.gradient_judges {
            for derivation in [&judges.hand_derived, &judges.symbolic, &judges.tape] {
                let derivation = derivation.as_ref();
                let differences =
                    &derivation.unwrap_or_else(|| panic!("{} lacks one", record.id)).differences;
                for d in differences {
                    // A NaN is no difference below the bound.
                    let close = d.max_relative < 1e-6;
                    assert!(close, "{} {}: {:e}", record.id, d.quantity, d.max_relative);
                    judged += 1;
                }
            }
        }
    }
    assert!(judged > 60, "only {judged} differences were found");
}
