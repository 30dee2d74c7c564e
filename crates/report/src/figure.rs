//! A drawing with the table of exactly what it draws.

use serde::Serialize;

use crate::table::Table;

/// One figure of the page; its table is also written as `data/<id>.csv` and `data/<id>.json`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    /// Anchor and file name.
    pub(crate) id: String,
    /// Heading.
    pub(crate) title: String,
    /// How to read it.
    pub(crate) caption: String,
    /// Inline SVG, or several with their headings.
    pub(crate) svg: String,
    /// Whether it takes all of the page's width.
    pub(crate) broad: bool,
    /// What is drawn.
    pub(crate) table: Table,
}
