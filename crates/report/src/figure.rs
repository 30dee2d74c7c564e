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
    /// What is drawn, or of a long table a part.
    pub(crate) table: Table,
    /// All that is drawn, where the page has a part of it.
    #[serde(skip)]
    pub(crate) whole: Option<Table>,
}

impl Figure {
    /// The table of exactly what is drawn.
    pub(crate) fn data(&self) -> &Table {
        self.whole.as_ref().unwrap_or(&self.table)
    }
}
