//! What `rm` takes away and what it refuses to.

mod common;

use std::fs;
use std::process::Command;

use common::{everything, workspace};
use scaffold::{Name, Plan, Removal, Template, Workspace};

fn make(w: &Workspace, kind: &str, name: &str, cite: Option<&str>) {
    let name = Name::new(name).unwrap();
    let template = Template::load(w, "norm", kind).unwrap();
    Plan::of(w, "norm", &template, &name, cite).unwrap().write().unwrap();
}

fn remove(w: &Workspace, name: &str, force: bool) -> Result<Removal, scaffold::Error> {
    let removal = Removal::of(w, &Name::new(name).unwrap(), force)?;
    removal.carry_out()?;
    Ok(removal)
}

/// The words of a refusal that left everything as it was.
fn refused(w: &Workspace, name: &str, force: bool) -> String {
    let before = everything(w.root());
    let error = remove(w, name, force).unwrap_err().to_string();
    assert_eq!(everything(w.root()), before, "refused with `{error}`, but something was removed");
    error
}

fn append(w: &Workspace, file: &str, text: &str) {
    fs::write(w.at(file), w.read(file).unwrap() + text).unwrap();
}

#[test]
fn every_kind_leaves_nothing_behind() {
    for kind in ["sums", "weights", "inputs", "update"] {
        for cite in [None, Some("zhang2019rms")] {
            let dir = tempfile::tempdir().unwrap();
            let w = workspace(dir.path());
            make(&w, "sums", "other", None);
            let before = everything(dir.path());
            make(&w, kind, "mean-abs", cite);
            remove(&w, "mean-abs", false).unwrap();
            assert_eq!(everything(dir.path()), before, "{kind}, cite {cite:?}");
        }
    }
}

/// What was written since goes with it: files of its crate, another type in its line, a filled-in entry.
#[test]
fn what_was_edited_is_taken_too() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let before = everything(dir.path());
    make(&w, "sums", "mean-abs", None);
    append(&w, "crates/norm-mean-abs/src/lib.rs", "\nmod more;\n");
    fs::write(w.at("crates/norm-mean-abs/src/more.rs"), "//! More.\n").unwrap();
    let edit = |file: &str, from: &str, to: &str| {
        let text = w.read(file).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(w.at(file), text.replace(from, to)).unwrap();
    };
    edit("crates/norms/src/lib.rs", "norm_mean_abs::{MeanAbsNorm},", "norm_mean_abs::{MeanAbsNorm, More},");
    edit("references.bib", "@unpublished{meanabs,", "@article{meanabs,");
    remove(&w, "mean-abs", false).unwrap();
    assert_eq!(everything(dir.path()), before);
}

/// An entry that another method cites stays, and it is said who does.
#[test]
fn an_entry_that_another_cites_stays() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    make(&w, "sums", "mean-abs", None);
    let bibliography = w.read("references.bib").unwrap();
    make(&w, "sums", "mine", Some("meanabs"));
    let removal = remove(&w, "mean-abs", false).unwrap();
    let who = removal
        .left
        .iter()
        .all(|l| l.starts_with("the entry `meanabs` of references.bib: crates/norm-mine/src/"));
    assert!(who && removal.left.len() == 1, "{:?}", removal.left);
    assert_eq!(w.read("references.bib").unwrap(), bibliography);
    assert!(!w.at("crates/norm-mean-abs").exists());
}

#[test]
fn what_new_did_not_make() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let says = |reason: &str, remedy: &str| {
        format!("was not made by new-norm: {reason}. Nothing was removed{remedy}")
    };
    let want = says("there is no folder crates/norm-absent", "");
    assert_eq!(refused(&w, "absent", true), format!("`absent` {want}"));
    let want = says(
        "crates/norm-rms has not the examples/check.rs that it writes",
        "; `just rm-norm rms --force` does it all the same",
    );
    assert_eq!(refused(&w, "rms", false), format!("`rms` {want}"));
    fs::create_dir_all(w.at("crates/norm-core")).unwrap();
    let want = says("crates/norm-core is no method", "");
    assert_eq!(refused(&w, "core", true), format!("`core` {want}"));
    remove(&w, "rms", true).unwrap();
    assert!(!w.read("crates/norms/src/lib.rs").unwrap().contains("norm_rms::"));
}

#[test]
fn what_another_crate_names() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    make(&w, "sums", "mine", None);
    append(&w, "crates/norm-rms/Cargo.toml", "norm-mine = { path = \"../norm-mine\" }\n");
    let want = "crates/norm-rms/Cargo.toml names norm-mine: nothing was removed; take it out there first";
    assert_eq!(refused(&w, "mine", true), want);
    // A longer name is another.
    fs::write(w.at("crates/norm-rms/Cargo.toml"), "norm-mine-too = \"1\"\n").unwrap();
    remove(&w, "mine", false).unwrap();
}

#[test]
fn what_git_has() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let git = |args: &[&str]| {
        let done = Command::new("git").args(args).current_dir(dir.path()).output().unwrap();
        assert!(done.status.success(), "{args:?}: {done:?}");
    };
    git(&["init", "--quiet"]);
    make(&w, "sums", "mine", None);
    make(&w, "sums", "other", None);
    git(&["add", "crates/norm-mine"]);
    let error = Removal::of(&w, &Name::new("mine").unwrap(), false).unwrap_err().to_string();
    let want =
        "crates/norm-mine is in git: nothing was removed; `just rm-norm mine --force` does it all the same";
    assert_eq!(error, want);
    remove(&w, "other", false).unwrap();
    remove(&w, "mine", true).unwrap();
    assert!(!w.at("crates/norm-mine").exists());
}

/// The folder goes last: where it cannot, the lines are put back.
#[test]
fn what_fails_half_way_is_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    make(&w, "sums", "mine", None);
    let removal = Removal::of(&w, &Name::new("mine").unwrap(), false).unwrap();
    // Between plan and removal the folder disappears.
    fs::remove_dir_all(&removal.folder).unwrap();
    let before = everything(dir.path());
    let error = removal.carry_out().unwrap_err().to_string();
    assert!(error.contains("crates/norm-mine: cannot remove it: "), "{error}");
    assert_eq!(everything(dir.path()), before);
}
