//! The table of all methods: grouped by family, answers as marks, only columns that have data.

use results::{Answer, MethodRecord, Property, Source};
use serde::Serialize;

use crate::block::{self, Size};
use crate::convergence::Contest;
use crate::dots;
use crate::family;
use crate::format;
use crate::learning;
use crate::links;
use crate::load::Loaded;
use crate::slug::slug;
use crate::table::{Cell, Table};
use crate::throughput::{Bench, Timing, pass_rank};

/// A cell of the table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FrontCell {
    /// The short answer.
    pub(crate) text: String,
    /// The reason or the interval.
    pub(crate) why: String,
    /// How it is known, in words.
    known: &'static str,
    /// The sign of an answer that is one of three, or nothing.
    sign: &'static str,
    /// Inline SVG, or nothing.
    svg: String,
    /// Address of the evidence inside the site, or nothing.
    pub(crate) link: String,
    /// Sort key, where it is not the text.
    sort: String,
    /// Whether nothing is known.
    pub(crate) muted: bool,
}

/// A method.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FrontRow {
    pub(crate) id: String,
    anchor: String,
    title: String,
    /// The page of the method, or nothing.
    link: String,
    /// The cells of the columns that are shown.
    cells: Vec<FrontCell>,
    /// What it cost and what it learned on each workload, for its page.
    #[serde(skip)]
    pub(crate) cost: FrontCell,
    #[serde(skip)]
    pub(crate) learned: Vec<FrontCell>,
}

/// The methods of one family.
#[derive(Debug, Clone, Serialize)]
struct Family {
    name: &'static str,
    rows: Vec<FrontRow>,
}

/// The table, and the same with all columns as data.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Front {
    columns: Vec<crate::table::Column>,
    families: Vec<Family>,
    #[serde(skip)]
    pub(crate) data: Table,
}

const DECLARED: &str = "declared";
const PROBED: &str = "probed";
const TESTED: &str = "tested";
const MEASURED: &str = "measured";

/// Where a method without a record stands.
const UNDESCRIBED: &str = "Without a record in this run";

impl FrontCell {
    fn new(text: impl Into<String>, why: impl Into<String>, known: &'static str) -> Self {
        Self {
            sort: String::new(),
            text: text.into(),
            why: why.into(),
            known,
            sign: "",
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

/// Builds the table. Methods are in the order of their records, inside their families.
pub(crate) fn front(loaded: &Loaded, contests: &[Contest<'_>], benches: &[Bench]) -> Front {
    let bench = headline(benches);
    let cost = bench.map_or_else(
        || "cost".to_owned(),
        |(bench, pass)| format!("share of copy speed, {} at {}", dots::words(pass), dots::title(bench)),
    );
    let own = [
        "reference set",
        "what is normalized",
        "statistics over time",
        "train = test?",
        "batch of 1?",
        "longer than trained?",
        "padding harmless?",
        "foldable into weights?",
        "state as T grows",
    ];
    let mut labels: Vec<String> = own.map(str::to_owned).into();
    labels.push(format!("#{cost}"));
    let learned = contests
        .iter()
        .map(|c| format!("#final {} and updates to target on {}", learning::words(c.metric), c.workload));
    let shown = labels.len();
    labels.extend(learned);
    let names: Vec<&str> = std::iter::once("method").chain(labels.iter().map(String::as_str)).collect();
    let mut data = Table::new("The methods compared, in the order of their records", &names);
    let mut families: Vec<Family> =
        family::ALL.into_iter().chain([UNDESCRIBED]).map(|name| Family { name, rows: Vec::new() }).collect();
    for id in loaded.method_order() {
        let record = loaded.methods.iter().find(|m| m.id == id);
        let mut cells = match record {
            Some(record) => described(record),
            None => vec![FrontCell::absent("no method record"); own.len()],
        };
        let cost = cost_cell(&id, benches, bench);
        let learned: Vec<FrontCell> = contests
            .iter()
            .map(|c| convergence_cell(loaded, &id, c, loaded.refusal(&c.workload, &id)))
            .collect();
        cells.push(cost.clone());
        let mut line = vec![Cell::text(id.clone())];
        line.extend(cells.iter().chain(&learned).map(data_cell));
        data.rows.push(line);
        families[record.map_or(family::ALL.len(), family::of)].rows.push(FrontRow {
            anchor: links::row(&id),
            title: loaded.title(&id).to_owned(),
            link: loaded.links.method(&id),
            id,
            cells,
            cost,
            learned,
        });
    }
    families.retain(|family| !family.rows.is_empty());
    let mut columns = data.columns[..=shown].to_vec();
    keep_filled(&mut columns, &mut families);
    Front { columns, families, data }
}

/// Takes away the columns in which nothing is known of any method.
fn keep_filled(columns: &mut Vec<crate::table::Column>, families: &mut [Family]) {
    let rows = || families.iter().flat_map(|family| &family.rows);
    let filled: Vec<bool> = (0..columns.len() - 1).map(|at| rows().any(|row| !row.cells[at].muted)).collect();
    // The first column names the method.
    let mut kept = std::iter::once(true).chain(filled.iter().copied());
    columns.retain(|_| kept.next().unwrap_or(true));
    for row in families.iter_mut().flat_map(|family| &mut family.rows) {
        let mut kept = filled.iter();
        row.cells.retain(|_| kept.next().copied().unwrap_or(true));
    }
}

impl Front {
    /// All rows, in the order in which they are shown.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &FrontRow> {
        self.families.iter().flat_map(|family| &family.rows)
    }
}

fn data_cell(cell: &FrontCell) -> Cell {
    let text = if cell.why.is_empty() { cell.text.clone() } else { format!("{} ({})", cell.text, cell.why) };
    if cell.muted { Cell::absent(text) } else { Cell::text(text) }
}

fn described(m: &MethodRecord) -> Vec<FrontCell> {
    let block = block::block(m, &format!("set-{}", slug(&m.id)), Size::Small);
    let known = if block.is_some() { PROBED } else { DECLARED };
    let mut set = FrontCell::new(m.reference_set.name.clone(), format::axes(&m.reference_set.axes), known);
    set.svg = block.map_or_else(String::new, |block| block.svg);
    vec![
        set,
        FrontCell::new(m.site.clone(), m.placements.join(", "), DECLARED),
        FrontCell::new(m.policy.replace('_', " "), "", DECLARED),
        property(&m.train_equals_eval),
        property(&m.batch_one),
        property(&m.longer_than_training),
        property(&m.padding),
        property(&m.reparametrization),
        state(m),
    ]
}

/// How an answer is known, in a word.
pub(crate) fn known(p: &Property) -> &'static str {
    match p.source {
        Source::Descriptor => DECLARED,
        Source::Probe => PROBED,
        Source::Test => TESTED,
    }
}

/// The sign of an answer.
pub(crate) fn sign(p: &Property) -> &'static str {
    match p.answer {
        Answer::Yes => "✓",
        Answer::No => "✗",
        Answer::Conditional => "~",
    }
}

fn property(p: &Property) -> FrontCell {
    let mut cell = FrontCell::new(p.answer.word(), p.why.clone(), known(p));
    cell.sign = sign(p);
    cell
}

fn state(m: &MethodRecord) -> FrontCell {
    if m.state.is_empty() && m.state_growth.iter().all(|s| s.bytes == 0) {
        return FrontCell::new("none", "", DECLARED).sorted(0.0);
    }
    let formula = format::sum(m.state.iter().map(|s| s.bytes.as_str()));
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

/// The bench that the table quotes: a normalization in f32 with the most methods, the largest of those, and
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
    let link = links::bench(bench);
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

fn convergence_cell(loaded: &Loaded, id: &str, contest: &Contest<'_>, refusal: Option<&str>) -> FrontCell {
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
        .linked(loaded.links.workload(&contest.workload))
}
