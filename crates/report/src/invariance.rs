//! What each method is blind to, as a probe measured it.

use results::ProbeRecord;
use serde::Serialize;

use crate::format;
use crate::load::Loaded;
use crate::slug::slug;
use crate::table::{Cell, Table};

/// The probe whose values are named `<method>.<transformation>`, and otherwise sum them up.
const PROBE: &str = "invariance-table";
/// Relative changes below this are rounding.
const STAYS: f64 = 1e-5;
/// Transformations in the order of the paper's table; others follow by name.
const ORDER: [&str; 6] = [
    "weight_matrix_scaling",
    "weight_matrix_centering",
    "weight_vector_scaling",
    "dataset_scaling",
    "dataset_centering",
    "case_scaling",
];

/// The table and what the probe says beside it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Invariance {
    about: String,
    pub(crate) table: Table,
    summary: Vec<(String, String)>,
}

/// Builds the table; `None` where the run holds no such probe.
pub(crate) fn invariance(loaded: &Loaded) -> Option<Invariance> {
    let probe = loaded.probes.iter().find(|probe| probe.id == PROBE)?;
    let (methods, changes) = names(loaded, probe);
    let mut labels = vec!["method".to_owned()];
    labels.extend(changes.iter().map(|change| format!("#{}", change.replace('_', " "))));
    let mut table = Table::new(
        "Is the output of a normalized layer the same after this change? In brackets its relative change; below 10⁻⁵ it is yes",
        &labels.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    for method in &methods {
        let mut row = vec![Cell::text(loaded.title(method)).linked(loaded.links.method(method))];
        row.extend(changes.iter().map(|change| match probe.values.get(&format!("{method}.{change}")) {
            Some(&moved) => Cell::number(moved, answer(moved)),
            None => Cell::absent(format::NOT_MEASURED),
        }));
        table.rows.push(row);
        table.anchors.push(format!("invariance-{}", slug(method)));
    }
    let whole = probe.values.iter().filter(|(name, _)| !name.contains('.'));
    Some(Invariance {
        about: probe.about.clone(),
        table,
        summary: whole.map(|(name, value)| (name.replace('_', " "), format::number(*value))).collect(),
    })
}

fn answer(moved: f64) -> String {
    let answer = if moved.abs() < STAYS { "yes" } else { "no" };
    format!("{answer} ({})", format::number(moved))
}

/// The row of one method: each change, and whether the output stays the same.
pub(crate) fn of(loaded: &Loaded, method: &str) -> Vec<(String, String)> {
    let Some(probe) = loaded.probes.iter().find(|probe| probe.id == PROBE) else { return Vec::new() };
    let (_, changes) = names(loaded, probe);
    let measured = changes
        .into_iter()
        .filter_map(|change| Some((change, *probe.values.get(&format!("{method}.{change}"))?)));
    measured.map(|(change, moved)| (change.replace('_', " "), answer(moved))).collect()
}

/// Methods in the order of the pages and transformations in that of the paper, each once.
fn names<'a>(loaded: &Loaded, probe: &'a ProbeRecord) -> (Vec<&'a str>, Vec<&'a str>) {
    let cells = || probe.values.keys().filter_map(|name| name.split_once('.'));
    let order = loaded.method_order();
    let place = |id: &str| order.iter().position(|m| m == id).unwrap_or(usize::MAX);
    let mut methods: Vec<&str> = cells().map(|cell| cell.0).collect();
    methods.sort_by_key(|id| (place(id), *id));
    methods.dedup();
    let place = |change: &str| ORDER.iter().position(|c| *c == change).unwrap_or(ORDER.len());
    let mut changes: Vec<&str> = cells().map(|cell| cell.1).collect();
    changes.sort_by_key(|change| (place(change), *change));
    changes.dedup();
    (methods, changes)
}
