//! Everything that will be written, found out before anything is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::name::{Name, fault_of_key};
use crate::template::{Insertion, Template, Values};
use crate::workspace::Workspace;

/// Files to be made and files to be changed, with their whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Files that do not exist yet.
    pub new: Vec<(PathBuf, String)>,
    /// Files that exist and get lines.
    pub changed: Vec<(PathBuf, String)>,
    /// Where the newcomer goes on.
    pub edit: Vec<String>,
    /// The command that says what is missing.
    pub next: String,
}

/// Where sources are listed.
pub(crate) const BIBLIOGRAPHY: &str = "references.bib";

impl Plan {
    /// What making `name` from the template takes. `cite` is the key of a source that the bibliography has; without one
    /// an entry is made up, to be filled in.
    ///
    /// # Errors
    /// [`Error::Taken`], [`Error::Key`], [`Error::KeyTaken`], [`Error::Citation`], [`Error::Marker`], [`Error::Placeholder`], [`Error::Io`]
    pub fn of(
        workspace: &Workspace,
        what: &str,
        template: &Template,
        name: &Name,
        cite: Option<&str>,
    ) -> Result<Self, Error> {
        let key = cite.map_or_else(|| name.key(), str::to_owned);
        let file = BIBLIOGRAPHY.to_owned();
        if let Some(fault) = fault_of_key(&key) {
            return Err(Error::Key { key, fault, file });
        }
        let values = Values::new(name, &key);
        refuse_taken(workspace, template, name, &values)?;
        // What asks for no source has none.
        let makes_entry = template.insert.iter().any(|i| i.unless_cited);
        if cite.is_some() || makes_entry {
            let there = workspace.read(BIBLIOGRAPHY)?;
            match (entry(&there, &key), cite) {
                (None, Some(_)) => return Err(Error::Citation { file, key }),
                (Some(_), None) => return Err(Error::KeyTaken { file, key }),
                _ => {}
            }
        }

        let mut plan = Self { new: Vec::new(), changed: Vec::new(), edit: Vec::new(), next: String::new() };
        for (to, from) in &template.files {
            let place = format!("templates/{what}/{from}");
            let text = values.fill(&workspace.read(&place)?, &place)?;
            let to = workspace.at(&values.fill(to, &place)?);
            if to.exists() {
                let by = format!("{} is there", to.display());
                return Err(Error::Taken { name: name.id().to_owned(), by });
            }
            plan.new.push((to, text));
        }
        for insertion in template.insert.iter().filter(|i| cite.is_none() || !i.unless_cited) {
            plan.insert(workspace, insertion, &values)?;
        }
        let fill = |text: &String| values.fill(text, "the template");
        plan.edit = template.edit.iter().map(fill).collect::<Result<_, _>>()?;
        plan.next = fill(&template.next)?;
        Ok(plan)
    }

    fn insert(&mut self, workspace: &Workspace, insertion: &Insertion, values: &Values) -> Result<(), Error> {
        let Insertion { file, after, before, sorted, text, .. } = insertion;
        let (file, text) = (values.fill(file, "the template")?, values.fill(text, "the template")?);
        let path = workspace.at(&file);
        let old = match self.changed.iter().find(|(p, _)| *p == path) {
            Some((_, text)) => text.clone(),
            None => workspace.read(&file)?,
        };
        if old.contains(&text) {
            return Ok(());
        }
        let find = |marker: &str, from: usize| {
            old[from..]
                .find(marker)
                .map(|at| from + at)
                .ok_or_else(|| Error::Marker { file: file.clone(), marker: marker.trim().to_owned() })
        };
        if let Some(start) = sorted {
            let at = place(&old, start, &text)
                .ok_or_else(|| Error::Marker { file: file.clone(), marker: start.trim().to_owned() })?;
            self.put(path, format!("{}{text}{}", &old[..at], &old[at..]));
            return Ok(());
        }
        let from = match after {
            Some(marker) => find(marker, 0)? + marker.len(),
            None => 0,
        };
        let to = match before {
            Some(marker) => find(marker, from)?,
            None => old.len(),
        };
        self.put(path, format!("{}{text}{}", &old[..to], &old[to..]));
        Ok(())
    }

    fn put(&mut self, path: PathBuf, new: String) {
        match self.changed.iter_mut().find(|(p, _)| *p == path) {
            Some((_, text)) => *text = new,
            None => self.changed.push((path, new)),
        }
    }

    /// Writes everything, or nothing: what was written before something failed is taken back.
    ///
    /// # Errors
    /// [`Error::Io`] for the first thing that could not be written.
    pub fn write(&self) -> Result<(), Error> {
        let mut done = Done::default();
        let result = self.try_write(&mut done);
        if result.is_err() {
            done.take_back();
        }
        result
    }

    fn try_write(&self, done: &mut Done) -> Result<(), Error> {
        for (path, text) in &self.new {
            if let Some(folder) = path.parent() {
                done.make_folder(folder)?;
            }
            done.new.push(path.clone());
            fs::write(path, text).map_err(|source| Error::Io {
                path: path.clone(),
                action: "write it",
                source,
            })?;
        }
        for (path, text) in &self.changed {
            let io = |action| move |source| Error::Io { path: path.clone(), action, source };
            let old = fs::read_to_string(path).map_err(io("read it"))?;
            done.changed.push((path.clone(), old));
            fs::write(path, text).map_err(io("write it"))?;
        }
        Ok(())
    }
}

/// Where the entry of a key stands in a bibliography, from its first line to the one that closes it, which is a brace alone.
pub(crate) fn entry(bibliography: &str, key: &str) -> Option<std::ops::Range<usize>> {
    let head = format!("{{{key},");
    let (mut at, mut start) = (0, None);
    for line in bibliography.split_inclusive('\n') {
        let text = line.trim_end();
        if start.is_none() && text.starts_with('@') && text.ends_with(&head) {
            start = Some(at);
        }
        at += line.len();
        if let (Some(start), "}") = (start, text) {
            return Some(start..at);
        }
    }
    start.map(|start| start..at)
}

/// Where the text goes among the lines that begin with `start`: before the first that the alphabet has after it, else
/// behind the last.
fn place(old: &str, start: &str, text: &str) -> Option<usize> {
    let (mut at, mut last) = (0, None);
    for line in old.split_inclusive('\n') {
        if line.starts_with(start) {
            if line > text {
                return Some(at);
            }
            last = Some(at + line.len());
        }
        at += line.len();
    }
    last
}

/// What was written so far.
#[derive(Default)]
struct Done {
    folders: Vec<PathBuf>,
    new: Vec<PathBuf>,
    changed: Vec<(PathBuf, String)>,
}

impl Done {
    /// Makes a folder and those above it, outermost first.
    fn make_folder(&mut self, folder: &Path) -> Result<(), Error> {
        let missing: Vec<&Path> = folder.ancestors().take_while(|p| !p.exists()).collect();
        for path in missing.into_iter().rev() {
            fs::create_dir(path).map_err(|source| Error::Io {
                path: path.to_owned(),
                action: "make this folder",
                source,
            })?;
            self.folders.push(path.to_owned());
        }
        Ok(())
    }

    /// The error that led here is the one to tell: what cannot be taken back is left.
    fn take_back(self) {
        for path in self.new {
            let _ = fs::remove_file(path);
        }
        for folder in self.folders.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        for (path, old) in self.changed {
            let _ = fs::write(path, old);
        }
    }
}

/// Refuses a name that a list, a file or a declaration has already.
fn refuse_taken(
    workspace: &Workspace,
    template: &Template,
    name: &Name,
    values: &Values,
) -> Result<(), Error> {
    let taken = |by: String| Err(Error::Taken { name: name.id().to_owned(), by });
    if let Some(why) = template.reserved.get(name.id()) {
        return taken(why.clone());
    }
    for (prefix, texts) in &template.taken {
        let texts: Vec<String> =
            texts.iter().map(|t| values.fill(t, "the template")).collect::<Result<_, _>>()?;
        let (folder, start) = prefix.rsplit_once('/').unwrap_or(("", prefix));
        for krate in workspace.list(folder)?.iter().filter(|k| k.starts_with(start)) {
            for file in workspace.sources(&format!("{folder}/{krate}"))? {
                let source = workspace.read(&file)?;
                if let Some(text) = texts.iter().find(|t| source.contains(*t)) {
                    return taken(format!("{file} says `{text}`"));
                }
            }
        }
    }
    Ok(())
}
