//! Which dfdx shapes a layer of `C` channels takes, and how they map to cases, channels and space.

use dfdx::prelude::{Const, Dim, Shape};

/// A shape with `C` channels on its channel axis: `[C]`, `[N, C]`, `[N, C, S]` or `[N, C, H, W]`.
#[diagnostic::on_unimplemented(
    message = "a layer of {C} channels does not take a tensor of shape `{Self}`",
    label = "the channel axis must be `Const<{C}>`",
    note = "accepted are `(Const<C>,)`, `(N, Const<C>)`, `(N, Const<C>, S)` and `(N, Const<C>, H, W)`"
)]
pub trait Channels<const C: usize>: Shape {
    /// Number of cases and of positions in space.
    fn cases_and_space(&self) -> (usize, usize);
    /// Positions in a row, where space has rows.
    fn row(&self) -> Option<usize> {
        None
    }
}

impl<const C: usize> Channels<C> for (Const<C>,) {
    fn cases_and_space(&self) -> (usize, usize) {
        (1, 1)
    }
}

impl<N: Dim, const C: usize> Channels<C> for (N, Const<C>) {
    fn cases_and_space(&self) -> (usize, usize) {
        (self.0.size(), 1)
    }
}

impl<N: Dim, S: Dim, const C: usize> Channels<C> for (N, Const<C>, S) {
    fn cases_and_space(&self) -> (usize, usize) {
        (self.0.size(), self.2.size())
    }
}

impl<N: Dim, H: Dim, W: Dim, const C: usize> Channels<C> for (N, Const<C>, H, W) {
    fn cases_and_space(&self) -> (usize, usize) {
        (self.0.size(), self.2.size() * self.3.size())
    }
    fn row(&self) -> Option<usize> {
        Some(self.3.size())
    }
}
