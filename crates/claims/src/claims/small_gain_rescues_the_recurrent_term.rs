//! What made hidden-to-hidden batch normalization work.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R33",
    source: "cooijmans2017recurrent",
    statement: "Between the first, failed attempt at the recurrent term and the one that worked, the small \
        initial gain made the difference rather than the separation of both terms.",
    takes: "joint or separate terms times gain 1 or 0.1 on permuted pixels: updates until four fifths are \
        right",
    evidence: Evidence::Later {
        core_minutes: 10.0,
        missing: "the sum of both terms is no place of the workload, and no comparison takes four arms as \
            two factors",
    },
    differs: "one factorial experiment instead of two papers",
};
