//! Throughput as dots: one row per method, one mark per implementation. What a training step takes is shown as its cost over the
//! step of the method that does nothing, other passes as a share of the speed of a copy.

use crate::baseline;
use crate::canvas::Ink;
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::load::Loaded;
use crate::slug::joined;
use crate::strips::{self, Key, Mark, Row, Strips};
use crate::table::{Cell, Table};
use crate::throughput::{Bench, Timing, bench_of, pass_rank, path_rank};

/// The name of a bench in prose.
pub(crate) fn title(bench: &Bench) -> String {
    let shape = bench.shape.replace('x', "×");
    match bench.kind.as_str() {
        "norm" => format!("{shape}, {}", bench.dtype),
        "update" => format!("step of the optimizer, {shape} weights, {}", bench.dtype),
        kind => format!("{kind}, {shape}, {}", bench.dtype),
    }
}

/// What tells benches apart.
fn names(bench: &Bench) -> Vec<&str> {
    bench.kind.split(' ').chain([bench.dtype.as_str(), bench.shape.as_str()]).collect()
}

/// The anchor of a bench.
pub(crate) fn anchor(bench: &Bench) -> String {
    format!("bench-{}", joined(&names(bench)))
}

/// The passes that were timed, in the order of a computation.
fn passes(bench: &Bench) -> Vec<&str> {
    let mut passes: Vec<&str> = bench.timings.iter().map(|t| t.pass.as_str()).collect();
    passes.sort_by_key(|p| (pass_rank(p), *p));
    passes.dedup();
    passes
}

/// One figure per pass.
pub(crate) fn figures(loaded: &Loaded, bench: &Bench) -> Result<Vec<Figure>, Error> {
    passes(bench).into_iter().map(|pass| figure(loaded, bench, pass)).collect()
}

/// A pass as words.
pub(crate) fn words(pass: &str) -> &str {
    match pass {
        "fwd" => "forward",
        "bwd" => "backward",
        "fwdbwd" => "forward and backward",
        "step" => "update of the weights",
        other => other,
    }
}

/// What the axis shows.
enum Measure<'a> {
    /// Time over that of this timing, which is of the method that does nothing.
    Cost { base: &'a Timing, floor: Option<(f64, f64)> },
    /// Share of the speed of a copy.
    Share,
    /// Time.
    Time,
}

impl<'a> Measure<'a> {
    fn of(loaded: &Loaded, bench: &'a Bench, pass: &str, timings: &[&'a Timing]) -> Self {
        // Forward and backward together, and the update: what training takes.
        let trains = pass_rank(pass) >= pass_rank("fwdbwd");
        let idle = baseline::of(loaded).filter(|_| trains);
        let of_idle = timings.iter().copied().filter(|t| Some(t.method.as_str()) == idle);
        let base = of_idle.min_by_key(|t| path_rank(&t.path));
        match base {
            Some(base) if base.median_ns > 0.0 => Self::Cost { base, floor: floor(loaded, bench) },
            _ if timings.iter().any(|t| t.share.is_some()) => Self::Share,
            _ => Self::Time,
        }
    }

    /// A time of this timing as the axis has it.
    fn drawn(&self, timing: &Timing, ns: f64) -> Option<f64> {
        match self {
            Self::Cost { base, .. } => Some(ns / base.median_ns),
            Self::Share => timing.share.map(|share| share * timing.median_ns / ns),
            Self::Time => Some(ns),
        }
    }

    fn text(&self, value: f64) -> String {
        match self {
            Self::Cost { .. } => format!("{}×", format::number(value)),
            Self::Share => format::number(value),
            Self::Time => format::nanoseconds(value),
        }
    }

    fn axis(&self, loaded: &Loaded) -> String {
        match self {
            Self::Cost { base, .. } => {
                format!(
                    "time over that of {}, {}, on a logarithmic axis",
                    loaded.title(&base.method),
                    base.path
                )
            }
            Self::Share => "share of the speed of a copy, on a logarithmic axis".into(),
            Self::Time => "median time, on a logarithmic axis".into(),
        }
    }

    fn caption(&self, loaded: &Loaded) -> String {
        let whiskers = "Whiskers: 95\u{a0}% interval of the median.";
        match self {
            Self::Cost { base, floor } => {
                let floor = match floor {
                    Some((low, high)) => format!(
                        "The grey band is the noise floor: the same benchmark against itself gave {} to {}, and what lies inside \
                         means nothing.",
                        self.text(*low),
                        self.text(*high)
                    ),
                    None => "The noise floor was not measured in this run.".to_owned(),
                };
                format!(
                    "What a training step takes as a multiple of the step of {}; further left is cheaper. {floor} {whiskers}",
                    loaded.title(&base.method)
                )
            }
            Self::Share => {
                format!("Further right is faster; 1 is the speed of a copy of the same traffic. {whiskers}")
            }
            Self::Time => format!(
                "Further left is faster. No copy of this size was measured, so there is no ceiling. {whiskers}"
            ),
        }
    }
}

/// Ratios of the same thing to itself: of benchmarks of this kind and size, or else the widest of the run.
fn floor(loaded: &Loaded, bench: &Bench) -> Option<(f64, f64)> {
    let here = (bench.kind.clone(), bench.dtype.clone(), bench.shape.clone());
    let own = |id: &str| bench_of(id).is_some_and(|key| key == here);
    let widest = |only_own: bool| {
        let all = loaded.noise.iter().filter(|n| !only_own || own(&n.id));
        all.map(|n| (n.lower_ratio, n.upper_ratio)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    };
    widest(true).or_else(|| widest(false))
}

fn figure(loaded: &Loaded, bench: &Bench, pass: &str) -> Result<Figure, Error> {
    let timings: Vec<&Timing> = bench.timings.iter().filter(|t| t.pass == pass).collect();
    let measure = Measure::of(loaded, bench, pass, &timings);
    let id = format!("bench-{}", joined(&[&names(bench)[..], &[pass]].concat()));
    let heading = format!("{}: {}", title(bench), words(pass));
    let svg = draw(loaded, &id, &heading, &measure, &timings)?;
    let table = table(loaded, format!("Timings of {heading}"), &measure, &timings);
    let title = match measure {
        Measure::Cost { .. } => format!("cost of a training step: {}", words(pass)),
        Measure::Share | Measure::Time => words(pass).to_owned(),
    };
    Ok(Figure {
        id,
        title: format::capitalized(&title),
        caption: measure.caption(loaded),
        svg,
        table,
        broad: false,
        whole: None,
    })
}

fn table(loaded: &Loaded, caption: String, measure: &Measure<'_>, timings: &[&Timing]) -> Table {
    let costs = matches!(measure, Measure::Cost { .. });
    let mut labels =
        vec!["method", "implementation", "#median", "#lower", "#upper", "#share of copy", "ceiling"];
    labels.extend(costs.then_some("#times the baseline"));
    let mut table = Table::new(caption, &labels);
    for t in timings {
        let time = |ns: f64| Cell::number(ns, format::nanoseconds(ns));
        let bound = |ns: Option<f64>| ns.map_or_else(|| Cell::absent(format::NOT_MEASURED), time);
        let mut row = vec![
            Cell::text(loaded.title(&t.method)),
            Cell::text(t.path.clone()),
            time(t.median_ns),
            bound(t.interval_ns.map(|i| i.0)),
            bound(t.interval_ns.map(|i| i.1)),
            t.share.map_or_else(|| Cell::absent("no copy measured"), |s| Cell::number(s, format::percent(s))),
            Cell::text(match (t.share, t.scaled) {
                (None, _) => "none",
                (_, true) => "scaled by bytes",
                (_, false) => "same traffic",
            }),
        ];
        if costs {
            row.extend(measure.drawn(t, t.median_ns).map(|v| Cell::number(v, measure.text(v))));
        }
        table.rows.push(row);
    }
    table
}

fn draw(
    loaded: &Loaded,
    id: &str,
    heading: &str,
    measure: &Measure<'_>,
    timings: &[&Timing],
) -> Result<String, Error> {
    let mut methods: Vec<&str> = Vec::new();
    let mut paths: Vec<&str> = Vec::new();
    for t in timings {
        if !methods.contains(&t.method.as_str()) {
            methods.push(&t.method);
        }
        if !paths.contains(&t.path.as_str()) {
            paths.push(&t.path);
        }
    }
    paths.sort_by(|a, b| path_rank(a).cmp(&path_rank(b)).then_with(|| crate::natural::compare(a, b)));
    let mark = |t: &Timing| {
        let n = paths.iter().position(|path| *path == t.path).unwrap_or(0);
        let ends = t.interval_ns.and_then(|(a, b)| measure.drawn(t, a).zip(measure.drawn(t, b)));
        // A share falls as a time rises.
        let ends = ends.map(|(a, b)| (a.min(b), a.max(b)));
        Some(Mark { value: measure.drawn(t, t.median_ns)?, ends, ink: Ink::Series(n), form: n })
    };
    let rows: Vec<Row> = methods
        .iter()
        .map(|method| Row {
            label: loaded.title(method).to_owned(),
            band: None,
            marks: timings.iter().filter(|t| t.method == *method).filter_map(|t| mark(t)).collect(),
        })
        .collect();
    let keys: Vec<Key> = paths
        .iter()
        .enumerate()
        .map(|(n, path)| Key { text: (*path).to_owned(), ink: Ink::Series(n), form: n })
        .collect();
    let (line, band) = match measure {
        Measure::Cost { floor, .. } => (Some((1.0, "baseline")), *floor),
        Measure::Share => (Some((1.0, "copy")), None),
        Measure::Time => (None, None),
    };
    let tick = |value: f64| measure.text(value);
    strips::draw(
        &Strips {
            id,
            title: heading,
            description: &description(loaded, measure, timings, methods.len()),
            axis: &measure.axis(loaded),
            logarithmic: true,
            shown: strips::ALL,
            line,
            band,
            keys: &keys,
            tick: &tick,
        },
        &rows,
    )
}

/// The first and the last on the axis.
fn description(loaded: &Loaded, measure: &Measure<'_>, timings: &[&Timing], methods: usize) -> String {
    let mut all: Vec<(f64, &Timing)> =
        timings.iter().filter_map(|t| Some((measure.drawn(t, t.median_ns)?, *t))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let told = |(value, t): &(f64, &Timing)| {
        format!("{}, {}: {}", loaded.title(&t.method), t.path, measure.text(*value))
    };
    let noun = if methods == 1 { "method" } else { "methods" };
    match (all.first(), all.last()) {
        (Some(first), Some(last)) => {
            format!("{} timings of {methods} {noun}. From {} to {}.", all.len(), told(first), told(last))
        }
        _ => format!("{methods} {noun} without a timing that can be drawn."),
    }
}
