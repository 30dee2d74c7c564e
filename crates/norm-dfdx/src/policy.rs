//! How a layer's statistics relate to earlier batches, chosen by a type.

use std::fmt::Debug;

use norm_core::{PolicyKind, policy};

/// Chooses the policy of a layer.
pub trait Policy: Copy + Default + Debug + Send + Sync + 'static {
    /// The policy of a layer; where there is none, what the method declares.
    const KIND: Option<PolicyKind>;
}

/// What the method declares: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Declared;

/// Nothing is stored; training and evaluation both use the statistics of the input.
#[derive(Clone, Copy, Debug, Default)]
pub struct Instant;

/// Training uses the statistics of the batch and averages them; evaluation uses the average.
#[derive(Clone, Copy, Debug, Default)]
pub struct Running;

impl Policy for Declared {
    const KIND: Option<PolicyKind> = None;
}

impl Policy for Instant {
    const KIND: Option<PolicyKind> = Some(PolicyKind::Instant);
}

impl Policy for Running {
    const KIND: Option<PolicyKind> = Some(PolicyKind::Running);
}

/// [`policy::Running`] as two plain numbers, so that a layer can save it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Averaging {
    /// Weight of the newest batch.
    pub(crate) rate: f64,
    /// What is taken off the count under a stored variance: 1 is unbiased, 0 biased.
    pub(crate) correction: f64,
}

impl From<policy::Running> for Averaging {
    fn from(r: policy::Running) -> Self {
        let correction = if r.stored == policy::Stored::Biased { 0.0 } else { 1.0 };
        Self { rate: r.rate, correction }
    }
}

impl From<Averaging> for policy::Running {
    fn from(a: Averaging) -> Self {
        let stored = if a.correction == 0.0 { policy::Stored::Biased } else { policy::Stored::Unbiased };
        Self { rate: a.rate, stored }
    }
}
