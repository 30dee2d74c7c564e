//! What a policy stores between steps, over plain slices.
//!
//! State lies like a channelwise statistics buffer, `[statistics][channels]`; a per-step state has a leading
//! step axis.

use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::layout::Layout;
use crate::value::{Elem, Value};

/// Which variance is stored for evaluation. The biased one always normalizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Stored {
    /// Divided by n - 1: PyTorch, dfdx. With one pooled element there is none, and the stored one stays.
    #[default]
    Unbiased,
    /// Divided by n: Keras, Flax, burn, Cooijmans et al.
    Biased,
}

/// The constant by which a method names the weight of the newest batch.
pub const RATE: &str = "rate";

/// `stored <- (1 - rate) stored + rate batch`, the convention of PyTorch and of Cooijmans et al. A Keras
/// momentum of 0.99 is a rate of 0.01.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Running {
    /// Weight of the newest batch, in [0, 1].
    pub rate: f64,
    /// Which variance is stored.
    pub stored: Stored,
}

impl Default for Running {
    fn default() -> Self {
        Self { rate: 0.1, stored: Stored::Unbiased }
    }
}

impl Running {
    /// PyTorch's convention, `new = (1 - momentum) old + momentum batch`, unbiased variances stored.
    pub const fn pytorch(momentum: f64) -> Self {
        Self { rate: momentum, stored: Stored::Unbiased }
    }

    /// Keras' convention, `new = momentum old + (1 - momentum) batch`, biased variances stored.
    pub const fn keras(momentum: f64) -> Self {
        Self { rate: 1.0 - momentum, stored: Stored::Biased }
    }

    /// With the rate that a method names among its constants, if it does: then its formula holds it too.
    #[must_use]
    pub fn named(self, d: &Descriptor, consts: &[f64]) -> Self {
        Self { rate: d.policy_const(RATE, consts).unwrap_or(self.rate), ..self }
    }

    /// Refuses a rate that weighs nothing against nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a rate outside [0, 1].
    pub fn check(&self) -> Result<(), Error> {
        if (0.0..=1.0).contains(&self.rate) {
            return Ok(());
        }
        Err(Error::Setting { name: RATE, got: self.rate, domain: "from 0 to 1" })
    }

    /// The state before any batch, where [`Descriptor::start`] says for each statistic.
    pub fn initial<T: Elem>(d: &Descriptor, channels: usize) -> Vec<T> {
        let planes = (0..d.statistics.len()).map(|i| d.start(i));
        planes.flat_map(|start| (0..channels).map(move |channel| T::lit(start.at(channel)))).collect()
    }

    /// Takes in the statistics of one batch that pooled `pooled` elements. Says whether it did: an empty batch, one
    /// with a statistic that is not finite, and lengths that do not fit leave the state as it was.
    pub fn update<T: Elem>(&self, d: &Descriptor, stats: &[T], pooled: usize, state: &mut [T]) -> bool {
        if pooled == 0 || stats.is_empty() || stats.iter().any(|v| !v.to_f64().is_finite()) {
            return false;
        }
        if stats.len() != state.len()
            || d.statistics.is_empty()
            || !stats.len().is_multiple_of(d.statistics.len())
        {
            return false;
        }
        let channels = stats.len() / d.statistics.len();
        let planes = stats.chunks_exact(channels).zip(state.chunks_exact_mut(channels));
        for (spec, (now, state)) in d.statistics.iter().zip(planes) {
            let correction = match self.stored {
                Stored::Unbiased if spec.is_variance && pooled == 1 => continue,
                Stored::Unbiased if spec.is_variance => pooled as f64 / (pooled - 1) as f64,
                Stored::Unbiased | Stored::Biased => 1.0,
            };
            let (keep, take) = (T::lit(1.0 - self.rate), T::lit(self.rate * correction));
            for (s, v) in state.iter_mut().zip(now) {
                *s = *s * keep + *v * take;
            }
        }
        true
    }
}

/// The refusal of statistics, `[statistics][sets]`, of which one is not finite.
fn not_stored<T: Elem>(d: &Descriptor, statistics: &[T], at: usize) -> Error {
    let sets = (statistics.len() / d.statistics.len().max(1)).max(1);
    Error::NotStored {
        method: d.id,
        statistic: d.statistics[at / sets].stored_name(),
        channel: at % sets,
        got: statistics[at].to_f64(),
    }
}

/// Refuses statistics, `[statistics][sets]`, of which one is not finite though every value that they pool is. Where a value is
/// not, neither is the output, and nothing is stored. `pooled_are_finite` is asked where a statistic is not finite
/// ([`are_finite`]).
///
/// # Errors
///
/// [`Error::NotStored`] for the first such statistic.
pub fn check_stored<T: Elem>(
    d: &Descriptor,
    statistics: &[T],
    pooled_are_finite: impl FnOnce() -> bool,
) -> Result<(), Error> {
    match statistics.iter().position(|v| !v.to_f64().is_finite()) {
        Some(at) if pooled_are_finite() => Err(not_stored(d, statistics, at)),
        _ => Ok(()),
    }
}

/// Whether every value of the cases that count is finite.
pub fn are_finite<T: Elem>(layout: &Layout, x: &[T], mask: Option<&[bool]>) -> bool {
    let mut cases = x.chunks_exact(layout.case().max(1)).enumerate();
    cases.all(|(n, case)| mask.is_some_and(|m| !m[n]) || case.iter().all(|v| v.to_f64().is_finite()))
}

/// The seed of every start that is drawn. It is part of what a method is: another one gives other numbers.
pub const SEED: u64 = 180_205_957;

/// The number, from the standard normal distribution, at which a drawn start begins in a set. The same on every machine:
/// splitmix64 at [`SEED`], then Marsaglia's polar method, whose logarithm is our own.
pub fn drawn(set: usize) -> f64 {
    let mut at = SEED ^ (set as u64).wrapping_mul(0xD134_2543_DE82_EF95);
    let mut uniform = || {
        at = at.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (at ^ (at >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // In [-1, 1), in steps of 2^-52.
        ((z ^ (z >> 31)) >> 11) as f64 / 2f64.powi(52) - 1.0
    };
    loop {
        let (a, b) = (uniform(), uniform());
        let square = a * a + b * b;
        if 0.0 < square && square < 1.0 {
            return a * (-2.0 * Value::ln(square) / square).sqrt();
        }
    }
}

/// Where step `t` finds its statistics when `t_max` steps are stored, and whether it had to be clamped to the
/// last one (Cooijmans et al. 2017).
pub const fn step(t: usize, t_max: usize) -> (usize, bool) {
    if t < t_max { (t, false) } else { (t_max.saturating_sub(1), true) }
}
