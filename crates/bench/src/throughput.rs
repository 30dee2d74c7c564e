//! What is timed: how a bench begins, which steps of updates there are, what Criterion's times moved.

pub mod begin;
pub mod steps;
mod traffic;

pub use traffic::{arrays, records};
