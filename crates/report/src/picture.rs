//! Dependency pictures: which elements a result looks at.

use std::fmt::Write as _;

use results::{DependencyPicture, PictureGrid};

use crate::markup::escape;

/// The picture of one result inside the grid of inputs: what the reference set looks like. `None` if the picture
/// does not unroll into a grid.
pub(crate) fn reference_set(picture: &DependencyPicture, id: &str) -> Option<String> {
    let grid = picture.grid.as_ref()?;
    let focus = focus(picture, grid);
    let row = picture.cells.get(focus).filter(|row| row.len() == grid.down * grid.across)?;
    let named = picture.rows.get(focus).map_or("one result", String::as_str);
    let count = row.iter().filter(|on| **on).count();
    let square = picture.rows.len() == picture.columns.len();
    let title = format!(
        "{named} depends on {count} of {} inputs, drawn as {} downwards and {} to the right",
        row.len(),
        grid.down_axis,
        grid.across_axis
    );
    let cells =
        row.iter().enumerate().map(|(i, on)| (i / grid.across, i % grid.across, *on, square && i == focus));
    Some(squares(id, "set", 10, (grid.down, grid.across), cells, &title))
}

/// A result in the middle, where neighbours on all sides can be seen.
fn focus(picture: &DependencyPicture, grid: &PictureGrid) -> usize {
    if picture.rows.len() == picture.columns.len() {
        (grid.down / 2) * grid.across + grid.across / 2
    } else {
        0
    }
}

/// The whole matrix: results downwards, inputs to the right.
pub(crate) fn matrix(picture: &DependencyPicture, id: &str) -> String {
    let across = picture.columns.len();
    let cells = picture
        .cells
        .iter()
        .enumerate()
        .flat_map(|(r, row)| row.iter().enumerate().map(move |(c, on)| (r, c, *on, false)));
    let on = picture.cells.iter().flatten().filter(|on| **on).count();
    let title = format!(
        "{}: {} results downwards, {across} inputs to the right; {on} of {} pairs depend",
        picture.title,
        picture.rows.len(),
        picture.cells.iter().map(Vec::len).sum::<usize>()
    );
    let size = if picture.rows.len().max(across) > 32 { 5 } else { 9 };
    squares(id, "matrix", size, (picture.rows.len(), across), cells, &title)
}

fn squares(
    id: &str,
    class: &str,
    size: usize,
    (down, across): (usize, usize),
    cells: impl Iterator<Item = (usize, usize, bool, bool)>,
    title: &str,
) -> String {
    let pitch = size + 1;
    let (width, height) = (across * pitch + 1, down * pitch + 1);
    // All squares of one kind are one path: a hundred methods must fit into a page.
    let (mut on, mut off, mut focus) = (String::new(), String::new(), String::new());
    for (r, c, depends, focused) in cells {
        let (x, y) = (c * pitch + 1, r * pitch + 1);
        let path = if depends { &mut on } else { &mut off };
        // Writing to a String cannot fail.
        let _ = write!(path, "M{x} {y}h{size}v{size}h-{size}z");
        if focused {
            let _ = write!(focus, "M{x} {y}h{size}v{size}h-{size}z");
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture {class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t\"><title id=\"{id}-t\">{}</title>\
         <path class=\"off\" d=\"{off}\"/><path class=\"on\" d=\"{on}\"/><path class=\"focus\" d=\"{focus}\"/></svg>",
        escape(title)
    )
}
