//! Which method a need asks for: the recommendation, its runner-up and what both rest on, as the run's records have it.

use results::{AdviceRecord, Standing};
use serde::Serialize;

use crate::format;
use crate::links;
use crate::load::Loaded;
use crate::sentence;
use crate::table::{Cell, Table};
use crate::verdicts::{Said, Verdicts};

/// The section.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Advice {
    needs: Vec<Line>,
    /// Every standing, as it is offered as a file.
    #[serde(skip)]
    pub(crate) data: Table,
}

/// A need and what it asks for.
#[derive(Debug, Clone, Serialize)]
struct Line {
    anchor: String,
    need: String,
    measured: String,
    choice: Option<Pick>,
    runner_up: Option<Pick>,
    reason: String,
    claims: Vec<Said>,
    /// All that were measured, the best first.
    standings: Table,
    left_out: Vec<LeftOut>,
}

/// A method that is recommended.
#[derive(Debug, Clone, Serialize)]
struct Pick {
    title: String,
    link: String,
    /// What its arm is called, where the other pick is the same method; otherwise nothing.
    arm: String,
    /// How far it is behind the best, or nothing.
    behind: String,
}

/// A method that does not meet the need.
#[derive(Debug, Clone, Serialize)]
struct LeftOut {
    title: String,
    link: String,
    why: String,
}

/// Builds the section.
pub(crate) fn advice(loaded: &Loaded, verdicts: &Verdicts<'_>) -> Advice {
    let mut data = Table::new(
        "Which method a need asks for: of each need every method that was measured, the recommended one first",
        &[
            "need",
            "measured",
            "#place",
            "method",
            "arm",
            "#mean",
            "#behind the best",
            "#lower",
            "#upper",
            "told apart from the best",
        ],
    );
    for record in &loaded.advice {
        for (place, standing) in record.standings.iter().enumerate() {
            let mut row = vec![
                Cell::text(record.need.clone()),
                Cell::text(record.measured.clone()),
                Cell::number(place as f64 + 1.0, (place + 1).to_string()),
                Cell::text(standing.method.clone()),
                Cell::text(standing.label.clone()),
            ];
            row.extend(numbers(standing));
            data.rows.push(row);
        }
    }
    Advice { needs: loaded.advice.iter().map(|record| line(loaded, verdicts, record)).collect(), data }
}

/// Mean, difference with its interval, and whether it is one.
fn numbers(standing: &Standing) -> [Cell; 5] {
    let number = |value: f64| Cell::number(value, format::number(value));
    let or_none = |value: Option<f64>| value.map_or_else(|| Cell::absent("none"), number);
    let behind = standing.behind.as_ref();
    [
        number(standing.mean),
        or_none(behind.map(|effect| effect.value)),
        or_none(behind.and_then(|effect| effect.lower)),
        or_none(behind.and_then(|effect| effect.upper)),
        match behind {
            None => Cell::text("the best mean"),
            Some(_) => Cell::text(if standing.told_apart { "yes" } else { "no" }),
        },
    ]
}

fn line(loaded: &Loaded, verdicts: &Verdicts<'_>, record: &AdviceRecord) -> Line {
    let picks = (record.choice(), record.runner_up());
    let alike = matches!(picks, (Some(a), Some(b)) if a.method == b.method);
    let pick = |standing: &Standing| Pick {
        arm: if alike { standing.label.clone() } else { String::new() },
        title: loaded.title(&standing.method).to_owned(),
        link: loaded.links.method(&standing.method),
        behind: standing.behind.as_ref().map_or_else(String::new, |effect| {
            let apart = if standing.told_apart { "told apart" } else { "not told apart" };
            format!("{}, {apart} from the best", sentence::found(effect))
        }),
    };
    let mut standings = Table::new(
        format!("{}: every method that meets the need and was measured", record.need),
        &["method", "arm", "#mean", "#behind the best", "#lower", "#upper", "told apart from the best"],
    );
    for standing in &record.standings {
        let mut row = vec![
            Cell::text(loaded.title(&standing.method)).linked(loaded.links.method(&standing.method)),
            Cell::text(standing.label.clone()),
        ];
        row.extend(numbers(standing));
        standings.rows.push(row);
    }
    let left_out = record.left_out.iter().map(|(method, why)| LeftOut {
        title: loaded.title(method).to_owned(),
        link: loaded.links.method(method),
        why: why.clone(),
    });
    Line {
        anchor: links::need(&record.id),
        need: format::capitalized(&record.need),
        measured: record.measured.clone(),
        choice: picks.0.map(pick),
        runner_up: picks.1.map(pick),
        reason: format::sentence(&record.reason),
        claims: record.claims.iter().map(|id| verdicts.said(&loaded.links, id)).collect(),
        standings,
        left_out: left_out.collect(),
    }
}
