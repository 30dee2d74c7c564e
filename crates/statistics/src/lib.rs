//! Decisions from paired numbers.
//!
//! Two arms are run on the same seeds; what differs between them is read off the differences of the pairs.
//!
//! | question | answer |
//! |---|---|
//! | how far apart are the arms on average? | [`Paired`]: mean, interval and p of the paired t test |
//! | are they close enough not to matter? | [`Paired::equivalence`]: two one-sided tests against ±δ |
//! | and when runs diverge or never get there? | [`Wilcoxon`]: signed ranks, `+∞` is the worst of all values |
//! | does one vary more from seed to seed? | [`PairedSpread`]: the ratio of deviations, after Pitman and Morgan |
//! | do they solve the same cases? | [`mcnemar()`]: counts of cases that only one arm solves |
//! | how far is a median known, whatever the shape? | [`median_interval`]: the sign test turned round |
//! | which word goes into the text? | [`decide`], for several comparisons [`decide_family`] |
//! | is it better by more than m? | [`margin()`], for several comparisons [`margin_family`] |
//!
//! Every difference is *first arm − second arm*. δ and m are set before measuring; nothing here can check that.
//!
//! ```
//! use statistics::{Decision, Direction, Paired, decide};
//!
//! # fn main() -> statistics::Result<()> {
//! let first = [0.91, 0.93, 0.90, 0.94, 0.92, 0.93];
//! let second = [0.88, 0.89, 0.88, 0.90, 0.88, 0.91];
//! let pairs = Paired::new(&first, &second)?;
//! assert_eq!(decide(&pairs, 0.005, pairs.p())?, Decision::Different { direction: Direction::Higher });
//! // All that these pairs can hold apart lies within 0.1, so with that δ they count as equal.
//! assert_eq!(decide(&pairs, 0.1, pairs.p())?, Decision::Equivalent { direction: Some(Direction::Higher) });
//! # Ok(())
//! # }
//! ```
//!
//! Knows nothing of runs and methods, reads and writes nothing.

mod decision;
mod direction;
mod equivalence;
mod error;
mod holm;
mod interval;
mod margin;
mod mcnemar;
mod median;
mod paired;
mod ranks;
mod scaled;
mod signed_ranks;
mod spread;
mod summary;

pub use decision::{Decided, Decision, PairedTest, decide, decide_family};
pub use direction::Direction;
pub use equivalence::Equivalence;
pub use error::{Error, Result};
pub use holm::holm;
pub use interval::Interval;
pub use margin::{JudgedMargin, Margin, margin, margin_family};
pub use mcnemar::mcnemar;
pub use median::median_interval;
pub use paired::Paired;
pub use ranks::Wilcoxon;
pub use spread::PairedSpread;
pub use summary::{mean, median, sd};

/// The level of every decision: how often at most a true null hypothesis is rejected.
pub const ALPHA: f64 = 0.05;
