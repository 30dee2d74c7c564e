//! Throughput as dots: one row per method, one mark per implementation.

use crate::axes::{Frame, Scale, TEXT};
use crate::canvas::{Anchor, Canvas, Ink};
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::lines;
use crate::load::Loaded;
use crate::slug::joined;
use crate::table::{Cell, Table};
use crate::throughput::{Bench, Timing, pass_rank};

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

fn figure(loaded: &Loaded, bench: &Bench, pass: &str) -> Result<Figure, Error> {
    let timings: Vec<&Timing> = bench.timings.iter().filter(|t| t.pass == pass).collect();
    let shares = timings.iter().any(|t| t.share.is_some());
    let id = format!("bench-{}", joined(&[&names(bench)[..], &[pass]].concat()));
    let heading = format!("{}: {}", title(bench), words(pass));
    let caption = if shares {
        "Further right is faster; 1 is the speed of a copy of the same traffic. Whiskers: 95 % interval of the median."
    } else {
        "Median time on a logarithmic axis, further left is faster. No copy of this size was measured, so there is no \
         ceiling. Whiskers: 95 % interval of the median."
    };
    let svg = draw(loaded, &id, &heading, caption, &timings, shares)?;
    let table = table(loaded, format!("Timings of {heading}"), &timings);
    Ok(Figure { id, title: words(pass).to_owned(), caption: caption.to_owned(), svg, table })
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

fn table(loaded: &Loaded, caption: String, timings: &[&Timing]) -> Table {
    let mut table = Table::new(
        caption,
        &["method", "implementation", "#median", "#lower", "#upper", "#share of copy", "ceiling"],
    );
    for t in timings {
        let time = |ns: f64| Cell::number(ns, format::nanoseconds(ns));
        let bound = |ns: Option<f64>| ns.map_or_else(|| Cell::absent(format::NOT_MEASURED), time);
        table.rows.push(vec![
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
        ]);
    }
    table
}

fn draw(
    loaded: &Loaded,
    id: &str,
    heading: &str,
    caption: &str,
    timings: &[&Timing],
    shares: bool,
) -> Result<String, Error> {
    const ROW: f64 = 26.0;
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
    paths.sort_by(|a, b| {
        let rank = crate::throughput::path_rank;
        rank(a).cmp(&rank(b)).then_with(|| crate::natural::compare(a, b))
    });
    let area = (180.0, 52.0, 620.0, 52.0 + ROW * methods.len() as f64);
    let value = |t: &Timing| if shares { t.share } else { Some(t.median_ns) };
    let ends = |t: &Timing| {
        let (lower, upper) = t.interval_ns?;
        if shares {
            t.share.map(|s| (s * t.median_ns / upper, s * t.median_ns / lower))
        } else {
            Some((lower, upper))
        }
    };
    let values = || timings.iter().filter_map(|t| value(t));
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let low = values().fold(f64::INFINITY, f64::min);
    let x = if shares {
        Scale::linear(0.0, (high * 1.05).max(1.05), area.0, area.2)
    } else {
        Scale::logarithmic(low * 0.8, high * 1.25, area.0, area.2)
    };
    let text = |v: f64| if shares { format::number(v) } else { format::nanoseconds(v) };
    let label = if shares { "share of copy speed" } else { "median time" };
    let inks: Vec<Ink> = (0..paths.len()).map(Ink::Series).collect();
    Canvas::draw(id, (640.0, area.3 + 52.0), heading, caption, &inks, |canvas| {
        let y = Scale::linear(0.0, methods.len() as f64, area.1, area.3);
        Frame { x, y, area, x_label: label, y_label: "" }.draw(canvas, &[], &text, None)?;
        if shares {
            canvas.line((x.at(1.0), area.1 - 6.0), (x.at(1.0), area.3), Ink::Reference, 1.2)?;
            canvas.text("copy", (x.at(1.0), area.1 - 14.0), Ink::Muted, TEXT - 1.0, Anchor::Middle)?;
        }
        let mut across = area.0;
        for (n, path) in paths.iter().enumerate() {
            canvas.marker(n, (across, 16.0), Ink::Series(n), 4.4)?;
            canvas.text(path, (across + 10.0, 16.0), Ink::Text, TEXT, Anchor::Start)?;
            across += 34.0 + 7.0 * path.chars().count() as f64;
        }
        for (row, method) in methods.iter().enumerate() {
            let level = y.at(row as f64 + 0.5);
            canvas.line((area.0, level), (area.2, level), Ink::Grid, 0.8)?;
            canvas.text(
                &lines::shortened(loaded.title(method)),
                (area.0 - 12.0, level),
                Ink::Text,
                TEXT,
                Anchor::End,
            )?;
            for t in timings.iter().filter(|t| t.method == *method) {
                let Some(v) = value(t) else { continue };
                let n = paths.iter().position(|p| *p == t.path).unwrap_or(0);
                if let Some((lower, upper)) = ends(t) {
                    canvas.line((x.at(lower), level), (x.at(upper), level), Ink::Series(n), 1.6)?;
                }
                canvas.marker(n, (x.at(v), level), Ink::Series(n), 4.4)?;
            }
        }
        Ok(())
    })
}
