//! Results to SVG to HTML.
//!
//! [`render`] reads a run folder and writes `index.html`, one file that opens anywhere, and beside it `data/`: every
//! table and every figure as CSV and JSON, exactly as drawn. The same run gives the same bytes.
//!
//! This crate knows nothing of methods but what their records say, and nothing of training or timing.

mod axes;
mod bibliography;
mod canvas;
mod card;
mod convergence;
mod decision;
mod dots;
mod error;
mod figure;
mod format;
mod front;
mod learning;
mod lines;
mod load;
mod markup;
mod natural;
mod page;
mod picture;
mod provenance;
mod stats;
mod table;
mod throughput;

use std::fs;
use std::path::{Path, PathBuf};

use tera::{Context, Tera};

pub use error::Error;

use load::Loaded;
use page::Page;

/// The templates, in the order in which they need each other.
const TEMPLATES: [(&str, &str); 8] = [
    ("style.css", include_str!("../../../templates/report/style.css")),
    ("script.js", include_str!("../../../templates/report/script.js")),
    ("parts.html", include_str!("../../../templates/report/parts.html.tera")),
    ("front.html", include_str!("../../../templates/report/front.html.tera")),
    ("workloads.html", include_str!("../../../templates/report/workloads.html.tera")),
    ("throughput.html", include_str!("../../../templates/report/throughput.html.tera")),
    ("methods.html", include_str!("../../../templates/report/methods.html.tera")),
    ("index.html", include_str!("../../../templates/report/index.html.tera")),
];

/// Renders the run in `run_dir` into `out_dir` and returns the page's path.
///
/// What is missing from the run, or cannot be used, is shown on the page; only a folder that is no run, an output
/// that cannot be written, or a fault of this crate is an error.
pub fn render(run_dir: &Path, out_dir: &Path) -> Result<PathBuf, Error> {
    let loaded = Loaded::read(run_dir)?;
    let page = Page::new(&loaded)?;
    let data = out_dir.join("data");
    fs::create_dir_all(&data).map_err(io(&data, "create"))?;
    for (id, table) in page.tables() {
        write(&data.join(format!("{id}.csv")), &table.csv())?;
        write(&data.join(format!("{id}.json")), &table.json(id, page.tier())?)?;
    }
    let index = out_dir.join("index.html");
    write(&index, &html(&page)?)?;
    Ok(index)
}

fn html(page: &Page) -> Result<String, Error> {
    const TEMPLATE: &str = "index.html";
    let failed = |source| Error::Template { template: TEMPLATE, source: Box::new(source) };
    let mut tera = Tera::default();
    tera.add_raw_templates(TEMPLATES).map_err(failed)?;
    let context = Context::from_serialize(page).map_err(failed)?;
    tera.render(TEMPLATE, &context).map_err(failed)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(io(path, "write"))
}

fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, action, source }
}
