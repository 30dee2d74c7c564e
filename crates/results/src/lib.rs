//! The file format of measurements.
//!
//! A **run** is a folder. Whoever measures writes it through a [`RunWriter`], one process at a time and others that join it
//! cell by cell; whoever draws reads it as a [`Run`], and takes from it what holds: [`Run::contents`]. A run may be one
//! [`Shard`] of several, which [`Merge`] puts together.
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
//! | `ratios.json` | [`RatioRecord`]s: how much longer one thing takes than another (optional) |
//! | `verdicts.json` | [`VerdictRecord`]s: what the run says to the claims (optional) |
//! | `probes.json` | [`ProbeRecord`]s: what was found without training (optional) |
//! | `advice.json` | [`AdviceRecord`]s: which method a need asks for (optional) |
//! | `errata.json` | [`ErratumRecord`]s: what published code does differently, and what that changes (optional) |
//! | `references.bib` | the bibliography that citation keys point into (optional) |
//! | `run.lock` | locked by the process that writes; a file that nobody has locked means nothing |
//! | `cells/<id>.lock` | locked by the process that trains that cell, and removed by it |
//!
//! Every JSON file carries [`SCHEMA_VERSION`]; a file of another version, or with a field this version does not
//! know, is refused by name. Files are replaced atomically, so a run survives being killed at any moment: a cell
//! either exists whole or not at all. The manifest is written after all that a run begins with, so that it is a run from
//! then on and none before.
//!
//! This crate knows nothing of methods, tensors or timers: names of methods are text here.

mod advice;
mod cell;
mod contents;
mod criterion;
mod erratum;
mod error;
pub mod float;
mod lock;
mod manifest;
mod measured;
mod method;
mod pairing;
mod probe;
mod ratio;
mod run;
mod shard;
mod store;
mod throughput;
mod timestamp;
mod validate;
mod verdict;
mod workload;
mod writer;

pub use advice::{AdviceRecord, Standing};
pub use cell::{CellSettings, ConvergenceRecord, CurvePoint, Direction, Outcome, Target};
pub use contents::{CellState, Contents};
pub use criterion::from_criterion;
pub use erratum::ErratumRecord;
pub use error::{Error, Problem};
pub use lock::CellLock;
pub use manifest::{CommandLine, Identity, Manifest, Part, SameBits, Tier};
pub use measured::{NoiseRecord, PeerRecord};
pub use method::{
    Answer, ConstantRecord, DependencyPicture, FormulaLine, Gotcha, GradientJudges, Judgement, LetterRecord,
    MethodRecord, ParameterRecord, PathRecord, PathStatus, PictureGrid, Property, QuantityDifference,
    ReferenceSetRecord, Source, StateRecord, StateSize, StatisticRecord,
};
pub use pairing::{Expected, PairedQuantity, Pairing, Side};
pub use probe::ProbeRecord;
pub use ratio::RatioRecord;
pub use run::Run;
pub use shard::{Shard, ShardError};
pub use store::{remove_leftovers, replace_file};
pub use throughput::{BenchId, BenchIdError, ThroughputRecord, Traffic};
pub use timestamp::utc;
pub use verdict::{Counted, Effect, Finding, Verdict, VerdictRecord};
pub use workload::WorkloadRecord;
pub use writer::{Descriptions, Merge, RunWriter, Start, add_peers, pack};

/// Version of every file in a run. It grows with each change that an older reader could misread; a field that is added is
/// no such change, since a reader refuses by name what it does not know.
pub const SCHEMA_VERSION: u32 = 1;
