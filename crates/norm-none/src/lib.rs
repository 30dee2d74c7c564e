//! No normalization: the baseline.

mod reference;

norm_core::normalization! {
    /// No normalization
    ///
    /// The identity: what every method is compared with. A layer that carries it keeps its own bias.
    pub None(stackexchange12956) as "none" over nothing {
        y = x;
    }
}
