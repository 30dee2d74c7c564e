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
    /// Several templates, and none is chosen.
    #[error(
        "a {what} is of one kind, and `{name}` says none: write `just new-{what} {name} --kind {first}`, or another; {kinds}"
    )]
    NoKind {
        /// What was to be made.
        what: String,
        /// Its name.
        name: String,
        /// The kind that the example has.
        first: String,
        /// The kinds there are and what each is.
        kinds: String,
    },
    /// A key that no declaration can name.
    #[error(
        "`{key}` cannot be the key of a source: it stands in the declaration, so {fault}. Write it like `woo2023convnext`, and rename the entry in {file} if there is one"
    )]
    Key {
        /// The key.
        key: String,
        /// What is wrong with it.
        fault: &'static str,
        /// The bibliography.
        file: String,
    },
    /// The key that would be made up is somebody's.
    #[error("{file} has an entry `{key}` already: name it by `--cite {key}`, or choose another name")]
    KeyTaken {
        /// The bibliography.
        file: String,
        /// The key.
        key: String,
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
    #[error("there is no method `{name}`: {known}")]
    NoMethod {
        /// The name.
        name: String,
        /// Those there are, and how to get one.
        known: String,
    },
    /// A blank in place of the name of a check.
    #[error("the name of a check is blank: leave it out and all run, `just check-norm {name}`")]
    BlankCheck {
        /// The method.
        name: String,
    },
    /// Several words in place of the name of a check.
    #[error(
        "one word picks checks, and here are several: put them into quotes, `just check-norm {name} '{words}'`"
    )]
    SeveralWords {
        /// The method.
        name: String,
        /// The words.
        words: String,
    },
    /// A method that `new` did not make.
    #[error("`{name}` was not made by new-norm: {reason}. Nothing was removed{remedy}")]
    NotMade {
        /// The name.
        name: String,
        /// How that is seen.
        reason: String,
        /// What to do all the same, behind a colon.
        remedy: String,
    },
    /// A method that git has.
    #[error("{folder} is in git: nothing was removed; `just rm-norm {name} --force` does it all the same")]
    Tracked {
        /// The name.
        name: String,
        /// Its folder.
        folder: String,
    },
    /// A method that others stand on.
    #[error("{by} names norm-{name}: nothing was removed; take it out there first")]
    Needed {
        /// The name.
        name: String,
        /// The file that names it.
        by: String,
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
