//! Results to SVG to HTML.
//!
//! [`render`] reads a run folder and writes `index.html`, one file that opens anywhere, and beside it `data/`: every
//! table and every figure as CSV and JSON, exactly as drawn. The same run gives the same bytes.
//!
//! This crate knows nothing of methods but what their records say, and nothing of training or timing.

mod answer;
mod axes;
mod bibliography;
mod canvas;
mod card;
mod claims;
mod concerns;
mod convergence;
mod decision;
mod dots;
mod error;
mod figure;
mod format;
mod front;
mod invariance;
mod learning;
mod lines;
mod load;
mod markup;
mod natural;
mod output;
mod page;
mod paragraph;
mod picture;
mod placement;
mod provenance;
mod slug;
mod stats;
mod table;
mod throughput;
mod verdicts;

use std::path::{Path, PathBuf};

use tera::{Context, Tera};

pub use error::Error;

use load::Loaded;
use output::DataFile;
use page::Page;

/// The templates, in the order in which they need each other.
const TEMPLATES: [(&str, &str); 11] = [
    ("style.css", include_str!("../../../templates/report/style.css")),
    ("script.js", include_str!("../../../templates/report/script.js")),
    ("parts.html", include_str!("../../../templates/report/parts.html.tera")),
    ("answer.html", include_str!("../../../templates/report/answer.html.tera")),
    ("claims.html", include_str!("../../../templates/report/claims.html.tera")),
    ("invariance.html", include_str!("../../../templates/report/invariance.html.tera")),
    ("front.html", include_str!("../../../templates/report/front.html.tera")),
    ("workloads.html", include_str!("../../../templates/report/workloads.html.tera")),
    ("throughput.html", include_str!("../../../templates/report/throughput.html.tera")),
    ("methods.html", include_str!("../../../templates/report/methods.html.tera")),
    ("index.html", include_str!("../../../templates/report/index.html.tera")),
];

/// Renders the run in `run_dir` into `out_dir` and returns the page's path.
///
/// Each file is replaced as a whole, the page after its data, and data of an earlier page that this one no longer has are
/// removed. What is missing from the run, or cannot be used, is shown on the page; only a folder that is no run, an output
/// that cannot be written, or a fault of this crate is an error.
pub fn render(run_dir: &Path, out_dir: &Path) -> Result<PathBuf, Error> {
    let loaded = Loaded::read(run_dir)?;
    let page = Page::new(&loaded)?;
    let mut data = Vec::new();
    for (id, table) in page.tables() {
        data.push(DataFile { id: id.to_owned(), csv: table.csv(), json: table.json(id, page.tier())? });
    }
    output::write(out_dir, &html(&page)?, &data)
}

fn html(page: &Page) -> Result<String, Error> {
    const TEMPLATE: &str = "index.html";
    let failed = |source| Error::Template { template: TEMPLATE, source: Box::new(source) };
    let mut tera = Tera::default();
    tera.add_raw_templates(TEMPLATES).map_err(failed)?;
    let context = Context::from_serialize(page).map_err(failed)?;
    tera.render(TEMPLATE, &context).map_err(failed)
}
