//! What can be made, as data.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Error;
use crate::name::Name;
use crate::workspace::Workspace;

/// One kind of skeleton, read from `templates/<what>/<kind>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What it is, in a sentence.
    pub about: String,
    /// Where each file goes, and where in `templates/<what>/` it comes from.
    pub files: BTreeMap<String, String>,
    /// Lines for files that exist.
    pub insert: Vec<Insertion>,
    /// Texts that say that a name is taken, and the folders under which they are looked for.
    #[serde(default)]
    pub taken: BTreeMap<String, Vec<String>>,
    /// Names that are not to be had, and why.
    #[serde(default)]
    pub reserved: BTreeMap<String, String>,
    /// The files that are edited from here on.
    pub edit: Vec<String>,
    /// The command that says what is missing.
    pub next: String,
}

/// A text that is put into a file once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insertion {
    /// The file.
    pub file: String,
    /// The place is searched from here on.
    #[serde(default)]
    pub after: Option<String>,
    /// The text goes before this; at the end of the file if nothing is named.
    #[serde(default)]
    pub before: Option<String>,
    /// The text goes among the lines that begin so, where the alphabet has it; instead of `after` and `before`.
    #[serde(default)]
    pub sorted: Option<String>,
    /// What is put there. Where it stands already, nothing is.
    pub text: String,
    /// Whether it is left out where a source was named: it makes one up.
    #[serde(default)]
    pub unless_cited: bool,
}

impl Template {
    /// Reads the template that `name` is made from: that of the kind that is named, or the only one.
    ///
    /// # Errors
    /// [`Error::NoKind`] where there are several and none is named; as [`Template::load`].
    pub fn choose(workspace: &Workspace, what: &str, name: &Name, kind: Option<&str>) -> Result<Self, Error> {
        let kinds = Self::kinds(workspace, what)?;
        match (kind, &kinds[..]) {
            (Some(kind), _) => Self::load(workspace, what, kind),
            (None, [only]) => Self::load(workspace, what, only),
            (None, [] | [_, ..]) => {
                let mut lines = Vec::new();
                for kind in &kinds {
                    lines.push(format!("`{kind}` is {}", Self::load(workspace, what, kind)?.about));
                }
                let first =
                    kinds.iter().find(|k| *k == "sums").or(kinds.first()).cloned().unwrap_or_default();
                let name = name.id().to_owned();
                Err(Error::NoKind { what: what.to_owned(), name, first, kinds: lines.join("; ") })
            }
        }
    }

    /// Reads the template of that kind.
    ///
    /// # Errors
    /// [`Error::Kind`], [`Error::Template`], [`Error::Io`]
    pub fn load(workspace: &Workspace, what: &str, kind: &str) -> Result<Self, Error> {
        let known = Self::kinds(workspace, what)?;
        if !known.iter().any(|k| k == kind) {
            let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
            return Err(Error::Kind { what: what.to_owned(), kind: kind.to_owned(), known });
        }
        let file = format!("templates/{what}/{kind}.json");
        let text = workspace.read(&file)?;
        serde_json::from_str(&text).map_err(|source| Error::Template { path: workspace.at(&file), source })
    }

    /// The kinds that there are.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn kinds(workspace: &Workspace, what: &str) -> Result<Vec<String>, Error> {
        let names = workspace.list(&format!("templates/{what}"))?;
        Ok(names.iter().filter_map(|n| n.strip_suffix(".json")).map(str::to_owned).collect())
    }
}

/// What stands for what.
pub(crate) struct Values(Vec<(&'static str, String)>);

impl Values {
    pub(crate) fn new(name: &Name, cite: &str) -> Self {
        Self(vec![
            ("{{id}}", name.id().to_owned()),
            ("{{module}}", name.module()),
            ("{{type}}", name.camel()),
            ("{{norm}}", name.norm()),
            ("{{title}}", name.title()),
            ("{{cite}}", cite.to_owned()),
        ])
    }

    /// `text` with everything replaced.
    pub(crate) fn fill(&self, text: &str, place: &str) -> Result<String, Error> {
        let filled = self.0.iter().fold(text.to_owned(), |t, (from, to)| t.replace(from, to));
        // A brace that Rust or BibTeX doubles is followed by no lower-case word and two more braces.
        let left = filled.match_indices("{{").find_map(|(at, _)| {
            let word = filled[at + 2..].split("}}").next()?;
            let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            (is_word && filled[at + 2 + word.len()..].starts_with("}}")).then(|| format!("{{{{{word}}}}}"))
        });
        match left {
            Some(placeholder) => Err(Error::Placeholder {
                placeholder,
                place: place.to_owned(),
                known: self.0.iter().map(|(from, _)| *from).collect::<Vec<_>>().join(" "),
            }),
            None => Ok(filled),
        }
    }
}
