//! Two runs beside each other, in words.

use std::path::Path;

use anyhow::{Result, bail};
use claims::{ArmPair, Difference, TimePair, Times};
use results::Run;

use crate::run::End;
use crate::say;

/// Lines of what differs, before the rest is only counted.
const LISTED: usize = 20;

/// Says in what two runs differ, the second beside the first.
pub(crate) fn compare(first: &Path, second: &Path) -> Result<End> {
    let runs = [Run::open(first)?, Run::open(second)?];
    let [a, b] = &runs;
    let times = claims::times(
        (&a.throughput()?.unwrap_or_default(), &b.throughput()?.unwrap_or_default()),
        (&a.noise()?.unwrap_or_default(), &b.noise()?.unwrap_or_default()),
    );
    let arms = claims::losses(&a.contents()?.cells, &b.contents()?.cells)?;
    if times.pairs.is_empty() && arms.is_empty() {
        bail!("{} and {} have no benchmark and no cell in common", first.display(), second.display());
    }
    let mut lines = vec![described("first", a), described("second", b)];
    lines.extend(of_times(&times));
    lines.extend(of_losses(&arms));
    say::print(&(lines.join("\n") + "\n"))?;
    Ok(End::Done)
}

/// What a run is of: its parts, each once.
fn described(which: &str, run: &Run) -> String {
    let parts = run.manifest().parts.iter().map(|part| {
        let identity = &part.identity;
        let dirty = if identity.dirty { " with changes" } else { "" };
        format!("commit {}{dirty} on {}", identity.commit.get(..12).unwrap_or(&identity.commit), identity.cpu)
    });
    let mut parts: Vec<String> = parts.collect();
    parts.dedup();
    say::one_line(&format!("{which}: {}, {}", run.dir().display(), parts.join("; ")))
}

/// How many say what, the rest left out.
fn counted(of: &[Difference], words: [&str; 5]) -> String {
    let all = [
        Difference::Identical,
        Difference::Indistinguishable,
        Difference::Lower,
        Difference::Higher,
        Difference::NotJudged,
    ];
    let count = |difference| of.iter().filter(|t| **t == difference).count();
    let each = all.into_iter().zip(words).map(|(difference, word)| (count(difference), word));
    let said: Vec<String> = each.filter(|(n, _)| *n > 0).map(|(n, word)| format!("{word} in {n}")).collect();
    said.join(", ")
}

fn of_times(times: &Times) -> Vec<String> {
    if times.pairs.is_empty() {
        return vec!["times: the runs have no benchmark in common".to_owned()];
    }
    let words = ["the same", "indistinguishable", "faster", "slower", "not judged"];
    let mut lines = vec![format!(
        "times: of {} benchmarks in both the second is {}{}",
        times.pairs.len(),
        counted(&times.pairs.iter().map(|pair| pair.difference).collect::<Vec<_>>(), words),
        unpaired(times.unpaired),
    )];
    lines.push(match times.floor {
        Some(floor) => format!(
            "  what is timed twice differs by up to {floor:.3} times here, so only what lies beyond that counts as faster or slower"
        ),
        None => "  no run says how much what is timed twice differs, so no time is judged: `report standard` measures it".to_owned(),
    });
    let mut apart: Vec<&TimePair> = times
        .pairs
        .iter()
        .filter(|pair| matches!(pair.difference, Difference::Lower | Difference::Higher))
        .collect();
    apart.sort_by(|a, b| b.ratio.ln().abs().total_cmp(&a.ratio.ln().abs()));
    lines.extend(listed(&apart, |pair| {
        let word = if pair.difference == Difference::Lower { "faster" } else { "slower" };
        format!("  {word}: {:.3} times ({:.3} to {:.3}), {}", pair.ratio, pair.lower, pair.upper, pair.id)
    }));
    lines
}

fn unpaired((first, second): (usize, usize)) -> String {
    match (first, second) {
        (0, 0) => String::new(),
        _ => format!("; {first} only in the first, {second} only in the second"),
    }
}

fn of_losses(arms: &[ArmPair]) -> Vec<String> {
    if arms.is_empty() {
        return vec!["losses: the runs have no cell in common".to_owned()];
    }
    let words = [
        "the same bit for bit",
        "indistinguishable",
        "lower",
        "higher",
        "not judged (fewer than three seeds in both, or no loss)",
    ];
    let mut lines = vec![format!(
        "losses on the test cases: of {} arms in both the second's are {}",
        arms.len(),
        counted(&arms.iter().map(|pair| pair.difference).collect::<Vec<_>>(), words),
    )];
    let apart: Vec<&ArmPair> = arms
        .iter()
        .filter(|pair| matches!(pair.difference, Difference::Lower | Difference::Higher))
        .collect();
    lines.extend(listed(&apart, |pair| {
        let word = if pair.difference == Difference::Lower { "lower" } else { "higher" };
        let times = pair.log_ratio.map_or_else(String::new, |log| format!(" {:.3} times,", log.exp()));
        format!("  {word}:{times} {} ({} seeds)", pair.arm, pair.seeds)
    }));
    lines
}

/// The first of them, and how many more there are.
fn listed<T>(all: &[T], line: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines: Vec<String> = all.iter().take(LISTED).map(line).collect();
    if all.len() > LISTED {
        lines.push(format!("  and {} more", all.len() - LISTED));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_differ_is_counted_and_not_listed() {
        let pair = |id: &str, ratio: f64, difference| TimePair {
            id: id.into(),
            ratio,
            lower: ratio - 0.01,
            upper: ratio + 0.01,
            difference,
        };
        let mut pairs: Vec<TimePair> =
            (0..25).map(|n| pair(&format!("b{n}"), 1.5, Difference::Higher)).collect();
        pairs.push(pair("quick", 0.25, Difference::Lower));
        pairs.push(pair("same", 1.0, Difference::Indistinguishable));
        let lines = of_times(&Times { floor: Some(1.1), pairs, unpaired: (0, 2) });
        assert_eq!(
            lines[0],
            "times: of 27 benchmarks in both the second is indistinguishable in 1, faster in 1, slower in 25; 0 only in the first, \
             2 only in the second"
        );
        assert!(lines[1].contains("1.100 times"), "{lines:?}");
        assert_eq!(lines[2], "  faster: 0.250 times (0.240 to 0.260), quick");
        assert_eq!(lines.last().map(String::as_str), Some("  and 6 more"));
        assert_eq!(lines.len(), 2 + LISTED + 1);
    }
}
