//! What can go wrong when a claim is planned or decided.

/// A claim that cannot be planned or decided.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A claim that nobody knows.
    #[error("there is no claim `{got}`; there are: {known}")]
    Unknown {
        /// What was asked for.
        got: String,
        /// What there is.
        known: String,
    },
    /// An arm that the workload cannot train.
    #[error("claim `{claim}`, arm `{arm}`: {what}")]
    Arm {
        /// The claim.
        claim: &'static str,
        /// The arm.
        arm: &'static str,
        /// Why not.
        what: String,
    },
    /// Numbers that no test takes.
    #[error("claim `{claim}`: {source}")]
    Statistics {
        /// The claim.
        claim: &'static str,
        /// What is wrong with them.
        source: statistics::Error,
    },
}
