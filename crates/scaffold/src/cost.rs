//! What each method has cost, from the commits that added one.

use std::fmt::Write;
use std::process::Command;

use crate::check::known;
use crate::error::Error;
use crate::workspace::Workspace;

/// One commit that added a method: its subject is `Add <id>: …` and it makes files under `crates/norm-…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The method, as the subject names it.
    pub id: String,
    /// The commit, shortened.
    pub commit: String,
    /// Lines written in the crate of the method: its declaration, its judge, its manifest.
    pub own: usize,
    /// Lines written in files that were there before and in tests elsewhere.
    pub other: usize,
    /// Files under the crate of the method.
    pub own_files: usize,
    /// Other files.
    pub other_files: usize,
}

/// The commits that added a method, oldest first.
///
/// # Errors
/// [`Error::Command`] where git cannot be asked; [`Error::Io`]
pub fn added(workspace: &Workspace) -> Result<Vec<Added>, Error> {
    const ARGS: [&str; 5] = ["log", "--reverse", "--no-merges", "--numstat", "--format=commit %h %s"];
    let command = || format!("git {}", ARGS.join(" "));
    let output = Command::new("git")
        .args(ARGS)
        .current_dir(workspace.root())
        .output()
        .map_err(|e| Error::Command { command: command(), reason: e.to_string() })?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Command { command: command(), reason });
    }
    // The crates beside the methods were added by commits of that form too.
    let known = known(workspace)?;
    let all = read(&String::from_utf8_lossy(&output.stdout));
    Ok(all.into_iter().filter(|a| known.contains(&a.id)).collect())
}

/// Reads what git said.
fn read(log: &str) -> Vec<Added> {
    let mut all: Vec<Added> = Vec::new();
    for commit in log.split("commit ").skip(1) {
        let (head, files) = commit.split_once('\n').unwrap_or((commit, ""));
        let Some((hash, subject)) = head.split_once(' ') else { continue };
        let Some((name, _)) = subject.strip_prefix("Add ").and_then(|s| s.split_once(':')) else { continue };
        let id = name.trim().to_lowercase().replace(' ', "-");
        let mut one = Added { id, commit: hash.to_owned(), own: 0, other: 0, own_files: 0, other_files: 0 };
        for line in files.lines() {
            let mut columns = line.split('\t');
            // A file that is no text has a dash for its lines.
            let lines = columns.next().and_then(|n| n.trim().parse::<usize>().ok()).unwrap_or(0);
            let Some(path) = columns.nth(1) else { continue };
            if is_own(path, &one.id) {
                one.own += lines;
                one.own_files += 1;
            } else {
                one.other += lines;
                one.other_files += 1;
            }
        }
        if one.own_files > 0 {
            all.push(one);
        }
    }
    all
}

/// Whether a file lies in the crate of the method, or of the one whose formula it shares: then the file has its name.
fn is_own(path: &str, id: &str) -> bool {
    path.starts_with("crates/norm-")
        && path.split('/').any(|part| {
            let stem = part.strip_suffix(".rs").unwrap_or(part).replace('_', "-");
            stem == format!("norm-{id}") || stem == id
        })
}

/// The page: a table of the commits.
pub fn table(all: &[Added]) -> String {
    let mut page = String::from(
        "# What a method costs\n\n\
         Written by `just costs` from the commits whose subject is `Add <id>: …` and that make files in the crate of that\n\
         method. *Own* is its declaration, its judge and its manifest; *elsewhere* is everything the same commit wrote\n\
         outside: the two lines of the registry, the source, tests, an optimizer.\n\n\
         | method | commit | own lines | own files | lines elsewhere | files elsewhere |\n\
         |---|---|---|---|---|---|\n",
    );
    for a in all {
        // Writing to a string does not fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} |",
            a.id, a.commit, a.own, a.own_files, a.other, a.other_files
        );
    }
    if all.is_empty() {
        page += "\nNo commit is of that form yet.\n";
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_that_add_a_method_are_told_from_others() {
        let log = "commit aaa Add mean-abs: mean absolute value\n\n20\t0\tcrates/norm-mean-abs/src/lib.rs\n50\t0\tcrates/norm-mean-abs/src/reference.rs\n1\t0\tcrates/norms/Cargo.toml\n-\t-\tdocs/front.png\n\
                   commit bbb Add the models: MLP\n\n9\t0\tcrates/models/src/mlp.rs\n\
                   commit ccc Mend mean-abs\n\n3\t1\tcrates/norm-mean-abs/src/lib.rs\n\
                   commit ddd Add time-batch: batch norm per step\n\n12\t0\tcrates/norm-shared/src/time_batch.rs\n2\t1\tcrates/norm-shared/src/lib.rs\n";
        let all = read(log);
        let short: Vec<_> =
            all.iter().map(|a| (a.id.as_str(), a.own, a.own_files, a.other, a.other_files)).collect();
        assert_eq!(short, [("mean-abs", 70, 2, 1, 2), ("time-batch", 12, 1, 2, 1)]);
        assert!(table(&all).contains("| `mean-abs` | aaa | 70 | 2 | 1 | 2 |"));
    }
}
