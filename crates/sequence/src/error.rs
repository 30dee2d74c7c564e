//! What can go wrong when a cell is put together or run.

use crate::slot::Place;

/// A cell that cannot be built or a call that cannot be carried out. Where a call is refused nothing was
/// written, unless the variant says otherwise.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A size is zero: there is no sequence without a step, no batch without a case.
    #[error("the sequence has 0 {what}, at least 1 is needed")]
    Empty {
        /// `"steps"`, `"cases"`, `"inputs"` or `"units"`.
        what: &'static str,
    },
    /// The sizes multiply to more elements than a buffer can have.
    #[error("{steps} steps × {cases} cases × {width} elements are more than a buffer can hold")]
    TooLarge {
        /// Steps.
        steps: usize,
        /// Cases.
        cases: usize,
        /// Elements of the widest row.
        width: usize,
    },
    /// A buffer has the wrong length.
    #[error("`{what}` has {got} elements, expected {expected}")]
    Length {
        /// The buffer's name.
        what: String,
        /// What the sizes ask for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// The wrong number of slot parameters.
    #[error("got {got} slot parameters, expected {expected}: {names}")]
    SlotParameters {
        /// What the slots ask for.
        expected: usize,
        /// What came.
        got: usize,
        /// Their names.
        names: String,
    },
    /// A bias came for a cell that has none, or is missing.
    #[error("the cell {expected}, but the call {got}")]
    Bias {
        /// What the cell has.
        expected: &'static str,
        /// What the call gave.
        got: &'static str,
    },
    /// A slot at a cell state in a recurrence that has none.
    #[error("`{kind}` has no cell state, so nothing can stand in slot `{place}`")]
    NoCellState {
        /// The recurrence.
        kind: &'static str,
        /// The slot.
        place: Place,
    },
    /// A method was put where the placement does not define it.
    #[error(
        "placement `{placement}` is not defined for `{method}`: its statistics pool {pools}, the placement takes {takes}"
    )]
    Undefined {
        /// The placement's name.
        placement: &'static str,
        /// The method's id.
        method: &'static str,
        /// What the method's statistics pool.
        pools: &'static str,
        /// What the placement takes.
        takes: &'static str,
    },
    /// The kind of statistics does not fit the method or the slot.
    #[error("slot `{place}`: `{method}` pools {pools}, which cannot be kept as {got} statistics")]
    Statistics {
        /// The slot.
        place: Place,
        /// The method's id.
        method: &'static str,
        /// What the method's statistics pool.
        pools: &'static str,
        /// The kind asked for.
        got: &'static str,
    },
    /// Statistics per step need at least one stored step.
    #[error("slot `{place}` was given statistics for 0 steps, at least 1 is needed")]
    NoSteps {
        /// The slot.
        place: Place,
    },
    /// The durable state belongs to another cell.
    #[error("slot `{place}`: the stored statistics have {got} elements, expected {expected}")]
    State {
        /// The slot.
        place: Place,
        /// What the cell stores.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// Backward was called without the forward pass it belongs to.
    #[error("the workspace holds {got}, expected the forward pass of {expected}")]
    NoForward {
        /// The sizes of this call.
        expected: String,
        /// What the workspace holds.
        got: String,
    },
    /// A kernel refused a call. What the pass had written so far stays.
    #[error("slot `{place}`: {source}")]
    Kernel {
        /// The slot.
        place: Place,
        /// What it said.
        source: norm_core::Error,
    },
}
