//! What is timed: how a bench begins, which steps of updates there are, what Criterion's times moved, and what is timed in turns.

pub mod begin;
pub mod ratios;
pub mod steps;
mod traffic;

pub use traffic::{arrays, records};
