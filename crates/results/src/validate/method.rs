//! What a run says of a method.

use crate::{MethodRecord, Problem};

pub(crate) fn check(m: &MethodRecord, problems: &mut Vec<Problem>) {
    let file = || format!("methods.json, {}", m.id);
    for picture in &m.pictures {
        let mut length = |field, expected, got| {
            if expected != got {
                problems.push(Problem::Length { file: file(), field, expected, got });
            }
        };
        length("pictures.cells", picture.rows.len(), picture.cells.len());
        for row in &picture.cells {
            length("pictures.cells row", picture.columns.len(), row.len());
        }
        if let Some(grid) = &picture.grid {
            length("pictures.columns", grid.down.saturating_mul(grid.across), picture.columns.len());
        }
    }
    if m.formula.is_empty() {
        problems.push(Problem::Empty { file: file(), field: "formula" });
    }
}
