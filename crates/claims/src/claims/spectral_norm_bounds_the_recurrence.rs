//! Spectral normalization holds the recurrent matrix at a gain of 1.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R43",
    source: "miyato2018spectral",
    statement: "Spectral normalization of the recurrent matrix keeps its largest singular value near 1 \
        throughout training.",
    takes: "recurrent net on the digits with spectral weights: the largest singular value after training, \
        within five per cent of 1",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "singular values of trained weights are no metric of a cell yet",
    },
    differs: "a recurrent net instead of a discriminator",
};
