//! A layer's values and where they lie.

use crate::{
    error::{HmaxError, Result, finite, length, some},
    layout::Axis,
};

/// Value of a cell whose receptive field leaves what it looks at: the most negative `f32` (`mutch2010cns`).
/// It propagates through S cells, and MAX does not see it.
pub const UNKNOWN: f32 = f32::MIN;

/// Values `[features][y][x]` with the position of every row and column.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    features: usize,
    y: Axis,
    x: Axis,
    values: Vec<f32>,
}

impl Layer {
    /// Values `[features][y][x]`.
    ///
    /// # Errors
    /// No feature, another number of values than the sizes ask for, or one that is not finite.
    pub fn new(features: usize, y: Axis, x: Axis, values: Vec<f32>) -> Result<Self> {
        some("the number of features", features)?;
        let cells = features.saturating_mul(y.cells()).saturating_mul(x.cells());
        length("the layer", cells, values.len())?;
        finite("the layer", &values)?;
        Ok(Self { features, y, x, values })
    }

    /// Every cell filled from its row: `fill(feature, y, row)`. What is left alone stays [`UNKNOWN`]; what is written
    /// is trusted to be finite.
    pub(crate) fn by_rows(
        features: usize,
        y: Axis,
        x: Axis,
        fill: impl Fn(usize, usize, &mut [f32]) + Sync,
    ) -> Self {
        use rayon::prelude::*;
        let mut values = vec![UNKNOWN; features * y.cells() * x.cells()];
        if !values.is_empty() {
            values
                .par_chunks_mut(x.cells())
                .enumerate()
                .for_each(|(row, out)| fill(row / y.cells(), row % y.cells(), out));
        }
        Self { features, y, x, values }
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Rows.
    pub fn y(&self) -> &Axis {
        &self.y
    }

    /// Columns.
    pub fn x(&self) -> &Axis {
        &self.x
    }

    /// `[features][y][x]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Whether there is no cell, as where a receptive field was larger than the layer below.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Height and width in cells.
    pub fn size(&self) -> (usize, usize) {
        (self.y.cells(), self.x.cells())
    }

    /// One row of a feature; empty outside the layer.
    pub fn row(&self, feature: usize, y: usize) -> &[f32] {
        if feature >= self.features || y >= self.y.cells() {
            return &[];
        }
        let width = self.x.cells();
        &self.values[(feature * self.y.cells() + y) * width..][..width]
    }

    /// One value; [`UNKNOWN`] outside the layer.
    pub fn get(&self, feature: usize, y: usize, x: usize) -> f32 {
        self.row(feature, y).get(x).copied().unwrap_or(UNKNOWN)
    }

    /// Refuses a layer with another number of features.
    pub(crate) fn expect_features(&self, what: &'static str, expected: usize) -> Result<()> {
        if self.features == expected {
            Ok(())
        } else {
            Err(HmaxError::Features { what, expected, got: self.features })
        }
    }
}
