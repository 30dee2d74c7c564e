//! What can go wrong when a kernel is called.

/// A call that cannot be carried out. Nothing was written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A buffer has the wrong length.
    #[error("{method}: `{what}` has {got} elements, the layout needs {expected}")]
    Length {
        /// The method's id.
        method: &'static str,
        /// The buffer's name.
        what: String,
        /// What the layout asks for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// The wrong number of parameters or constants.
    #[error("{method}: got {got} {what}, the declaration names {expected}: {names}")]
    Count {
        /// The method's id.
        method: &'static str,
        /// `"parameters"` or `"constants"`.
        what: &'static str,
        /// What the declaration names.
        expected: usize,
        /// What came.
        got: usize,
        /// Their names.
        names: String,
    },
    /// A constant is outside its domain.
    #[error("{method}: constant `{name}` is {got}, it must be {domain}")]
    Constant {
        /// The method's id.
        method: &'static str,
        /// The constant.
        name: &'static str,
        /// What came.
        got: f64,
        /// The allowed values in words.
        domain: &'static str,
    },
    /// The groups do not divide the channels.
    #[error(
        "{channels} channels cannot be cut into {groups} equal groups: choose a number of groups that divides them"
    )]
    Groups {
        /// Channels.
        channels: usize,
        /// Groups.
        groups: usize,
    },
    /// A reference set without space met a tensor with space.
    #[error(
        "the reference set `{set}` does not pool space, but the input has {space} positions: use `batch + space`"
    )]
    SpaceNotPooled {
        /// The reference set.
        set: &'static str,
        /// Positions.
        space: usize,
    },
    /// Space is not a whole number of rows.
    #[error("{method}: {space} positions are no whole number of rows of {row}")]
    Row {
        /// The method's id.
        method: &'static str,
        /// Positions.
        space: usize,
        /// Positions in a row.
        row: usize,
    },
    /// A step was asked for where the policy stores none.
    #[error("{method}: a step {step} was asked for, the policy holds none")]
    NoSteps {
        /// The method's id.
        method: &'static str,
        /// The step.
        step: usize,
    },
    /// A setting of a policy is outside its domain.
    #[error("setting `{name}` is {got}, it must be {domain}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What came.
        got: f64,
        /// The allowed values in words.
        domain: &'static str,
    },
    /// A statistic of ordinary values that cannot be stored, since it is no number in its element type.
    #[error(
        "{method}: `{statistic}` of channel {channel} would become {got}, which cannot be stored: scale the inputs down, or compute in f64"
    )]
    NotStored {
        /// The method's id.
        method: &'static str,
        /// The statistic, by the name under which it is stored.
        statistic: String,
        /// The first channel of which it is so.
        channel: usize,
        /// What would be stored.
        got: f64,
    },
    /// A backward pass was given what a use of another kind of store has saved.
    #[error("{method}: what was saved belongs to a use that stores otherwise")]
    OtherStore {
        /// The method's id.
        method: &'static str,
    },
}
