//! The step that path scales divide.

use norm_core::Elem;

use crate::Error;
use crate::layer::length;
use crate::scaled::times_power_of_two;

/// The least scale that a step divides by, before the common factor is applied, so beside a largest scale of about 1.
///
/// A weight with `κ = 0` lies on no live path, so its gradient is 0 as well and it stays where it is, whatever the
/// floor: it only keeps 0/0 out. It is this small so that no scale of a live weight is ever changed, which would break
/// the invariance to rescaling.
pub const FLOOR: f64 = 1e-200;

/// `w <- w - rate · g / max(κ, floor)` in place, with `κ = scales · 2^log2_factor` and the floor under `scales`.
///
/// The scales of a whole net share their factor. Handing over one that stays the same over the steps, instead of the
/// one that [`crate::PathScales`] was found with, changes the meaning of `rate` with every step: only a constant may be
/// left out. Computed in `f64`, rounded once.
///
/// # Errors
///
/// [`Error::Length`] where the slices differ; [`Error::Setting`] for a rate that is not finite, or a floor that is not
/// positive and finite.
pub fn descend<T: Elem>(
    parameters: &mut [T],
    gradient: &[T],
    scales: &[f64],
    log2_factor: i64,
    rate: f64,
    floor: f64,
) -> Result<(), Error> {
    length("gradient", gradient.len(), parameters.len())?;
    length("scales", scales.len(), parameters.len())?;
    if !rate.is_finite() {
        return Err(Error::Setting { name: "rate", got: rate, domain: "finite" });
    }
    if !(floor > 0.0 && floor.is_finite()) {
        return Err(Error::Setting { name: "floor", got: floor, domain: "positive and finite" });
    }
    for ((w, g), scale) in parameters.iter_mut().zip(gradient).zip(scales) {
        let step = times_power_of_two(rate * g.to_f64() / scale.max(floor), -log2_factor);
        *w = T::lit(w.to_f64() - step);
    }
    Ok(())
}
