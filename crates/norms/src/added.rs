//! Methods of another repository: registered once, before anything is listed, and then found like those of this one.

use std::sync::OnceLock;

use crate::{METHODS, Method, UPDATES};

/// Set by the first that registers, or by the first that lists.
static ADDED: OnceLock<&'static [Method]> = OnceLock::new();

/// Why methods cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddError {
    /// An id that stands for another method.
    #[error("the id `{id}` stands for a method already; give yours another one, in its declaration")]
    Taken {
        /// The id.
        id: &'static str,
    },
    /// Methods were registered or listed before.
    #[error("methods are registered once, and before anything lists them: do it first in `main`")]
    Late,
}

/// Registers methods beside those of normlab, as the first thing that a program does.
///
/// # Errors
///
/// [`AddError`] for an id that stands for a method already, and where something has listed the methods before.
pub fn add(methods: &'static [Method]) -> Result<(), AddError> {
    let own = METHODS.iter().map(|m| m.descriptor().id).chain(UPDATES.iter().map(|u| u.id));
    let mut taken: Vec<&str> = own.collect();
    for method in methods {
        let id = method.descriptor().id;
        if taken.contains(&id) {
            return Err(AddError::Taken { id });
        }
        taken.push(id);
    }
    ADDED.set(methods).map_err(|_| AddError::Late)
}

/// The methods that another repository has registered; from now on no others can be.
pub fn added() -> &'static [Method] {
    ADDED.get_or_init(|| &[])
}

/// Every method: those of normlab, in the order in which tables show them, and those that were registered.
pub fn all() -> impl Iterator<Item = &'static Method> {
    METHODS.iter().chain(added())
}
