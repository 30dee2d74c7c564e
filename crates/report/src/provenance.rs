//! Where the numbers come from, and what is not there.

use results::{ConvergenceRecord, Manifest, Outcome, Part};
use serde::Serialize;

use crate::format;
use crate::load::Loaded;
use crate::table::{Cell, Table};

/// The whole manifest, and everything that is missing or failed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Provenance {
    rows: Vec<(String, String)>,
    pub(crate) diverged: Table,
    missing: Vec<String>,
    unusable: Vec<String>,
}

/// What the machine alone does to a ratio.
pub(crate) fn noise(loaded: &Loaded) -> Table {
    let mut noise = Table::new(
        "Noise floor: the same benchmark against itself; a ratio inside this interval means nothing",
        &["benchmark", "#pairs", "#median ratio", "#lower", "#upper"],
    );
    for n in &loaded.noise {
        let ratio = |v: f64| Cell::number(v, format::number(v));
        noise.rows.push(vec![
            Cell::text(n.id.clone()),
            Cell::number(n.pairs as f64, n.pairs.to_string()),
            ratio(n.median_ratio),
            ratio(n.lower_ratio),
            ratio(n.upper_ratio),
        ]);
    }
    noise
}

/// Builds the section.
pub(crate) fn provenance(loaded: &Loaded) -> Provenance {
    let mut diverged = Table::new(
        "Runs that diverged, by workload, method, rate and seed; all of them count in every comparison",
        &["cell", "workload", "method", "variant", "#rate", "#seed", "#update", "what left the finite range"],
    );
    for record in &loaded.cells {
        if let Outcome::Diverged { step, what } = &record.outcome {
            let c = &record.cell;
            let seed = Cell::number(c.seed as f64, c.seed.to_string());
            diverged.rows.push(vec![
                Cell::text(record.id.clone()),
                Cell::text(c.workload.clone()),
                Cell::text(loaded.title(&c.method)),
                Cell::text(if c.variant.is_empty() { "only one" } else { &c.variant }),
                Cell::number(c.learning_rate, format::number(c.learning_rate)),
                seed,
                Cell::number(*step as f64, format::count(*step)),
                Cell::text(what.clone()),
            ]);
        }
    }
    diverged.rows.sort_by(|a, b| {
        let key = |r: &[Cell]| (r[1].text.clone(), r[2].text.clone());
        let number =
            |r: &[Cell], i: usize| r[i].value.as_ref().and_then(serde_json::Value::as_f64).unwrap_or(0.0);
        key(a)
            .cmp(&key(b))
            .then(number(a, 4).total_cmp(&number(b, 4)))
            .then(number(a, 5).total_cmp(&number(b, 5)))
            .then_with(|| a[0].text.cmp(&b[0].text))
    });
    Provenance {
        rows: manifest(&loaded.manifest, &loaded.cells),
        diverged,
        missing: loaded.missing.clone(),
        unusable: loaded.unusable.clone(),
    }
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

/// The whole run, then build and machine of each part.
fn manifest(m: &Manifest, cells: &[ConvergenceRecord]) -> Vec<(String, String)> {
    let seeds: Vec<String> = m.seeds.iter().map(ToString::to_string).collect();
    let mut rows: Vec<(String, String)> = [
        ("Tier", m.tier.to_string()),
        ("Started (UTC)", m.started.clone()),
        (
            "Finished (UTC)",
            m.finished.clone().unwrap_or_else(|| "not finished: the run was cut short or goes on".into()),
        ),
        ("Seeds", list(&seeds)),
        ("Training runs", cells.len().to_string()),
        ("Schema version", results::SCHEMA_VERSION.to_string()),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .into();
    for (i, part) in m.parts.iter().enumerate() {
        let of_part = |name: &str| {
            if m.parts.len() == 1 {
                name.to_owned()
            } else {
                format!("Part {}: {}", i + 1, name.to_lowercase())
            }
        };
        if m.parts.len() > 1 {
            let id = part.identity.id();
            let own = cells.iter().filter(|c| c.identity.as_deref() == Some(&id)).count();
            rows.push((of_part("Training runs"), own.to_string()));
            rows.push((
                of_part("Throughput"),
                if part.throughput { "measured" } else { "not measured" }.into(),
            ));
        }
        if let Some(same) = &part.same_bits_as {
            let root = m.part_number(Some(&part.identity.id())).unwrap_or(1);
            let again = same.cells.len();
            rows.push((
                of_part("The same bits"),
                format!("as part {root}: {again} of its training runs, one of each arm, again"),
            ));
        }
        rows.extend(part_rows(part).map(|(name, value)| (of_part(name), value)));
    }
    rows
}

fn part_rows(part: &Part) -> impl Iterator<Item = (&'static str, String)> {
    let of = &part.identity;
    let tree = match (of.dirty, of.changes.as_str()) {
        (false, _) => "clean".to_owned(),
        (true, "") => "modified: not exactly this commit".to_owned(),
        (true, changes) => format!("modified: not exactly this commit (changes {changes})"),
    };
    let commands = part.commands.iter().map(|c| ("Command", c.words.join(" "))).collect::<Vec<_>>();
    commands.into_iter().chain([
        ("Commit", of.commit.clone()),
        ("Working tree", tree),
        ("Cargo.lock, SHA-256", of.lock_sha256.clone()),
        ("Compiler", of.rustc.clone()),
        ("Features", list(&of.features)),
        ("Profile", of.profile.clone()),
        ("System", of.os.clone()),
        ("Processor", of.cpu.clone()),
        ("Instruction set", of.instruction_set.clone()),
        ("Logical cores", part.logical_cores.to_string()),
        ("Training runs at once", part.threads.to_string()),
        ("Memory", format::bytes(part.memory_bytes)),
        ("Allocator", of.allocator.clone()),
        ("Notes", list(&part.notes)),
    ])
}
