//! Methods that are in the making: registered, and not yet among those that documents and tables speak of.

use std::path::Path;

/// Whether the crate of a method still has the program of its checks that `just new-norm` writes and that goes when the
/// method is taken in: until then nothing but the method itself is asked for.
pub(crate) fn is_in_the_making(id: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../norm-{id}"));
    folder.join("examples/check.rs").is_file()
}
