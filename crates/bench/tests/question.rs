//! Statements of the question that the records of a run answer; the number is the statement's.

/// What the card of a method shows: gradients by hand, derived, and by dfdx's tape.
#[test]
fn question_row_21_three_derivations_of_each_gradient_agree() {
    let records = bench::methods::records();
    let mut judged = 0;
    for record in records.iter().filter(|r| r.kind == "normalization") {
        for judges in &record.gradient_judges {
            let derivations = [&judges.symbolic, &judges.tape, &judges.central_difference];
            assert!(judges.symbolic.is_some() && judges.tape.is_some(), "{} lacks a judge", record.id);
            for (derivation, bound) in derivations.into_iter().zip([1e-12, 1e-12, 1e-6]) {
                for d in derivation.iter().flat_map(|j| &j.differences) {
                    // NaN is not below the bound.
                    assert!(d.max_relative < bound, "{} {}: {:e}", record.id, d.quantity, d.max_relative);
                    judged += 1;
                }
            }
        }
    }
    assert!(judged > 20, "only {judged} differences were found");
}
