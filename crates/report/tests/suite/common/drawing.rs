//! A drawing of a page, taken apart.

use super::position;

/// Drawing units per unit of the page, and the size of all text in drawing units.
pub(crate) const TEXT: f64 = 48.0;

/// One inline SVG.
pub(crate) struct Drawing<'a> {
    svg: &'a str,
}

/// A text with the place that it is set at.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) anchor: String,
    pub(crate) label: String,
}

impl Text {
    /// Left, top, right and bottom, by an estimate from the number of characters.
    pub(crate) fn frame(&self) -> (f64, f64, f64, f64) {
        let seen = self.label.chars().filter(|c| !('\u{2060}'..='\u{2069}').contains(c)).count();
        let wide = seen as f64 * TEXT * 0.45;
        let left = match self.anchor.as_str() {
            "middle" => self.x - wide / 2.0,
            "end" => self.x - wide,
            _ => self.x,
        };
        (left, self.y - TEXT / 2.0, left + wide, self.y + TEXT / 2.0)
    }
}

/// The value of an attribute.
pub(crate) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

pub(crate) fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).unwrap_or_else(|| panic!("no {name}: {tag}")).parse().unwrap()
}

/// The corners of a line or a polygon.
pub(crate) fn points(tag: &str) -> Vec<(f64, f64)> {
    let one = |pair: &str| {
        let (x, y) = pair.split_once(',').unwrap();
        (x.parse().unwrap(), y.parse().unwrap())
    };
    attribute(tag, "points").unwrap_or_default().split_whitespace().map(one).collect()
}

/// The middle of a mark, whatever its shape.
pub(crate) fn middle(tag: &str) -> (f64, f64) {
    if let Some(x) = attribute(tag, "cx") {
        return (x.parse().unwrap(), number(tag, "cy"));
    }
    let corners = points(tag);
    let ends = |of: fn(&(f64, f64)) -> f64| {
        let (low, high) = corners.iter().map(of).fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
        f64::midpoint(low, high)
    };
    (ends(|p| p.0), ends(|p| p.1))
}

impl<'a> Drawing<'a> {
    /// The one with this id.
    pub(crate) fn of(page: &'a str, id: &str) -> Self {
        let at = position(page, &format!("aria-labelledby=\"{id}-t {id}-d\""));
        let start = page[..at].rfind("<svg").unwrap();
        let svg = &page[start..start + page[start..].find("</svg>").unwrap()];
        Self { svg }
    }

    /// All of a page that the drawing library made.
    pub(crate) fn all(page: &'a str) -> Vec<Self> {
        let parts = page.split("<svg").skip(1).map(|rest| &rest[..rest.find("</svg>").unwrap()]);
        parts.filter(|svg| svg.contains("-d\">")).map(|svg| Self { svg }).collect()
    }

    pub(crate) fn text_of(&self, element: &str) -> &'a str {
        let rest = self.svg.split_once(&format!("<{element} ")).unwrap().1;
        rest.split_once('>').unwrap().1.split_once('<').unwrap().0
    }

    /// Without the group that it shares with others.
    pub(crate) fn own(&self) -> Self {
        Self { svg: self.svg.rsplit_once("</g>").map_or(self.svg, |(_, own)| own) }
    }

    /// Elements of a name with a class, as their tags.
    pub(crate) fn tags(&self, name: &str, class: &str) -> Vec<&'a str> {
        let start = format!("<{name}");
        let tags = self.svg.split(start.as_str()).skip(1).filter(|rest| rest.starts_with(' '));
        tags.map(|rest| &rest[..rest.find('>').unwrap()])
            .filter(|tag| attribute(tag, "class").unwrap_or_default().split(' ').any(|c| c == class))
            .collect()
    }

    pub(crate) fn size(&self) -> (f64, f64) {
        let numbers: Vec<f64> =
            attribute(self.svg, "viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
        (numbers[2], numbers[3])
    }

    pub(crate) fn texts(&self) -> Vec<Text> {
        let one = |rest: &'a str| {
            let (tag, rest) = rest.split_once('>').unwrap();
            Text {
                x: number(tag, "x"),
                y: number(tag, "y"),
                anchor: attribute(tag, "text-anchor").unwrap_or_default().to_owned(),
                label: rest.split_once("</text>").unwrap().0.trim().to_owned(),
            }
        };
        self.svg.split("<text").skip(1).map(one).collect()
    }

    /// Where a value lies on a logarithmic axis, by two of its ticks.
    pub(crate) fn logarithmic(&self, ticks: [(&str, f64); 2], across: bool) -> impl Fn(f64) -> f64 {
        let texts = self.texts();
        let at = |label: &str| {
            let tick = texts
                .iter()
                .find(|t| t.label == label)
                .unwrap_or_else(|| panic!("no tick {label}: {texts:?}"));
            if across { tick.x } else { tick.y }
        };
        let (a, b) = (at(ticks[0].0), at(ticks[1].0));
        let slope = (b - a) / (ticks[1].1 / ticks[0].1).ln();
        let first = ticks[0].1;
        move |value: f64| a + slope * (value / first).ln()
    }
}
