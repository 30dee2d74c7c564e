//! Results to SVG to HTML.
//!
//! [`render`] reads a run folder and writes a small site: `index.html` with the answer, a page for claims, workloads, throughput
//! and provenance, and one for each method in `methods/`. Each file opens anywhere, without a network and without scripts. Beside
//! them `data/` holds every table and every figure as CSV and JSON, exactly as drawn. The same run gives the same bytes.
//!
//! This crate knows nothing of methods but what their records say, and nothing of training or timing.

mod accepted;
mod advice;
mod answer;
mod axes;
mod baseline;
mod bibliography;
mod block;
mod canvas;
mod card;
mod claims;
mod concerns;
mod convergence;
mod curves;
mod dots;
mod drift;
mod errata;
mod error;
mod family;
mod figure;
mod forest;
mod format;
mod front;
mod gradient;
mod invariance;
mod learning;
mod links;
mod load;
mod lstm;
mod markup;
mod method_page;
mod natural;
mod output;
mod panels;
mod paragraph;
mod picture;
mod placement;
mod pooled;
mod provenance;
mod sentence;
mod site;
mod slug;
mod stats;
mod strips;
mod table;
mod throughput;
mod translation;
mod verdicts;
mod workload;
mod wrap;

use std::path::{Path, PathBuf};

use tera::{Kwargs, State, Tera};

pub use error::Error;

use load::Loaded;
use output::DataFile;
use site::Site;

macro_rules! templates {
    ($($name:literal = $file:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../templates/report/", $file)))),*]
    };
}

/// The templates, in the order in which they need each other.
const TEMPLATES: [(&str, &str); 18] = templates![
    "base.css" = "base.css",
    "tables.css" = "tables.css",
    "figures.css" = "figures.css",
    "block.css" = "block.css",
    "index.css" = "index.css",
    "method.css" = "method.css",
    "script.js" = "script.js",
    "sort.js" = "sort.js",
    "tool.js" = "tool.js",
    "parts.html" = "parts.html.tera",
    "shell.html" = "shell.html.tera",
    "invariance.html" = "invariance.html.tera",
    "claims.html" = "claims.html.tera",
    "workloads.html" = "workloads.html.tera",
    "throughput.html" = "throughput.html.tera",
    "provenance.html" = "provenance.html.tera",
    "method.html" = "method.html.tera",
    "index.html" = "index.html.tera",
];

/// Renders the run in `run_dir` into `out_dir` and returns the path of `index.html`.
///
/// Each file is replaced as a whole, the index last, and data and methods of an earlier site that this one no longer has are
/// removed. What is missing from the run, or cannot be used, is shown on the pages; only a folder that is no run, an output
/// that cannot be written, or a fault of this crate is an error.
pub fn render(run_dir: &Path, out_dir: &Path) -> Result<PathBuf, Error> {
    let loaded = Loaded::read(run_dir)?;
    let site = Site::new(&loaded)?;
    let mut data = Vec::new();
    for (id, table) in site.tables() {
        data.push(DataFile { id: id.to_owned(), csv: table.csv(), json: table.json(id, site.tier())? });
    }
    let mut tera = Tera::default();
    // Templates name it when they are read; each page then has its own.
    tera.register_filter("here", |to: &str, _: Kwargs, _: &State| to.to_owned());
    let failed = |source| Error::Template { template: "all", source: Box::new(source) };
    tera.add_raw_templates(TEMPLATES).map_err(failed)?;
    output::write(out_dir, &site.render(&mut tera)?, &data)
}
