//! View-tuned units: a Gaussian around the C2 answers to one view.

use crate::error::{HmaxError, Result, finite, length, positive, some};

/// `exp(-‖c - c0‖²/(2 sigma²))` over the C2 features that answered most to the view it was made from
/// (`riesenhuber1999hmax`).
#[derive(Clone, Debug, PartialEq)]
pub struct Vtu {
    features: usize,
    afferents: Vec<usize>,
    centre: Vec<f32>,
    sigma: f32,
}

impl Vtu {
    /// Tuned to `c2`, through its `strongest` features; among equals the first.
    ///
    /// # Errors
    /// More afferents than features or none, a value that is not finite, `sigma` not above 0.
    pub fn new(c2: &[f32], strongest: usize, sigma: f32) -> Result<Self> {
        some("the number of afferents", strongest)?;
        finite("the C2 answers", c2)?;
        positive("sigma", sigma.into())?;
        if strongest > c2.len() {
            return Err(HmaxError::Length { what: "the C2 answers", expected: strongest, got: c2.len() });
        }
        let mut afferents: Vec<usize> = (0..c2.len()).collect();
        afferents.sort_by(|&a, &b| c2[b].total_cmp(&c2[a]));
        afferents.truncate(strongest);
        let centre = afferents.iter().map(|&i| c2[i]).collect();
        Ok(Self { features: c2.len(), afferents, centre, sigma })
    }

    /// The C2 features it looks at.
    pub fn afferents(&self) -> &[usize] {
        &self.afferents
    }

    /// Squared distance of `c2` from the view, over the afferents: smaller is a larger answer. Unlike the answer
    /// it does not vanish far away.
    ///
    /// # Errors
    /// Another number of features.
    pub fn squared_distance(&self, c2: &[f32]) -> Result<f64> {
        length("the C2 answers", self.features, c2.len())?;
        let differences = self.afferents.iter().zip(&self.centre);
        Ok(differences.map(|(&i, &c)| (f64::from(c2[i]) - f64::from(c)).powi(2)).sum())
    }

    /// The answer, 1 to the view it was made from.
    ///
    /// # Errors
    /// Another number of features.
    pub fn respond(&self, c2: &[f32]) -> Result<f32> {
        let below = 2.0 * f64::from(self.sigma).powi(2);
        Ok((-self.squared_distance(c2)? / below).exp() as f32)
    }
}
