//! A drawing surface over the plotting library's SVG backend.
//!
//! The backend writes fixed colours; a page needs colours that follow light and dark. So everything is drawn in
//! *marker* colours, one per role, which are exchanged for CSS classes at the end. Dashes are classes too. The
//! backend also places on whole pixels, so drawings are made [`SCALE`] times larger than they are shown.

use plotters::prelude::{
    Color, DrawingBackend, FontStyle, IntoFont, RGBColor, SVGBackend, ShapeStyle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::Error;
use crate::markup::escape;

/// Drawing units per unit of the page.
pub(crate) const SCALE: f64 = 4.0;

/// Size of all text, in units of the page; the style sheet has the same size in drawing units.
pub(crate) const TEXT: f64 = 12.0;

/// Colours of series that are told apart under every kind of colour vision; `figures.css` has them. Beyond them colours repeat, and
/// the shape differs.
const HUES: usize = 6;

/// What a mark stands for. The page's style sheet gives each role its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text and axes.
    Text,
    /// Secondary text.
    Muted,
    /// Grid lines.
    Grid,
    /// A reference line (target, no difference).
    Reference,
    /// One of the others, behind what is looked at.
    Context,
    /// A range in which differences do not matter.
    Band,
    /// Numbers of training beside those of an evaluation.
    Training,
    /// A series by number: its colour. What is drawn has a shape beside it.
    Series(usize),
}

impl Ink {
    fn marker(self) -> RGBColor {
        match self {
            Self::Text => RGBColor(1, 1, 0),
            Self::Muted => RGBColor(1, 1, 1),
            Self::Grid => RGBColor(1, 1, 2),
            Self::Reference => RGBColor(1, 1, 3),
            Self::Context => RGBColor(1, 1, 4),
            Self::Band => RGBColor(1, 1, 5),
            Self::Training => RGBColor(1, 1, 6),
            Self::Series(n) => RGBColor(1, 2 + (n / 256) as u8, (n % 256) as u8),
        }
    }

    fn class(self) -> String {
        match self {
            Self::Text => "ink".into(),
            Self::Muted => "mut".into(),
            Self::Grid => "grd".into(),
            Self::Reference => "ref".into(),
            Self::Context => "ctx".into(),
            Self::Band => "bnd".into(),
            Self::Training => "trn".into(),
            Self::Series(n) => format!("s{}", n % HUES),
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

/// What is said of a drawing, and what it is drawn on.
pub(crate) struct Sheet<'a> {
    pub(crate) id: &'a str,
    /// Width and height.
    pub(crate) size: (f64, f64),
    pub(crate) title: &'a str,
    /// What a reader sees who does not see it; not how to read it, which stands in the caption.
    pub(crate) description: &'a str,
    /// The series that are drawn; the other roles are always known.
    pub(crate) inks: &'a [Ink],
    /// Markup beneath the drawing: a group of another one, or a reference to it.
    pub(crate) under: &'a str,
}

/// A drawing in units of the page.
pub(crate) struct Canvas<'a> {
    id: &'a str,
    backend: SVGBackend<'a>,
}

impl Canvas<'_> {
    /// Draws a figure and returns its inline SVG with title and description.
    pub(crate) fn draw(
        sheet: &Sheet<'_>,
        paint: impl FnOnce(&mut Canvas<'_>) -> Result<(), Error>,
    ) -> Result<String, Error> {
        let body = painted(sheet.id, sheet.size, sheet.inks, paint)?;
        Ok(format!("{}{}\n{body}</svg>\n", head(sheet), sheet.under))
    }

    /// Draws a group that several drawings of one page and size share.
    pub(crate) fn group(
        id: &str,
        size: (f64, f64),
        paint: impl FnOnce(&mut Canvas<'_>) -> Result<(), Error>,
    ) -> Result<String, Error> {
        Ok(format!("<g id=\"{id}\">\n{}</g>", painted(id, size, &[], paint)?))
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

    /// A translucent surface with these corners.
    pub(crate) fn surface(&mut self, corners: &[(f64, f64)], ink: Ink) -> Result<(), Error> {
        let style = ShapeStyle { color: ink.marker().mix(0.25), filled: true, stroke_width: 0 };
        self.backend.fill_polygon(corners.iter().map(at), &style).map_err(|e| failed(self.id, e))
    }

    /// A rectangle from its upper left to its lower right corner, behind everything that is drawn later.
    pub(crate) fn band(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink) -> Result<(), Error> {
        let style = ShapeStyle { color: ink.marker().to_rgba(), filled: true, stroke_width: 0 };
        self.backend.draw_rect(at(&from), at(&to), &style, true).map_err(|e| failed(self.id, e))
    }

    /// The tip of a line that goes on beyond the end of an axis, to the right or to the left.
    pub(crate) fn arrow(&mut self, (x, y): (f64, f64), right: bool, ink: Ink) -> Result<(), Error> {
        let back = if right { x - 5.0 } else { x + 5.0 };
        self.path(&[(back, y - 3.5), (x, y), (back, y + 3.5)], ink, 1.6)
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
        anchor: Anchor,
    ) -> Result<(), Error> {
        let position = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // The backend divides sizes by 1.24 to convert from points of its own.
        let font = ("sans-serif", TEXT * SCALE * 1.24).into_font().style(FontStyle::Normal);
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

/// What is painted, with classes in place of marker colours and without what the style sheet says.
fn painted(
    id: &str,
    (width, height): (f64, f64),
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
    let body = svg.split_once('\n').map_or("", |(_, body)| body).trim_end();
    let mut body = body.strip_suffix("</svg>").unwrap_or(body).to_owned();
    // As the backend writes the size of a text.
    let size = format!(" font-size=\"{}\"", TEXT * SCALE * 1.24 / 1.24);
    let said =
        [" opacity=\"1\"", " stroke-width=\"0\"", " dy=\"0.5ex\"", " text-anchor=\"start\"", size.as_str()];
    for attribute in said {
        body = body.replace(attribute, "");
    }
    for attribute in [" font-family=\"sans-serif\"", " fill=\"none\"", " stroke=\"none\""] {
        body = body.replace(attribute, "");
    }
    body = body.replace(" \"", "\"");
    let roles = [Ink::Text, Ink::Muted, Ink::Grid, Ink::Reference, Ink::Context, Ink::Band, Ink::Training];
    for ink in inks.iter().chain(&roles) {
        let RGBColor(r, g, b) = ink.marker();
        let (hex, class) = (format!("#{r:02X}{g:02X}{b:02X}"), ink.class());
        body = body.replace(&format!("stroke=\"{hex}\""), &format!("class=\"l {class}\""));
        body = body.replace(&format!("fill=\"{hex}\""), &format!("class=\"f {class}\""));
    }
    Ok(body)
}

/// The start of an inline SVG: a view box for sizes, and what assistive technology reads.
fn head(sheet: &Sheet<'_>) -> String {
    let (id, (width, height)) = (sheet.id, sheet.size);
    format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-labelledby=\"{id}-t {id}-d\">\n<title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n",
        scaled(width),
        scaled(height),
        escape(sheet.title),
        escape(sheet.description)
    )
}
