//! Where the cells of a layer lie: start and space in a coordinate system that all layers share
//! (`mutch2010cns`).
//!
//! Cell `i` of an axis is centred at `start + space·i`. The image fills the interval from 0 to 1 on each of
//! its axes, and every mapping keeps the layers concentric, so that "the cells nearest to mine" has the same
//! meaning whatever the sizes and steps in between.

use std::ops::Range;

use crate::error::{HmaxError, Result, positive, side};

/// Share of a space by which a centre may be off before it counts as elsewhere. Rounding in `start + space·i`
/// is some 1e-13 of it.
const SLACK: f64 = 1e-6;

/// Whether the number of cells of a layer shall be even or odd, where both can be centred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// No cell in the middle.
    Even,
    /// One cell in the middle.
    Odd,
}

/// One mapped dimension of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    start: f64,
    space: f64,
    cells: usize,
}

impl Axis {
    fn centred(middle: f64, space: f64, cells: usize) -> Self {
        let start = if cells == 0 { middle } else { middle - space * (cells - 1) as f64 / 2.0 };
        Self { start, space, cells }
    }

    /// `pixels`: the axis of an image of `n` pixels.
    ///
    /// # Errors
    /// `n` is 0 or above 32767.
    pub fn pixels(n: usize) -> Result<Self> {
        side("the number of pixels", n)?;
        Ok(Self::centred(0.5, 1.0 / n as f64, n))
    }

    /// `scaledpixels`: an image resampled to `base` pixels and then made smaller by `factor`, of which as many
    /// cells are kept as fit and have the parity of `base`. Without cells where the factor is too large.
    ///
    /// # Errors
    /// `base` is 0 or above 32767, or `factor` is below 1.
    pub fn scaled_pixels(base: usize, factor: f64) -> Result<Self> {
        side("the base size", base)?;
        if !(factor.is_finite() && factor >= 1.0) {
            return Err(HmaxError::Parameter { name: "factor", value: factor, expected: "1 or above" });
        }
        let fit = base as f64 / factor;
        let half = |cells: f64| ((cells / 2.0 + SLACK).floor().max(-1.0)) as i64;
        let cells = if base.is_multiple_of(2) { 2 * half(fit) } else { 2 * half(fit - 1.0) + 1 };
        Ok(Self::centred(0.5, factor / base as f64, cells.max(0) as usize))
    }

    /// `int`: cells that see `field` cells of this axis each and stand `step` of them apart; as many as fit,
    /// centred. Where an even and an odd number can be centred (equal parity of cells and field, even step) the
    /// larger is taken, or the one of the `parity` asked for.
    ///
    /// # Errors
    /// A `field` or `step` of 0 or above 32767; an even step where the parities of cells and field differ, which cannot be centred.
    pub fn int(&self, field: usize, step: usize, parity: Option<Parity>) -> Result<Self> {
        side("the receptive field", field)?;
        side("the step", step)?;
        let (n, f, s) = (self.cells as i64, field as i64, step as i64);
        let odd = 2 * (n - f).div_euclid(2 * s) + 1;
        let even = 2 * (n - f - s).div_euclid(2 * s) + 2;
        let cells = if (n - f) % 2 != 0 {
            if s % 2 == 0 {
                return Err(HmaxError::Parity { cells: self.cells, field, step });
            }
            even
        } else if s % 2 != 0 {
            odd
        } else {
            match parity {
                Some(Parity::Odd) => odd,
                Some(Parity::Even) => even,
                None => odd.max(even),
            }
        };
        Ok(Self::centred(self.middle(), self.space * step as f64, cells.max(0) as usize))
    }

    /// `int-td`: the layer below one whose cells shall see `field` cells in steps of `step`; `int` undone.
    ///
    /// # Errors
    /// A `field` or `step` of 0 or above 32767.
    pub fn top_down(&self, field: usize, step: usize) -> Result<Self> {
        side("the receptive field", field)?;
        side("the step", step)?;
        let cells = if self.cells == 0 { 0 } else { field + (self.cells - 1).saturating_mul(step) };
        Ok(Self::centred(self.middle(), self.space / step as f64, cells))
    }

    /// `win`: windows of `size`, `step` apart, that leave a `margin` at the ends of the image. All three in
    /// spaces of this axis; they may be fractions, and the margin negative. The number of windows is odd.
    ///
    /// # Errors
    /// A `size` or `step` that is not above 0, a margin that is not finite.
    pub fn windows(&self, size: f64, step: f64, margin: f64) -> Result<Self> {
        positive("window size", size)?;
        positive("window step", step)?;
        if !margin.is_finite() {
            return Err(HmaxError::Parameter { name: "margin", value: margin, expected: "a finite number" });
        }
        let space = step * self.space;
        let room = (1.0 - (size + 2.0 * margin) * self.space) / (2.0 * space);
        let cells = 1 + 2 * (room + SLACK).floor().clamp(-1.0, u32::MAX.into()) as i64;
        Ok(Self::centred(0.5, space, cells.max(0) as usize))
    }

    /// One cell in the middle that sees everything.
    pub fn whole() -> Self {
        Self { start: 0.5, space: 1.0, cells: 1 }
    }

    /// Centre of the first cell.
    pub fn start(&self) -> f64 {
        self.start
    }

    /// Distance between neighbouring cells.
    pub fn space(&self) -> f64 {
        self.space
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Centre of cell `i`, which need not exist.
    pub fn centre(&self, i: usize) -> f64 {
        self.start + self.space * i as f64
    }

    /// Middle between the first and the last cell.
    pub fn middle(&self) -> f64 {
        self.start + self.space * (self.cells.max(1) - 1) as f64 / 2.0
    }

    /// The `count` cells nearest to `at`, or `None` if one of them would lie outside the layer.
    pub fn nearest(&self, at: f64, count: usize) -> Option<Range<usize>> {
        let first = ((at - self.start) / self.space - (count as f64 - 1.0) / 2.0).round();
        if first < 0.0 || first + count as f64 > self.cells as f64 {
            return None;
        }
        Some(first as usize..first as usize + count)
    }

    /// The cells whose centre is at most `radius` from `at`, as far as they exist.
    pub fn within(&self, at: f64, radius: f64) -> Range<usize> {
        let low = ((at - radius - self.start) / self.space - SLACK).ceil().max(0.0);
        let high = ((at + radius - self.start) / self.space + SLACK).floor() + 1.0;
        let high = high.clamp(0.0, self.cells as f64) as usize;
        (low as usize).min(high)..high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_fill_the_unit_interval() {
        let axis = Axis::pixels(4).unwrap();
        assert_eq!((axis.start(), axis.space(), axis.cells()), (0.125, 0.25, 4));
        assert_eq!(axis.middle(), 0.5);
    }

    #[test]
    fn scaled_pixels_keep_the_parity_of_the_base() {
        let n = |base, factor| Axis::scaled_pixels(base, factor).unwrap().cells();
        assert_eq!((n(140, 1.0), n(140, 2.0), n(140, 1.5), n(140, 4.0)), (140, 70, 92, 34));
        assert_eq!((n(141, 1.0), n(141, 2.0), n(141, 141.0), n(141, 150.0)), (141, 69, 1, 0));
        assert_eq!(n(140, 2f64.powf(0.25)), 116);
        assert!(Axis::scaled_pixels(140, 0.5).is_err());
    }

    #[test]
    fn int_centres_what_it_can() {
        let from = |cells, field, step, parity| {
            Axis::pixels(cells).unwrap().int(field, step, parity).map(|a| a.cells())
        };
        // Equal parity, odd step: one in the middle.
        assert_eq!(from(130, 10, 5, None), Ok(25));
        // Equal parity, even step: the larger.
        assert_eq!(from(160, 8, 4, None), Ok(39));
        assert_eq!(from(162, 8, 4, None), Ok(39));
        assert_eq!(from(164, 8, 4, None), Ok(40));
        assert_eq!(from(164, 8, 4, Some(Parity::Odd)), Ok(39));
        assert_eq!(from(160, 8, 4, Some(Parity::Even)), Ok(38));
        // Unequal parity: none in the middle, and only with an odd step.
        assert_eq!(from(160, 9, 5, None), Ok(30));
        assert_eq!(from(160, 9, 4, None), Err(HmaxError::Parity { cells: 160, field: 9, step: 4 }));
        // Too large a field leaves no cell.
        assert_eq!(from(8, 11, 1, None), Ok(0));
        assert_eq!(from(8, 30, 3, None), Ok(0));
    }

    #[test]
    fn top_down_undoes_int() {
        for (field, step) in [(3, 1), (4, 2), (5, 3), (10, 5)] {
            let below = Axis::pixels(7).unwrap().top_down(field, step).unwrap();
            let back = below.int(field, step, Some(Parity::Odd)).unwrap();
            assert_eq!(back.cells(), 7);
            assert!((back.start() - 1.0 / 14.0).abs() < 1e-12, "{back:?}");
            assert!((back.space() - 1.0 / 7.0).abs() < 1e-12);
        }
    }

    #[test]
    fn windows_are_odd_and_keep_the_margin() {
        let axis = Axis::pixels(100).unwrap();
        let windows = axis.windows(20.0, 10.0, 0.0).unwrap();
        assert_eq!(windows.cells(), 9);
        assert!((windows.start() - 0.1).abs() < 1e-12);
        assert_eq!(axis.windows(20.0, 10.0, 5.0).unwrap().cells(), 7);
        assert_eq!(axis.windows(120.0, 10.0, 0.0).unwrap().cells(), 0);
    }

    #[test]
    fn every_mapping_is_concentric() {
        let pixels = Axis::pixels(160).unwrap();
        let mut all = vec![pixels, Axis::scaled_pixels(140, 1.3).unwrap(), Axis::whole()];
        all.push(pixels.int(7, 1, None).unwrap());
        all.push(pixels.int(8, 4, None).unwrap());
        all.push(pixels.top_down(8, 4).unwrap());
        all.push(pixels.windows(11.5, 2.5, 0.0).unwrap());
        for axis in all {
            assert!((axis.middle() - 0.5).abs() < 1e-12, "{axis:?}");
        }
    }

    #[test]
    fn nearest_ends_where_the_layer_ends() {
        let axis = Axis::pixels(10).unwrap();
        assert_eq!(axis.nearest(0.5, 4), Some(3..7));
        assert_eq!(axis.nearest(axis.centre(4), 3), Some(3..6));
        assert_eq!(axis.nearest(axis.centre(1), 3), Some(0..3));
        assert_eq!(axis.nearest(axis.centre(0), 3), None);
        assert_eq!(axis.nearest(axis.centre(9), 3), None);
        assert_eq!(axis.nearest(0.5, 12), None);
    }

    #[test]
    fn within_counts_a_cell_on_the_rim_and_no_other() {
        let axis = Axis::pixels(10).unwrap();
        // Two spaces to both sides of cell 4, rim included.
        assert_eq!(axis.within(axis.centre(4), 0.2), 2..7);
        assert_eq!(axis.within(axis.centre(4), 0.199), 3..6);
        assert_eq!(axis.within(0.0, 0.2), 0..2);
        assert_eq!(axis.within(2.0, 0.1), 10..10);
        assert_eq!(axis.within(-2.0, 0.1), 0..0);
    }
}
