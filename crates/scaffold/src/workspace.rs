//! Where everything is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that `from` lies in.
    ///
    /// # Errors
    /// [`Error::NoWorkspace`]
    pub fn find(from: &Path) -> Result<Self, Error> {
        let is_root = |p: &&Path| p.join("templates").is_dir() && p.join("crates/norms").is_dir();
        match from.ancestors().find(is_root) {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => Err(Error::NoWorkspace { from: from.to_owned() }),
        }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file inside.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn read(&self, path: &str) -> Result<String, Error> {
        let path = self.at(path);
        fs::read_to_string(&path).map_err(|source| Error::Io { path, action: "read it", source })
    }

    /// The names in a folder inside, sorted; none where there is no such folder.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        let path = self.at(folder);
        let entries = match fs::read_dir(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(|source| Error::Io { path: path.clone(), action: "list it", source })?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry =
                entry.map_err(|source| Error::Io { path: path.clone(), action: "list it", source })?;
            names.extend(entry.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    /// Every Rust file below a folder, as paths inside; what is built and what is hidden left out.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn rust_below(&self, folder: &str) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for name in self.list(folder)?.into_iter().filter(|n| !n.starts_with('.') && n != "target") {
            let path = format!("{folder}/{name}");
            if self.at(&path).is_dir() {
                found.extend(self.rust_below(&path)?);
            } else if Path::new(&name).extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// The Rust files in `<folder>/src`, as paths inside, sorted.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn sources(&self, folder: &str) -> Result<Vec<String>, Error> {
        let names = self.list(&format!("{folder}/src"))?;
        let is_rust = |name: &&String| Path::new(name).extension().is_some_and(|e| e == "rs");
        Ok(names.iter().filter(is_rust).map(|name| format!("{folder}/src/{name}")).collect())
    }
}
