//! Images made smaller, and framed on a larger canvas.

use crate::{DataError, Images, Result};

/// Half as high and half as wide: each pixel is the mean of four, rounded to the nearest level, up from the middle.
///
/// # Errors
/// [`DataError::ImageSize`] where a side is odd.
pub fn halved(images: &Images) -> Result<Images> {
    let (height, width) = (images.height() / 2, images.width() / 2);
    let (got, expected) = ((images.height(), images.width()), (2 * height, 2 * width));
    if got != expected {
        return Err(DataError::ImageSize { expected, got });
    }
    let mut levels = Vec::with_capacity(images.len() * height * width);
    for rows in images.levels().chunks_exact(2 * images.width()) {
        let (upper, lower) = rows.split_at(images.width());
        for (a, b) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
            let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
            levels.push(((sum + 2) / 4) as u8);
        }
    }
    Ok(Images { name: format!("{}/halved", images.name()), height, width, levels, ..images.clone() })
}

/// In the middle of a black canvas of `side` by `side` pixels; where the middle lies between two pixels, up and left of it.
///
/// # Errors
/// [`DataError::ImageSize`] for images that are larger.
pub fn framed(images: &Images, side: usize) -> Result<Images> {
    let got = (images.height(), images.width());
    if got.0 > side || got.1 > side {
        return Err(DataError::ImageSize { expected: (side, side), got });
    }
    let (top, left) = ((side - got.0) / 2, (side - got.1) / 2);
    let mut levels = vec![0; images.len() * side * side];
    for (case, canvas) in levels.chunks_exact_mut((side * side).max(1)).enumerate() {
        let rows = canvas.chunks_exact_mut(side).skip(top);
        for (row, own) in rows.zip(images.case(case).chunks_exact(got.1)) {
            row[left..left + got.1].copy_from_slice(own);
        }
    }
    let name = format!("{}/framed", images.name());
    Ok(Images { name, height: side, width: side, levels, ..images.clone() })
}
