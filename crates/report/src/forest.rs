//! Forest plots: every finding over pairs of seeds with its interval, and the range of differences that do not matter.

use std::collections::BTreeMap;

use results::{Expected, Finding, PairedQuantity, Pairing, Verdict, VerdictRecord};

use crate::canvas::Ink;
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::load::Loaded;
use crate::sentence::{self, Reading};
use crate::slug::{joined, slug};
use crate::strips::{self, Key, Mark, Row, Strips};
use crate::table::{Cell, Table};
use crate::verdicts;

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Different,
    Equivalent,
    Undecided,
    /// A record from before it said with numbers what was expected.
    Unsaid,
}

impl State {
    const ALL: [Self; 4] = [Self::Different, Self::Equivalent, Self::Undecided, Self::Unsaid];

    /// What the record says: the word of the verdict, turned by what was expected.
    fn of(finding: &Finding) -> Self {
        let Some(pairing) = &finding.effect.pairing else { return Self::Unsaid };
        let supported = match finding.verdict {
            Verdict::Supported => true,
            Verdict::Refuted => false,
            Verdict::Undecided => return Self::Undecided,
        };
        let or_equivalent = |different| if different { Self::Different } else { Self::Equivalent };
        match pairing.expected {
            Expected::Same { .. } => or_equivalent(!supported),
            Expected::Lower { delta } => or_equivalent(supported || other_way(finding, delta, 1.0)),
            Expected::Higher { delta } => or_equivalent(supported || other_way(finding, delta, -1.0)),
            // On the side of the limit that is away from 0, or at a limit of 0 on any.
            Expected::LowerBy { margin } | Expected::HigherBy { margin } => {
                or_equivalent(supported == (margin > 0.0) || margin == 0.0)
            }
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Different => "different, or beyond the margin",
            Self::Equivalent => "equivalent, or not beyond the margin",
            Self::Undecided => "undecided",
            Self::Unsaid => "expectation not recorded as a number",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Different => "different",
            Self::Equivalent => "equivalent",
            Self::Undecided => "undecided",
            Self::Unsaid => "not said",
        }
    }

    /// Its colour and its shape.
    fn look(self) -> (Ink, usize) {
        match self {
            Self::Different => (Ink::Series(1), 3),
            Self::Equivalent => (Ink::Series(0), 1),
            Self::Undecided => (Ink::Muted, 4),
            Self::Unsaid => (Ink::Muted, 7),
        }
    }
}

/// Whether a refuted finding is different in the direction that was not claimed, which is that of `sign`; otherwise the arms are
/// equivalent.
fn other_way(finding: &Finding, delta: f64, sign: f64) -> bool {
    let effect = &finding.effect;
    let within =
        effect.lower.is_some_and(|v| v.abs() <= delta) && effect.upper.is_some_and(|v| v.abs() <= delta);
    effect.value * sign > 0.0 && finding.adjusted_p.is_none_or(|p| p < 0.05) && !within
}

/// The range in which a difference does not matter: around 0, or from 0 to the margin.
fn band(pairing: &Pairing) -> Option<(f64, f64)> {
    if let Some(delta) = pairing.expected.delta() {
        return Some((-delta, delta));
    }
    let limit = pairing.expected.limit().filter(|limit| *limit != 0.0)?;
    Some((limit.min(0.0), limit.max(0.0)))
}

/// Differences that can stand on one axis.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Scale {
    Ratio,
    Points,
    /// Of this metric, in words.
    Plain(String),
    AsRecorded,
}

impl Scale {
    fn of(finding: &Finding) -> Self {
        let Some(pairing) = &finding.effect.pairing else { return Self::AsRecorded };
        match sentence::reading(pairing) {
            Reading::Ratio => Self::Ratio,
            Reading::Points => Self::Points,
            Reading::Plain => match pairing.quantity {
                PairedQuantity::Level { .. } if pairing.first.metric.contains("accuracy") => Self::Points,
                _ => Self::Plain(sentence::metric(&pairing.first.metric)),
            },
        }
    }

    /// A difference as the axis has it.
    fn drawn(&self, difference: f64) -> f64 {
        match self {
            Self::Ratio => difference.exp(),
            Self::Points => difference * 100.0,
            Self::Plain(_) | Self::AsRecorded => difference,
        }
    }

    fn axis(&self) -> String {
        match self {
            Self::Ratio => "first over second, on a logarithmic axis; left of 1× the first is lower".into(),
            Self::Points => "first less second, in points of a hundred; left of 0 the first is lower".into(),
            Self::Plain(metric) => format!("{metric}, first less second; left of 0 the first is lower"),
            Self::AsRecorded => "difference, on the scale that each label names".into(),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Ratio => "ratios".into(),
            Self::Points => "points of shares".into(),
            Self::Plain(metric) => metric.clone(),
            Self::AsRecorded => "differences as recorded".into(),
        }
    }

    fn tick(&self, value: f64) -> String {
        if *self == Self::Ratio { format!("{}×", format::number(value)) } else { format::number(value) }
    }
}

/// A finding and the claim that it is of.
#[derive(Clone, Copy)]
struct Compared<'a> {
    claim: &'a VerdictRecord,
    finding: &'a Finding,
}

impl Compared<'_> {
    fn label(&self) -> String {
        match &self.finding.effect.pairing {
            Some(pairing) => match pairing.quantity {
                PairedQuantity::Level { level } => {
                    format!("{} against {}", sentence::heading(pairing), format::number(level))
                }
                _ => sentence::heading(pairing),
            },
            None => self.finding.what.clone(),
        }
    }
}

/// The findings over pairs of seeds, in the order of the records, apart by the axis that they need.
fn by_scale<'a>(claims: impl Iterator<Item = &'a VerdictRecord>) -> BTreeMap<Scale, Vec<Compared<'a>>> {
    let mut groups: BTreeMap<Scale, Vec<Compared<'a>>> = BTreeMap::new();
    for claim in claims {
        for finding in claim.findings.iter().filter(|f| f.pairs > 0) {
            groups.entry(Scale::of(finding)).or_default().push(Compared { claim, finding });
        }
    }
    groups
}

/// The figures of a workload: one for each kind of axis.
pub(crate) fn of_workload(loaded: &Loaded, workload: &str) -> Result<Vec<Figure>, Error> {
    let here = |f: &Finding| f.effect.pairing.as_ref().is_some_and(|pairing| pairing.workload == workload);
    let groups = by_scale(loaded.verdicts.iter());
    let mut figures = Vec::new();
    for (scale, mut all) in groups {
        all.retain(|compared| here(compared.finding));
        if all.is_empty() {
            continue;
        }
        // What can be drawn on one axis is one figure; the first has the name of the workload alone.
        let id = match figures.len() {
            0 => format!("forest-{}", slug(workload)),
            n => format!("forest-{}", joined(&[workload, &(n + 1).to_string()])),
        };
        let title = format!("Comparisons on {workload} in {}", scale.words());
        let svg = draw(&id, &title, &scale, &all, true)?;
        let value = if scale == Scale::Ratio { "#ratio" } else { "#difference" };
        let mut table = empty(format!("{title}, in the order of the claims"), value);
        table.rows = all.iter().map(|compared| cells(&scale, compared)).collect();
        figures.push(Figure { id, title, caption: caption(&all), svg, table, broad: false, whole: None });
    }
    Ok(figures)
}

/// The drawings of each claim, by its anchor; empty for a claim that compares nothing in training.
pub(crate) fn of_claims(loaded: &Loaded) -> Result<BTreeMap<String, String>, Error> {
    let mut drawings = BTreeMap::new();
    for claim in &loaded.verdicts {
        let mut svgs = String::new();
        for (n, (scale, all)) in by_scale(std::iter::once(claim)).into_iter().enumerate() {
            let id = format!("forest-{}.{}", verdicts::anchor(&claim.id), n + 1);
            let title = format!("Comparisons of claim {} in {}", claim.id, scale.words());
            svgs += &draw(&id, &title, &scale, &all, false)?;
        }
        drawings.insert(verdicts::anchor(&claim.id), svgs);
    }
    Ok(drawings)
}

/// All findings over pairs of seeds, as drawn.
pub(crate) fn table(loaded: &Loaded) -> Table {
    let mut table = empty("Every comparison of two arms, as drawn".into(), "#difference or ratio");
    for (scale, all) in by_scale(loaded.verdicts.iter()) {
        table.rows.extend(all.iter().map(|compared| cells(&scale, compared)));
    }
    table
}

fn draw(
    id: &str,
    title: &str,
    scale: &Scale,
    all: &[Compared<'_>],
    name_claims: bool,
) -> Result<String, Error> {
    let rows: Vec<Row> = all.iter().map(|compared| row(scale, compared, name_claims)).collect();
    let keys: Vec<Key> = State::ALL
        .into_iter()
        .filter(|state| all.iter().any(|c| State::of(c.finding) == *state))
        .map(|state| {
            let (ink, form) = state.look();
            Key { text: state.words().into(), ink, form }
        })
        .collect();
    let tick = |value: f64| scale.tick(value);
    strips::draw(
        &Strips {
            id,
            title,
            description: &description(all),
            axis: &scale.axis(),
            logarithmic: *scale == Scale::Ratio,
            shown: shown(scale, all),
            line: Some((scale.drawn(0.0), "no difference")),
            band: None,
            keys: &keys,
            tick: &tick,
        },
        &rows,
    )
}

/// So much of the axis that most differences and bands are told apart: a few that are far larger would leave no room for the others.
fn shown(scale: &Scale, all: &[Compared<'_>]) -> (f64, f64) {
    let sizes = all.iter().map(|c| c.finding.effect.value.abs()).filter(|v| v.is_finite());
    let bands = all.iter().filter_map(|c| band(c.finding.effect.pairing.as_ref()?)).map(|(a, b)| b.max(-a));
    match upper_quartile(sizes.collect()) {
        Some(size) if all.len() >= 6 => {
            let limit = (2.5 * size).max(1.5 * upper_quartile(bands.collect()).unwrap_or(0.0));
            (scale.drawn(-limit), scale.drawn(limit))
        }
        _ => strips::ALL,
    }
}

fn upper_quartile(mut sizes: Vec<f64>) -> Option<f64> {
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() * 3 / 4).copied()
}

fn row(scale: &Scale, compared: &Compared<'_>, name_claim: bool) -> Row {
    let (finding, effect) = (compared.finding, &compared.finding.effect);
    let (ink, form) = State::of(finding).look();
    let label = compared.label();
    let both = |(a, b): (f64, f64)| (scale.drawn(a), scale.drawn(b));
    Row {
        label: if name_claim { format!("{}: {label}", compared.claim.id) } else { label },
        band: effect.pairing.as_ref().and_then(band).map(both),
        marks: vec![Mark {
            value: scale.drawn(effect.value),
            ends: effect.lower.zip(effect.upper).map(both),
            ink,
            form,
        }],
    }
}

/// How many are what, and a few of them in words.
fn description(all: &[Compared<'_>]) -> String {
    const TOLD: usize = 4;
    let counts = State::ALL.into_iter().filter_map(|state| {
        let count = all.iter().filter(|c| State::of(c.finding) == state).count();
        (count > 0).then(|| format!("{count} {}", state.name()))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let noun = if all.len() == 1 { "comparison" } else { "comparisons" };
    let told = all.iter().filter(|_| all.len() <= TOLD).map(|compared| {
        format!(" {}: {}.", format::capitalized(&compared.label()), sentence::size(&compared.finding.effect))
    });
    format!("{} {noun}: {counts}.{}", all.len(), told.collect::<String>())
}

fn caption(all: &[Compared<'_>]) -> String {
    let banded = all.iter().any(|c| c.finding.effect.pairing.as_ref().and_then(band).is_some());
    let band = if banded {
        " The grey band of a row is what its claim set beforehand: differences that do not matter, or all up to the margin."
    } else {
        ""
    };
    format!(
        "Each row is the difference of two arms over pairs of seeds with its 95\u{a0}% interval; the claim that asked for it stands \
         first. The verdicts take Holm's correction into account, which an interval does not show. An arrow goes on beyond the \
         axis, to where the table says.{band}"
    )
}

fn empty(caption: String, value: &str) -> Table {
    Table::new(
        caption,
        &[
            "claim",
            "compared",
            "state",
            "verdict",
            value,
            "#lower",
            "#upper",
            "#band from",
            "#band to",
            "#pairs",
            "#adjusted p",
            "~axis",
        ],
    )
}

fn cells(scale: &Scale, compared: &Compared<'_>) -> Vec<Cell> {
    let (finding, effect) = (compared.finding, &compared.finding.effect);
    let drawn = |value: f64| Cell::number(scale.drawn(value), scale.tick(scale.drawn(value)));
    let or_none = |value: Option<f64>| value.map_or_else(|| Cell::absent("none"), drawn);
    let band = effect.pairing.as_ref().and_then(band);
    vec![
        Cell::text(compared.claim.id.clone()).linked(format!(
            "{}#{}",
            crate::links::CLAIMS,
            verdicts::anchor(&compared.claim.id)
        )),
        Cell::text(compared.label()),
        Cell::text(State::of(finding).name()),
        Cell::text(finding.verdict.name()),
        drawn(effect.value),
        or_none(effect.lower),
        or_none(effect.upper),
        or_none(band.map(|b| b.0)),
        or_none(band.map(|b| b.1)),
        Cell::number(finding.pairs as f64, finding.pairs.to_string()),
        finding.adjusted_p.map_or_else(|| Cell::absent("none"), |p| Cell::number(p, format::number(p))),
        Cell::text(scale.words()),
    ]
}
