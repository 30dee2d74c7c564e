//! What is refused, in which words, and that nothing was written then; and what is written otherwise.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{everything, workspace};
use scaffold::{Error, Name, Plan, Template, Workspace, slice};

fn make(workspace: &Workspace, kind: &str, name: &str, cite: Option<&str>) -> Result<Plan, Error> {
    make_a(workspace, "norm", kind, name, cite)
}

fn make_a(
    workspace: &Workspace,
    what: &str,
    kind: &str,
    name: &str,
    cite: Option<&str>,
) -> Result<Plan, Error> {
    let template = Template::load(workspace, what, kind)?;
    let plan = Plan::of(workspace, what, &template, &Name::new(name)?, cite)?;
    plan.write()?;
    Ok(plan)
}

/// The words of a refusal that left everything as it was.
fn refused(workspace: &Workspace, kind: &str, name: &str, cite: Option<&str>) -> String {
    let before = everything(workspace.root());
    let error = make(workspace, kind, name, cite).unwrap_err().to_string();
    assert_eq!(everything(workspace.root()), before, "refused with `{error}`, but something was written");
    error.replace(&workspace.root().display().to_string(), "<root>")
}

#[test]
fn names_that_cannot_be_names() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    for (name, fault) in [
        ("", "it is empty"),
        ("Mine", "only a to z, 0 to 9 and dashes can stand in it"),
        ("mine_too", "only a to z, 0 to 9 and dashes can stand in it"),
        ("../mine", "only a to z, 0 to 9 and dashes can stand in it"),
        ("mine--too", "every word between dashes begins with a letter"),
        ("-mine", "every word between dashes begins with a letter"),
        ("mine-", "every word between dashes begins with a letter"),
        ("2nd", "every word between dashes begins with a letter"),
        ("type", "it is a keyword of Rust"),
        ("a-name-that-is-longer-than-any-list", "it has more than 32 characters"),
    ] {
        let want = format!("`{name}` cannot be a name: {fault}. Write it like `mean-abs`");
        assert_eq!(refused(&w, "sums", name, None), want);
    }
}

#[test]
fn names_that_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    for kind in ["sums", "update"] {
        for (name, by) in [
            ("rms", "crates/norm-rms/src/lib.rs says `as \"rms\"`"),
            ("path-sgd", "crates/norm-path-sgd/src/lib.rs says `id: \"path-sgd\"`"),
            ("dfdx", "crates/norm-dfdx has the layers"),
        ] {
            let want = format!("`{name}` is taken: {by}. Choose another name");
            assert_eq!(refused(&w, kind, name, None), want);
        }
    }
    // The type is taken where the id is not.
    let want = "`rms-norm` is taken: crates/norm-rms/src/lib.rs says `pub RmsNorm(`. Choose another name";
    assert_eq!(refused(&w, "sums", "rms-norm", None), want);
    make(&w, "sums", "mine", None).unwrap();
    assert!(
        refused(&w, "weights", "mine", None).starts_with("`mine` is taken: crates/norm-mine/src/lib.rs says")
    );
    // A folder that declares nothing.
    fs::create_dir_all(dir.path().join("crates/norm-empty/src")).unwrap();
    fs::write(dir.path().join("crates/norm-empty/Cargo.toml"), "").unwrap();
    let want = "`empty` is taken: <root>/crates/norm-empty/Cargo.toml is there. Choose another name";
    assert_eq!(refused(&w, "sums", "empty", None), want);
}

#[test]
fn kinds_and_sources_that_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let want = "there is no template for a norm of kind `sum`; kinds in templates/norm: inputs, sums, update, weights";
    assert_eq!(refused(&w, "sum", "mine", None), want);
    let want = "references.bib has no entry `zhang2019`: write one, or leave --cite out and fill in the entry that is made for you";
    assert_eq!(refused(&w, "sums", "mine", Some("zhang2019")), want);
    let nowhere = tempfile::tempdir().unwrap();
    let error = Workspace::find(nowhere.path()).unwrap_err().to_string();
    assert!(
        error.ends_with("is not inside normlab: no folder above it has `templates/` and `crates/norms`"),
        "{error}"
    );
}

#[test]
fn a_marker_that_is_gone() {
    for (file, marker) in [
        ("crates/norms/Cargo.toml", "# the methods\n"),
        ("crates/norms/Cargo.toml", "# the updates\n"),
        ("crates/norms/src/lib.rs", "\nregister! { $\n"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let w = workspace(dir.path());
        let text = w.read(file).unwrap().replace(marker, "\n");
        fs::write(w.at(file), text).unwrap();
        let marker = marker.trim();
        let want = format!(
            "{file} has no `{marker}`, before or after which a line belongs: put it back, or change the template"
        );
        assert_eq!(refused(&w, "sums", "mine", None), want);
    }
}

#[test]
fn a_folder_or_a_file_that_cannot_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let set = |path: &str, mode: u32| {
        fs::set_permissions(w.at(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    set("crates", 0o555);
    // Whoever may write anywhere is refused nothing by permissions.
    if fs::create_dir(w.at("crates/probe")).is_ok() {
        fs::remove_dir(w.at("crates/probe")).unwrap();
        set("crates", 0o755);
        // A file in the place of a folder stops anybody.
        fs::write(w.at("crates/norm-mine"), "").unwrap();
        let error = refused(&w, "sums", "mine", None);
        assert!(error.starts_with("<root>/crates/norm-mine"), "{error}");
        return;
    }
    let error = refused(&w, "sums", "mine", None);
    set("crates", 0o755);
    assert!(error.starts_with("<root>/crates/norm-mine: cannot make this folder: "), "{error}");
    // The registry is written last: what was made before it is taken back.
    set("crates/norms/src/lib.rs", 0o444);
    let error = refused(&w, "sums", "mine", None);
    assert!(error.starts_with("<root>/crates/norms/src/lib.rs: cannot write it: "), "{error}");
}

#[test]
fn what_fails_half_way_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let template = Template::load(&w, "norm", "sums").unwrap();
    let plan = Plan::of(&w, "norm", &template, &Name::new("mine").unwrap(), None).unwrap();
    // Between plan and writing the last file disappears.
    let last = &plan.changed.last().unwrap().0;
    fs::remove_file(last).unwrap();
    let before = everything(dir.path());
    let error = plan.write().unwrap_err().to_string();
    assert!(error.contains("references.bib: cannot read it: "), "{error}");
    assert_eq!(everything(dir.path()), before);
}

#[test]
fn every_kind_fills_every_place_and_costs_two_lines_and_a_source() {
    for kind in ["sums", "weights", "inputs", "update"] {
        let dir = tempfile::tempdir().unwrap();
        let w = workspace(dir.path());
        let before = everything(dir.path());
        let plan = make(&w, kind, "mean-abs", None).unwrap();
        assert_eq!(plan.edit, ["crates/norm-mean-abs/src/lib.rs", "crates/norm-mean-abs/src/reference.rs"]);
        assert_eq!(plan.next, "just check-norm mean-abs");
        for (path, text) in &plan.new {
            assert!(!text.contains("{{"), "{}: {text}", path.display());
        }
        let lines = |file: &str| -> Vec<String> {
            let (old, new) = (&before[&w.at(file).display().to_string()], w.read(file).unwrap());
            new.lines().filter(|l| !old.lines().any(|o| o == *l)).map(str::to_owned).collect()
        };
        let entry = if kind == "update" { "DESCRIPTOR" } else { "{MeanAbsNorm}" };
        assert_eq!(lines("crates/norms/Cargo.toml"), ["norm-mean-abs = { path = \"../norm-mean-abs\" }"]);
        assert_eq!(lines("crates/norms/src/lib.rs"), [format!("    norm_mean_abs::{entry},")]);
        assert!(lines("references.bib").iter().any(|l| l == "@unpublished{meanabs,"));
    }
}

/// A file and a line, a file and two lines; a name that a file or a type has is taken.
#[test]
fn a_workload_and_a_model_cost_their_lines() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    for (what, kind, file, registry, new, taken, by) in [
        (
            "workload",
            "classes",
            "crates/bench/src/experiment/workloads/spirals.rs",
            "crates/bench/src/experiment/workloads.rs",
            &["    spirals,"][..],
            "digits-mlp",
            "<root>/crates/bench/src/experiment/workloads/digits_mlp.rs is there",
        ),
        (
            "model",
            "typed",
            "crates/models/src/spirals.rs",
            "crates/models/src/lib.rs",
            &["mod spirals;", "pub use spirals::Spirals;"],
            "mlp",
            "crates/models/src/lib.rs says `mod mlp;`",
        ),
    ] {
        let before = everything(dir.path());
        let plan = make_a(&w, what, kind, "spirals", None).unwrap();
        assert_eq!(plan.edit[0], file);
        for (path, text) in &plan.new {
            assert!(!text.contains("{{"), "{}: {text}", path.display());
        }
        let (old, now) = (&before[&w.at(registry).display().to_string()], w.read(registry).unwrap());
        let lines: Vec<&str> = now.lines().filter(|l| !old.lines().any(|o| o == *l)).collect();
        assert_eq!(lines, new, "{what}");
        let error = make_a(&w, what, kind, taken, None).unwrap_err().to_string();
        let error = error.replace(&w.root().display().to_string(), "<root>");
        assert_eq!(error, format!("`{taken}` is taken: {by}. Choose another name"));
    }
}

#[test]
fn a_named_source_is_taken_and_lines_that_stand_already_are_left() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let bibliography = w.read("references.bib").unwrap();
    make(&w, "sums", "mine", Some("zhang2019rms")).unwrap();
    assert_eq!(w.read("references.bib").unwrap(), bibliography);
    assert!(w.read("crates/norm-mine/src/lib.rs").unwrap().contains("pub MineNorm(zhang2019rms)"));
    let registry = w.read("crates/norms/src/lib.rs").unwrap();
    fs::remove_dir_all(w.at("crates/norm-mine")).unwrap();
    make(&w, "sums", "mine", Some("zhang2019rms")).unwrap();
    assert_eq!(w.read("crates/norms/src/lib.rs").unwrap(), registry);
}

#[test]
fn a_method_is_checked_by_its_own_program_or_by_that_of_the_workspace() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    make(&w, "sums", "mine", None).unwrap();
    // Nothing is silent while it is built: cargo's own progress shows.
    let command = |name| slice(&w, name, &[]).unwrap().join(" ");
    assert_eq!(command("mine"), "run --package norm-mine --example check --");
    assert_eq!(command("rms"), "run --package norm-dfdx --example check -- rms");
    assert_eq!(command("path-sgd"), "test --package norms --test updates --");
    let one = slice(&w, "rms", &["forward equals".to_owned()]).unwrap();
    assert_eq!(one.last().unwrap(), "forward equals");
    let error = |name, words: &[&str]| {
        let words: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
        slice(&w, name, &words).unwrap_err().to_string()
    };
    let want =
        "there is no method `rsm`: there are mine, path-sgd, rms. `just new-norm rsm --kind sums` makes one";
    assert_eq!(error("rsm", &[]), want);
    for meant in ["RmsNorm", "norm-rms", "RMS", "rms_norm"] {
        let want = format!("there is no method `{meant}`: its id is `rms`, so write `just check-norm rms`");
        assert_eq!(error(meant, &[]), want);
    }
    let want = "the name of a check is blank: leave it out and all run, `just check-norm rms`";
    assert_eq!([error("rms", &[""]), error("rms", &[" "])], [want, want]);
    let want = "one word picks checks, and here are several: put them into quotes, `just check-norm rms 'forward equals'`";
    assert_eq!(error("rms", &["forward", "equals"]), want);
}

/// A kind is chosen, never guessed.
#[test]
fn a_kind_that_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let name = Name::new("mine").unwrap();
    let error = Template::choose(&w, "norm", &name, None).unwrap_err().to_string();
    let begins = "a norm is of one kind, and `mine` says none: write `just new-norm mine --kind sums`, or another; `inputs` is a normalization of the inputs of a layer";
    assert!(error.starts_with(begins), "{error}");
    for kind in ["sums", "update", "weights"] {
        assert!(error.contains(&format!("; `{kind}` is a ")), "{error}");
    }
    // Where there is one only, it need not be said.
    assert!(Template::choose(&w, "workload", &name, None).is_ok());
}

/// A key stands in the declaration as a name does in Rust.
#[test]
fn keys_that_no_declaration_can_name() {
    let dir = tempfile::tempdir().unwrap();
    let w = workspace(dir.path());
    let entry = "\n@misc{woo-2023,\n  title = {With a dash},\n}\n";
    fs::write(w.at("references.bib"), w.read("references.bib").unwrap() + entry).unwrap();
    for (key, fault) in [
        ("woo-2023", "it is made of letters, digits and underscores, without a dash"),
        ("2023woo", "it begins with a letter"),
        ("", "it begins with a letter"),
        ("type", "it is no keyword of Rust"),
    ] {
        let want = format!(
            "`{key}` cannot be the key of a source: it stands in the declaration, so {fault}. Write it like `woo2023convnext`, and rename the entry in references.bib if there is one"
        );
        assert_eq!(refused(&w, "sums", "mine", Some(key)), want);
    }
    // The key that would be made up.
    let entry = "\n@misc{mine,\n  title = {Of somebody else},\n}\n";
    fs::write(w.at("references.bib"), w.read("references.bib").unwrap() + entry).unwrap();
    let want = "references.bib has an entry `mine` already: name it by `--cite mine`, or choose another name";
    assert_eq!(refused(&w, "sums", "mine", None), want);
    make(&w, "sums", "mine", Some("mine")).unwrap();
}
