//! Scales, ticks and the frame that every plot shares.

use crate::canvas::{Anchor, Canvas, Ink};
use crate::error::Error;

/// Size of the text on axes and labels, in units of the page.
pub(crate) const TEXT: f64 = 12.5;

/// A range of values laid along a range of the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Scale {
    /// Equal differences are equal distances. An empty or infinite range becomes one around its centre.
    pub(crate) fn linear(low: f64, high: f64, from: f64, to: f64) -> Self {
        let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
        Self { low, high, from, to, logarithmic: false }
    }

    /// Equal ratios are equal distances; only for positive values.
    pub(crate) fn logarithmic(low: f64, high: f64, from: f64, to: f64) -> Self {
        let valid = low > 0.0 && high.is_finite() && high >= low;
        let (low, high) = if valid { (low, high) } else { (0.1, 10.0) };
        let (low, high) = if high > low { (low, high) } else { (low / 2.0, low * 2.0) };
        Self { low: low.ln(), high: high.ln(), from, to, logarithmic: true }
    }

    /// Where a value lies; outside values are held at the ends.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.ln() } else { value };
        let part = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + part * (self.to - self.from)
    }

    /// Round values inside the range, about `count` of them.
    pub(crate) fn ticks(&self, count: usize) -> Vec<f64> {
        if self.logarithmic { self.log_ticks(count) } else { self.linear_ticks(count) }
    }

    fn linear_ticks(&self, count: usize) -> Vec<f64> {
        let rough = (self.high - self.low) / count.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|s| *s >= rough * 0.999).unwrap_or(rough);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }

    fn log_ticks(&self, count: usize) -> Vec<f64> {
        let (low, high) = ((self.low / std::f64::consts::LN_10), (self.high / std::f64::consts::LN_10));
        let within = |v: &f64| v.log10() >= low - 1e-9 && v.log10() <= high + 1e-9;
        let decades = (low.floor() as i32)..=(high.ceil() as i32);
        let ticks = |mantissas: &[f64]| -> Vec<f64> {
            decades
                .clone()
                .flat_map(|d| mantissas.iter().map(move |m| m * 10f64.powi(d)))
                .filter(within)
                .collect()
        };
        let candidates = [ticks(&[1.0, 2.0, 5.0]), ticks(&[1.0, 3.0]), ticks(&[1.0])];
        candidates.into_iter().find(|t| t.len() <= count + 1).unwrap_or_else(|| ticks(&[1.0]))
    }
}

/// The frame of a plot: where its values go, and what its axes say.
pub(crate) struct Frame<'a> {
    /// The horizontal scale.
    pub(crate) x: Scale,
    /// The vertical scale.
    pub(crate) y: Scale,
    /// Left, top, right and bottom of the plotting area.
    pub(crate) area: (f64, f64, f64, f64),
    /// What the horizontal axis shows.
    pub(crate) x_label: &'a str,
    /// What the vertical axis shows.
    pub(crate) y_label: &'a str,
}

impl Frame<'_> {
    /// Draws grid, ticks and names of the axes. The horizontal ticks are round values if none are given.
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        x_ticks: &[f64],
        x_text: &dyn Fn(f64) -> String,
        y_text: Option<&dyn Fn(f64) -> String>,
    ) -> Result<(), Error> {
        let (left, top, right, bottom) = self.area;
        if let Some(y_text) = y_text {
            for tick in self.y.ticks(5) {
                let y = self.y.at(tick);
                canvas.line((left, y), (right, y), Ink::Grid, 0.8)?;
                canvas.text(&y_text(tick), (left - 8.0, y), Ink::Muted, TEXT, Anchor::End)?;
            }
        }
        let ticks = if x_ticks.is_empty() { self.x.ticks(6) } else { x_ticks.to_vec() };
        for tick in ticks {
            let x = self.x.at(tick);
            canvas.line((x, bottom), (x, bottom + 5.0), Ink::Muted, 0.8)?;
            canvas.text(&x_text(tick), (x, bottom + 17.0), Ink::Muted, TEXT, Anchor::Middle)?;
        }
        canvas.line((left, bottom), (right, bottom), Ink::Muted, 0.8)?;
        canvas.text(
            self.x_label,
            (f64::midpoint(left, right), bottom + 38.0),
            Ink::Text,
            TEXT,
            Anchor::Middle,
        )?;
        canvas.text(self.y_label, (left - 8.0, top - 16.0), Ink::Text, TEXT, Anchor::Start)
    }
}

/// Moves label positions apart, as little as it takes, so that each keeps `gap` to the next. Keeps the order.
pub(crate) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]).then(a.cmp(&b)));
    let mut placed = wanted.to_vec();
    let mut floor = low;
    for &i in &order {
        placed[i] = placed[i].max(floor);
        floor = placed[i] + gap;
    }
    let mut ceiling = high;
    for &i in order.iter().rev() {
        placed[i] = placed[i].min(ceiling);
        ceiling = placed[i] - gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::linear(0.0, 1.0, 0.0, 1.0).ticks(5).len(), 6);
        assert_eq!(Scale::linear(0.0, 37.0, 0.0, 1.0).ticks(7), [0.0, 10.0, 20.0, 30.0]);
        let ticks = Scale::logarithmic(0.01, 10.0, 0.0, 1.0).ticks(7);
        let texts: Vec<String> = ticks.into_iter().map(crate::format::number).collect();
        assert_eq!(texts, ["0.01", "0.03", "0.1", "0.3", "1", "3", "10"]);
        assert!(Scale::linear(f64::NAN, 1.0, 0.0, 1.0).at(f64::INFINITY) <= 1.0);
    }

    #[test]
    fn labels_keep_their_distance_and_order() {
        let placed = spread(&[10.0, 10.0, 11.0, 50.0], 5.0, 0.0, 60.0);
        assert_eq!(placed, [10.0, 15.0, 20.0, 50.0]);
        assert_eq!(spread(&[58.0, 59.0], 5.0, 0.0, 60.0), [55.0, 60.0]);
    }
}
