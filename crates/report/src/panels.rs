//! Small multiples: one panel for each, drawn in colour over all others in grey, with the same axes in every panel. What is the
//! same in all panels is on the page once, in the first, and the others refer to it. Names stand above the panels as text of the
//! page, so that they break into lines as they need.

use std::fmt::Write as _;

use crate::axes::{Scale, inside, range, spaced, stacked};
use crate::canvas::{Anchor, Canvas, Ink, Sheet, TEXT};
use crate::error::Error;
use crate::markup::escape;
use crate::stats::{Spread, median};
use crate::wrap;

/// What one panel is of.
pub(crate) struct Course {
    pub(crate) name: String,
    /// By rising x. What is not finite breaks the line.
    pub(crate) points: Vec<(f64, Spread)>,
    /// The same quantity in training, which is no number at times.
    pub(crate) training: Vec<(f64, f64)>,
    /// Places marked as failed: a value if only in part, none if nothing was left to average.
    pub(crate) failures: Vec<(f64, Option<f64>)>,
    /// The place that was chosen.
    pub(crate) chosen: Option<f64>,
    /// What is seen in it, in words.
    pub(crate) description: String,
}

/// What the courses run over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something that passes: a linear axis from zero, and lines.
    Course,
    /// Something that was tried: a logarithmic axis, all points marked.
    Sweep,
}

/// What all panels share.
pub(crate) struct Panels<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) x_axis: &'a str,
    /// What the vertical axis shows; it is always logarithmic.
    pub(crate) y_axis: &'a str,
    pub(crate) kind: Kind,
    /// A horizontal line with its name.
    pub(crate) reference: Option<(f64, String)>,
    /// Whether no value can be far above the others, so that all are shown.
    pub(crate) bounded: bool,
    /// The course that is drawn darker behind the others.
    pub(crate) baseline: Option<usize>,
    pub(crate) y_tick: &'a dyn Fn(f64) -> String,
}

const SIZE: (f64, f64) = (240.0, 172.0);
const TOP: f64 = 10.0;
const RIGHT: f64 = 230.0;
const BOTTOM: f64 = 148.0;

/// Draws the panels, with the key to their lines before them.
pub(crate) fn draw(panels: &Panels<'_>, courses: &[Course]) -> Result<String, Error> {
    let axes = axes(panels, courses);
    let shared = format!("{}.others", panels.id);
    let group = Canvas::group(&shared, SIZE, |canvas| {
        frame(canvas, panels, &axes)?;
        for course in courses {
            line(canvas, &centers(course), &axes, Ink::Context, 0.9)?;
        }
        match panels.baseline.and_then(|n| courses.get(n)) {
            Some(course) => line(canvas, &centers(course), &axes, Ink::Muted, 1.7),
            None => Ok(()),
        }
    })?;
    let again = format!("<use href=\"#{shared}\"/>");
    let mut out = key(panels, courses);
    out += "<div class=\"panels\">\n";
    for (n, course) in courses.iter().enumerate() {
        let sheet = Sheet {
            id: &format!("{}.{}", panels.id, n + 1),
            size: SIZE,
            title: &format!("{}: {}", course.name, panels.title),
            description: &course.description,
            inks: &[Ink::Series(0), Ink::Series(1)],
            under: if n == 0 { &group } else { &again },
        };
        let svg = Canvas::draw(&sheet, |canvas| own(canvas, panels.kind, course, &axes))?;
        // Writing to a String cannot fail.
        let _ = write!(out, "<div><p>{}</p>\n{svg}</div>\n", escape(&course.name));
    }
    out += "</div>\n";
    Ok(out)
}

/// The axes of all panels.
struct Axes {
    x: Scale,
    y: Scale,
    /// Where the vertical axis is marked, and with what.
    marks: Vec<(f64, String)>,
    /// Where the horizontal axis begins.
    left: f64,
}

impl Axes {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }
}

fn axes(panels: &Panels<'_>, courses: &[Course]) -> Axes {
    let (low, high) = extent(panels, courses);
    let pad = (high / low).powf(0.04);
    let y = Scale::logarithmic(low / pad, high * pad, BOTTOM, TOP);
    let marks: Vec<(f64, String)> =
        stacked(&y).into_iter().map(|tick| (tick, (panels.y_tick)(tick))).collect();
    let left = marks.iter().map(|(_, text)| wrap::width(text, TEXT)).fold(0.0, f64::max) + 10.0;
    let places = courses.iter().flat_map(|c| {
        let evaluated = c.points.iter().map(|p| p.0);
        evaluated.chain(c.failures.iter().map(|f| f.0)).chain(c.training.iter().map(|t| t.0))
    });
    let (first, last) = range(places);
    let x = match panels.kind {
        Kind::Course => Scale::linear(first.min(0.0), last, left, RIGHT),
        Kind::Sweep => Scale::logarithmic(first, last, left + 10.0, RIGHT - 10.0),
    };
    Axes { x, y, marks, left }
}

/// The smallest and the largest value that the vertical axis shows. The start, a run far above all others, or training far below would
/// take the room in which networks differ: such values lie on the edge.
fn extent(panels: &Panels<'_>, courses: &[Course]) -> (f64, f64) {
    let of_seeds = |s: &Spread| s.seeds.iter().map(|seed| seed.1).chain([s.center]).collect::<Vec<_>>();
    let evaluated = courses.iter().flat_map(|c| &c.points).flat_map(|(_, s)| of_seeds(s));
    let (low, high) = range(evaluated.chain(panels.reference.iter().map(|r| r.0)).filter(|v| *v > 0.0));
    let trained = courses.iter().flat_map(|c| &c.training).map(|point| point.1);
    let (lowest, highest) = range(trained.filter(|v| *v > 0.0));
    let usual = match panels.kind {
        _ if panels.bounded => f64::INFINITY,
        // What has been reached a step after the start, outliers aside, and the reference.
        Kind::Course => {
            let early = courses.iter().filter_map(|c| c.points.get(1)).map(|(_, spread)| spread.center);
            let early: Vec<f64> = early.filter(|v| v.is_finite()).collect();
            let most = range(early.iter().copied()).1.min(median(&early) * 20.0);
            panels.reference.iter().fold(most * 1.1, |most, (value, _)| most.max(value * 1.2))
        }
        Kind::Sweep => {
            let all = courses.iter().flat_map(|c| &c.points).map(|(_, spread)| spread.center);
            median(&all.filter(|v| v.is_finite()).collect::<Vec<_>>()) * 20.0
        }
    };
    let high = high.max(highest);
    (low.min(lowest.max(low / 10.0)), if usual > low { high.min(usual) } else { high })
}

/// Grid, ticks and the reference line.
fn frame(canvas: &mut Canvas<'_>, panels: &Panels<'_>, axes: &Axes) -> Result<(), Error> {
    for (tick, text) in &axes.marks {
        let level = axes.y.at(*tick);
        canvas.line((axes.left, level), (RIGHT, level), Ink::Grid, 0.8)?;
        canvas.text(text, (axes.left - 6.0, level), Ink::Muted, Anchor::End)?;
    }
    for tick in spaced(&axes.x, &crate::format::number) {
        let (at, text) = (axes.x.at(tick), crate::format::number(tick));
        canvas.line((at, BOTTOM), (at, BOTTOM + 4.0), Ink::Muted, 0.8)?;
        canvas.text(&text, (inside(&text, at, SIZE.0), BOTTOM + 14.0), Ink::Muted, Anchor::Middle)?;
    }
    canvas.line((axes.left, BOTTOM), (RIGHT, BOTTOM), Ink::Muted, 0.8)?;
    if let Some((value, _)) = &panels.reference {
        let level = axes.y.at(*value);
        canvas.line((axes.left, level), (RIGHT, level), Ink::Reference, 1.2)?;
    }
    Ok(())
}

fn centers(course: &Course) -> Vec<(f64, f64)> {
    course.points.iter().map(|(x, spread)| (*x, spread.center)).collect()
}

/// A line through points, broken where a value is no number.
fn line(
    canvas: &mut Canvas<'_>,
    points: &[(f64, f64)],
    axes: &Axes,
    ink: Ink,
    width: f64,
) -> Result<(), Error> {
    for piece in points.split(|(_, value)| !value.is_finite()).filter(|piece| !piece.is_empty()) {
        let drawn: Vec<(f64, f64)> = piece.iter().map(|point| axes.at(*point)).collect();
        match drawn[..] {
            // A line of one point would not be seen.
            [(x, y)] => canvas.path(&[(x - 2.0, y), (x + 2.0, y)], ink, width)?,
            _ => canvas.path(&drawn, ink, width)?,
        }
    }
    Ok(())
}

/// What a panel has of its own: the range of the seeds, training, the means, and what failed.
fn own(canvas: &mut Canvas<'_>, kind: Kind, course: &Course, axes: &Axes) -> Result<(), Error> {
    let ink = Ink::Series(0);
    match kind {
        Kind::Course => surface(canvas, course, axes)?,
        Kind::Sweep => {
            for (x, spread) in course.points.iter().filter(|(_, s)| s.seeds.len() > 1 && s.center.is_finite())
            {
                let (low, high) = spread.ends();
                canvas.line(axes.at((*x, low)), axes.at((*x, high)), ink, 1.2)?;
            }
        }
    }
    line(canvas, &course.training, axes, Ink::Training, 1.3)?;
    line(canvas, &centers(course), axes, ink, 2.2)?;
    if kind == Kind::Sweep {
        for (x, value) in centers(course).into_iter().filter(|(_, value)| value.is_finite()) {
            let form = if course.chosen == Some(x) { 0 } else { 4 };
            canvas.marker(form, axes.at((x, value)), ink, 3.6)?;
        }
    }
    for (x, value) in &course.failures {
        // The worst values lie above.
        canvas.cross((axes.x.at(*x), value.map_or(TOP + 4.0, |v| axes.y.at(v))), Ink::Series(1), 4.5)?;
    }
    Ok(())
}

/// The surface from the lowest seed to the highest, as far as the means go.
fn surface(canvas: &mut Canvas<'_>, course: &Course, axes: &Axes) -> Result<(), Error> {
    for piece in course.points.split(|(_, s)| !s.center.is_finite() || s.seeds.len() < 2) {
        if piece.len() > 1 {
            let upper = piece.iter().map(|(x, spread)| axes.at((*x, spread.ends().1)));
            let lower = piece.iter().rev().map(|(x, spread)| axes.at((*x, spread.ends().0)));
            canvas.surface(&upper.chain(lower).collect::<Vec<_>>(), Ink::Series(0))?;
        }
    }
    Ok(())
}

/// What the axes and the lines are, as text of the page.
fn key(panels: &Panels<'_>, courses: &[Course]) -> String {
    let seeds = courses.iter().flat_map(|c| &c.points).any(|(_, s)| s.seeds.len() > 1);
    let own = if seeds {
        "the mean over seeds, and the range of all of them"
    } else {
        "what the panel is named after"
    };
    let mut items = vec![("own", own.to_owned())];
    if courses.iter().any(|c| !c.training.is_empty()) {
        items.push(("training", "the same in training".to_owned()));
    }
    if courses.len() > 1 {
        items.push(("context", "all others".to_owned()));
    }
    if let Some(course) = panels.baseline.and_then(|n| courses.get(n)) {
        items.push(("base", format!("baseline: {}", course.name)));
    }
    if let Some((_, name)) = &panels.reference {
        items.push(("target", name.clone()));
    }
    let mut out = format!(
        "<p class=\"axes\">Upwards: {}, on a logarithmic axis. To the right: {}.</p>\n<ul class=\"keys\">\n",
        escape(panels.y_axis),
        escape(panels.x_axis)
    );
    for (class, text) in items {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "<li><span class=\"line {class}\"></span>{}</li>", escape(&text));
    }
    if panels.kind == Kind::Sweep {
        out += "<li>filled circle: the one that was chosen</li>\n";
    }
    if courses.iter().any(|c| !c.failures.is_empty()) {
        out += "<li>cross: runs diverged</li>\n";
    }
    out + "</ul>\n"
}
