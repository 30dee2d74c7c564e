//! Numbers found without training, by which numeric claims of the literature are decided.
//!
//! A **probe** measures one thing on a method's own kernels, on recurrent cells, on path scales or on HMAX, and says what it
//! found by name: a [`ProbeRecord`]. Which number decides what, and where it has to lie, is not known here. Every probe draws
//! from seeds of its own, so it finds the same bits each time.
//!
//! ```
//! let found = probes::run("bn-weight-scale").unwrap();
//! assert!(found.values["output"] < 1e-10);
//! ```

mod cosine;
mod dense;
mod digits;
mod draw;
mod gratings;
mod norm;
mod path_sgd;
mod probe;
mod probes;
mod recurrent;
mod rescaling;
mod softmax;
mod wires;

pub use probes::{IDS, all, run, some};
pub use results::ProbeRecord;
