//! Where backward passes leave what a layer takes in later: while a tape runs backwards no layer can be borrowed.

use std::sync::{Arc, Mutex, PoisonError};

/// What backward passes have found until the layer takes it in, a letter for each.
///
/// A copy is empty: a copied layer hears of its own uses only.
#[derive(Debug)]
pub(crate) struct Mailbox<L>(Arc<Mutex<Vec<L>>>);

impl<L> Default for Mailbox<L> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<L> Clone for Mailbox<L> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<L> Mailbox<L> {
    /// Another handle of the same mailbox.
    pub(crate) fn handle(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Runs `f` on what lies in it. A panic elsewhere cannot leave a part of a letter: each is put in whole.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut Vec<L>) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
