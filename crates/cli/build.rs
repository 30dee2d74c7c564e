//! Tells the command which sources it is built from. It stands in this crate, on which no other depends, so that a commit
//! builds this one again and nothing else.

use std::path::Path;
use std::process::Command;

#[path = "src/engine.rs"]
mod engine;
#[path = "src/fnv.rs"]
mod fnv;
#[path = "src/sources.rs"]
mod sources;

use sources::{INPUTS, Sources, git_line};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // A path that is not there would have this run at every build.
    let watch = |path: &Path| {
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    };
    for input in INPUTS {
        watch(&root.join(input));
    }
    let in_git = |name: &str| git_line(&root, &["rev-parse", "--path-format=absolute", "--git-path", name]);
    let branch = git_line(&root, &["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        if let Some(path) = in_git(name) {
            watch(Path::new(&path));
        }
    }
    let Sources { commit, dirty, changes } = Sources::of(&root);
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let rustc = Command::new(rustc).arg("--version").output().ok().filter(|out| out.status.success());
    let rustc = rustc
        .map_or_else(|| "unknown".to_owned(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    println!("cargo::rustc-env=NORMLAB_COMMIT={commit}");
    println!("cargo::rustc-env=NORMLAB_DIRTY={dirty}");
    println!("cargo::rustc-env=NORMLAB_CHANGES={changes}");
    println!("cargo::rustc-env=NORMLAB_RUSTC={rustc}");
    println!("cargo::rustc-env=NORMLAB_ENGINE={}", engine::fingerprint(&root));
}
