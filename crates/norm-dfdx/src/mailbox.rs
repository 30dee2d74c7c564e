//! Where backward passes leave what a layer takes in later: while a tape runs backwards no layer can be borrowed.

use std::sync::{Arc, Mutex, PoisonError};

use norm_core::{Elem, Feedback, NormState};

/// What backward passes have found until the layer takes it in, a letter for each.
///
/// A copy is empty: a copied layer hears of its own uses only.
#[derive(Debug)]
pub struct Mailbox<E>(Arc<Mutex<Vec<Feedback<E>>>>);

impl<E> Default for Mailbox<E> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<E> Clone for Mailbox<E> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<E> Mailbox<E> {
    /// Another handle of the same mailbox.
    pub(crate) fn handle(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Runs `f` on what lies in it. A panic elsewhere cannot leave a part of a letter: each is put in whole.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut Vec<Feedback<E>>) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether nothing lies in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.with(|letters| letters.is_empty())
    }
}

impl<E: Elem> Mailbox<E> {
    /// Moves what lies in it to what is stored.
    pub(crate) fn drain(&self, state: &mut NormState<E>) {
        for letter in self.with(std::mem::take) {
            state.take_in(&letter);
        }
    }
}
