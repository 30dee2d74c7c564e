//! Rows of marks over one axis. Each row has its label above it, whole, in as many lines as it takes: so a drawing is narrow enough
//! to be read on a phone, and no name is cut.

use crate::axes::{Scale, inside, range, spaced};
use crate::canvas::{Anchor, Canvas, Ink, Sheet, TEXT};
use crate::error::Error;
use crate::wrap;

/// A number with its interval.
pub(crate) struct Mark {
    pub(crate) value: f64,
    /// The ends of the interval, where there is one.
    pub(crate) ends: Option<(f64, f64)>,
    pub(crate) ink: Ink,
    /// Its shape.
    pub(crate) form: usize,
}

/// One thing that has numbers.
pub(crate) struct Row {
    pub(crate) label: String,
    /// The range in which a difference does not matter; one end may be infinite.
    pub(crate) band: Option<(f64, f64)>,
    pub(crate) marks: Vec<Mark>,
}

/// What a shape and its colour mean.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) ink: Ink,
    pub(crate) form: usize,
}

/// What all rows share.
pub(crate) struct Strips<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    /// What the axis shows.
    pub(crate) axis: &'a str,
    pub(crate) logarithmic: bool,
    /// What the axis shows at most; what lies beyond stands at its end, with an arrow.
    pub(crate) shown: (f64, f64),
    /// A value with a line through all rows, and its name; it is always inside the axis.
    pub(crate) line: Option<(f64, &'a str)>,
    /// A range through all rows.
    pub(crate) band: Option<(f64, f64)>,
    pub(crate) keys: &'a [Key],
    pub(crate) tick: &'a dyn Fn(f64) -> String,
}

/// An axis that shows everything.
pub(crate) const ALL: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

const WIDTH: f64 = 360.0;
/// Where the axis begins and ends, so that a mark and half of a tick's text beyond an end are still inside.
const ENDS: (f64, f64) = (26.0, 334.0);
const MARGIN: f64 = 6.0;
const LINE: f64 = 15.0;
/// Height of the part of a row that has the marks.
const STRIP: f64 = 20.0;
const GAP: f64 = 7.0;
const RADIUS: f64 = 4.2;

/// Where everything stands.
struct Layout {
    x: Scale,
    ticks: Vec<f64>,
    /// The lines of the axis' name.
    axis: Vec<String>,
    /// Each key with its place.
    keys: Vec<(f64, f64)>,
    /// The lines of each label, and the height at which the first of them begins.
    labels: Vec<(f64, Vec<String>)>,
    /// Upper and lower end of all rows.
    rows: (f64, f64),
    height: f64,
}

/// Draws the rows.
pub(crate) fn draw(strips: &Strips<'_>, rows: &[Row]) -> Result<String, Error> {
    let layout = layout(strips, rows);
    let mut inks: Vec<Ink> = Vec::new();
    let used =
        strips.keys.iter().map(|key| key.ink).chain(rows.iter().flat_map(|r| r.marks.iter().map(|m| m.ink)));
    for ink in used {
        if !inks.contains(&ink) {
            inks.push(ink);
        }
    }
    let sheet = Sheet {
        id: strips.id,
        size: (WIDTH, layout.height),
        title: strips.title,
        description: strips.description,
        inks: &inks,
        under: "",
    };
    Canvas::draw(&sheet, |canvas| {
        keys(canvas, strips, &layout)?;
        frame(canvas, strips, &layout)?;
        for (row, (top, label)) in rows.iter().zip(&layout.labels) {
            one(canvas, row, *top, label, &layout)?;
        }
        Ok(())
    })
}

fn layout(strips: &Strips<'_>, rows: &[Row]) -> Layout {
    let x = scale(strips, rows);
    let ticks = spaced(&x, strips.tick);
    let axis = wrap::lines(strips.axis, TEXT, WIDTH - 2.0 * MARGIN);
    let (mut across, mut down) = (MARGIN, LINE * 0.8);
    let mut places = Vec::new();
    for key in strips.keys {
        let wide = 22.0 + wrap::width(&key.text, TEXT);
        if across > MARGIN && across + wide > WIDTH - MARGIN {
            (across, down) = (MARGIN, down + LINE + 2.0);
        }
        places.push((across, down));
        across += wide + 10.0;
    }
    let keys = if places.is_empty() { 0.0 } else { down + LINE };
    // The name of the line and the ticks stand above the rows.
    let top = keys + if strips.line.is_some() { 2.0 * LINE + 4.0 } else { LINE + 4.0 };
    let mut at = top + GAP;
    let mut labels = Vec::new();
    for row in rows {
        let lines = wrap::lines(&row.label, TEXT, WIDTH - 2.0 * MARGIN);
        let next = at + LINE * lines.len() as f64 + STRIP + GAP;
        labels.push((at, lines));
        at = next;
    }
    let height = at + LINE * 1.6 + LINE * axis.len() as f64;
    Layout { x, ticks, axis, keys: places, labels, rows: (top, at), height }
}

/// An axis that holds every number, and what must be seen beside them.
fn scale(strips: &Strips<'_>, rows: &[Row]) -> Scale {
    let of_mark = |m: &Mark| [m.value].into_iter().chain(m.ends.into_iter().flat_map(|(a, b)| [a, b]));
    let marks = rows.iter().flat_map(|row| row.marks.iter().flat_map(of_mark));
    let bands = rows.iter().filter_map(|row| row.band).chain(strips.band).flat_map(|(a, b)| [a, b]);
    let all = marks.chain(bands).chain(strips.line.map(|line| line.0));
    let (low, high) = range(all.filter(|v| !strips.logarithmic || *v > 0.0));
    let (low, high) = (low.max(strips.shown.0), high.min(strips.shown.1));
    if strips.logarithmic {
        let pad = (high / low).powf(0.03);
        Scale::logarithmic(low / pad, high * pad, ENDS.0, ENDS.1)
    } else {
        let pad = (high - low) * 0.03;
        Scale::linear(low - pad, high + pad, ENDS.0, ENDS.1)
    }
}

fn keys(canvas: &mut Canvas<'_>, strips: &Strips<'_>, layout: &Layout) -> Result<(), Error> {
    for (key, (x, y)) in strips.keys.iter().zip(&layout.keys) {
        canvas.marker(key.form, (x + 6.0, *y), key.ink, RADIUS)?;
        canvas.text(&key.text, (x + 16.0, *y), Ink::Text, Anchor::Start)?;
    }
    Ok(())
}

/// Band, grid, ticks above and below, the line, and what the axis shows.
fn frame(canvas: &mut Canvas<'_>, strips: &Strips<'_>, layout: &Layout) -> Result<(), Error> {
    let ((top, bottom), x) = (layout.rows, &layout.x);
    if let Some((low, high)) = strips.band {
        canvas.band((x.at(low), top), (x.at(high), bottom), Ink::Band)?;
    }
    for tick in &layout.ticks {
        let (at, text) = (x.at(*tick), (strips.tick)(*tick));
        canvas.line((at, top), (at, bottom), Ink::Grid, 0.8)?;
        let middle = inside(&text, at, WIDTH);
        canvas.text(&text, (middle, top - LINE * 0.6), Ink::Muted, Anchor::Middle)?;
        canvas.text(&text, (middle, bottom + LINE * 0.7), Ink::Muted, Anchor::Middle)?;
    }
    if let Some((value, name)) = strips.line {
        let at = x.at(value);
        canvas.line((at, top), (at, bottom), Ink::Reference, 1.2)?;
        canvas.text(name, (inside(name, at, WIDTH), top - LINE * 1.6), Ink::Muted, Anchor::Middle)?;
    }
    for (n, line) in layout.axis.iter().enumerate() {
        let y = bottom + LINE * (1.9 + n as f64);
        canvas.text(line, (WIDTH / 2.0, y), Ink::Text, Anchor::Middle)?;
    }
    Ok(())
}

fn one(canvas: &mut Canvas<'_>, row: &Row, top: f64, label: &[String], layout: &Layout) -> Result<(), Error> {
    for (n, line) in label.iter().enumerate() {
        canvas.text(line, (MARGIN, top + LINE * (n as f64 + 0.5)), Ink::Text, Anchor::Start)?;
    }
    let x = &layout.x;
    let (above, level) = (top + LINE * label.len() as f64, top + LINE * label.len() as f64 + STRIP / 2.0);
    if let Some((low, high)) = row.band {
        canvas.band((x.at(low), above), (x.at(high), above + STRIP), Ink::Band)?;
    }
    canvas.line((ENDS.0, level), (ENDS.1, level), Ink::Grid, 0.8)?;
    for mark in &row.marks {
        let ends = mark.ends.filter(|(a, b)| !a.is_nan() && !b.is_nan());
        if let Some((lower, upper)) = ends {
            canvas.line((x.at(lower), level), (x.at(upper), level), mark.ink, 1.8)?;
        }
        // Which of its numbers lie beyond an end, and beyond which.
        let numbers = ends.into_iter().flat_map(|(a, b)| [a, b]).chain([mark.value]);
        let beyond: Vec<f64> = numbers.filter(|v| !v.is_nan() && x.beyond(*v)).map(|v| x.at(v)).collect();
        for (end, out) in [(ENDS.0, -11.0), (ENDS.1, 11.0)] {
            if beyond.contains(&end) {
                canvas.line((end, level), (end + out, level), mark.ink, 1.8)?;
                canvas.arrow((end + out, level), out > 0.0, mark.ink)?;
            }
        }
        if !mark.value.is_nan() {
            canvas.marker(mark.form, (x.at(mark.value), level), mark.ink, RADIUS)?;
        }
    }
    if row.marks.iter().all(|mark| mark.value.is_nan()) {
        canvas.text("no number", (ENDS.0, level), Ink::Muted, Anchor::Start)?;
    }
    Ok(())
}
