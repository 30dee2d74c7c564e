//! Which method the others are measured against: the one that does nothing, as its record says.

use results::MethodRecord;

use crate::load::Loaded;

/// The method without statistics, learned parameters, constants and state, where there is exactly one.
pub(crate) fn of(loaded: &Loaded) -> Option<&str> {
    let nothing = |m: &&MethodRecord| {
        m.statistics.is_empty() && m.parameters.is_empty() && m.constants.is_empty() && m.state.is_empty()
    };
    let mut idle = loaded.methods.iter().filter(nothing);
    idle.next().filter(|_| idle.next().is_none()).map(|m| m.id.as_str())
}
