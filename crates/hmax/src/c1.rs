//! C1: pooling over position and neighbouring scales, orientation by orientation.

use crate::{
    error::{HmaxError, Result, some},
    layer::Layer,
    pool::Pool,
};

/// Pools layers of one size (the scales of a band) over windows of `window`×`window` cells, `step` apart and centred in
/// the layer.
///
/// # Errors
/// No layer, layers of different sizes or numbers of features, a window that is larger than a layer or cannot be
/// centred in it.
pub fn c1(scales: &[Layer], window: usize, step: usize, pool: Pool) -> Result<Layer> {
    some("the number of scales", scales.len())?;
    let first = &scales[0];
    let (height, width) = first.size();
    for (scale, layer) in scales.iter().enumerate() {
        layer.expect_features("a scale", first.features())?;
        if layer.size() != first.size() {
            return Err(HmaxError::Scales { scale, expected: first.size(), got: layer.size() });
        }
    }
    let (y, x) = (first.y().int(window, step, None)?, first.x().int(window, step, None)?);
    if y.cells() == 0 || x.cells() == 0 {
        return Err(HmaxError::TooSmall { what: "window", field: window, height, width });
    }
    // What the windows leave over is shared out evenly to both ends.
    let top = (height - window - step * (y.cells() - 1)) / 2;
    let left = (width - window - step * (x.cells() - 1)) / 2;
    Ok(Layer::by_rows(first.features(), y, x, |feature, row, out| {
        let rows = top + step * row..top + step * row + window;
        for (column, out) in out.iter_mut().enumerate() {
            let columns = left + step * column..left + step * column + window;
            let seen = scales.iter().flat_map(|layer| {
                let columns = columns.clone();
                rows.clone().flat_map(move |y| &layer.row(feature, y)[columns.clone()])
            });
            *out = pool.over(seen.copied());
        }
    }))
}
