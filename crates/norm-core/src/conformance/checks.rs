//! The list of checks.

use super::reference::Subject;
use super::report::{Report, Tally};
use super::{
    execution, identities, in_blocks, invariance, masks, pictures, precision, refusals, unwritten, values,
};
use crate::error::Error;

type CheckFn = fn(&Subject, &mut Tally) -> Result<(), Error>;

/// Which part of the judge a check stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Forward,
    Backward,
}

use Needs::{Backward, Forward, Nothing};

/// Every check, by the name under which a report shows it.
const CHECKS: &[(&str, Needs, CheckFn)] = &[
    ("the reference is written", Nothing, unwritten::named),
    ("depends on exactly its reference set", Nothing, pictures::reference_set),
    ("forward equals the reference", Forward, values::forward),
    ("backward equals the reference", Backward, values::backward),
    ("backward equals central differences", Nothing, values::central_differences),
    ("no dead parameter", Nothing, values::no_dead_parameter),
    ("stored statistics equal the reference", Forward, values::stored),
    ("several batches in blocks equal the reference", Backward, in_blocks::consecutive),
    ("training differs from evaluation as declared", Nothing, values::train_and_evaluation),
    ("one statistics update per commit", Nothing, values::one_update),
    ("declared invariances hold, others fail", Nothing, invariance::table),
    ("shift and scale identities of dx", Nothing, identities::sums),
    ("one pooled element", Nothing, identities::one_element),
    ("masked equals unpadded", Nothing, masks::masked_equals_unpadded),
    ("all masked", Nothing, masks::all_masked),
    ("same bits at any thread count", Nothing, execution::threads),
    ("same bits at any instruction set", Nothing, execution::instruction_sets),
    ("poisoned outputs are overwritten", Nothing, execution::poison),
    ("gradients accumulate", Nothing, execution::accumulate),
    ("backward in halves equals whole", Nothing, execution::halves),
    ("bad calls are refused and write nothing", Nothing, refusals::named),
    ("f32 within 8 units on N(0, 1)", Forward, precision::standard),
    ("f32 within 2e-3 at mean 1e4", Forward, precision::offset),
];

/// The name of every check, in the order in which they run.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, ..)| *name)
}

/// Runs every check.
pub fn run(subject: &Subject) -> Report {
    run_only(subject, "")
}

/// Runs the checks whose name contains `only`; all of them if it is empty.
pub fn run_only(subject: &Subject, only: &str) -> Report {
    // Where this is refused, the first check says why.
    let missing = unwritten::parts(subject).unwrap_or_default();
    let waits = |needs: Needs| match needs {
        Nothing => false,
        Forward => missing.forward.is_some(),
        Backward => missing.forward.is_some() || missing.backward.is_some(),
    };
    let checks = CHECKS.iter().filter(|(name, ..)| name.contains(only)).map(|(name, needs, check)| {
        let mut tally = Tally::default();
        if waits(*needs) {
            tally.skip("waits for the reference");
        } else if let Err(e) = check(subject, &mut tally) {
            tally.require(false, || format!("a call was refused: {e}"));
        }
        tally.end(name)
    });
    Report { method: subject.f64.descriptor.id, checks: checks.collect() }
}

/// Makes the kit a test: `norm_core::conformance!(name_of_the_test: MyNorm)`. The formula needs a
/// [`Judged`](crate::conformance::Judged) implementation. An update, which has no formula, is held by
/// `norm_core::conformance!(update name_of_the_test: MyUpdate)`, a [`JudgedUpdate`](crate::conformance::JudgedUpdate).
#[macro_export]
macro_rules! conformance {
    (update $($name:ident: $update:path),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                let report = $crate::conformance::run_update::<$update>("");
                assert!(report.passed(), "\n{report}");
            }
        )+
    };
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
