//! The model with one filter on an image pyramid, as a network for the engine.

use std::sync::Arc;

use crate::{
    c2::Reach,
    engine::{INPUT, LayerSpec, Network, Shape},
    error::{HmaxError, Result, side, some},
    filter::{FOUR_ORIENTATIONS, Gabor},
    image::Resampling,
    kernels::{Inhibit, Match, NormalizedDot, PoolAll, PoolWithin, Rescale},
    layout::Axis,
    pool::Pool,
    s2::{Density, S2},
    tuning::{Gaussian, Ndp},
};

/// The numbers of one published model.
#[derive(Clone, Debug, PartialEq)]
pub struct Pyramid {
    /// Pixels along the shorter edge at the largest scale.
    pub base: usize,
    /// How much smaller each scale is than the one before.
    pub factor: f64,
    /// Number of scales of the image; C1 has fewer.
    pub scales: usize,
    /// The one filter.
    pub gabor: Gabor,
    /// Its orientations in degrees.
    pub orientations: Vec<f64>,
    /// How S1 answers.
    pub s1: Ndp,
    /// Share of inhibition across orientations on S1 and on C1, if any.
    pub inhibition: Option<f32>,
    /// Scales that a C1 cell pools.
    pub c1_scales: usize,
    /// Side of the C1 window, in cells of the larger scale.
    pub c1_window: usize,
    /// Distance of C1 cells, in cells of the larger scale.
    pub c1_step: usize,
    /// Sides of the prototypes.
    pub sides: Vec<usize>,
    /// Which cells they keep.
    pub density: Density,
    /// How S2 answers.
    pub s2: Gaussian,
    /// Where C2 looks.
    pub reach: Reach,
}

impl Pyramid {
    /// The base model of `mutch2006multiclass`.
    pub fn cvpr06_base() -> Self {
        Self {
            base: 140,
            factor: 2f64.powf(0.25),
            scales: 9,
            gabor: Gabor { size: 11, lambda: 5.641, sigma: 4.5128, gamma: Gabor::GAMMA },
            orientations: FOUR_ORIENTATIONS.to_vec(),
            s1: Ndp::default(),
            inhibition: None,
            c1_scales: 2,
            c1_window: 10,
            c1_step: 5,
            sides: vec![4, 8, 12, 16],
            density: Density::Dense,
            s2: Gaussian { sigma: 1.0, smallest: 4, normalized: false },
            reach: Reach::Everywhere,
        }
    }

    /// The full model of `mutch2006multiclass`: twelve orientations, inhibition, sparse prototypes, limited C2.
    pub fn cvpr06_full() -> Self {
        Self {
            orientations: (0..12).map(|i| f64::from(i) * 15.0).collect(),
            inhibition: Some(0.5),
            density: Density::Sparse,
            reach: Reach::PUBLISHED,
            ..Self::cvpr06_base()
        }
    }

    /// The stages up to C2b of `serre2007feedforward`. Its S2 to C3 (3×3 twice) are not part of this crate; the
    /// factor between scales is that of the other models, and the filter's side that of `lambda` in the growing
    /// bank.
    pub fn pnas07() -> Self {
        Self {
            base: 256,
            scales: 10,
            gabor: Gabor { size: 7, lambda: 3.5, sigma: 2.8, gamma: Gabor::GAMMA },
            c1_window: 8,
            c1_step: 3,
            sides: vec![5, 7, 9, 11, 13, 15],
            density: Density::Sparse,
            s2: Gaussian { sigma: 1.0 / 3.0, smallest: 5, normalized: true },
            ..Self::cvpr06_base()
        }
    }

    /// The network up to C1 for images of this size. Groups `scale`, `s1`, `c1` have one layer per scale, called
    /// `scale 0`, `scale 1`, … with the largest scale first. With inhibition, S1 before it is the group `s1 raw`, C1
    /// before it `c1 raw`.
    ///
    /// # Errors
    /// A size or a count of 0, parameters out of range, or scales so small that a filter or a window no longer
    /// fits.
    pub fn network(&self, height: usize, width: usize) -> Result<Network> {
        Network::new(height, width, self.layers(height, width)?)
    }

    /// The network up to C2: in addition the group `s2` and the layer `c2`, one feature per prototype, pooled
    /// everywhere. The limited range of C2 is [`c2`](crate::c2()) over the group `c1`.
    ///
    /// # Errors
    /// As [`network`](Self::network); prototypes over another number of orientations, or of different sides, which
    /// cannot share a layer.
    pub fn network_to_c2(&self, height: usize, width: usize, s2: &Arc<S2>) -> Result<Network> {
        let mut layers = self.layers(height, width)?;
        let reach = s2.prototypes()[0].reach();
        if let Some(p) = s2.prototypes().iter().find(|p| p.reach() != reach) {
            return Err(HmaxError::Length { what: "a row of a prototype", expected: reach, got: p.reach() });
        }
        let features = s2.prototypes().len();
        let below: Vec<(String, Shape)> =
            layers.iter().filter(|l| l.group == "c1").map(|l| (l.name.clone(), l.shape)).collect();
        let mut all = Vec::new();
        for (i, (c1, shape)) in below.into_iter().enumerate() {
            let shape = Shape { features, y: shape.y.int(reach, 1, None)?, x: shape.x.int(reach, 1, None)? };
            layers.push(layer("s2", i, shape, vec![c1], Match(s2.clone())));
            all.push(named("s2", i));
        }
        let shape = Shape { features, y: Axis::whole(), x: Axis::whole() };
        layers.push(LayerSpec { name: "c2".into(), ..layer("c2", 0, shape, all, PoolAll(Pool::Max)) });
        Network::new(height, width, layers)
    }

    fn layers(&self, height: usize, width: usize) -> Result<Vec<LayerSpec>> {
        side("the height of the image", height)?;
        side("the width of the image", width)?;
        some("the number of scales", self.scales)?;
        some("the number of scales of a C1 cell", self.c1_scales)?;
        if self.c1_scales > self.scales {
            return Err(HmaxError::Parameter {
                name: "the number of scales of a C1 cell",
                value: self.c1_scales as f64,
                expected: "at most that of the image",
            });
        }
        let filters: Vec<_> = self.orientations.iter().map(|&d| self.gabor.at(d)).collect::<Result<_>>()?;
        let kernel = NormalizedDot::new(filters, self.s1)?;
        // The longer edge in proportion, so that pixels stay square up to rounding.
        let base = |edge: usize| (self.base as f64 * edge as f64 / height.min(width) as f64).round() as usize;
        let features = self.orientations.len();
        let fits = |what, field, shape: Shape, below: Shape| {
            if shape.y.cells().min(shape.x.cells()) > 0 {
                return Ok(());
            }
            let (height, width) = (below.y.cells(), below.x.cells());
            Err(HmaxError::TooSmall { what, field, height, width })
        };
        let (mut layers, mut s1) = (Vec::new(), Vec::new());
        for i in 0..self.scales {
            let factor = self.factor.powi(i as i32);
            let image = Shape {
                features: 1,
                y: Axis::scaled_pixels(base(height), factor)?,
                x: Axis::scaled_pixels(base(width), factor)?,
            };
            layers.push(layer("scale", i, image, vec![INPUT.into()], Rescale(Resampling::Bicubic)));
            let size = self.gabor.size;
            let shape = Shape { features, y: image.y.int(size, 1, None)?, x: image.x.int(size, 1, None)? };
            fits("filter", size, shape, image)?;
            let raw = if self.inhibition.is_some() { "s1 raw" } else { "s1" };
            layers.push(layer(raw, i, shape, vec![named("scale", i)], kernel.clone()));
            if let Some(share) = self.inhibition {
                layers.push(layer("s1", i, shape, vec![named(raw, i)], Inhibit(share)));
            }
            s1.push(shape);
        }
        for (i, below) in s1.windows(self.c1_scales).enumerate() {
            let (window, step) = (self.c1_window, self.c1_step);
            let int = |axis: Axis| axis.int(window, step, None);
            let shape = Shape { features, y: int(below[0].y)?, x: int(below[0].x)? };
            fits("window", window, shape, below[0])?;
            let previous = (i..i + self.c1_scales).map(|scale| named("s1", scale)).collect();
            let raw = if self.inhibition.is_some() { "c1 raw" } else { "c1" };
            let kernel = PoolWithin { window: window as f64, pool: Pool::Max };
            layers.push(layer(raw, i, shape, previous, kernel));
            if let Some(share) = self.inhibition {
                layers.push(layer("c1", i, shape, vec![named(raw, i)], Inhibit(share)));
            }
        }
        Ok(layers)
    }
}

fn named(group: &str, scale: usize) -> String {
    format!("{group} {scale}")
}

fn layer(
    group: &str,
    scale: usize,
    shape: Shape,
    previous: Vec<String>,
    kernel: impl crate::engine::Kernel + 'static,
) -> LayerSpec {
    LayerSpec { name: named(group, scale), group: group.into(), shape, previous, kernel: Box::new(kernel) }
}
