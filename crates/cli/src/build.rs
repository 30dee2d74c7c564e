//! What this binary is built from.

use bench::provenance::{self, Build};
use results::Part;

use crate::outside;

/// Written down by the build script.
pub(crate) const BUILD: Build = Build {
    commit: env!("NORMLAB_COMMIT"),
    dirty: matches!(env!("NORMLAB_DIRTY").as_bytes(), b"true"),
    changes: env!("NORMLAB_CHANGES"),
    lock: include_bytes!("../../../Cargo.lock"),
    rustc: env!("NORMLAB_RUSTC"),
    engine: env!("NORMLAB_ENGINE"),
};

/// What a run that this process begins now writes down of build, machine and command, before any number.
pub(crate) fn part() -> Part {
    let mut part = provenance::part(&Build { lock: outside::lock(BUILD.lock), ..BUILD });
    part.identity.features.extend(outside::identities());
    part.declared = claims::CLAIMS.iter().map(|claim| (claim.id.to_owned(), claim.declared())).collect();
    part
}
