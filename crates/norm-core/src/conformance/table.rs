//! A report for a terminal: one line per check, and below a failure what was found and how to see it again.

use std::fmt;

use super::report::{Outcome, Report};

/// Shows reports as one table.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// The parts, each with its title.
    pub parts: &'a [(&'a str, &'a Report)],
    /// The command that runs the whole table; with the name of a check behind it, that check alone.
    pub command: &'a str,
}

const NAME: usize = 52;

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut pass, mut skip, mut fail) = (0, 0, 0);
        for (title, report) in self.parts {
            writeln!(f, "{title:<w$} largest difference", w = NAME + 8)?;
            for check in &report.checks {
                let largest =
                    if check.largest == 0.0 { String::new() } else { format!("{:.1e}", check.largest) };
                let line = |word: &str| format!("  {word}  {:<NAME$} {largest:>8}", check.name);
                match &check.outcome {
                    Outcome::Pass => {
                        pass += 1;
                        writeln!(f, "{}", line("pass").trim_end())?;
                    }
                    Outcome::Skip { reason } => {
                        skip += 1;
                        writeln!(f, "  skip  {:<NAME$}  {reason}", check.name)?;
                    }
                    Outcome::Fail { reason } => {
                        fail += 1;
                        writeln!(f, "{}", line("FAIL").trim_end())?;
                        writeln!(f, "        {reason}")?;
                        writeln!(f, "        again: {} '{}'", self.command, check.name)?;
                    }
                }
            }
        }
        writeln!(f, "{pass} pass, {skip} skip, {fail} fail")
    }
}
