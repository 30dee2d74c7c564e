//! What this binary is built from.

use bench::provenance::Build;

/// Written down by the build script.
pub(crate) const BUILD: Build = Build {
    commit: env!("NORMLAB_COMMIT"),
    dirty: matches!(env!("NORMLAB_DIRTY").as_bytes(), b"true"),
    changes: env!("NORMLAB_CHANGES"),
    lock: include_bytes!("../../../Cargo.lock"),
    rustc: env!("NORMLAB_RUSTC"),
    engine: env!("NORMLAB_ENGINE"),
};
