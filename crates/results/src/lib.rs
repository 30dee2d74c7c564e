//! The file format of measurements.
//!
//! A **run** is a folder. Whoever measures writes it through [`Run`]; whoever draws reads it the same way.
//!
//! | file | content |
//! |---|---|
//! | `manifest.json` | [`Manifest`]: where, when, how and from which sources the numbers came |
//! | `methods.json` | [`MethodRecord`]s: all that a reader of the run can know about a method |
//! | `workloads.json` | [`WorkloadRecord`]s: data, model, protocol and target of each workload |
//! | `cells/<id>.json` | one [`ConvergenceRecord`] per cell, named by a digest of its settings |
//! | `throughput.json` | [`ThroughputRecord`]s, taken from Criterion's saved estimates |
//! | `peers.json` | [`PeerRecord`]s: other frameworks on the same machine (optional) |
//! | `noise.json` | [`NoiseRecord`]s: the same thing measured against itself (optional) |
//! | `references.bib` | the bibliography that citation keys point into (optional) |
//!
//! Every JSON file carries [`SCHEMA_VERSION`]; a file of another version, or with a field this version does not
//! know, is refused by name. Files are replaced atomically, so a run survives being killed at any moment: a cell
//! either exists whole or not at all.
//!
//! This crate knows nothing of methods, tensors or timers: names of methods are text here.

mod cell;
mod criterion;
mod error;
pub mod float;
mod manifest;
mod measured;
mod method;
mod run;
mod store;
mod throughput;
mod timestamp;
mod validate;
mod workload;

pub use cell::{CellSettings, ConvergenceRecord, CurvePoint, Direction, Outcome, Target};
pub use criterion::from_criterion;
pub use error::{Error, Problem};
pub use manifest::{Manifest, Tier};
pub use measured::{NoiseRecord, PeerRecord};
pub use method::{
    Answer, ConstantRecord, DependencyPicture, FormulaLine, Gotcha, GradientJudges, Judgement, LetterRecord,
    MethodRecord, ParameterRecord, PathRecord, PathStatus, PictureGrid, Property, QuantityDifference,
    ReferenceSetRecord, Source, StateRecord, StateSize, StatisticRecord,
};
pub use run::Run;
pub use throughput::{BenchId, BenchIdError, ThroughputRecord, Traffic};
pub use timestamp::utc;
pub use workload::WorkloadRecord;

/// Version of every file in a run. It grows with each change that an older reader could misread.
pub const SCHEMA_VERSION: u32 = 1;
