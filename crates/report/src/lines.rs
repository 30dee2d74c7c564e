//! Plots of means over seeds with every seed beside them, told apart by colour, dash, marker and a label at the end of each.

use std::collections::BTreeMap;

use crate::axes::{Frame, Scale, TEXT, spread};
use crate::canvas::{Anchor, Canvas, Ink};
use crate::error::Error;
use crate::stats::Spread;

/// One line.
pub(crate) struct Line {
    /// Number of the series: colour, dash and marker.
    pub(crate) series: usize,
    /// Written at its end.
    pub(crate) label: String,
    /// By rising x. What is not finite breaks the line.
    pub(crate) points: Vec<(f64, Spread)>,
    /// Places marked as failed: a value if only in part, none if nothing was left to average.
    pub(crate) failures: Vec<(f64, Option<f64>)>,
}

/// What the lines run over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something that passes: a linear axis from zero, many points, a few of them marked.
    Course,
    /// Something that was tried: a logarithmic axis, few points, all marked.
    Sweep,
}

/// What all lines share.
pub(crate) struct Plot<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) x_label: &'a str,
    pub(crate) y_label: &'a str,
    pub(crate) kind: Kind,
    /// Where the horizontal axis is marked; round values if empty.
    pub(crate) x_ticks: &'a [f64],
    /// Whether failures without a value stand at the lower edge or at the upper.
    pub(crate) worst_below: bool,
    /// A horizontal line with its name.
    pub(crate) reference: Option<(f64, String)>,
    /// Whether the values are fractions of one.
    pub(crate) fraction: bool,
    pub(crate) y_tick: &'a dyn Fn(f64) -> String,
}

const SIZE: (f64, f64) = (640.0, 350.0);
const AREA: (f64, f64, f64, f64) = (54.0, 34.0, 424.0, 296.0);
/// Characters that fit beside the plotting area.
const LABEL: usize = 26;

/// Draws the lines.
pub(crate) fn draw(plot: &Plot<'_>, lines: &[Line]) -> Result<String, Error> {
    let (left, top, right, bottom) = AREA;
    let xs = || lines.iter().flat_map(|l| l.points.iter().map(|p| p.0)).chain(failures(lines).map(|f| f.0));
    let (x_low, x_high) = range(xs());
    let x = if plot.kind == Kind::Sweep {
        Scale::logarithmic(x_low, x_high, left + 12.0, right - 12.0)
    } else {
        Scale::linear(x_low.min(0.0), x_high, left, right)
    };
    let of_all = |s: &Spread| s.seeds.iter().map(|seed| seed.1).chain([s.center]).collect::<Vec<_>>();
    let ys = lines.iter().flat_map(|l| &l.points).flat_map(|(_, s)| of_all(s));
    let ys = ys.chain(plot.reference.iter().map(|r| r.0)).filter(|y| y.is_finite());
    let (low, high) = range(ys);
    let pad = (high - low) * 0.04;
    let (low, high) =
        if plot.fraction { ((low - pad).max(0.0), (high + pad).min(1.0)) } else { (low - pad, high + pad) };
    let y = Scale::linear(low, high, bottom, top);
    let inks: Vec<Ink> = lines.iter().map(|l| Ink::Series(l.series)).collect();
    Canvas::draw(plot.id, SIZE, plot.title, plot.description, &inks, |canvas| {
        let frame = Frame { x, y, area: AREA, x_label: plot.x_label, y_label: plot.y_label };
        frame.draw(canvas, plot.x_ticks, &crate::format::number, Some(plot.y_tick))?;
        if let Some((value, name)) = &plot.reference {
            let level = y.at(*value);
            canvas.line((left, level), (right, level), Ink::Reference, 1.2)?;
            canvas.text(name, (left + 4.0, level - 9.0), Ink::Muted, TEXT - 1.0, Anchor::Start)?;
        }
        for line in lines {
            seeds(canvas, line, &x, &y, plot.kind)?;
        }
        for line in lines {
            strokes(canvas, line, &x, &y, plot)?;
        }
        labels(canvas, lines, &x, &y)
    })
}

fn failures(lines: &[Line]) -> impl Iterator<Item = (f64, Option<f64>)> {
    lines.iter().flat_map(|l| l.failures.iter().copied())
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

/// Stretches of points whose values are finite.
fn pieces(line: &Line) -> Vec<&[(f64, Spread)]> {
    line.points.split(|(_, e)| !e.center.is_finite()).filter(|piece| !piece.is_empty()).collect()
}

/// Every seed: a dot where something was tried, a thin line where something passes.
fn seeds(canvas: &mut Canvas<'_>, line: &Line, x: &Scale, y: &Scale, kind: Kind) -> Result<(), Error> {
    let ink = Ink::Series(line.series);
    let mut courses: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
    for (px, spread) in &line.points {
        for (seed, value) in spread.seeds.iter().filter(|(_, value)| value.is_finite()) {
            courses.entry(*seed).or_default().push((x.at(*px), y.at(*value)));
        }
    }
    for course in courses.values() {
        if kind == Kind::Course && course.len() > 1 {
            canvas.faint(course, ink)?;
        } else {
            for point in course {
                canvas.dot(*point, ink)?;
            }
        }
    }
    Ok(())
}

fn strokes(canvas: &mut Canvas<'_>, line: &Line, x: &Scale, y: &Scale, plot: &Plot<'_>) -> Result<(), Error> {
    let ink = Ink::Series(line.series);
    for piece in pieces(line) {
        let points: Vec<(f64, f64)> = piece.iter().map(|(px, e)| (x.at(*px), y.at(e.center))).collect();
        if points.len() > 1 {
            canvas.path(&points, ink, 2.0)?;
        }
        // A few markers suffice on a long line; where they stand differs by series, so that they do not coincide.
        let every = if plot.kind == Kind::Sweep { 1 } else { (points.len() / 5).max(1) };
        for (i, point) in points.iter().enumerate() {
            if i % every == line.series % every || i + 1 == points.len() {
                canvas.marker(line.series, *point, ink, 3.6)?;
            }
        }
    }
    let edge = if plot.worst_below { AREA.3 - 7.0 } else { AREA.1 + 7.0 };
    for (px, py) in &line.failures {
        canvas.cross((x.at(*px), py.map_or(edge, |v| y.at(v))), ink, 5.5)?;
    }
    Ok(())
}

/// A label that fits: its middle goes, since arms of one method differ at the end. The table beneath has the whole name.
pub(crate) fn shortened(label: &str) -> String {
    let count = label.chars().count();
    if count <= LABEL {
        return label.to_owned();
    }
    let head: String = label.chars().take(LABEL / 2 - 1).collect();
    let tail: String = label.chars().skip(count - LABEL / 2).collect();
    format!("{}…{}", head.trim_end_matches([' ', ',']), tail.trim_start_matches([' ', ',']))
}

fn labels(canvas: &mut Canvas<'_>, lines: &[Line], x: &Scale, y: &Scale) -> Result<(), Error> {
    let (_, top, right, bottom) = AREA;
    let ends: Vec<(f64, f64)> = lines
        .iter()
        .map(|line| {
            let last = line.points.iter().rfind(|(_, e)| e.center.is_finite());
            last.map_or((right, bottom), |(px, e)| (x.at(*px), y.at(e.center)))
        })
        .collect();
    let wanted: Vec<f64> = ends.iter().map(|e| e.1).collect();
    let placed = spread(&wanted, TEXT + 3.0, top, bottom);
    for ((line, end), level) in lines.iter().zip(&ends).zip(placed) {
        let ink = Ink::Series(line.series);
        let start = right + 12.0;
        canvas.path(&[(end.0 + 6.0, end.1), (start, level), (start + 6.0, level)], Ink::Grid, 0.8)?;
        canvas.marker(line.series, (start + 13.0, level), ink, 3.6)?;
        canvas.text(&shortened(&line.label), (start + 22.0, level), ink, TEXT, Anchor::Start)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_keeps_the_end_that_tells_it_apart() {
        assert_eq!(shortened("Layer normalization, paper"), "Layer normalization, paper");
        assert_eq!(shortened("Recurrent batch normalization, carried_batch"), "Recurrent ba…carried_batch");
    }
}
