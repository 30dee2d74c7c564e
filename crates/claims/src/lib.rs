//! Claims of the literature as experiments: what each says, what decides it, and what the records of a run say to it.
//!
//! A [`Claim`] is declared before anything is run, with its thresholds; [`next`] lists the cells that are still to be trained,
//! rates first, and [`verdicts`] decides from what is there. Whatever this crate is not shown decides nothing: an empty run
//! leaves every trained claim undecided.
//!
//! Knows records and statistics; nothing of methods, models and pages.

mod admission;
mod advice;
mod claim;
mod claims;
mod compare;
mod counted;
mod decide;
mod errata;
mod error;
mod experiment;
mod judge;
mod needs;
mod plan;
mod setups;
mod timed;
mod trained;
mod two_runs;

pub use admission::{AT_REST, Admission, SPREAD, admissions};
pub use advice::{Candidate, Need, Requirement, advice};
pub use claim::{Claim, Difficulty, Evidence, Expect, Within};
pub use claims::{CLAIMS, find, standard};
pub use decide::verdicts;
pub use errata::{ERRATA, Erratum, Measured, errata};
pub use error::Error;
pub use experiment::{Arm, Comparison, Expectation, Experiment, Protocol, Quantity, Rule, Setup};
pub use judge::judge;
pub use needs::NEEDS;
pub use plan::{Bench, Wanted, next, with_counted};
pub use two_runs::{ArmPair, Difference, TimePair, Times, losses, times};
