//! Every gotcha of every method: measured here, held by a test elsewhere that is named, or a sentence about a source alone.
//! A gotcha that is none of these, and an entry that no gotcha has, fails.

mod batch;
mod case;
#[path = "../making/mod.rs"]
mod making;
mod run;
mod stored;
mod weights;
mod windows;

use std::fs;
use std::path::Path;

/// How a sentence is held.
pub(crate) enum Held {
    /// Measured here.
    Here(fn()),
    /// By a test elsewhere: its file under `crates`, and its name.
    By(&'static str, &'static str),
    /// It speaks of a source or of somebody's code, and of nothing that could be run here.
    Source,
    /// It gives advice or a reason, and claims nothing that could be measured.
    Advice,
}

/// The method, how the sentence begins, how it is held.
pub(crate) type Entry = (&'static str, &'static str, Held);

fn entries() -> Vec<Entry> {
    [batch::ENTRIES, case::ENTRIES, stored::ENTRIES, weights::ENTRIES, windows::ENTRIES]
        .into_iter()
        .flat_map(|part| part().into_iter())
        .collect()
}

fn gotchas() -> Vec<(&'static str, &'static str, &'static str)> {
    let methods = norms::METHODS.iter().map(|m| (m.descriptor().id, m.descriptor().gotchas));
    let updates = norms::UPDATES.iter().map(|u| (u.id, u.gotchas));
    methods.chain(updates).flat_map(|(id, all)| all.iter().map(move |g| (id, g.text, g.cite))).collect()
}

#[test]
fn every_gotcha_is_held() {
    let (entries, gotchas) = (entries(), gotchas());
    let mut bad = Vec::new();
    for (id, text, _) in &gotchas {
        let found = entries.iter().filter(|e| e.0 == *id && text.starts_with(e.1)).count();
        if found > 1 || found == 0 && !making::is_in_the_making(id) {
            bad.push(format!("{id}: {found} entries for: {text}"));
        }
    }
    for (id, begins, held) in &entries {
        let of: Vec<_> = gotchas.iter().filter(|g| g.0 == *id && g.1.starts_with(begins)).collect();
        match (of.as_slice(), held) {
            ([], _) => bad.push(format!("{id} has no gotcha that begins: {begins}")),
            // What nobody can measure has to come from somewhere, or name whose code it speaks of.
            ([(_, text, "")], Held::Source) => {
                let named = [
                    "PyTorch",
                    "torch",
                    "Torch",
                    "TensorFlow",
                    "ports",
                    "authors",
                    "released",
                    "published",
                    "The same code",
                ];
                if !named.iter().any(|n| text.contains(n)) {
                    bad.push(format!("{id}: no source is named: {text}"));
                }
            }
            _ => {}
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn what_is_measured_holds() {
    for (id, begins, held) in entries() {
        if let Held::Here(check) = held {
            // On the standard error of the test, which is shown where it fails.
            eprintln!("{id}: {begins}");
            check();
        }
    }
}

#[test]
fn tests_that_hold_a_gotcha_elsewhere_are_there() {
    for (id, begins, held) in entries() {
        let Held::By(file, name) = held else { continue };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{id}, {begins}: {file}: {e}"));
        assert!(text.contains(&format!("#[test]\nfn {name}(")), "{file} has no test {name}");
    }
}
