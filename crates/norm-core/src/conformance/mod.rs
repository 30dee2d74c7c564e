//! The conformance kit: what a method must survive, callable from any repository.
//!
//! A method brings its declaration and its judge ([`Reference`]: plain `f64` loops written from the paper); the
//! kit brings shapes, data and checks. [`run`] gives a [`Report`]; [`conformance!`](crate::conformance!) makes it
//! a test. [`Probe`] finds by experiment which outputs and gradients depend on which inputs.

mod behaviour;
mod case;
mod checks;
mod difference;
mod execution;
mod identities;
mod in_blocks;
mod invariance;
mod masks;
mod pictures;
mod precision;
mod probe;
mod promised;
mod reference;
mod refusals;
mod remedy;
mod report;
mod scaled;
mod statements;
mod streamed;
mod table;
mod terminal;
mod unpicked;
mod unwritten;
mod update;
mod values;

pub use behaviour::{Behaviour, Single};
pub use case::Shape;
pub use checks::{names, run, run_only};
pub use difference::{difference, largest, peak, relative_difference};
pub use invariance::measured_invariances;
pub use precision::{SinglePrecision, single_precision};
pub use probe::{Dependencies, Label, Probe};
pub use reference::{
    Judged, Pool, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference, Subject,
    channel, pools,
};
pub use report::{Check, Outcome, Report, Tally};
pub use statements::{Statement, Statements, Verdict};
pub use streamed::{Planes, StreamedHalf, StreamedReference, StreamedState};
pub use table::Table;
pub use terminal::picture;
pub use unpicked::Unpicked;
pub use update::{Divisors, JudgedUpdate, NetLayer, run_update, show_update};
