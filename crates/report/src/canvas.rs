//! A drawing surface over the plotting library's SVG backend.
//!
//! The backend writes fixed colours; a page needs colours that follow light and dark. So everything is drawn in
//! *marker* colours, one per role, which are exchanged for CSS classes at the end. Dashes are classes too. The
//! backend also places on whole pixels, so drawings are made [`SCALE`] times larger than they are shown.

use std::fmt::Write as _;

use plotters::prelude::{
    Color, DrawingBackend, FontStyle, IntoFont, RGBColor, SVGBackend, ShapeStyle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::Error;
use crate::markup::escape;

/// Drawing units per unit of the page.
pub(crate) const SCALE: f64 = 4.0;

/// What a mark stands for. The page's style sheet gives each role its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text and axes.
    Text,
    /// Secondary text.
    Muted,
    /// Grid lines.
    Grid,
    /// A reference line (target, ceiling).
    Reference,
    /// A series by number: colour, dash and marker.
    Series(usize),
}

impl Ink {
    fn marker(self) -> RGBColor {
        match self {
            Self::Text => RGBColor(1, 1, 0),
            Self::Muted => RGBColor(1, 1, 1),
            Self::Grid => RGBColor(1, 1, 2),
            Self::Reference => RGBColor(1, 1, 3),
            Self::Series(n) => RGBColor(1, 2 + (n / 256) as u8, (n % 256) as u8),
        }
    }

    fn class(self) -> String {
        match self {
            Self::Text => "ink".into(),
            Self::Muted => "mut".into(),
            Self::Grid => "grd".into(),
            Self::Reference => "ref".into(),
            Self::Series(n) => format!("s{n}"),
        }
    }
}

/// How a text sits at its point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing in units of the page.
pub(crate) struct Canvas<'a> {
    id: &'a str,
    backend: SVGBackend<'a>,
}

impl<'a> Canvas<'a> {
    /// Draws a figure of the given size and returns its inline SVG with title and description.
    pub(crate) fn draw(
        id: &'a str,
        (width, height): (f64, f64),
        title: &str,
        description: &str,
        inks: &[Ink],
        paint: impl FnOnce(&mut Canvas<'_>) -> Result<(), Error>,
    ) -> Result<String, Error> {
        let mut svg = String::new();
        {
            let size = (scaled(width).unsigned_abs(), scaled(height).unsigned_abs());
            let mut canvas = Canvas { id, backend: SVGBackend::with_string(&mut svg, size) };
            paint(&mut canvas)?;
            canvas.backend.present().map_err(|e| failed(id, e))?;
        }
        Ok(dress(&svg, id, (width, height), title, description, inks))
    }

    /// A straight line.
    pub(crate) fn line(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        ink: Ink,
        width: f64,
    ) -> Result<(), Error> {
        self.path(&[from, to], ink, width)
    }

    /// A line through points.
    pub(crate) fn path(&mut self, points: &[(f64, f64)], ink: Ink, width: f64) -> Result<(), Error> {
        let style = stroke(ink, width);
        self.backend.draw_path(points.iter().map(at), &style).map_err(|e| failed(self.id, e))
    }

    /// A thin translucent line: one of many.
    pub(crate) fn faint(&mut self, points: &[(f64, f64)], ink: Ink) -> Result<(), Error> {
        let style = ShapeStyle { color: ink.marker().mix(0.45), ..stroke(ink, 0.7) };
        self.backend.draw_path(points.iter().map(at), &style).map_err(|e| failed(self.id, e))
    }

    /// A small translucent dot: one of many.
    pub(crate) fn dot(&mut self, point: (f64, f64), ink: Ink) -> Result<(), Error> {
        let style = ShapeStyle { color: ink.marker().mix(0.55), filled: true, stroke_width: 0 };
        let radius = scaled(1.8).unsigned_abs();
        self.backend.draw_circle(at(&point), radius, &style, true).map_err(|e| failed(self.id, e))
    }

    /// A marker whose form goes with the number of the series.
    pub(crate) fn marker(&mut self, form: usize, (x, y): (f64, f64), ink: Ink, r: f64) -> Result<(), Error> {
        let solid = ShapeStyle { color: ink.marker().to_rgba(), filled: true, stroke_width: 0 };
        let open = stroke(ink, 1.4);
        let polygon = |corners: &[(f64, f64)]| -> Vec<(i32, i32)> {
            corners.iter().map(|(dx, dy)| at(&(x + dx * r, y + dy * r))).collect()
        };
        let square = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9), (-0.9, -0.9)];
        let diamond = [(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0), (0.0, -1.25)];
        let up = [(0.0, -1.2), (1.1, 0.9), (-1.1, 0.9), (0.0, -1.2)];
        let down = [(0.0, 1.2), (1.1, -0.9), (-1.1, -0.9), (0.0, 1.2)];
        let backend = &mut self.backend;
        match form % 8 {
            0 => backend.draw_circle(at(&(x, y)), scaled(r).unsigned_abs(), &solid, true),
            1 => backend.fill_polygon(polygon(&square), &solid),
            2 => backend.fill_polygon(polygon(&up), &solid),
            3 => backend.fill_polygon(polygon(&diamond), &solid),
            4 => backend.draw_circle(at(&(x, y)), scaled(r).unsigned_abs(), &open, false),
            5 => backend.draw_path(polygon(&square), &open),
            6 => backend.draw_path(polygon(&down), &open),
            _ => backend.draw_path(polygon(&diamond), &open),
        }
        .map_err(|e| failed(self.id, e))
    }

    /// A cross: something that failed.
    pub(crate) fn cross(&mut self, (x, y): (f64, f64), ink: Ink, r: f64) -> Result<(), Error> {
        self.path(&[(x - r, y - r), (x + r, y + r)], ink, 1.8)?;
        self.path(&[(x - r, y + r), (x + r, y - r)], ink, 1.8)
    }

    /// Text, vertically centred on its point.
    pub(crate) fn text(
        &mut self,
        text: &str,
        point: (f64, f64),
        ink: Ink,
        size: f64,
        anchor: Anchor,
    ) -> Result<(), Error> {
        let position = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // The backend divides sizes by 1.24 to convert from points of its own.
        let font = ("sans-serif", size * SCALE * 1.24).into_font().style(FontStyle::Normal);
        let marker = ink.marker();
        let style = TextStyle::from(font).color(&marker).pos(Pos::new(position, VPos::Center));
        self.backend.draw_text(text, &style, at(&point)).map_err(|e| failed(self.id, e))
    }
}

fn scaled(value: f64) -> i32 {
    (value * SCALE).round() as i32
}

fn at(point: &(f64, f64)) -> (i32, i32) {
    (scaled(point.0), scaled(point.1))
}

fn stroke(ink: Ink, width: f64) -> ShapeStyle {
    ShapeStyle { color: ink.marker().to_rgba(), filled: false, stroke_width: scaled(width).unsigned_abs() }
}

fn failed<E: std::error::Error + Send + Sync + 'static>(figure: &str, source: E) -> Error {
    Error::Draw { figure: figure.to_owned(), source: Box::new(source) }
}

/// Exchanges marker colours for classes, sizes for a view box, and adds what assistive technology reads.
fn dress(
    svg: &str,
    id: &str,
    (width, height): (f64, f64),
    title: &str,
    description: &str,
    inks: &[Ink],
) -> String {
    let body = svg.split_once('\n').map_or("", |(_, body)| body);
    let mut body = body.replace(" opacity=\"1\"", "").replace(" stroke-width=\"0\"", "").replace(" \"", "\"");
    body = body
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" fill=\"none\"", "")
        .replace(" stroke=\"none\"", "");
    for ink in inks.iter().chain(&[Ink::Text, Ink::Muted, Ink::Grid, Ink::Reference]) {
        let RGBColor(r, g, b) = ink.marker();
        let (hex, class) = (format!("#{r:02X}{g:02X}{b:02X}"), ink.class());
        body = body.replace(&format!("stroke=\"{hex}\""), &format!("class=\"l {class}\""));
        body = body.replace(&format!("fill=\"{hex}\""), &format!("class=\"f {class}\""));
    }
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" style=\"--w:{width};--h:{height}\" \
         role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\n<title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>",
        scaled(width),
        scaled(height),
        escape(title),
        escape(description)
    );
    out + &body
}
