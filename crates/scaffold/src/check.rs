//! Which command runs the slice of one method.

use crate::error::Error;
use crate::workspace::Workspace;

/// The arguments for cargo that check the method `name`: its own example where its crate has one, else the one that
/// knows the methods of the workspace.
///
/// # Errors
/// [`Error::NoMethod`], [`Error::Io`]
pub fn slice(workspace: &Workspace, name: &str) -> Result<Vec<String>, Error> {
    let run = |package: &str| {
        ["run", "--quiet", "--package", package, "--example", "check", "--"].map(str::to_owned).to_vec()
    };
    if workspace.at(&format!("crates/norm-{name}/examples/check.rs")).is_file() {
        return Ok(run(&format!("norm-{name}")));
    }
    let known = known(workspace)?;
    if known.iter().any(|id| id == name) {
        let mut all = run("norm-dfdx");
        all.push(name.to_owned());
        return Ok(all);
    }
    let known = format!("there are {}", known.join(", "));
    Err(Error::NoMethod { name: name.to_owned(), known })
}

/// The ids that the crates of methods declare.
pub(crate) fn known(workspace: &Workspace) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    for krate in workspace.list("crates")?.iter().filter(|k| k.starts_with("norm-")) {
        // What has a judge is a method.
        if !workspace.at(&format!("crates/{krate}/src/reference.rs")).is_file() {
            continue;
        }
        for file in workspace.sources(&format!("crates/{krate}"))? {
            for line in workspace.read(&file)?.lines() {
                let declared = line.split_once(" as \"").filter(|_| line.contains("pub "));
                let described = line.trim().strip_prefix("id: \"");
                let rest = declared.map(|(_, rest)| rest).or(described);
                ids.extend(rest.and_then(|r| r.split_once('"')).map(|(id, _)| id.to_owned()));
            }
        }
    }
    ids.sort();
    Ok(ids)
}
