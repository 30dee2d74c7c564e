//! Downloads the data sets that the build does not hold, and verifies them: what `just data` calls.
//!
//! [`SETS`] is the table: names, licences, citations, addresses. The files of a set, with length and sha256, are those that
//! [`data::DataFolder`] reads. [`Fetcher::file`] brings one of them: into `<file>.part` first, going on where an earlier
//! download broke off, and under its own name only when length and sha256 are right.
//!
//! Nothing that measures depends on this crate, so that no other build pays for a network.

mod client;
mod download;
mod error;
mod part;
mod sets;

pub use download::{Fetcher, Outcome, Watch};
pub use error::{Attempt, Error, Failure};
pub use sets::{DataSet, SETS, find, from_mirror};
