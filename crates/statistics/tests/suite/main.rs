//! The tests: values from the literature and from SciPy, how often decisions are wrong on simulated pairs, and what must
//! not change a decision.

#![allow(clippy::unreadable_literal)] // expected values stand here as SciPy prints them

mod decision;
mod equivalence;
mod holm;
mod invariance;
mod known;
mod margin;
mod mcnemar;
mod median;
mod paired;
mod ranks;
mod records;
mod refusals;
mod simulation;
mod spread;
mod summary;
