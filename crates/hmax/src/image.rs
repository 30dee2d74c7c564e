//! Grey images and how they are made smaller or larger.

use crate::{
    error::{Result, finite, length, side},
    layer::Layer,
    layout::Axis,
};

/// A grey image, `[height][width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gray {
    height: usize,
    width: usize,
    pixels: Vec<f32>,
}

/// How pixels are weighted when an image is resampled. Both widen where the image gets smaller, so that nothing is
/// skipped, and repeat the pixel at the rim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// Cubic convolution with parameter -1/2.
    Bicubic,
    /// The mean over the new pixel's area.
    Area,
}

impl Gray {
    /// Pixels row by row.
    ///
    /// # Errors
    /// A side of 0 or above 32767, another number of pixels, or one that is not finite.
    pub fn new(height: usize, width: usize, pixels: Vec<f32>) -> Result<Self> {
        side("the height of the image", height)?;
        side("the width of the image", width)?;
        length("the image", height * width, pixels.len())?;
        finite("the image", &pixels)?;
        Ok(Self { height, width, pixels })
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels row by row.
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }

    /// Every pixel through `f`: contrast, inversion.
    ///
    /// # Errors
    /// `f` gives a value that is not finite.
    pub fn map(&self, f: impl Fn(f32) -> f32) -> Result<Self> {
        Self::new(self.height, self.width, self.pixels.iter().map(|&p| f(p)).collect())
    }

    /// Moved by whole pixels, downwards and to the right where positive; 0 comes in.
    pub fn shifted(&self, down: isize, right: isize) -> Self {
        let at = |y: usize, x: usize| {
            let y = y.checked_add_signed(-down).filter(|&y| y < self.height)?;
            let x = x.checked_add_signed(-right).filter(|&x| x < self.width)?;
            Some(self.pixels[y * self.width + x])
        };
        let pixels = (0..self.height * self.width)
            .map(|i| at(i / self.width, i % self.width).unwrap_or(0.0))
            .collect();
        Self { pixels, ..*self }
    }

    /// Where two images of one size are larger: both drawn on one background of 0.
    ///
    /// # Errors
    /// Sizes differ.
    pub fn overlaid(&self, other: &Self) -> Result<Self> {
        length("the height of the other image", self.height, other.height)?;
        length("the width of the other image", self.width, other.width)?;
        let pixels = self.pixels.iter().zip(&other.pixels).map(|(a, b)| a.max(*b)).collect();
        Ok(Self { pixels, ..*self })
    }

    /// The image as a layer of one feature.
    pub fn to_layer(&self) -> Layer {
        let axis = |n| Axis::pixels(n).expect("an image has pixels");
        Layer::by_rows(1, axis(self.height), axis(self.width), |_, y, out| {
            out.copy_from_slice(&self.pixels[y * self.width..][..self.width]);
        })
    }

    /// The image seen at the cells of two axes.
    pub fn resample(&self, y: &Axis, x: &Axis, how: Resampling) -> Layer {
        let columns: Vec<Taps> =
            (0..x.cells()).map(|i| how.taps(self.width, x.centre(i), x.space())).collect();
        let across =
            Layer::by_rows(1, Axis::pixels(self.height).expect("an image has rows"), *x, |_, row, out| {
                let pixels = &self.pixels[row * self.width..][..self.width];
                for (out, taps) in out.iter_mut().zip(&columns) {
                    *out = taps.sum(|i| pixels[i]) as f32;
                }
            });
        Layer::by_rows(1, *y, *x, |_, row, out| {
            let taps = how.taps(self.height, y.centre(row), y.space());
            for (i, out) in out.iter_mut().enumerate() {
                *out = taps.sum(|y| across.get(0, y, i)) as f32;
            }
        })
    }

    /// Resampled to another number of pixels.
    ///
    /// # Errors
    /// A size of 0.
    pub fn resized(&self, height: usize, width: usize, how: Resampling) -> Result<Self> {
        let layer = self.resample(&Axis::pixels(height)?, &Axis::pixels(width)?, how);
        Self::new(height, width, layer.values().to_vec())
    }
}

/// The pixels that make one resampled pixel, along one axis.
pub(crate) struct Taps {
    pixels: Vec<(usize, f64)>,
}

impl Taps {
    pub(crate) fn sum(&self, pixel: impl Fn(usize) -> f32) -> f64 {
        self.pixels.iter().map(|&(i, w)| w * f64::from(pixel(i))).sum()
    }
}

impl Resampling {
    /// Weights of the `n` pixels of an axis for a cell at `centre` whose neighbours are `space` away.
    pub(crate) fn taps(self, n: usize, centre: f64, space: f64) -> Taps {
        let (centre, stretch) = (centre * n as f64 - 0.5, (space * n as f64).max(1.0));
        let reach = match self {
            Self::Bicubic => 2.0 * stretch,
            Self::Area => 0.5 * stretch + 0.5,
        };
        let weight = |pixel: f64| match self {
            Self::Bicubic => cubic((pixel - centre) / stretch),
            // How much of the new pixel the old one covers.
            Self::Area => {
                let half = 0.5 * stretch;
                ((pixel + 0.5).min(centre + half) - (pixel - 0.5).max(centre - half)).max(0.0)
            }
        };
        let (first, last) = ((centre - reach).ceil() as i64, (centre + reach).floor() as i64);
        let total: f64 = (first..=last).map(|p| weight(p as f64)).sum();
        let pixels = (first..=last)
            .map(|p| (p.clamp(0, n as i64 - 1) as usize, weight(p as f64) / total))
            .filter(|&(_, w)| w != 0.0)
            .collect();
        Taps { pixels }
    }
}

fn cubic(t: f64) -> f64 {
    let t = t.abs();
    if t < 1.0 {
        (1.5 * t - 2.5) * t * t + 1.0
    } else if t < 2.0 {
        ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0
    } else {
        0.0
    }
}
