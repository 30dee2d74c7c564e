//! The table that answers the question, one row per method.

use results::{MethodRecord, Property, Source};
use serde::Serialize;

use crate::convergence::Contest;
use crate::dots;
use crate::format;
use crate::learning;
use crate::load::Loaded;
use crate::picture;
use crate::slug::slug;
use crate::table::{Cell, Table};
use crate::throughput::{Bench, Timing, pass_rank};

/// A cell of the front table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FrontCell {
    /// The short answer.
    text: String,
    /// The reason or the interval, smaller.
    why: String,
    /// How it is known: the letter of the legend.
    mark: String,
    /// Inline SVG, or nothing.
    svg: String,
    /// Anchor to the evidence, or nothing.
    link: String,
    /// Sort key.
    sort: String,
    /// Whether nothing is known.
    muted: bool,
}

/// A row of the front table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FrontRow {
    id: String,
    title: String,
    anchor: String,
    cells: Vec<FrontCell>,
}

/// The front table, and the same as data.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Front {
    pub(crate) columns: Vec<crate::table::Column>,
    pub(crate) rows: Vec<FrontRow>,
    #[serde(skip)]
    pub(crate) data: Table,
}

/// Declared, probed, tested, measured: the marks of the legend.
const DECLARED: &str = "d";
const PROBED: &str = "p";
const TESTED: &str = "t";
const MEASURED: &str = "m";

impl FrontCell {
    fn new(text: impl Into<String>, why: impl Into<String>, mark: &str) -> Self {
        let text = text.into();
        Self {
            sort: text.clone(),
            text,
            why: why.into(),
            mark: mark.to_owned(),
            svg: String::new(),
            link: String::new(),
            muted: false,
        }
    }

    fn sorted(mut self, key: f64) -> Self {
        self.sort = if key == f64::INFINITY { "Infinity".into() } else { key.to_string() };
        self
    }

    fn linked(mut self, link: String) -> Self {
        self.link = link;
        self
    }

    fn absent(text: &str) -> Self {
        let mut cell = Self::new(text, "", "");
        cell.muted = true;
        cell.sort = "NaN".into();
        cell
    }
}

/// Builds the table. Methods are in the order of their records.
pub(crate) fn front(loaded: &Loaded, contests: &[Contest<'_>], benches: &[Bench]) -> Front {
    let bench = headline(benches);
    let cost = bench.map_or_else(
        || "cost".to_owned(),
        |(bench, pass)| format!("share of copy speed, {} at {}", dots::words(pass), dots::title(bench)),
    );
    let mut labels: Vec<String> = [
        "method",
        "reference set",
        "site and placement",
        "policy",
        "train = test?",
        "batch of 1?",
        "longer than trained?",
        "padding harmless?",
        "foldable into weights?",
        "state as T grows",
    ]
    .map(str::to_owned)
    .into();
    labels.push(format!("#{cost}"));
    labels.extend(
        contests
            .iter()
            .map(|c| format!("#final {} and updates to target on {}", learning::words(c.metric), c.workload)),
    );
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let mut data = Table::new("The methods compared, in the order of their records", &labels);
    let mut rows = Vec::new();
    for id in loaded.method_order() {
        let record = loaded.methods.iter().find(|m| m.id == id);
        let mut cells = match record {
            Some(record) => described(record),
            None => vec![FrontCell::absent("no method record"); 9],
        };
        cells.push(cost_cell(&id, benches, bench));
        cells.extend(contests.iter().map(|c| convergence_cell(&id, c, loaded.refusal(&c.workload, &id))));
        let title = loaded.title(&id).to_owned();
        let mut line = vec![Cell::text(id.clone())];
        line.extend(cells.iter().map(data_cell));
        data.rows.push(line);
        rows.push(FrontRow {
            anchor: format!("#method-{}", slug(&id)),
            id: format!("row-{}", slug(&id)),
            title,
            cells,
        });
    }
    Front { columns: data.columns.clone(), rows, data }
}

fn data_cell(cell: &FrontCell) -> Cell {
    let text = if cell.why.is_empty() { cell.text.clone() } else { format!("{} ({})", cell.text, cell.why) };
    if cell.muted { Cell::absent(text) } else { Cell::text(text) }
}

fn described(m: &MethodRecord) -> Vec<FrontCell> {
    let card = format!("#method-{}", slug(&m.id));
    let picture = m.pictures.iter().find_map(|p| picture::reference_set(p, &format!("set-{}", slug(&m.id))));
    let mut set = FrontCell::new(
        m.reference_set.name.clone(),
        m.reference_set.axes.clone(),
        if picture.is_some() { PROBED } else { DECLARED },
    )
    .linked(card);
    set.svg = picture.unwrap_or_default();
    let placements =
        if m.placements.is_empty() { String::new() } else { format!("at {}", m.placements.join(", ")) };
    vec![
        set,
        FrontCell::new(m.site.clone(), placements, DECLARED),
        FrontCell::new(m.policy.clone(), "", DECLARED),
        property(&m.train_equals_eval),
        property(&m.batch_one),
        property(&m.longer_than_training),
        property(&m.padding),
        property(&m.reparametrization),
        state(m),
    ]
}

fn property(p: &Property) -> FrontCell {
    let mark = match p.source {
        Source::Descriptor => DECLARED,
        Source::Probe => PROBED,
        Source::Test => TESTED,
    };
    FrontCell::new(p.answer.word(), p.why.clone(), mark)
}

fn state(m: &MethodRecord) -> FrontCell {
    if m.state.is_empty() && m.state_growth.iter().all(|s| s.bytes == 0) {
        return FrontCell::new("none", "", DECLARED).sorted(0.0);
    }
    let formula = m.state.iter().map(|s| s.bytes.as_str()).collect::<Vec<_>>().join(" + ");
    match (m.state_growth.first(), m.state_growth.last()) {
        (Some(first), Some(last)) => {
            let (text, why) = if first.bytes == last.bytes {
                (format::bytes(last.bytes), formula)
            } else {
                let sizes = format!("{} → {}", format::bytes(first.bytes), format::bytes(last.bytes));
                (sizes, format!("for T = {} → {}; {formula}", first.steps, last.steps))
            };
            FrontCell::new(text, why, MEASURED).sorted(last.bytes as f64)
        }
        _ => FrontCell::new(formula, "", DECLARED),
    }
}

/// The bench that the front page quotes: a normalization in f32 with the most methods, the largest of those, and
/// its most complete pass.
fn headline(benches: &[Bench]) -> Option<(&Bench, &str)> {
    let methods = |b: &Bench| {
        let mut ids: Vec<&str> = b.timings.iter().map(|t| t.method.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    };
    let norms = benches.iter().filter(|b| b.kind == "norm");
    let bench = norms.max_by_key(|b| (b.dtype == "f32", methods(b), b.elements()))?;
    let pass = bench
        .timings
        .iter()
        .map(|t| t.pass.as_str())
        .filter(|p| pass_rank(p) < 3)
        .max_by_key(|p| pass_rank(p))?;
    Some((bench, pass))
}

/// The bench that is quoted for a method, with its timing there. One that tells places from channels has a shape of its own,
/// and whatever it did without places says nothing of it; of its shapes it is the one nearest in size to the headline's.
fn quoted<'a>(
    id: &str,
    benches: &'a [Bench],
    (headline, pass): (&Bench, &str),
) -> Option<(&'a Bench, &'a Timing)> {
    let norms = benches.iter().filter(|b| b.kind == headline.kind && b.dtype == headline.dtype);
    let timed = norms.filter_map(|b| Some((b, b.best(id, pass)?)));
    let apart = |b: &Bench| b.elements().abs_diff(headline.elements());
    timed.min_by_key(|(b, _)| (!b.has_places(), apart(b)))
}

fn cost_cell(id: &str, benches: &[Bench], headline: Option<(&Bench, &str)>) -> FrontCell {
    let quote = headline.and_then(|headline| Some((headline.0, quoted(id, benches, headline)?)));
    let Some((headline, (bench, timing))) = quote else { return FrontCell::absent(format::NOT_MEASURED) };
    let mut path = timing.path.clone();
    if bench.shape != headline.shape {
        path = format!("{path}, at {}", dots::title(bench));
    }
    let median_ns = timing.median_ns;
    let link = format!("#{}", dots::anchor(bench));
    match (timing.share, timing.interval_ns) {
        (Some(share), Some((lower, upper))) => {
            let (low, high) = (share * median_ns / upper, share * median_ns / lower);
            let why = format!("{}, {path}", format::range(&format::percent(low), &format::percent(high)));
            FrontCell::new(format::percent(share), why, MEASURED).sorted(share).linked(link)
        }
        (Some(share), None) => {
            FrontCell::new(format::percent(share), path, MEASURED).sorted(share).linked(link)
        }
        (None, _) => {
            FrontCell::new(format::nanoseconds(median_ns), format!("{path}; no copy measured"), MEASURED)
                .linked(link)
        }
    }
}

fn convergence_cell(id: &str, contest: &Contest<'_>, refusal: Option<&str>) -> FrontCell {
    let Some(shown) = contest.representative(id) else {
        let mut cell = FrontCell::absent("not run");
        refusal.unwrap_or_default().clone_into(&mut cell.why);
        return cell;
    };
    let text = |v: f64| format::metric(contest.metric, v);
    let score = &shown.best().score;
    let target = if shown.reached == 0 {
        "target never reached".to_owned()
    } else {
        format!("target in {} updates", learning::steps(shown.steps.center))
    };
    let mut why = vec![format::spread(score, text), target];
    if !shown.detail.is_empty() {
        why.insert(0, shown.detail.clone());
    }
    let sources = contest.sources().into_iter();
    let found: Vec<String> = sources
        .filter_map(|(source, by)| {
            Some(format!("{} by {by}", text(contest.by_source(shown, source)?.center)))
        })
        .collect();
    if found.len() > 1 {
        why.extend(found);
    }
    let why = why.join("; ");
    FrontCell::new(text(score.center), why, MEASURED)
        .sorted(score.center)
        .linked(format!("#workload-{}", slug(&contest.workload)))
}
