//! The slope of tanh falls as its inputs spread.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R13",
    source: "cooijmans2017recurrent",
    statement: "The wider the inputs of a hyperbolic tangent spread around 0, the smaller its mean slope, \
        so that normalized inputs of unit variance let little gradient through.",
    takes: "the mean of 1 - tanh² over normal inputs of eight deviations, against quadrature",
    evidence: Evidence::Probe {
        probe: "tanh-slope",
        expects: &[
            Expect {
                value: "slope_0_1",
                about: "mean slope at deviation 0.1",
                within: Within::Between(0.980, 1.000),
            },
            Expect {
                value: "slope_0_2",
                about: "mean slope at deviation 0.2",
                within: Within::Between(0.953, 0.973),
            },
            Expect {
                value: "slope_0_3",
                about: "mean slope at deviation 0.3",
                within: Within::Between(0.913, 0.933),
            },
            Expect {
                value: "slope_0_5",
                about: "mean slope at deviation 0.5",
                within: Within::Between(0.817, 0.837),
            },
            Expect {
                value: "slope_0_7",
                about: "mean slope at deviation 0.7",
                within: Within::Between(0.720, 0.740),
            },
            Expect {
                value: "slope_1_0",
                about: "mean slope at deviation 1",
                within: Within::Between(0.596, 0.616),
            },
            Expect {
                value: "slope_1_41",
                about: "mean slope at deviation √2",
                within: Within::Between(0.470, 0.490),
            },
            Expect {
                value: "slope_2_0",
                about: "mean slope at deviation 2",
                within: Within::Between(0.355, 0.375),
            },
        ],
    },
    differs: "",
};
