//! What holds for the workspace as a whole: who may see whom, what a method needs, what every member says of itself.
//! Each failure names the line that is missing or too much.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Crates whose name begins as a method's does, and that are none.
const HELPERS: [&str; 5] = ["norm-core", "norm-codegen", "norm-macros", "norm-corpus", "norm-dfdx"];

/// Who may see whom; `methods` stands for every crate of a method that has a kernel, `updates` for every one at the site
/// `update`. A new arrow is a decision: it is made here and in
/// `ARCHITECTURE.md`.
const ARROWS: [(&str, &[&str]); 24] = [
    ("symbolic", &[]),
    ("norm-codegen", &["symbolic"]),
    ("norm-macros", &["norm-codegen"]),
    ("norm-core", &["norm-macros"]),
    ("methods", &["norm-core"]),
    ("updates", &["norm-core"]),
    ("norm-corpus", &["norm-core"]),
    ("norms", &["norm-core", "methods", "updates"]),
    ("sequence", &["norm-core"]),
    // Nothing is generated for an update: the optimizer that applies it is written, so it names it.
    ("norm-dfdx", &["norm-core", "sequence", "updates"]),
    ("models", &["norm-core", "sequence", "norm-dfdx"]),
    ("data", &[]),
    ("fetch", &["data"]),
    ("hmax", &[]),
    ("cuda-emulator", &[]),
    ("results", &[]),
    ("bench", &["norm-core", "norms", "sequence", "norm-dfdx", "models", "hmax", "data", "results"]),
    ("eval", &["norm-core", "norms", "sequence", "norm-dfdx", "updates", "hmax"]),
    ("report", &["results"]),
    ("probes", &["norm-core", "norms", "updates", "sequence", "hmax", "data", "results"]),
    ("scaffold", &[]),
    ("statistics", &[]),
    ("claims", &["results", "statistics"]),
    ("cli", &["norm-core", "norms", "sequence", "bench", "eval", "results", "report", "claims", "probes"]),
];

/// The only crates that may name dfdx.
const ON_DFDX: [&str; 5] = ["norm-dfdx", "models", "bench", "eval", "cli"];

/// Lines of a source file.
const LONGEST: usize = 450;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Members and what they declare. Nothing else is asked of cargo, so no network is needed.
fn members() -> Vec<Package> {
    let metadata: Metadata =
        MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    metadata.packages
}

fn is_method(name: &str) -> bool {
    name.starts_with("norm-") && !HELPERS.contains(&name)
}

/// Whether a method's crate is that of an update: it has no declaration, but says itself what it is in `src/lib.rs`.
fn is_update(name: &str) -> bool {
    is_method(name) && read(format!("crates/{name}/src/lib.rs")).contains(": UpdateDescriptor = ")
}

/// The row of `ARROWS` that a crate stands in.
fn row(name: &str) -> &str {
    match name {
        update if is_update(update) => "updates",
        method if is_method(method) => "methods",
        other => other,
    }
}

/// Every folder of a method, whether or not anything knows of it yet.
fn methods() -> Vec<String> {
    let folders = fs::read_dir(root().join("crates")).unwrap();
    let mut names: Vec<String> =
        folders.map(|f| f.unwrap().file_name().into_string().unwrap()).filter(|n| is_method(n)).collect();
    names.sort();
    assert!(names.len() >= 4, "the folders of the methods were not found: {names:?}");
    names
}

/// What must be empty, one line each.
fn none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

#[test]
fn arrows_are_those_of_the_architecture() {
    let members = members();
    let ours: BTreeSet<&str> = members.iter().map(|m| m.name.as_str()).collect();
    let allowed = BTreeMap::from(ARROWS);
    let mut faults = Vec::new();
    for member in &members {
        let name = member.name.as_str();
        let Some(may) = allowed.get(row(name)) else {
            faults.push(format!("{name} has no row in ARROWS"));
            continue;
        };
        for d in member.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            if ours.contains(d.name.as_str()) && !may.contains(&row(&d.name)) {
                faults.push(format!("{name} must not depend on {} (as a dev-dependency it may)", d.name));
            }
        }
    }
    none("arrows that are not in the architecture", &faults);
}

#[test]
fn dfdx_is_named_by_those_who_may_and_reached_by_nobody_else() {
    let members = members();
    let mut faults = Vec::new();
    for member in members.iter().filter(|m| !ON_DFDX.contains(&m.name.as_str())) {
        if member.dependencies.iter().any(|d| d.name == "dfdx") {
            faults.push(format!("{} names dfdx", member.name));
        }
    }
    // Through others: follow normal dependencies among the members …
    let direct: BTreeMap<&str, Vec<&str>> = members
        .iter()
        .map(|m| {
            let normal = m.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
            (m.name.as_str(), normal.map(|d| d.name.as_str()).collect())
        })
        .collect();
    for member in members.iter().filter(|m| !ON_DFDX.contains(&m.name.as_str())) {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![member.name.as_str()]);
        while let Some(next) = todo.pop() {
            if seen.insert(next) {
                todo.extend(direct.get(next).into_iter().flatten());
            }
        }
        if seen.contains("dfdx") {
            faults.push(format!("{} reaches dfdx", member.name));
        }
    }
    // … and let nobody outside bring it in.
    for package in read("Cargo.lock").split("[[package]]").skip(1) {
        let name = package.split('"').nth(1).unwrap();
        if package.lines().any(|l| l.trim() == "\"dfdx\",") && !ON_DFDX.contains(&name) {
            faults.push(format!("{name} brings dfdx in"));
        }
    }
    none("dfdx where it must not be", &faults);
}

#[test]
fn the_report_sees_records_only() {
    let members = members();
    let ours: BTreeSet<&str> = members.iter().map(|m| m.name.as_str()).collect();
    let report = members.iter().find(|m| m.name == "report").unwrap();
    // Tests too: a page that needs a method to be tested knows of methods.
    let seen: BTreeSet<&str> =
        report.dependencies.iter().map(|d| d.name.as_str()).filter(|d| ours.contains(d)).collect();
    assert_eq!(seen, BTreeSet::from(["results"]));
}

/// Whether a line speaks of a crate, and not of one whose name only begins so.
fn names(line: &str, krate: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    line.split(|c| !part(c)).any(|word| word == krate || word == krate.replace('-', "_"))
}

/// The two lines that a method costs: each stands where it belongs, once.
#[test]
fn every_method_is_registered() {
    let (norms, registry) = (read("crates/norms/Cargo.toml"), read("crates/norms/src/lib.rs"));
    let needed = norms.split("[dependencies]").nth(1).expect("norms has dependencies");
    let needed = needed.split("\n[").next().unwrap();
    // What stands between the braces of a registering macro's call.
    let list = |call: &str| {
        let list = registry.split(call).nth(1).unwrap_or_else(|| panic!("norms registers in `{call}`"));
        list.split("\n}").next().unwrap()
    };
    let (registered, updates) = (list("register! { $"), list("register_updates! {"));
    let mut faults = Vec::new();
    for method in methods() {
        let path = format!("{}::", method.replace('-', "_"));
        let (place, registered, line) = if is_update(&method) {
            ("register_updates!", updates, format!("{path}DESCRIPTOR,"))
        } else {
            ("register!", registered, format!("{path}{{Type}},"))
        };
        let places = [
            (
                "Cargo.toml",
                "[dependencies]",
                &norms,
                needed,
                format!("{method} = {{ path = \"../{method}\" }}"),
            ),
            ("src/lib.rs", place, &registry, registered, line),
        ];
        for (file, place, all, there, line) in places {
            let (start, _) = line.split_once("Type").unwrap_or((&line, ""));
            if !there.lines().any(|l| l.trim().starts_with(start)) {
                faults.push(format!("crates/norms/{file}, {place}: {line}"));
            }
            let found = all.lines().filter(|l| names(l, &method)).count();
            if found > 1 {
                faults.push(format!("crates/norms/{file}: one line for {method}, not {found}"));
            }
        }
        for file in ["src/lib.rs", "src/reference.rs"] {
            if !root().join("crates").join(&method).join(file).is_file() {
                faults.push(format!("crates/{method}/{file}: the file"));
            }
        }
    }
    for helper in HELPERS {
        if root().join("crates").join(helper).join("src/reference.rs").is_file() {
            faults.push(format!("{helper} has a judge, so it is a method: take it from HELPERS"));
        }
    }
    none("missing", &faults);
    let updates = methods().into_iter().filter(|m| is_update(m));
    let ids: BTreeSet<String> = norms::UPDATES.iter().map(|u| format!("norm-{}", u.id)).collect();
    assert_eq!(ids, updates.collect(), "every crate of an update registers one, called norm-<id>");
}

/// And it costs nothing else: tests, benches, examples and comments may speak of a method, nobody else. An update has an
/// optimizer, an evaluation and probes besides: in `norm-dfdx`, `eval` and `probes` a dependency, and one file that is called
/// as its crate is.
#[test]
fn nothing_but_the_registry_names_a_method() {
    let (root, methods) = (root(), methods());
    let mut faults = Vec::new();
    let mut check = |file: &Path, may: &dyn Fn(&str, &str) -> bool| {
        let (name, mut table) = (file.strip_prefix(&root).unwrap().display(), String::new());
        for (i, line) in read(file).lines().enumerate() {
            if line.starts_with('[') {
                table = line.to_owned();
            }
            let said = line.trim();
            if said.starts_with("//") || said.starts_with("# ") {
                continue;
            }
            for method in methods.iter().filter(|m| names(said, m) && !may(m, &table)) {
                faults.push(format!("{name}:{} names {method}: {said}", i + 1));
            }
        }
    };
    check(&root.join("Cargo.toml"), &|_, _| false);
    for krate in fs::read_dir(root.join("crates")).unwrap().map(|f| f.unwrap().path()) {
        let own = krate.file_name().unwrap().to_str().unwrap().to_owned();
        if own == "norms" {
            continue;
        }
        let applies = |m: &str| ["norm-dfdx", "eval", "probes"].contains(&own.as_str()) && is_update(m);
        check(&krate.join("Cargo.toml"), &|m, table| {
            m == own || table == "[dev-dependencies]" || (table == "[dependencies]" && applies(m))
        });
        let mut code = Vec::new();
        sources(&krate.join("src"), &mut code);
        for file in code {
            let stem = file.file_stem().unwrap().to_str().unwrap();
            let optimizer = format!("norm-{}", stem.replace('_', "-"));
            check(&file, &|m, _| m == own || (applies(m) && m == optimizer));
        }
    }
    none("a method is one folder and its two lines in crates/norms, but", &faults);
}

#[test]
fn every_citation_is_in_the_bibliography_once() {
    let bibliography = read("references.bib");
    let mut count = BTreeMap::<&str, usize>::new();
    for line in bibliography.lines().filter(|l| l.starts_with('@') && !l.starts_with("@comment")) {
        let key = line.split_once('{').map_or("", |(_, rest)| rest.trim_end_matches(','));
        *count.entry(key).or_default() += 1;
    }
    assert!(count.len() > 10, "the bibliography was not read: {count:?}");
    let mut faults: Vec<String> =
        count.iter().filter(|(_, n)| **n > 1).map(|(k, n)| format!("{k} stands there {n} times")).collect();
    for method in norms::METHODS.iter().map(norms::Method::descriptor) {
        let gotchas = method.gotchas.iter().map(|g| g.cite).filter(|key| !key.is_empty());
        for key in std::iter::once(method.cite).chain(gotchas) {
            if !count.contains_key(key) {
                faults.push(format!("{} cites {key}, which is not there", method.id));
            }
        }
    }
    for update in norms::UPDATES {
        let gotchas = update.gotchas.iter().map(|g| g.cite).filter(|key| !key.is_empty());
        for key in std::iter::once(update.cite).chain(gotchas) {
            if !count.contains_key(key) {
                faults.push(format!("{} cites {key}, which is not there", update.id));
            }
        }
    }
    // The recurrent cells are declared where no list of them exists: their keys are read from the declarations.
    let mut cells = 0;
    let files = fs::read_dir(root().join("crates/sequence/src/cells")).unwrap();
    let texts: Vec<String> = files.map(|file| read(file.unwrap().path())).collect();
    for declaration in texts.iter().flat_map(|text| text.split("pointwise! {").skip(1)) {
        // Not from the title, which may hold parentheses too.
        let head = declaration.split_once("pub ").map_or("", |(_, rest)| rest);
        let key = head.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(key, _)| key);
        cells += 1;
        if !count.contains_key(key) {
            faults.push(format!("a cell in crates/sequence/src/cells cites `{key}`, which is not there"));
        }
    }
    assert!(cells >= 12, "the cells' declarations were not found");
    none("references.bib", &faults);
}

#[test]
fn every_member_obeys_the_workspace() {
    let mut faults = Vec::new();
    for member in members() {
        let (name, manifest) = (&member.name, read(&member.manifest_path));
        let lints =
            manifest.split("[lints]").nth(1).is_some_and(|t| t.trim_start().starts_with("workspace = true"));
        let folder = member.manifest_path.parent().and_then(cargo_metadata::camino::Utf8Path::file_name);
        for (good, what) in [
            (lints, "[lints] workspace = true"),
            (member.version.to_string() == "0.0.0", "version.workspace = true"),
            (member.publish.as_ref().is_some_and(Vec::is_empty), "publish = false"),
            (manifest.contains("edition.workspace = true"), "edition.workspace = true"),
            (member.description.is_some(), "a description"),
            (folder == Some(name.as_str()), "the name of its folder"),
        ] {
            if !good {
                faults.push(format!("{name} lacks {what}"));
            }
        }
    }
    none("manifests", &faults);
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != "target" {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_source_file_is_too_long() {
    let (root, mut found, mut faults) = (root(), Vec::new(), Vec::new());
    sources(&root.join("crates"), &mut found);
    assert!(found.len() > 100, "the sources were not found");
    for path in found {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let lines = read(&path).lines().count();
        if lines > LONGEST {
            faults.push(format!("{name} has {lines} lines, at most {LONGEST}: one concept per file"));
        }
    }
    none("too long", &faults);
}

#[test]
fn every_recipe_says_what_it_does() {
    let justfile = read("justfile");
    let (mut said, mut recipes, mut faults) = (false, 0, Vec::new());
    for line in justfile.lines() {
        if line.starts_with('#') {
            said = true;
        } else if line.starts_with(|c: char| c.is_ascii_lowercase())
            && line.contains(':')
            && !line.contains(":=")
        {
            recipes += 1;
            if !said {
                faults.push(line.to_owned());
            }
            said = false;
        } else if !line.starts_with('[') {
            // An attribute may stand between the comment and its recipe.
            said = false;
        }
    }
    assert!(recipes > 5, "the recipes were not found");
    none("recipes of the justfile without a comment", &faults);
}

/// A word that is pasted into a recipe is split, globbed and run by its shell.
#[test]
fn recipes_take_their_words_by_position() {
    let justfile = read("justfile");
    assert!(justfile.contains("\nset positional-arguments\n"));
    let pasted: Vec<String> =
        justfile.lines().filter(|line| line.contains("{{")).map(str::to_owned).collect();
    none("words pasted into a recipe", &pasted);
    let bare: Vec<String> = justfile
        .lines()
        .filter(|line| line.replace("\"$@\"", "").contains("$@") || line.contains("$*"))
        .map(str::to_owned)
        .collect();
    none("words outside quotes", &bare);
}

/// The statements of the question that end as a test. The others end as a verdict or a sentence of the answer.
const TESTED: [usize; 16] = [2, 3, 5, 8, 9, 10, 11, 13, 14, 15, 16, 20, 21, 22, 23, 24];

#[test]
fn every_statement_that_ends_as_a_test_has_one_of_its_number() {
    let (root, mut found, mut seen) = (root(), Vec::new(), BTreeSet::new());
    sources(&root.join("crates"), &mut found);
    for file in found {
        for line in read(&file).lines().filter(|l| l.trim().starts_with("fn question_row_")) {
            let words = line.split("question_row_").nth(1).unwrap().split('_');
            seen.extend(words.map_while(|w| if w == "and" { Some(0) } else { w.parse::<usize>().ok() }));
        }
    }
    let missing = TESTED.iter().filter(|row| !seen.contains(row)).map(|row| format!("question_row_{row}_…"));
    none("statements without a test", &missing.collect::<Vec<_>>());
}

#[test]
fn question_row_24_every_source_has_an_address_and_every_method_a_source() {
    let bibliography = read("references.bib");
    let mut faults = Vec::new();
    for entry in bibliography.split("\n@").skip(1) {
        let key = entry.split(['{', ',']).nth(1).unwrap_or_default();
        if !entry.contains("url ") && !entry.contains("doi ") {
            faults.push(format!("{key} has neither url nor doi"));
        }
    }
    let methods = norms::METHODS.iter().map(|m| (m.descriptor().id, m.descriptor().cite));
    for (id, cite) in methods.chain(norms::UPDATES.iter().map(|u| (u.id, u.cite))) {
        if !bibliography.contains(&format!("{{{cite},")) {
            faults.push(format!("{id} cites {cite}, which is not there"));
        }
    }
    none("sources", &faults);
}
