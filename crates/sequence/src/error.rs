//! What can go wrong when a cell is put together or run.

use crate::cells::CellKind;
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
    #[error("`{what}`: the cell {expected}, but the call {got}")]
    Bias {
        /// Which bias.
        what: String,
        /// What the cell has.
        expected: &'static str,
        /// What the call gave.
        got: &'static str,
    },
    /// A slot that the recurrence does not have: a cell state is an LSTM's, a candidate's projections are a
    /// GRU's, and a GRU has no single sum.
    #[error("`{}` has no slot `{place}`, its slots are: {}", kind.name(), crate::slot::names(*kind))]
    NoSuchPlace {
        /// The recurrence.
        kind: CellKind,
        /// The slot.
        place: Place,
    },
    /// A method was put where the placement does not define it.
    #[error("placement `{placement}` is not defined for `{method}`: {reason}")]
    Undefined {
        /// The placement's name.
        placement: &'static str,
        /// The method's id.
        method: &'static str,
        /// Why.
        reason: Reason,
    },
    /// No slot can hold the method, or only another one can.
    #[error("slot `{place}` cannot hold `{method}`: {reason}")]
    NotHere {
        /// The slot.
        place: Place,
        /// The method's id.
        method: &'static str,
        /// Why.
        reason: Reason,
    },
    /// The kind of statistics does not fit the method or the slot.
    #[error("slot `{place}`: `{method}` pools {pools}, which cannot be kept as {got} statistics")]
    Statistics {
        /// The slot.
        place: Place,
        /// The method's id.
        method: &'static str,
        /// What the method's statistics pool, every set.
        pools: String,
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
    /// A statistic that is to be stored and has no finite value, of values that have: their squares leave the range of the
    /// element type. Neither state nor population took anything in; `y` may hold the steps that were done.
    #[error(
        "slot `{place}`: `{statistic}` {} would be {got:e} at channel {channel}, which cannot be stored: {}",
        span(*step), way_out(*single)
    )]
    NotStored {
        /// The slot.
        place: Place,
        /// The statistic, by the name under which it is stored.
        statistic: String,
        /// The step; none for a statistic of the whole sequence.
        step: Option<usize>,
        /// The first channel of which it is so.
        channel: usize,
        /// What would be stored.
        got: f64,
        /// Whether the elements are of single precision.
        single: bool,
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

fn span(step: Option<usize>) -> String {
    step.map_or_else(|| "of the sequence".to_owned(), |t| format!("of step {t}"))
}

const fn way_out(single: bool) -> &'static str {
    if single {
        "make inputs or weights smaller, or calculate in double precision"
    } else {
        "make inputs or weights smaller"
    }
}

impl Reason {
    /// Why no cell has a place for a method, in short and without the way out: for a table.
    pub const fn short(&self) -> &'static str {
        match self {
            Self::Site { .. } => "it normalizes what passes no cell",
            Self::NoSpace => "it pools space, and a step has none",
            Self::LooksAtStore => "it stores something of the weights, which no cell here does",
            Self::NoCell => "it declares that no cell has a place for it",
            _ => "the placement is not defined for it",
        }
    }
}

/// Why a method, a recurrence or a kind of statistics is not defined in a placement, with the way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The placement has no slots in this recurrence.
    #[error("it has no slots in `{}`, whose slots are: {}", kind.name(), crate::slot::names(*kind))]
    Recurrence {
        /// The recurrence.
        kind: CellKind,
    },
    /// The placement normalizes nothing, and the method is not the baseline.
    #[error(
        "the placement normalizes nothing, so it is the baseline's; leave the placement out for the usual one"
    )]
    NothingFilled,
    /// The method normalizes something that does not pass a slot.
    #[error(
        "it normalizes {site}, and what passes a slot is a projection or a state; weights have `weights`, weights and inputs \
         together `operands`"
    )]
    Site {
        /// What it normalizes.
        site: &'static str,
    },
    /// The placement takes methods that normalize weights, and this one does something else.
    #[error("it normalizes {site}, the placement takes methods that normalize weights")]
    NotWeights {
        /// What it normalizes.
        site: &'static str,
    },
    /// The placement takes methods that normalize weights and inputs, and this one does something else.
    #[error("it normalizes {site}, the placement takes methods that normalize weights and inputs")]
    NotOperands {
        /// What it normalizes.
        site: &'static str,
    },
    /// The method pools over space.
    #[error("its statistics pool space, and a step has none: each would be of a single value")]
    NoSpace,
    /// A kind of statistics was asked for of a method that pools several sets, or windows.
    #[error(
        "it pools several sets or windows, so that no one kind of statistics is its own: leave the statistics out"
    )]
    SeveralSets,
    /// The method stores something of the weights that it normalizes, for which whoever asks has no place.
    #[error(
        "it stores something of the weights, which this cell has no place for; the layers of `models` keep it"
    )]
    LooksAtStore,
    /// Other statistics were asked for of a method that mixes them over uses.
    #[error(
        "it mixes statistics over uses, one store for all steps, and knows no {got} statistics: choose `shared`"
    )]
    Streams {
        /// The kind asked for.
        got: &'static str,
    },
    /// The method declares that no cell has a place for it.
    #[error("it declares that no cell has a place for it; use a layer")]
    NoCell,
    /// The method pools over cases and the placement takes those that do not.
    #[error(
        "its statistics pool {pools}, the placement takes methods that pool within one case of one step; \
         methods that pool over cases have `input`, `joint` and `recurrent_batch`"
    )]
    AcrossCases {
        /// What the method's statistics pool.
        pools: &'static str,
    },
    /// The method pools within a case and the placement takes those that pool over cases.
    #[error(
        "its statistics pool {pools}, the placement keeps statistics over cases per step; `haste` has the same slots"
    )]
    WithinCase {
        /// What the method's statistics pool.
        pools: &'static str,
    },
    /// The method pools several sets, and the placement takes others.
    #[error("it pools several sets, and the placement takes {takes}")]
    Sets {
        /// What the placement takes.
        takes: &'static str,
    },
    /// Statistics to be stored were asked for, of a method that stores none.
    #[error(
        "its statistics pool {pools} within one case of one step, so there are none to be kept as {got} statistics"
    )]
    NothingStored {
        /// What the method's statistics pool.
        pools: &'static str,
        /// The kind asked for.
        got: &'static str,
    },
    /// Statistics within a case were asked for, of a method that pools over cases.
    #[error("its statistics pool {pools}: choose `sequence`, `frame` or `step`")]
    StatisticsOfCases {
        /// What the method's statistics pool.
        pools: &'static str,
    },
    /// Statistics of the whole sequence were asked for where a slot stands behind the recurrence.
    #[error(
        "slot `{place}` follows from the step before, so a statistic over all steps does not exist yet: choose `step`"
    )]
    WholeSequence {
        /// The slot.
        place: Place,
    },
    /// A slot behind the recurrence needs statistics per step, and it was not said for how many steps.
    #[error("slot `{place}` needs statistics per step: say for how many steps they are stored")]
    StepsNotSaid {
        /// The slot.
        place: Place,
    },
    /// Statistics per step of no step.
    #[error("statistics for 0 steps were asked for, at least 1 is needed")]
    NoSteps,
}
