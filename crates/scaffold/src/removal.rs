//! What a method took when it was made, taken away again.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::name::Name;
use crate::plan::{BIBLIOGRAPHY, Plan, entry};
use crate::template::{Template, Values};
use crate::workspace::Workspace;

/// A folder to be removed and files to be changed, found out before anything is touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The folder of the method's crate.
    pub folder: PathBuf,
    /// Files that lose lines, with their whole text.
    pub changed: Vec<(PathBuf, String)>,
    /// What is left although the method named it, a sentence each.
    pub left: Vec<String>,
}

impl Removal {
    /// What undoing `new norm` takes. With `force` also for a method that it did not make or that git has.
    ///
    /// # Errors
    /// [`Error::NotMade`], [`Error::Tracked`], [`Error::Needed`], [`Error::Io`], [`Error::Command`] where git cannot be asked
    pub fn of(workspace: &Workspace, name: &Name, force: bool) -> Result<Self, Error> {
        let krate = format!("norm-{}", name.id());
        let folder = format!("crates/{krate}");
        let not_made = |reason: String, remedy: String| {
            Err(Error::NotMade { name: name.id().to_owned(), reason, remedy })
        };
        if !workspace.at(&folder).is_dir() {
            return not_made(format!("there is no folder {folder}"), String::new());
        }
        let (mut made, mut lines) = (false, Vec::new());
        for kind in Template::kinds(workspace, "norm")? {
            let template = Template::load(workspace, "norm", &kind)?;
            let values = Values::new(name, &name.key());
            if template.reserved.contains_key(name.id()) {
                return not_made(format!("{folder} is no method"), String::new());
            }
            made |= wrote_check(workspace, &template, &values)?;
            for insertion in template.insert.iter().filter(|i| !i.unless_cited) {
                let file = values.fill(&insertion.file, "the template")?;
                let line = values.fill(&insertion.text, "the template")?;
                let end = line.find(" = ").or_else(|| line.find("::").map(|at| at + 2)).unwrap_or(line.len());
                lines.push((file, line[..end].trim().to_owned()));
            }
        }
        if !made && !force {
            let reason = format!("{folder} has not the examples/check.rs that it writes");
            return not_made(reason, format!("; `just rm-norm {} --force` does it all the same", name.id()));
        }
        if !force && tracked(workspace, &folder)? {
            return Err(Error::Tracked { name: name.id().to_owned(), folder });
        }
        if let Some(by) = needed(workspace, &krate)? {
            return Err(Error::Needed { name: name.id().to_owned(), by });
        }
        let mut removal = Self { folder: workspace.at(&folder), changed: Vec::new(), left: Vec::new() };
        for (file, start) in lines {
            removal.without_line(workspace, &file, &start)?;
        }
        removal.without_entry(workspace, &folder, &name.key())?;
        Ok(removal)
    }

    /// Takes away everything, or nothing.
    ///
    /// # Errors
    /// [`Error::Io`] for the first thing that could not be written or removed.
    pub fn carry_out(&self) -> Result<(), Error> {
        let mut before = Vec::new();
        for (path, _) in &self.changed {
            let old = fs::read_to_string(path);
            let io = |source| Error::Io { path: path.clone(), action: "read it", source };
            before.push((path.clone(), old.map_err(io)?));
        }
        let plan = |changed| Plan { new: Vec::new(), changed, edit: Vec::new(), next: String::new() };
        plan(self.changed.clone()).write()?;
        fs::remove_dir_all(&self.folder).map_err(|source| {
            // The error that led here is the one to tell.
            let _ = plan(before).write();
            Error::Io { path: self.folder.clone(), action: "remove it", source }
        })
    }

    fn text(&self, workspace: &Workspace, file: &str) -> Result<String, Error> {
        let path = workspace.at(file);
        match self.changed.iter().find(|(p, _)| *p == path) {
            Some((_, text)) => Ok(text.clone()),
            None => workspace.read(file),
        }
    }

    fn put(&mut self, path: PathBuf, new: String) {
        match self.changed.iter_mut().find(|(p, _)| *p == path) {
            Some((_, text)) => *text = new,
            None => self.changed.push((path, new)),
        }
    }

    /// Without the lines that begin so: what is behind may have been edited.
    fn without_line(&mut self, workspace: &Workspace, file: &str, start: &str) -> Result<(), Error> {
        let old = self.text(workspace, file)?;
        let kept = old.split_inclusive('\n').filter(|l| !l.trim_start().starts_with(start));
        let new: String = kept.collect();
        if new != old {
            self.put(workspace.at(file), new);
        }
        Ok(())
    }

    /// Without the entry that was made for the method, unless somebody else cites it.
    fn without_entry(&mut self, workspace: &Workspace, folder: &str, key: &str) -> Result<(), Error> {
        let old = self.text(workspace, BIBLIOGRAPHY)?;
        let Some(at) = entry(&old, key) else { return Ok(()) };
        for file in workspace.rust_below("crates")? {
            if !file.starts_with(&format!("{folder}/")) && cites(&workspace.read(&file)?, key) {
                self.left.push(format!("the entry `{key}` of {BIBLIOGRAPHY}: {file} cites it"));
                return Ok(());
            }
        }
        // With the blank line before it.
        let before = old[..at.start].strip_suffix("\n\n").map_or(&old[..at.start], |_| &old[..at.start - 1]);
        self.put(workspace.at(BIBLIOGRAPHY), format!("{before}{}", &old[at.end..]));
        Ok(())
    }
}

/// Whether the program of its checks stands there as the template writes it: people have no reason to edit that.
fn wrote_check(workspace: &Workspace, template: &Template, values: &Values) -> Result<bool, Error> {
    for (to, from) in template.files.iter().filter(|(to, _)| to.ends_with("/examples/check.rs")) {
        let place = format!("templates/norm/{from}");
        let (to, text) = (values.fill(to, &place)?, values.fill(&workspace.read(&place)?, &place)?);
        if workspace.at(&to).is_file() && workspace.read(&to)? == text {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether git has a file of the folder. Outside a repository it has none.
fn tracked(workspace: &Workspace, folder: &str) -> Result<bool, Error> {
    if !workspace.root().ancestors().any(|p| p.join(".git").exists()) {
        return Ok(false);
    }
    let command = || format!("git ls-files -- {folder}");
    let failed = |reason: String| Error::Command { command: command(), reason };
    let output = Command::new("git")
        .args(["ls-files", "--", folder])
        .current_dir(workspace.root())
        .output()
        .map_err(|e| failed(e.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(!output.stdout.is_empty())
}

/// The manifest, besides its own and that of the registry, that names the crate.
fn needed(workspace: &Workspace, krate: &str) -> Result<Option<String>, Error> {
    let folders = workspace.list("crates")?.into_iter().filter(|k| k != krate && k != "norms");
    let manifests = folders.map(|k| format!("crates/{k}/Cargo.toml")).chain(["Cargo.toml".to_owned()]);
    for file in manifests.filter(|file| workspace.at(file).is_file()) {
        let names = |line: &str| {
            let rest = line.trim_start().strip_prefix(krate);
            rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        };
        if workspace.read(&file)?.lines().any(names) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Whether a source names a key where sources are named: in a declaration, a gotcha, a descriptor or a comment.
fn cites(source: &str, key: &str) -> bool {
    let place = |line: &str| [" as \"", "gotcha", "cite", "//"].iter().any(|word| line.contains(word));
    source.lines().filter(|line| place(line)).any(|line| {
        line.match_indices(key).any(|(at, _)| {
            line[..at].ends_with(['(', '"', ' ']) && line[at + key.len()..].starts_with([')', '"', ','])
        })
    })
}
