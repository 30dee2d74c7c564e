//! The list of checks.

use super::reference::Subject;
use super::report::{Report, Tally};
use super::{execution, identities, invariance, masks, pictures, precision, refusals, values};
use crate::error::Error;

type CheckFn = fn(&Subject, &mut Tally) -> Result<(), Error>;

/// Every check, by the name under which a report shows it.
const CHECKS: &[(&str, CheckFn)] = &[
    ("depends on exactly its reference set", pictures::reference_set),
    ("forward equals the reference", values::forward),
    ("backward equals the reference", values::backward),
    ("backward equals central differences", values::central_differences),
    ("no dead parameter", values::no_dead_parameter),
    ("stored statistics equal the reference", values::stored),
    ("training differs from evaluation as declared", values::train_and_evaluation),
    ("one statistics update per commit", values::one_update),
    ("declared invariances hold, others fail", invariance::table),
    ("shift and scale identities of dx", identities::sums),
    ("one pooled element", identities::one_element),
    ("masked equals unpadded", masks::masked_equals_unpadded),
    ("all masked", masks::all_masked),
    ("same bits at any thread count", execution::threads),
    ("same bits at any instruction set", execution::instruction_sets),
    ("poisoned outputs are overwritten", execution::poison),
    ("gradients accumulate", execution::accumulate),
    ("backward in halves equals whole", execution::halves),
    ("bad calls are refused and write nothing", refusals::named),
    ("f32 within 8 units on N(0, 1)", precision::standard),
    ("f32 within 2e-3 at mean 1e4", precision::offset),
];

/// Runs every check.
pub fn run(subject: &Subject) -> Report {
    let checks = CHECKS.iter().map(|(name, check)| {
        let mut tally = Tally::default();
        if let Err(e) = check(subject, &mut tally) {
            tally.require(false, || format!("a call was refused: {e}"));
        }
        tally.end(name)
    });
    Report { method: subject.f64.descriptor.id, checks: checks.collect() }
}

/// Makes the kit a test: `norm_core::conformance!(name_of_the_test: MyNorm)`. The formula needs a
/// [`Judged`](crate::conformance::Judged) implementation.
#[macro_export]
macro_rules! conformance {
    ($($name:ident: $formula:path),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                let report = $crate::conformance::run(&$crate::conformance::Subject::of::<$formula>());
                assert!(report.passed(), "\n{report}");
            }
        )+
    };
}
