//! What the sources of a checkout are: read by the build script for the build, and by the command before it has anything
//! else built from them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What goes into a build of the command and of the benches.
pub(crate) const INPUTS: [&str; 6] =
    ["crates", "templates", "Cargo.toml", "Cargo.lock", "references.bib", "rust-toolchain.toml"];

/// The sources of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sources {
    /// The commit, or `unknown`.
    pub(crate) commit: String,
    /// Whether the inputs differ from that commit; what is not known to be clean is not.
    pub(crate) dirty: bool,
    /// A digest of the differences; empty where there are none, and where they are not known.
    pub(crate) changes: String,
}

/// What git says; `None` without git, without a repository, or where it refuses.
pub(crate) fn git(root: &Path, words: &[&str]) -> Option<Vec<u8>> {
    let out = Command::new("git").arg("-C").arg(root).args(words).stderr(Stdio::null()).output().ok()?;
    out.status.success().then_some(out.stdout)
}

/// The same as a line of text.
pub(crate) fn git_line(root: &Path, words: &[&str]) -> Option<String> {
    Some(String::from_utf8(git(root, words)?).ok()?.trim().to_owned())
}

impl Sources {
    /// Those of the checkout at `root`.
    pub(crate) fn of(root: &Path) -> Self {
        let commit = git_line(root, &["rev-parse", "HEAD"]);
        let changes = changes(root);
        Self {
            commit: commit.unwrap_or_else(|| "unknown".to_owned()),
            dirty: changes.as_ref().is_none_or(|c| !c.is_empty()),
            changes: changes.unwrap_or_default(),
        }
    }
}

/// A digest of everything in which the inputs differ from the commit, files that are not committed yet among it.
fn changes(root: &Path) -> Option<String> {
    let with_inputs = |words: &[&'static str]| [words, &["--"], &INPUTS[..]].concat();
    let mut all = git(root, &with_inputs(&["diff", "HEAD", "--binary", "--no-ext-diff"]))?;
    let others = git(root, &with_inputs(&["ls-files", "--others", "--exclude-standard", "-z"]))?;
    for name in others.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = std::str::from_utf8(name).ok()?;
        all.extend(name.as_bytes());
        all.extend(git(root, &["hash-object", "--", name])?);
    }
    if all.is_empty() {
        return Some(String::new());
    }
    let mut hash = Command::new("git")
        .args(["hash-object", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // Dropped at once, which is what ends the input.
    hash.stdin.take()?.write_all(&all).ok()?;
    let out = hash.wait_with_output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn sources_are_those_of_the_commit_or_say_how_they_differ() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let unknown = Sources { commit: "unknown".to_owned(), dirty: true, changes: String::new() };
        assert_eq!(Sources::of(&root.join("missing")), unknown);
        for input in ["crates", "templates"] {
            fs::create_dir(root.join(input)).unwrap();
        }
        for file in [
            "crates/a.rs",
            "templates/t",
            "Cargo.toml",
            "Cargo.lock",
            "references.bib",
            "rust-toolchain.toml",
        ] {
            fs::write(root.join(file), "a").unwrap();
        }
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        for words in [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "--message", "a"]] {
            assert!(git(root, &[&author, words].concat()).is_some(), "{words:?}");
        }
        let clean = Sources::of(root);
        assert!(!clean.dirty && clean.changes.is_empty() && clean.commit.len() == 40, "{clean:?}");
        // What is no input of the build does not make it another.
        fs::write(root.join("README.md"), "a").unwrap();
        assert_eq!(Sources::of(root), clean);
        let mut seen = vec![clean.changes.clone()];
        for (file, text) in
            [("crates/a.rs", "b"), ("crates/a.rs", "c"), ("crates/new.rs", "n"), ("crates/new.rs", "m")]
        {
            fs::write(root.join(file), text).unwrap();
            let now = Sources::of(root);
            assert!(now.dirty && now.commit == clean.commit && !seen.contains(&now.changes), "{now:?}");
            assert_eq!(Sources::of(root), now, "the same twice");
            seen.push(now.changes);
        }
        fs::write(root.join("crates/a.rs"), "a").unwrap();
        fs::remove_file(root.join("crates/new.rs")).unwrap();
        assert_eq!(Sources::of(root), clean);
    }
}
