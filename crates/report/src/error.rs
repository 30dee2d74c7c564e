//! Why a page could not be made.

use std::path::PathBuf;

/// What stops a report. What is merely missing from a run is shown on the page instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The run cannot be read, or a file of the page not be replaced.
    #[error(transparent)]
    Results {
        /// What the reader said.
        #[from]
        source: results::Error,
    },
    /// An output file or folder cannot be written.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A template does not fit the data it is given.
    #[error("template {template}: {source}")]
    Template {
        /// The template.
        template: &'static str,
        /// What the template engine said.
        source: Box<tera::Error>,
    },
    /// A figure cannot be drawn.
    #[error("figure {figure}: {source}")]
    Draw {
        /// The figure's id.
        figure: String,
        /// What the drawing library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The list of a language's texts is no list of texts.
    #[error("texts of the language {language}: {source}")]
    Language {
        /// The language.
        language: &'static str,
        /// What the decoder said.
        source: serde_json::Error,
    },
    /// The data of a figure cannot be written as JSON.
    #[error("data of {figure}: {source}")]
    Encode {
        /// The figure's id.
        figure: String,
        /// What the encoder said.
        source: serde_json::Error,
    },
}
