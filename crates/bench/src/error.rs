//! What can go wrong while measuring.

/// A measurement that could not be made. What was measured before is on disk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A record could not be read or written.
    #[error(transparent)]
    Results(#[from] results::Error),
    /// The data could not be read.
    #[error(transparent)]
    Data(#[from] data::DataError),
    /// The features of an image could not be computed.
    #[error(transparent)]
    Hmax(#[from] hmax::HmaxError),
    /// Data that are not part of the build, and not here.
    #[error(
        "workload `{workload}` trains on files that are not part of the build: {why}; `just data {set}` brings them"
    )]
    NoData {
        /// The workload.
        workload: &'static str,
        /// What is missing or wrong.
        why: String,
        /// The data set.
        set: &'static str,
    },
    /// A workload nobody knows.
    #[error("there is no workload `{got}`; there are: {known}")]
    UnknownWorkload {
        /// What was asked for.
        got: String,
        /// What there is.
        known: String,
    },
    /// A method nobody knows, or one that the model has no place for.
    #[error("workload `{workload}` has no arm for method `{got}`; there are: {known}")]
    UnknownMethod {
        /// The workload.
        workload: &'static str,
        /// What was asked for.
        got: String,
        /// What there is.
        known: String,
    },
    /// A method that is not in the registry.
    #[error("there is no method `{got}`; there are: {known}")]
    NoSuchMethod {
        /// What was asked for.
        got: String,
        /// What there is.
        known: String,
    },
    /// A cell that says of itself what its workload does not do.
    #[error("workload `{workload}` has {name} `{only}` and no other; the cell asks for `{got}`")]
    Setting {
        /// The workload.
        workload: &'static str,
        /// The field of the cell.
        name: &'static str,
        /// What was asked for.
        got: String,
        /// What there is.
        only: &'static str,
    },
    /// A word of a filter that leaves nothing to run.
    #[error("nothing fits {word}; {what}: {there_are}")]
    NothingFits {
        /// The word.
        word: String,
        /// What is listed.
        what: &'static str,
        /// What there is.
        there_are: String,
    },
    /// A method that the workload's model has no place for.
    #[error("workload `{workload}` does not train `{method}`: {reason}")]
    Refused {
        /// The workload.
        workload: &'static str,
        /// The method.
        method: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// A place in which the workload's model does not have the method.
    #[error("workload `{workload}` does not have `{method}` at `{got}`; there are: {known}")]
    UnknownPlacement {
        /// The workload.
        workload: &'static str,
        /// The method.
        method: &'static str,
        /// What was asked for.
        got: String,
        /// What there is.
        known: String,
    },
    /// Cases that the workload's model is not made for.
    #[error("workload `{workload}`: the model takes {want} {what}, the cases have {got}")]
    Unfit {
        /// The workload.
        workload: &'static str,
        /// What there is too much or too little of.
        what: &'static str,
        /// As the model has it.
        want: usize,
        /// As the cases have it.
        got: usize,
    },
    /// A step of the training failed.
    #[error("cell {cell}: step {step} failed: {what}")]
    Training {
        /// The cell's id.
        cell: String,
        /// The step.
        step: u64,
        /// What the device said.
        what: String,
    },
    /// No thread could be had.
    #[error("no single-threaded pool for a cell")]
    ThreadPool {
        /// Why.
        source: rayon::ThreadPoolBuildError,
    },
    /// The progress bar's template is broken.
    #[error("the progress bar's template does not parse")]
    Progress {
        /// Why.
        source: indicatif::style::TemplateError,
    },
    /// The interrupt handler could not be set.
    #[error("the interrupt handler could not be set")]
    Interrupt {
        /// Why.
        source: ctrlc::Error,
    },
}
