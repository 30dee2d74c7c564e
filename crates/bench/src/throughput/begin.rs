//! How a bench begins: for which tier, and no longer than whoever asked for it lives.

use std::ffi::OsStr;
use std::io::{Read, Write};

use results::Tier;

use crate::error::Error;

/// Names the tier that a bench is for; without it everything is measured.
pub const TIER: &str = "NORMLAB_TIER";

/// Set by a process that started this one and keeps its standard input open as long as it lives.
pub const ENDS_WITH_STDIN: &str = "NORMLAB_ENDS_WITH_STDIN";

/// How often Criterion draws anew for its intervals. Its default of 100 000 takes a third of a second of processor time more for each
/// of some six hundred benchmarks, and moves the end of an interval by less than the next run does.
pub const RESAMPLES: usize = 10_000;

/// The tier that [`TIER`] asks for. A name that there is not ends the process with a line that says so: it would change nothing.
pub fn bench() -> Option<Tier> {
    end_with_parent();
    tier(std::env::var_os(TIER).as_deref()).unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "error: {error}");
        std::process::exit(2);
    })
}

/// The tier of that name; `None` where none is asked for.
///
/// # Errors
///
/// [`Error::NothingFits`].
pub fn tier(name: Option<&OsStr>) -> Result<Option<Tier>, Error> {
    let Some(name) = name else { return Ok(None) };
    Tier::ALL.into_iter().find(|tier| name == tier.name()).map(Some).ok_or_else(|| Error::NothingFits {
        word: format!("{TIER}={}", name.to_string_lossy()),
        what: "the tiers that there are",
        there_are: Tier::ALL.map(Tier::name).join(", "),
    })
}

/// Ends this process when its standard input does, if [`ENDS_WITH_STDIN`] is set. The system closes a pipe however the process
/// at its other end ends, so that a report that is killed leaves no benches running.
fn end_with_parent() {
    if std::env::var_os(ENDS_WITH_STDIN).is_none() {
        return;
    }
    std::thread::spawn(|| {
        let mut rest = [0; 64];
        while std::io::stdin().read(&mut rest).is_ok_and(|n| n > 0) {}
        std::process::exit(130);
    });
}
