//! The definition card of a method.

use results::{FormulaLine, GradientJudges, Judgement, MethodRecord, PathStatus};
use serde::Serialize;

use crate::format;
use crate::links;
use crate::load::Loaded;
use crate::markup;
use crate::picture;
use crate::slug::slug;
use crate::table::{Cell, Table};

/// What a method is.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Card {
    /// Terms and their values, in words.
    facts: Vec<(String, String)>,
    sources: Vec<Reference>,
    /// HTML of each line of the formula.
    formula: Vec<String>,
    gradient: Vec<String>,
    /// HTML of each letter, and what it is.
    letters: Vec<(String, String)>,
    pictures: Vec<Picture>,
    judges: Vec<Judges>,
    gotchas: Vec<GotchaView>,
    parts: Table,
    paths: Table,
}

/// The judges of a gradient, and how to read their numbers.
#[derive(Debug, Clone, Serialize)]
struct Judges {
    table: Table,
    reading: String,
}

#[derive(Debug, Clone, Serialize)]
struct Picture {
    title: String,
    matrix: String,
    note: String,
    agrees: bool,
    /// What each result depends on, in words.
    rows: Vec<(String, String)>,
}

#[derive(Debug, Clone, Serialize)]
struct GotchaView {
    sentence: String,
    source: Option<Reference>,
}

/// A citation, resolved as far as the bibliography goes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reference {
    anchor: String,
    short: String,
    title: String,
    venue: String,
    href: String,
}

/// Looks a key up; a key that nobody explains is shown as such.
pub(crate) fn reference(loaded: &Loaded, key: &str) -> Reference {
    let entry = loaded.references.get(key);
    Reference {
        anchor: links::reference(key),
        short: entry.map_or_else(|| key.to_owned(), crate::bibliography::Entry::short),
        title: entry.map_or("not in the bibliography of this run", |e| e.title()).to_owned(),
        venue: entry.and_then(|e| e.venue()).unwrap_or_default().to_owned(),
        href: entry.and_then(crate::bibliography::Entry::address).unwrap_or_default(),
    }
}

/// Builds the card of one method.
pub(crate) fn card(loaded: &Loaded, m: &MethodRecord) -> Card {
    let id = slug(&m.id);
    let mut facts = vec![
        ("Kind".to_owned(), m.kind.clone()),
        ("Normalizes".to_owned(), m.site.clone()),
        (
            "Reference set".to_owned(),
            format!("{}: {}", m.reference_set.name, format::axes(&m.reference_set.axes)),
        ),
        ("Statistics over time".to_owned(), m.policy.replace('_', " ")),
    ];
    if !m.equations.is_empty() {
        facts.push(("Equations in the first source".to_owned(), m.equations.join(", ")));
    }
    Card {
        facts,
        sources: m.citations.iter().map(|key| reference(loaded, key)).collect(),
        formula: lines(&m.formula),
        gradient: lines(&m.gradient),
        letters: m.letters.iter().map(|l| (markup::formula(&l.mathml, &l.name), l.meaning.clone())).collect(),
        pictures: m.pictures.iter().enumerate().map(|(n, p)| view(p, &format!("picture-{id}-{n}"))).collect(),
        judges: m
            .gradient_judges
            .iter()
            .map(|g| Judges { table: judges(g), reading: reading(&g.dtype) })
            .collect(),
        gotchas: m
            .gotchas
            .iter()
            .map(|g| GotchaView {
                sentence: g.sentence.clone(),
                source: g.citation.as_ref().map(|key| reference(loaded, key)),
            })
            .collect(),
        parts: parts(m),
        paths: paths(m),
    }
}

/// Bytes of MathML beyond which a line stands as plain text behind a disclosure: nobody reads it as a formula, and it is eight
/// times as large.
const LONGEST: usize = 4_000;

fn lines(lines: &[FormulaLine]) -> Vec<String> {
    let one = |l: &FormulaLine| {
        if l.mathml.len() <= LONGEST {
            return markup::formula(&l.mathml, &l.text);
        }
        let (name, text) = (markup::escape(&l.lhs), markup::formula("", &l.text));
        format!("<details><summary>{name}, a long line</summary>{text}</details>")
    };
    lines.iter().map(one).collect()
}

fn view(p: &results::DependencyPicture, id: &str) -> Picture {
    // Rows that depend on the same columns are one line.
    let mut lines: Vec<(Vec<&str>, &Vec<bool>)> = Vec::new();
    for (label, row) in p.rows.iter().zip(&p.cells) {
        match lines.iter_mut().find(|(_, same)| *same == row) {
            Some((labels, _)) => labels.push(label),
            None => lines.push((vec![label], row)),
        }
    }
    let rows = lines.into_iter().map(|(labels, row)| {
        let names: Vec<&str> =
            p.columns.iter().zip(row).filter(|(_, on)| **on).map(|(name, _)| name.as_str()).collect();
        let text = if names.is_empty() {
            "nothing".into()
        } else if names.len() == p.columns.len() {
            "all of them".into()
        } else {
            names.join(", ")
        };
        (labels.join(", "), text)
    });
    Picture {
        title: p.title.clone(),
        matrix: picture::matrix(p, id),
        note: if p.declared_equals_measured {
            "Measured by perturbing each input; equal to what the method declares.".into()
        } else {
            "Measured by perturbing each input; this is NOT what the method declares.".into()
        },
        agrees: p.declared_equals_measured,
        rows: rows.collect(),
    }
}

/// What a difference means in this element type.
fn reading(dtype: &str) -> String {
    let rounding = match dtype {
        "f64" => f64::EPSILON / 2.0,
        "f32" => f64::from(f32::EPSILON) / 2.0,
        _ => return String::new(),
    };
    format!(
        "One rounding in {dtype} changes a number by up to {} of itself; sums of many terms gather many of these, and central \
         differences lose digits besides. A gradient with a wrong term is off by about {}.",
        format::number(rounding),
        format::number(1.0)
    )
}

fn judges(g: &GradientJudges) -> Table {
    let sources = [
        ("derived by hand", &g.hand_derived),
        ("derived symbolically", &g.symbolic),
        ("tape over composed operations", &g.tape),
        ("central differences", &g.central_difference),
    ];
    let mut quantities: Vec<&str> = Vec::new();
    for difference in sources.iter().filter_map(|(_, j)| j.as_ref()).flat_map(|j| &j.differences) {
        if !quantities.contains(&difference.quantity.as_str()) {
            quantities.push(&difference.quantity);
        }
    }
    let mut labels = vec!["gradient".to_owned()];
    labels.extend(quantities.iter().map(|q| format!("#{q}")));
    let mut table = Table::new(
        format!("Largest relative difference to {}, {} at {}", g.judge, g.dtype, g.shape.replace('x', "×")),
        &labels.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let find =
        |j: &Judgement, q: &str| j.differences.iter().find(|d| d.quantity == q).map(|d| d.max_relative);
    // What the others are compared with is no row of its own.
    for (name, judgement) in sources.into_iter().filter(|(_, judgement)| judgement.is_some()) {
        let mut row = vec![Cell::text(name)];
        row.extend(quantities.iter().map(|q| match judgement.as_ref().and_then(|j| find(j, q)) {
            Some(value) => Cell::number(value, format::number(value)),
            None => Cell::absent(format::NOT_MEASURED),
        }));
        table.rows.push(row);
    }
    table
}

fn parts(m: &MethodRecord) -> Table {
    let mut table = Table::new(
        "What it is made of: statistics, learned parameters, constants and kept state",
        &["name", "what it is", "value", "varies over"],
    );
    let mut row = |name: &str, what: &str, value: String, axes: &str| {
        table.rows.push(vec![Cell::text(name), Cell::text(what), Cell::text(value), Cell::text(axes)]);
    };
    for s in &m.statistics {
        row(&s.name, "statistic", s.text.clone(), "whatever is not pooled");
    }
    for p in &m.parameters {
        row(&p.name, "learned", format!("starts at {}", format::number(p.initial)), &p.axes);
    }
    for c in &m.constants {
        row(&c.name, "constant", format::number(c.default), "nothing");
    }
    for s in &m.state {
        row(&s.name, "state", format!("{} bytes", s.bytes), &s.axes);
    }
    table
}

fn paths(m: &MethodRecord) -> Table {
    let mut table = Table::new(
        "Which implementations exist and whether they can be used",
        &["implementation", "status", "note"],
    );
    for p in &m.paths {
        let status = match p.status {
            PathStatus::Available => Cell::text("available"),
            PathStatus::Missing => Cell::absent("missing"),
            PathStatus::Failed => Cell::absent("failed"),
        };
        table.rows.push(vec![Cell::text(p.path.clone()), status, Cell::text(p.note.clone())]);
    }
    table
}
