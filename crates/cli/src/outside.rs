//! Methods that another repository brings to the command, with their sources.

use std::sync::OnceLock;

use norms::Method;

use crate::fnv::Fnv;

/// What a repository beside normlab brings: its binary has every command of normlab, for its own methods too.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// Its methods.
    pub methods: &'static [Method],
    /// The sources that their declarations cite, as BibTeX.
    pub references: &'static str,
    /// The contents of its `Cargo.lock`: what its binary is built from.
    pub lock: &'static [u8],
}

static OUTSIDE: OnceLock<Outside> = OnceLock::new();

/// Registers what it brings.
pub(crate) fn register(outside: Outside) -> Result<(), norms::AddError> {
    norms::add(outside.methods)?;
    OUTSIDE.set(outside).map_err(|_| norms::AddError::Late)
}

/// The bibliography of normlab and of what was registered.
pub(crate) fn references() -> String {
    let own = include_str!("../../../references.bib");
    OUTSIDE.get().map_or_else(|| own.to_owned(), |outside| format!("{own}\n{}", outside.references))
}

/// The lock file of this binary.
pub(crate) fn lock(own: &'static [u8]) -> &'static [u8] {
    OUTSIDE.get().map_or(own, |outside| outside.lock)
}

/// A word for each method that was registered, which another declaration of it does not have.
pub(crate) fn identities() -> Vec<String> {
    norms::added().iter().map(|m| identity(m.descriptor())).collect()
}

fn identity(d: &norm_core::Descriptor) -> String {
    let mut declaration = Fnv::new();
    declaration.take(format!("{d:?}").as_bytes());
    format!("method {} {}", d.id, declaration.digits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_declaration_is_another_identity() {
        let own = norms::find("layer").unwrap().descriptor();
        let other = norm_core::Descriptor { consts: &[], ..*own };
        assert_eq!(identity(own), identity(&own.clone()));
        assert_ne!(identity(own), identity(&other));
        assert!(identity(own).starts_with("method layer "));
    }
}
