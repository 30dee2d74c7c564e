//! An image in, C2 out.

use crate::{
    bands::FilterBank,
    c2::{Reach, c2},
    error::Result,
    image::Gray,
    pool::Pool,
    s2::{Prototype, S2, Tuning},
    tuning::Gaussian,
};

/// A bank of filters with S2 and C2 on top.
#[derive(Clone, Debug)]
pub struct Model {
    /// S1 and C1.
    pub bank: FilterBank,
    /// The prototypes.
    pub s2: S2,
    /// Where C2 looks.
    pub reach: Reach,
    /// How C2 pools.
    pub pool: Pool,
}

impl Model {
    /// A bank under the S2 cells of `riesenhuber1999hmax`: the 256 arrangements of four orientations at 2×2 places, each
    /// answering as a Gaussian of width 1 around 1 everywhere. C1 windows overlap by half, so that the places of one
    /// arrangement are two cells apart. C1 and C2 both pool with `pool`.
    ///
    /// # Errors
    /// A bank whose number of orientations is not 4.
    pub fn arrangements(mut bank: FilterBank, pool: Pool) -> Result<Self> {
        let orientations = bank.bands()[0].scales[0].len();
        if orientations != 4 {
            return Err(crate::HmaxError::Features { what: "the bank", expected: 4, got: orientations });
        }
        let tuning = Tuning::Gaussian(Gaussian { sigma: 1.0, smallest: 2, normalized: false });
        let s2 = S2::new(Prototype::arrangements(4, 2)?, tuning)?;
        bank.pool = pool;
        Ok(Self { bank, s2, reach: Reach::Everywhere, pool })
    }

    /// One value per prototype.
    ///
    /// # Errors
    /// An image into which a filter, a window or a prototype does not fit.
    pub fn c2(&self, image: &Gray) -> Result<Vec<f32>> {
        c2(&self.bank.c1(image)?, &self.s2, self.reach, self.pool)
    }
}
