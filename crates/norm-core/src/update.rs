//! What a method at the site [`Site::Update`] says about itself: it normalizes the step of the optimizer, so it has no
//! reference set, no policy and no kernel.

use crate::descriptor::{Const, Gotcha, Letter, Site};

/// One line of an update's formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateEquation {
    /// Plain text.
    pub text: &'static str,
    /// LaTeX.
    pub latex: &'static str,
}

/// Everything that is said of an update. A [`crate::Descriptor`] comes from a declaration; this is written by hand, since
/// there is no gradient to derive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdateDescriptor {
    /// The short name people type; the crate is called `norm-<id>`.
    pub id: &'static str,
    /// The method's name as its source writes it.
    pub title: &'static str,
    /// Citation key in `references.bib`.
    pub cite: &'static str,
    /// Equation numbers in the source, or empty.
    pub equations: &'static str,
    /// The formula, the update itself last.
    pub formula: &'static [UpdateEquation],
    /// What stands in it.
    pub letters: &'static [Letter],
    /// Constants with their defaults, the learning rate aside: it has none.
    pub consts: &'static [Const],
    /// Numbers that the optimizer keeps from one step to the next for each parameter, without momentum.
    pub state_per_parameter: usize,
    /// What to watch for.
    pub gotchas: &'static [Gotcha],
}

impl UpdateDescriptor {
    /// What is normalized.
    pub const SITE: Site = Site::Update;
}
