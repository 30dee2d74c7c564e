//! Dependency matrices: which results look at which inputs.

use std::fmt::Write as _;

use results::DependencyPicture;

use crate::markup::escape;

/// The whole matrix: results downwards, inputs to the right. Neighbours in a row are one stroke, and lines in the colour of the
/// paper cut it into squares: a hundred methods must fit into a site.
pub(crate) fn matrix(picture: &DependencyPicture, id: &str) -> String {
    let (down, across) = (picture.rows.len(), picture.columns.len());
    let pitch = if down.max(across) > 32 { 6 } else { 10 };
    let (width, height) = (across * pitch, down * pitch);
    let mut on = String::new();
    for (r, row) in picture.cells.iter().enumerate() {
        let mut at = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                // Writing to a String cannot fail.
                let _ = write!(on, "M{} {}h{}", at * pitch, r * pitch + pitch / 2, run.len() * pitch);
            }
            at += run.len();
        }
    }
    let mut cuts = String::new();
    for column in 0..=across {
        let _ = write!(cuts, "M{} 0v{height}", column * pitch);
    }
    for row in 0..=down {
        let _ = write!(cuts, "M0 {}h{width}", row * pitch);
    }
    let depend = picture.cells.iter().flatten().filter(|on| **on).count();
    let title = format!(
        "{}: {down} results downwards, {across} inputs to the right; {depend} of {} pairs depend",
        picture.title,
        picture.cells.iter().map(Vec::len).sum::<usize>()
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"matrix\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t\"><title id=\"{id}-t\">{}</title>\
         <path class=\"empty\" d=\"M0 0h{width}v{height}H0z\"/><path class=\"filled\" stroke-width=\"{pitch}\" d=\"{on}\"/>\
         <path class=\"cut\" d=\"{cuts}\"/></svg>",
        escape(&title)
    )
}
