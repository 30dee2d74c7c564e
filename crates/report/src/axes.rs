//! Scales, their ticks, and the room that the texts of ticks need.

use crate::canvas::TEXT;
use crate::wrap;

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
        if self.logarithmic { self.log_ticks(count) } else { linear_ticks(self.low, self.high, count) }
    }

    /// Whether a value lies beyond an end of the axis.
    pub(crate) fn beyond(&self, value: f64) -> bool {
        let value = if self.logarithmic { value.ln() } else { value };
        let slack = (self.high - self.low) * 1e-9;
        !(self.low - slack..=self.high + slack).contains(&value)
    }

    fn log_ticks(&self, count: usize) -> Vec<f64> {
        // Over less than a factor of six round values are too rare, and equal steps still lie far enough apart.
        if self.high - self.low < 6f64.ln() {
            return linear_ticks(self.low.exp(), self.high.exp(), count);
        }
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
        candidates.into_iter().find(|t| t.len() <= count + 1).unwrap_or_else(|| {
            let powers = ticks(&[1.0]);
            let every = powers.len().div_ceil(count + 1);
            powers.into_iter().step_by(every).collect()
        })
    }
}

fn linear_ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let rough = (high - low) / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|s| *s >= rough * 0.999).unwrap_or(rough);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// As many ticks of a horizontal axis, six at most, as their texts leave room for.
pub(crate) fn spaced(scale: &Scale, text: &dyn Fn(f64) -> String) -> Vec<f64> {
    let half = |tick: f64| wrap::width(&text(tick), TEXT) / 2.0;
    let apart = |ticks: &Vec<f64>| {
        ticks.windows(2).all(|t| (scale.at(t[1]) - scale.at(t[0])).abs() > half(t[0]) + half(t[1]) + 8.0)
    };
    (2..=6).rev().map(|count| scale.ticks(count)).find(apart).unwrap_or_else(|| scale.ticks(1))
}

/// As many ticks of a vertical axis, five at most, as the height of a text leaves room for.
pub(crate) fn stacked(scale: &Scale) -> Vec<f64> {
    let apart =
        |ticks: &Vec<f64>| ticks.windows(2).all(|t| (scale.at(t[1]) - scale.at(t[0])).abs() > TEXT * 1.3);
    (2..=5).rev().map(|count| scale.ticks(count)).find(apart).unwrap_or_else(|| scale.ticks(1))
}

/// The middle of a text that should stand at a place of a drawing so wide, moved so far that the text stays inside.
pub(crate) fn inside(text: &str, at: f64, wide: f64) -> f64 {
    let half = wrap::width(text, TEXT) / 2.0;
    at.min(wide - 2.0 - half).max(2.0 + half)
}

/// The smallest and the largest of the values that are numbers; nothing makes an empty range.
pub(crate) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
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
    fn a_narrow_logarithmic_axis_has_ticks_at_round_values() {
        let scale = Scale::logarithmic(0.75, 1.3, 0.0, 100.0);
        let texts: Vec<String> = scale.ticks(6).into_iter().map(crate::format::number).collect();
        assert_eq!(texts, ["0.8", "0.9", "1", "1.1", "1.2", "1.3"]);
        assert!(scale.ticks(6).into_iter().all(|tick| (0.0..=100.0).contains(&scale.at(tick))));
        // Equal ratios are equal distances.
        let apart = |a: f64, b: f64| scale.at(b) - scale.at(a);
        assert!((apart(0.8, 1.0) - apart(1.0, 1.25)).abs() < 1e-9);
        assert!(scale.beyond(0.7) && scale.beyond(f64::INFINITY) && !scale.beyond(1.3));
    }
}
