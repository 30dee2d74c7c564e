//! S1: every filter at every pixel.

use crate::{
    error::{HmaxError, Result, length, some},
    filter::Filter,
    image::Gray,
    layer::Layer,
    layout::Axis,
    tuning::{Ndp, PatchSums},
};

/// The answers `[filters][height][width]` to the patches around each pixel. Where a filter would leave the image the
/// answer is [`UNKNOWN`](crate::UNKNOWN).
///
/// With the default [`Ndp`] this is `|F ∗ I|/‖patch‖` (`serre2007robust`).
///
/// # Errors
/// No filter, filters of different sides, an image smaller than they are, parameters out of range.
pub fn s1(image: &Gray, filters: &[Filter], ndp: &Ndp) -> Result<Layer> {
    ndp.check()?;
    some("the number of filters", filters.len())?;
    let size = filters[0].size();
    for filter in filters {
        length("a row of a filter", size, filter.size())?;
    }
    let (height, width) = (image.height(), image.width());
    if size > height.min(width) {
        return Err(HmaxError::TooSmall { what: "filter", field: size, height, width });
    }
    let pixels: Vec<f64> = image.pixels().iter().map(|&p| f64::from(p)).collect();
    let weight_sums: Vec<f64> = filters.iter().map(|f| f.template().weights().iter().sum()).collect();
    let half = size / 2;
    let known = width - size + 1;
    let layer = |filter: usize, y: usize, out: &mut [f32]| {
        if y < half || y + half >= height {
            return;
        }
        let rows = &pixels[(y - half) * width..][..size * width];
        let mut dots = vec![0.0; known];
        for (weights, row) in filters[filter].template().weights().chunks_exact(size).zip(rows.chunks(width))
        {
            for (j, &w) in weights.iter().enumerate() {
                for (dot, &v) in dots.iter_mut().zip(&row[j..]) {
                    *dot += w * v;
                }
            }
        }
        let columns = column_sums(rows, width);
        for (x, (out, &dot)) in out[half..half + known].iter_mut().zip(&dots).enumerate() {
            let mut sums = PatchSums::default();
            for column in &columns[x..x + size] {
                sums.sum += column.sum;
                sums.squares += column.squares;
            }
            *out = ndp.answer(dot, weight_sums[filter], sums, size * size);
        }
    };
    Ok(Layer::by_rows(filters.len(), Axis::pixels(height)?, Axis::pixels(width)?, layer))
}

/// Added up, never down from a running sum: a black patch shall have the norm 0 and not what rounding left over.
fn column_sums(rows: &[f64], width: usize) -> Vec<PatchSums> {
    let mut columns = vec![PatchSums::default(); width];
    for row in rows.chunks_exact(width) {
        for (column, &v) in columns.iter_mut().zip(row) {
            column.sum += v;
            column.squares += v * v;
        }
    }
    columns
}
