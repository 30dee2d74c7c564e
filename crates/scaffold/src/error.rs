//! What can go wrong before anything is written, and while it is.

use std::path::PathBuf;

/// A skeleton, a check or a table that was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No workspace above the folder.
    #[error("{from} is not inside normlab: no folder above it has `templates/` and `crates/norms`")]
    NoWorkspace {
        /// Where the search began.
        from: PathBuf,
    },
    /// A name that cannot be a crate, an id and a type.
    #[error("`{name}` cannot be a name: {fault}. Write it like `mean-abs`")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Somebody has the name already.
    #[error("`{name}` is taken: {by}. Choose another name")]
    Taken {
        /// The name.
        name: String,
        /// Who has it.
        by: String,
    },
    /// No template of that kind.
    #[error("there is no template for a {what} of kind `{kind}`; kinds in templates/{what}: {known}")]
    Kind {
        /// What was to be made.
        what: String,
        /// The kind.
        kind: String,
        /// The kinds there are.
        known: String,
    },
    /// A key that the bibliography has not.
    #[error(
        "{file} has no entry `{key}`: write one, or leave --cite out and fill in the entry that is made for you"
    )]
    Citation {
        /// The bibliography.
        file: String,
        /// The key.
        key: String,
    },
    /// A template that cannot be read.
    #[error("{path} is no template: {source}")]
    Template {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: serde_json::Error,
    },
    /// A text between braces that stands for nothing.
    #[error("the template has `{placeholder}` in {place}; known are {known}")]
    Placeholder {
        /// The text.
        placeholder: String,
        /// Where it stands.
        place: String,
        /// What would be replaced.
        known: String,
    },
    /// The place for a line is not there.
    #[error(
        "{file} has no `{marker}`, before or after which a line belongs: put it back, or change the template"
    )]
    Marker {
        /// The file.
        file: String,
        /// What was looked for.
        marker: String,
    },
    /// A file or folder that does not do what is asked of it.
    #[error("{path}: cannot {action}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was to be done.
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// No method of that name.
    #[error("there is no method `{name}`: {known}. `just new-norm {name} --kind sums` makes one")]
    NoMethod {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// A command that cannot be started or says no.
    #[error("`{command}` failed: {reason}")]
    Command {
        /// The command.
        command: String,
        /// Why, in its own words.
        reason: String,
    },
}
