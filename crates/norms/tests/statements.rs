//! What is said of each method is what it was seen to do.

use norm_core::conformance::{Behaviour, Statements};

#[test]
fn print() {
    for m in norms::METHODS {
        let seen = Behaviour::measured(m.f64).unwrap();
        let said = Statements::of(m.descriptor(), &seen);
        println!("{}\n  {seen:?}", m.descriptor().id);
        for s in [
            said.training_is_evaluation,
            said.batch_of_one,
            said.longer_sequences,
            said.padding,
            said.foldable,
        ] {
            println!("  {:?}: {}", s.verdict, s.reason);
        }
    }
    for m in norms::METHODS {
        for e in m.descriptor().formula {
            println!("{}: {} = {}", m.descriptor().id, e.lhs, e.text);
        }
    }
}
