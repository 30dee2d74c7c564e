//! Cells that do not depend on each other run faster together.

use crate::claim::{Claim, Evidence, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM10",
    source: "mutch2010cns",
    statement: "Since the cells of a layer are independent, running them in parallel speeds a simulation up \
        nearly as many times as there are processors.",
    takes: "the engine on one core and on two: the ratio of times, 1.7 or more",
    evidence: Evidence::Timed {
        ratio: "hmax-on-one-core-over-two",
        about: "time of an image up to C2 on one core over that on two",
        within: Within::AtLeast(1.7),
    },
    differs: "two cores instead of a graphics card, so that factors of 80 to 100 are out of reach",
};
