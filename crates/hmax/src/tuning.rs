//! How one cell answers to one patch: the normalized dot product and the Gaussian.

use crate::error::{HmaxError, Result, finite, length, not_negative, positive, some};

/// A centred norm below this share of the patch's own is rounding of `f32` pixels, not contrast.
const CONTRAST: f64 = 1e-6;

/// The normalized dot product `w·v/(k + ‖v‖)` of a template of unit norm and a patch (`kouh2008canonical`, and
/// the S1 cells of `mutch2008object`).
///
/// With `k = 0` and both sides centred it is the correlation coefficient, with neither centred the cosine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ndp {
    /// First half of `zero`: the mean is taken from the template, so a constant patch gets 0.
    pub centre_template: bool,
    /// Second half of `zero`: the mean is taken from the patch, so its norm no longer grows with luminance.
    pub centre_patch: bool,
    /// The norm of an `n`-pixel patch counts as at least `thres·√n`: what falls short of it is weakened, not
    /// silenced.
    pub thres: f32,
    /// Whether a template and its negative get the same answer; if not, negative answers become 0.
    pub abs: bool,
    /// Semi-saturation: with `k > 0` half of the largest answer is reached at `‖v‖ = k`.
    pub k: f32,
}

impl Default for Ndp {
    /// `zero = [1 0]`, no floor, absolute value, no semi-saturation: S1 as published.
    fn default() -> Self {
        Self { centre_template: true, centre_patch: false, thres: 0.0, abs: true, k: 0.0 }
    }
}

/// Weights of unit norm, centred if the [`Ndp`] that made them says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    weights: Vec<f64>,
}

impl Template {
    /// The weights, in the order of the patch.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Weights brought to zero mean if `centre`, and to unit norm.
    pub(crate) fn from_f64(mut weights: Vec<f64>, centre: bool) -> Result<Self> {
        some("the number of weights", weights.len())?;
        let before = norm(&weights);
        if before == 0.0 {
            return Err(HmaxError::Flat { what: "zero" });
        }
        if centre {
            let mean = weights.iter().sum::<f64>() / weights.len() as f64;
            for w in &mut weights {
                *w -= mean;
            }
        }
        let after = norm(&weights);
        if after <= CONTRAST * before {
            return Err(HmaxError::Flat { what: "constant and would be centred" });
        }
        for w in &mut weights {
            *w /= after;
        }
        Ok(Self { weights })
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// What of a patch enters the answer besides the product with the template.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PatchSums {
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

impl Ndp {
    /// Refuses a floor or a semi-saturation that is negative or not finite.
    pub fn check(&self) -> Result<()> {
        not_negative("thres", self.thres.into())?;
        not_negative("k", self.k.into())
    }

    /// The template that stands for `values`.
    ///
    /// # Errors
    /// No values, values that are not finite, all zero, or all alike where they are to be centred.
    pub fn template(&self, values: &[f32]) -> Result<Template> {
        finite("the template", values)?;
        Template::from_f64(values.iter().map(|&v| f64::from(v)).collect(), self.centre_template)
    }

    /// The answer to `patch`, between 0 and 1 (`k = 0`).
    ///
    /// # Errors
    /// A patch of another length, one that is not finite, parameters out of range.
    pub fn respond(&self, template: &Template, patch: &[f32]) -> Result<f32> {
        self.check()?;
        length("the patch", template.weights.len(), patch.len())?;
        finite("the patch", patch)?;
        let (mut dot, mut sums) = (0.0, PatchSums::default());
        for (w, &v) in template.weights.iter().zip(patch) {
            let v = f64::from(v);
            dot += w * v;
            sums.sum += v;
            sums.squares += v * v;
        }
        Ok(self.answer(dot, template.weights.iter().sum(), sums, patch.len()))
    }

    /// The answer from sums over the `n` pixels of a patch. `weight_sum` is that of the template.
    pub(crate) fn answer(&self, dot: f64, weight_sum: f64, patch: PatchSums, n: usize) -> f32 {
        let mut dot = dot;
        let mut squares = patch.squares;
        if self.centre_patch {
            let mean = patch.sum / n as f64;
            dot -= mean * weight_sum;
            squares -= mean * patch.sum;
            if squares <= CONTRAST * CONTRAST * patch.squares {
                (dot, squares) = (0.0, 0.0);
            }
        }
        let floor = f64::from(self.thres) * (n as f64).sqrt();
        let below = f64::from(self.k) + squares.sqrt().max(floor);
        if below == 0.0 {
            return 0.0;
        }
        let dot = if self.abs { dot.abs() } else { dot.max(0.0) };
        (dot / below) as f32
    }
}

/// `exp(-‖v - p‖²/(2 sigma² r²))`: tuning to a prototype `p` that falls again beyond it.
///
/// `r = side/smallest` widens the tuning of larger prototypes, whose distances are sums over more cells
/// (`mutch2008object`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Width.
    pub sigma: f32,
    /// Side of the smallest prototypes of the model.
    pub smallest: usize,
    /// Whether the distance is measured in norms of the prototype: the exponent is divided by `‖p‖²` as well.
    pub normalized: bool,
}

impl Gaussian {
    /// `exp(-beta ‖v - p‖²)` (`serre2007robust`), for prototypes of one size.
    ///
    /// # Errors
    /// `beta` is not above 0.
    pub fn from_beta(beta: f32, side: usize) -> Result<Self> {
        positive("beta", beta.into())?;
        let it = Self { sigma: (0.5 / beta).sqrt(), smallest: side, normalized: false };
        it.check()?;
        Ok(it)
    }

    /// Refuses a width that is not above 0.
    pub fn check(&self) -> Result<()> {
        positive("sigma", self.sigma.into())?;
        some("the side of the smallest prototype", self.smallest)
    }

    /// The answer at a squared distance, for a prototype of this side and squared norm. A normalized answer to
    /// a prototype of norm 0 is 0.
    pub fn respond(&self, squared_distance: f64, side: usize, prototype_squares: f64) -> f32 {
        let r = side as f64 / self.smallest as f64;
        let mut below = 2.0 * f64::from(self.sigma).powi(2) * r * r;
        if self.normalized {
            below *= prototype_squares;
        }
        if below == 0.0 {
            return 0.0;
        }
        (-squared_distance / below).exp() as f32
    }
}

/// The circuit `sum w v^p / (k + (sum v^q)^r)` of `kouh2008canonical`, for inputs of 0 and above.
///
/// `p = 1, q = 2, r = 1/2` is the normalized dot product; `p = q + 1, r = 1` approaches the maximum as `q` grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circuit {
    /// Power of the inputs above.
    pub p: f64,
    /// Power of the inputs below.
    pub q: f64,
    /// Power of the sum below.
    pub r: f64,
    /// Semi-saturation.
    pub k: f64,
}

impl Circuit {
    /// A tuned cell: the normalized dot product.
    pub fn tuning(k: f64) -> Self {
        Self { p: 1.0, q: 2.0, r: 0.5, k }
    }

    /// A pooling cell: soft maximum, the harder the larger `q`.
    pub fn soft_max(q: f64) -> Self {
        Self { p: q + 1.0, q, r: 1.0, k: 0.0 }
    }

    /// The answer to `v` with weights `w`; 0 where both sums are 0.
    ///
    /// # Errors
    /// Lengths that differ, an input, power or `k` that is below 0 or not finite.
    pub fn respond(&self, w: &[f32], v: &[f32]) -> Result<f32> {
        for (name, value) in [("p", self.p), ("q", self.q), ("r", self.r), ("k", self.k)] {
            not_negative(name, value)?;
        }
        length("the inputs", w.len(), v.len())?;
        finite("the inputs", v)?;
        finite("the weights", w)?;
        if let Some(&low) = v.iter().find(|&&v| v < 0.0) {
            return Err(HmaxError::Parameter { name: "an input", value: low.into(), expected: "0 or above" });
        }
        // In units of the largest input, which no power can take out of range.
        let largest = f64::from(v.iter().copied().fold(0.0, f32::max));
        if largest == 0.0 {
            return Ok(0.0);
        }
        let (mut above, mut below) = (0.0, 0.0);
        for (&w, &v) in w.iter().zip(v) {
            let v = f64::from(v) / largest;
            above += f64::from(w) * v.powf(self.p);
            below += v.powf(self.q);
        }
        let unit = largest.powf(self.q * self.r - self.p);
        // Without a `k` its factor, which may be infinite, must not enter.
        let k = if self.k == 0.0 { 0.0 } else { self.k * largest.powf(-self.p) };
        let below = k + below.powf(self.r) * unit;
        Ok((above / below) as f32)
    }
}
