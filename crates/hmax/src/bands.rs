//! The model with filters that grow: an image in, C1 in bands of neighbouring scales out.

use crate::{
    c1::c1,
    error::{HmaxError, Result, some},
    filter::{FOUR_ORIENTATIONS, Filter, Gabor},
    image::Gray,
    layer::Layer,
    pool::Pool,
    s1::s1,
    tuning::Ndp,
};

/// Neighbouring scales that C1 pools together.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The filters of each scale, one per orientation.
    pub scales: Vec<Vec<Filter>>,
    /// Side of the C1 window in pixels.
    pub window: usize,
    /// Distance of C1 windows in pixels.
    pub step: usize,
}

/// S1 and C1 in bands.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterBank {
    bands: Vec<Band>,
    /// How S1 answers; as published unless changed.
    pub tuning: Ndp,
    /// How C1 pools; [`Pool::Max`] unless changed.
    pub pool: Pool,
}

impl FilterBank {
    /// A bank of one's own.
    ///
    /// # Errors
    /// No band, a band without scales, scales with different numbers of filters.
    pub fn new(bands: Vec<Band>) -> Result<Self> {
        some("the number of bands", bands.len())?;
        let orientations = bands[0].scales.first().map_or(0, Vec::len);
        some("the number of orientations", orientations)?;
        for band in &bands {
            some("the number of scales of a band", band.scales.len())?;
            if let Some(scale) = band.scales.iter().find(|s| s.len() != orientations) {
                return Err(HmaxError::Features {
                    what: "a scale",
                    expected: orientations,
                    got: scale.len(),
                });
            }
        }
        Ok(Self { bands, tuning: Ndp::default(), pool: Pool::Max })
    }

    /// The first `bands` of the eight published ones (`serre2007robust`): Gabor functions of sides 7 and 9, 11 and
    /// 13, … at four orientations, C1 windows 8, 10, … with half of that as the step.
    ///
    /// # Errors
    /// `bands` is 0 or above 8.
    pub fn growing(bands: usize) -> Result<Self> {
        if bands > 8 {
            return Err(HmaxError::Parameter {
                name: "the number of bands",
                value: bands as f64,
                expected: "1 to 8",
            });
        }
        let scale = |index| {
            let gabor = Gabor::growing(index)?;
            FOUR_ORIENTATIONS.iter().map(|&degrees| gabor.at(degrees)).collect::<Result<Vec<_>>>()
        };
        let band = |b| {
            let scales = vec![scale(2 * b)?, scale(2 * b + 1)?];
            Ok(Band { scales, window: 8 + 2 * b, step: 4 + b })
        };
        Self::new((0..bands).map(band).collect::<Result<_>>()?)
    }

    /// The bank of `riesenhuber1999hmax` for images of 160×160: second derivatives of Gaussians of twelve sides
    /// from 7 to 29. How they are grouped (2, 3, 3 and 4 sides), the windows (4, 6, 9, 12) and the overlap of 2
    /// are as usually reported; they were not checked against the paper.
    ///
    /// # Errors
    /// None with these sizes.
    pub fn second_derivatives() -> Result<Self> {
        Self::derivatives(&[
            (&[7, 9], 4, 2),
            (&[11, 13, 15], 6, 3),
            (&[17, 19, 21], 9, 5),
            (&[23, 25, 27, 29], 12, 6),
        ])
    }

    /// A smaller bank of the same kind for frames of 96×96: sides 5 to 17, windows 4, 6 and 8. Ours, for fast
    /// replications.
    ///
    /// # Errors
    /// None with these sizes.
    pub fn small() -> Result<Self> {
        Self::derivatives(&[(&[5, 7], 4, 2), (&[9, 11], 6, 3), (&[13, 15, 17], 8, 4)])
    }

    fn derivatives(bands: &[(&[usize], usize, usize)]) -> Result<Self> {
        let scale = |&size: &usize| {
            FOUR_ORIENTATIONS.iter().map(|&degrees| Filter::second_derivative(size, degrees)).collect()
        };
        let band = |&(sizes, window, step): &(&[usize], usize, usize)| {
            Ok(Band { scales: sizes.iter().map(scale).collect::<Result<_>>()?, window, step })
        };
        Self::new(bands.iter().map(band).collect::<Result<_>>()?)
    }

    /// The bands.
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// S1 of one band, `[orientations][height][width]` per scale.
    ///
    /// # Errors
    /// No such band; an image that is smaller than a filter.
    pub fn s1(&self, image: &Gray, band: usize) -> Result<Vec<Layer>> {
        let Some(band) = self.bands.get(band) else {
            return Err(HmaxError::Parameter {
                name: "the band",
                value: band as f64,
                expected: "one of the bank",
            });
        };
        band.scales.iter().map(|filters| s1(image, filters, &self.tuning)).collect()
    }

    /// C1, `[orientations][y][x]` per band.
    ///
    /// # Errors
    /// An image that is smaller than a filter, or in which a window cannot be centred.
    pub fn c1(&self, image: &Gray) -> Result<Vec<Layer>> {
        let band = |(i, b): (usize, &Band)| c1(&self.s1(image, i)?, b.window, b.step, self.pool);
        self.bands.iter().enumerate().map(band).collect()
    }
}
