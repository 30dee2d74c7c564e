//! What can be wrong with a run folder.

use std::path::PathBuf;

use crate::{Shard, Tier};

/// Why a run could not be written, read or accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// What was being done, as a verb phrase.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not even text.
    #[error("{}: expected UTF-8 text, got other bytes", path.display())]
    NotText {
        /// The file that was read.
        path: PathBuf,
    },
    /// The text is not the JSON that this file must hold; the place and the expectation are in `source`.
    #[error("{}:{line}:{column}: expected {expected}: {source}", path.display())]
    Format {
        /// The file that was read.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The record that was expected here.
        expected: &'static str,
        /// What the parser met.
        source: serde_json::Error,
    },
    /// A record could not be turned into JSON.
    #[error("{}: cannot write {record} as JSON: {source}", path.display())]
    Encode {
        /// The file that was to be written.
        path: PathBuf,
        /// The kind of record.
        record: &'static str,
        /// What the encoder said.
        source: serde_json::Error,
    },
    /// The file was written by another version of this format.
    #[error("{}: expected schema version {expected}, got {got}", path.display())]
    Version {
        /// The file that was read.
        path: PathBuf,
        /// The version this crate writes and reads.
        expected: u32,
        /// The version in the file.
        got: u32,
    },
    /// Another process writes the run.
    #[error("{}: another command is writing this run ({holder}); wait until it has ended, or choose another folder", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The process, in words.
        holder: String,
    },
    /// The folder, or a part of it, was removed while a run was written there.
    #[error("{}: removed while this run was being written, and cells with it; the same command runs again what is missing", path.display())]
    Removed {
        /// What is gone.
        path: PathBuf,
    },
    /// What only the process that holds a run's lock writes was to be written by one that joined it.
    #[error("{}: another command is writing this run, and this one has joined it: only cells may be added", path.display())]
    Joined {
        /// The folder.
        path: PathBuf,
    },
    /// A process that joins a run would train cells that the run does not declare.
    #[error("{}: the command that is writing this run has other seeds, {} not among them; join it with the same command", path.display(), numbers(seeds))]
    OtherSeeds {
        /// The folder.
        path: PathBuf,
        /// The seeds that it lacks.
        seeds: Vec<u64>,
    },
    /// The shares of a run are kept apart until they are merged.
    #[error("{}: expected {}, as this run began, got {}; choose another folder", path.display(), share(*expected), share(*got))]
    Shard {
        /// The folder.
        path: PathBuf,
        /// The share that the run is.
        expected: Option<Shard>,
        /// The share that was to be added.
        got: Option<Shard>,
    },
    /// A new run was to be made where there is something already.
    #[error("{}: runs are merged into a new folder, and this is there already; choose another", path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// Runs whose numbers do not stand side by side were to be merged.
    #[error("{}: not merged with {}: expected {differences}", path.display(), first.display())]
    Unlike {
        /// A run.
        path: PathBuf,
        /// The run that it was to be merged with.
        first: PathBuf,
        /// Where they differ, in words.
        differences: String,
    },
    /// Two runs hold the same cell with different numbers, which one engine on one kind of processor never gives.
    #[error(
        "cell {cell}: {what} is {} in {} and {} in {}; `rerun` says which of them this build gives: leave the other run out",
        values[0], first.display(), values[1], second.display()
    )]
    CellDiffers {
        /// The id of the cell.
        cell: String,
        /// A run.
        first: PathBuf,
        /// Another run.
        second: PathBuf,
        /// The first number that differs.
        what: String,
        /// What the runs have there.
        values: Box<[String; 2]>,
    },
    /// Times were taken in several of the runs that were to be merged.
    #[error("{} and {} both hold times, and a run has those of one machine; say whose are kept", first.display(), second.display())]
    SeveralTimes {
        /// A run.
        first: PathBuf,
        /// Another run.
        second: PathBuf,
    },
    /// The run whose times were to be kept has none.
    #[error("{}: expected one of the runs that are merged, with times in it", path.display())]
    NoTimes {
        /// What was named.
        path: PathBuf,
    },
    /// Numbers of different tiers are never put together.
    #[error("{}: expected the tier of this run, {expected}, got {got}; tiers never mix: choose another folder", path.display())]
    Tier {
        /// The folder.
        path: PathBuf,
        /// The tier of the run.
        expected: Tier,
        /// The tier that was to be added.
        got: Tier,
    },
    /// Numbers of different builds or machines are put together only as parts of their own.
    #[error("{}: expected the build and machine that this run began with: {differences}", path.display())]
    OtherIdentity {
        /// The folder.
        path: PathBuf,
        /// What differs, in words.
        differences: String,
    },
    /// A part of its own was asked for, and this build on this machine is all that the run has.
    #[error("{}: there is no part of another build or machine to be kept apart from", path.display())]
    NoOtherPart {
        /// The folder.
        path: PathBuf,
    },
    /// Another build has another target for a workload of this run.
    #[error("{}: this build declares another target for workload {workload} than the run; choose another folder", path.display())]
    OtherWorkload {
        /// The folder.
        path: PathBuf,
        /// The workload.
        workload: String,
    },
    /// The run is from before runs had parts: what measured its cells is not known well enough to add to them.
    #[error("{}: this run has an earlier form, which is read and not continued; choose another folder", path.display())]
    EarlierForm {
        /// The folder.
        path: PathBuf,
    },
    /// There are cells and no manifest: nobody knows what measured them.
    #[error("{}: expected a manifest.json beside the files in cells, got none; choose another folder", path.display())]
    CellsWithoutManifest {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds no manifest, so it is no run.
    #[error("{}: expected a run folder with manifest.json, got none", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// A cell names itself by another id than its settings give.
    #[error("{}: expected cell id {expected} from the settings, got {got}", path.display())]
    CellId {
        /// The cell's file.
        path: PathBuf,
        /// The id that the settings give.
        expected: String,
        /// The id in the record or in the file name.
        got: String,
    },
    /// A benchmark's saved id does not follow the naming scheme.
    #[error(
        "{}: expected a benchmark id like norm/<method>/<path>/<dtype>/<shape>/<pass>, got {got:?}",
        path.display()
    )]
    BenchId {
        /// Criterion's file.
        path: PathBuf,
        /// The id it holds.
        got: String,
    },
    /// Criterion's samples are not a list of iteration counts with as many times.
    #[error("{}: expected as many times as iteration counts, at least one; got {iters} counts, {times} times", path.display())]
    Samples {
        /// Criterion's file.
        path: PathBuf,
        /// How many iteration counts.
        iters: usize,
        /// How many times.
        times: usize,
    },
    /// The records are readable but contradict each other or the rules.
    #[error("{}: {} problem(s): {}", path.display(), problems.len(), list(problems))]
    Invalid {
        /// The run folder.
        path: PathBuf,
        /// Everything found, in the order of the files.
        problems: Vec<Problem>,
    },
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn numbers(seeds: &[u64]) -> String {
    seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn share(shard: Option<Shard>) -> String {
    shard.map_or_else(|| "all cells".to_owned(), |shard| format!("shard {shard}"))
}

/// One contradiction inside a run, found by [`crate::Run::contents`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A list that must name something is empty.
    #[error("{file}: {field}: expected at least one entry, got none")]
    Empty {
        /// File inside the run.
        file: String,
        /// Field inside the file.
        field: &'static str,
    },
    /// The same thing is listed twice (a duplicate seed is a sample counted twice).
    #[error("{file}: {field}: expected each entry once, got {value} again")]
    Duplicate {
        /// File inside the run.
        file: String,
        /// Field inside the file.
        field: &'static str,
        /// The repeated entry.
        value: String,
    },
    /// A record names something that no other file declares.
    #[error("{file}: {field}: expected one of those in {declared_in}, got {value}")]
    Unknown {
        /// File inside the run.
        file: String,
        /// Field inside the file.
        field: &'static str,
        /// The name nobody declares.
        value: String,
        /// Where it should have been declared.
        declared_in: &'static str,
    },
    /// A text has the wrong form.
    #[error("{file}: {field}: expected {expected}, got {got:?}")]
    Form {
        /// File inside the run.
        file: String,
        /// Field inside the file.
        field: &'static str,
        /// The form it should have.
        expected: &'static str,
        /// The text found.
        got: String,
    },
    /// Two lengths that belong together differ.
    #[error("{file}: {field}: expected {expected} entries, got {got}")]
    Length {
        /// File inside the run.
        file: String,
        /// Field inside the file.
        field: &'static str,
        /// The length required.
        expected: usize,
        /// The length found.
        got: usize,
    },
    /// A number is outside its range or out of order with its neighbours.
    #[error("{file}: {field}: expected {expected}, got {got}")]
    Number {
        /// File inside the run.
        file: String,
        /// Field inside the file.
        field: &'static str,
        /// The range or order required.
        expected: &'static str,
        /// The number found.
        got: f64,
    },
    /// A number is not the one that follows from the others.
    #[error("{file}: {field}: expected {expected}, got {got}")]
    Contradiction {
        /// File inside the run.
        file: String,
        /// Field inside the file.
        field: &'static str,
        /// What follows from the rest.
        expected: String,
        /// What was found.
        got: String,
    },
}
