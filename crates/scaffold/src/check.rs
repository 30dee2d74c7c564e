//! Which command runs the slice of one method.

use crate::error::Error;
use crate::name::Name;
use crate::workspace::Workspace;

/// The arguments for cargo that check the method `name`, or the checks of it that `words` pick: its own example where its
/// crate has one, else the one that knows the methods of the workspace; of an update that has none the tests that hold it.
///
/// # Errors
/// [`Error::NoMethod`], [`Error::BlankCheck`], [`Error::SeveralWords`], [`Error::Io`]
pub fn slice(workspace: &Workspace, name: &str, words: &[String]) -> Result<Vec<String>, Error> {
    let only = match words {
        [] => None,
        [one] if one.trim().is_empty() => return Err(Error::BlankCheck { name: name.to_owned() }),
        [one] => Some(one.clone()),
        several => {
            return Err(Error::SeveralWords { name: name.to_owned(), words: several.join(" ") });
        }
    };
    let to_owned = |args: &[&str]| args.iter().map(|&a| a.to_owned()).collect::<Vec<_>>();
    let crate_of_it = format!("crates/norm-{name}");
    let mut args = if workspace.at(&format!("{crate_of_it}/examples/check.rs")).is_file() {
        to_owned(&["run", "--package", &format!("norm-{name}"), "--example", "check", "--"])
    } else {
        let known = known(workspace)?;
        if !known.iter().any(|id| id == name) {
            return Err(unknown(name, &known));
        }
        let lib = format!("{crate_of_it}/src/lib.rs");
        if workspace.at(&lib).is_file() && workspace.read(&lib)?.contains(": UpdateDescriptor = ") {
            to_owned(&["test", "--package", "norms", "--test", "updates", "--"])
        } else {
            to_owned(&["run", "--package", "norm-dfdx", "--example", "check", "--", name])
        }
    };
    args.extend(only);
    Ok(args)
}

/// The refusal of a name that no method has, with the one that is meant where it is known by another of its names.
fn unknown(name: &str, known: &[String]) -> Error {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    let meant = plain(name);
    let bare = meant.strip_prefix("norm").or(meant.strip_suffix("norm")).unwrap_or(&meant);
    let is_meant = |id: &&String| plain(id) == meant || plain(id) == bare;
    let known = if let Some(id) = known.iter().find(is_meant) {
        format!("its id is `{id}`, so write `just check-norm {id}`")
    } else {
        let all = format!("there are {}", known.join(", "));
        let makes = format!(". `just new-norm {name} --kind sums` makes one");
        all + if Name::new(name).is_ok() { &makes } else { "" }
    };
    Error::NoMethod { name: name.to_owned(), known }
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
