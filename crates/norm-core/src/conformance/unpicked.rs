//! What is said of a word that picks no check: another sentence for each mistake.

use std::fmt;

/// A word that stands in the name of no check of a method.
#[derive(Debug, Clone, Copy)]
pub struct Unpicked<'a> {
    /// The word.
    pub word: &'a str,
    /// The method's id.
    pub method: &'a str,
    /// The command that runs all checks of the method.
    pub command: &'a str,
    /// The names of the checks that the method has.
    pub checks: &'a [&'a str],
    /// Names of checks that it does not have, and why it has not.
    pub others: &'a [(&'a str, &'a str)],
    /// What is printed besides checks where all of them run.
    pub lines: &'a [&'a str],
}

impl fmt::Display for Unpicked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { word, method, command, .. } = self;
        let inner = word.trim();
        if inner.is_empty() {
            return write!(f, "the name of a check is blank: leave it out and all run, `{command}`");
        }
        if self.checks.iter().any(|c| c.contains(inner)) {
            return write!(f, "no check has blanks around `{inner}`: take them off, `{command} '{inner}'`");
        }
        let lower = inner.to_lowercase();
        if let Some(check) = self.checks.iter().find(|c| c.to_lowercase().contains(&lower)) {
            return write!(
                f,
                "no check has `{inner}` in its name, and capitals count: `{command} '{check}'` runs the one that has it otherwise"
            );
        }
        if self.lines.contains(&inner) {
            return write!(
                f,
                "`{inner}` is no check but a line below the table, which is printed where all run: `{command}`"
            );
        }
        if let Some((check, why)) = self.others.iter().find(|(c, _)| c.contains(inner)) {
            return write!(f, "`{check}` is no check of `{method}`: {why}");
        }
        let shares = |check: &&&str| lower.split(' ').any(|w| w.len() > 2 && check.contains(w));
        let near: Vec<String> = self.checks.iter().filter(shares).map(|c| format!("`{c}`")).collect();
        if near.is_empty() {
            return write!(
                f,
                "no check of `{method}` has `{inner}` in its name: `{command}` runs all and names them"
            );
        }
        write!(f, "no check of `{method}` has `{inner}` in its name; the nearest are {}", near.join(", "))
    }
}
