//! Cells that do not depend on each other run faster together.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM10",
    source: "mutch2010cns",
    statement: "Since the cells of a layer are independent, running them in parallel speeds a simulation up \
        nearly as many times as there are processors.",
    takes: "the engine on one core and on two: the ratio of times, 1.7 or more",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "no claim reads times, and the engine runs on one core",
    },
    differs: "two cores instead of a graphics card, so that factors of 80 to 100 are out of reach",
};
