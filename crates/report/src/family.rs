//! Families of methods, by what their records say of the site and the reference set.

use results::MethodRecord;

use crate::pooled::Pooled;

/// All families, in the order in which they are shown.
pub(crate) const ALL: [&str; 7] = [
    "Over cases: statistics of a batch",
    "Over cases, each step apart",
    "Over cases and within one case",
    "Within one case",
    "Of the weights, or of what they are multiplied by",
    "Of each element alone",
    "Of the update",
];

/// The place of a method's family in [`ALL`].
pub(crate) fn of(m: &MethodRecord) -> usize {
    let site = m.site.as_str();
    if site == "update" {
        return 6;
    }
    if site.contains("weights") || site == "inputs" {
        return 4;
    }
    let sets: Vec<&str> = m.reference_set.axes.split(';').map(str::trim).collect();
    if sets == ["none"] {
        return 5;
    }
    let over_cases = sets.iter().filter(|set| pools_cases(set)).count();
    match over_cases {
        0 if Pooled::of(m).is_some_and(|p| !is_within_one_case(&p)) => 0,
        0 => 3,
        n if n < sets.len() => 2,
        _ if m.policy == "per_step" => 1,
        _ => 0,
    }
}

/// Whether a set, in the letters of a declaration, pools over cases: N is the batch.
fn pools_cases(set: &str) -> bool {
    set.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "N")
}

/// For sets that are not said in letters: whether the probe saw other cases.
fn is_within_one_case(p: &Pooled) -> bool {
    p.cells.iter().all(|cell| cell[0] == p.output[0])
}
