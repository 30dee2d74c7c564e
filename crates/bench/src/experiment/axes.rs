//! The settings of a cell that vary beside method, place, rate and seed. They are run-time values: a model asks for those it
//! knows, and one that nobody asked for is refused, so that nothing is written down that changed nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::str::FromStr;

use norm_core::Descriptor;

/// The settings of one cell, by name.
pub struct Axes<'a> {
    given: &'a BTreeMap<String, String>,
    /// The names that were asked for, used or not.
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Axes<'a> {
    /// Those of a cell.
    pub fn new(given: &'a BTreeMap<String, String>) -> Self {
        Self { given, asked: RefCell::default() }
    }

    fn text(&self, name: &'static str) -> Option<&'a str> {
        self.asked.borrow_mut().push(name);
        self.given.get(name).map(String::as_str)
    }

    /// A number within a domain, which `words` describes.
    ///
    /// # Errors
    ///
    /// In words, for text that is no such number.
    pub(crate) fn number<T: FromStr + Copy>(
        &self,
        name: &'static str,
        words: &str,
        domain: impl Fn(T) -> bool,
    ) -> Result<Option<T>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|v| domain(*v));
        number.map(Some).ok_or_else(|| format!("the setting `{name}` is `{text}`, it must be {words}"))
    }

    /// One of several words.
    ///
    /// # Errors
    ///
    /// In words, for another one.
    pub(crate) fn choice<T: Copy>(
        &self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.map(Some).ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            format!("the setting `{name}` is `{text}`, it must be one of: {}", words.join(", "))
        })
    }

    /// A positive, finite number.
    pub(crate) fn positive(&self, name: &'static str) -> Result<Option<f64>, String> {
        self.number(name, "a finite number above 0", |v: f64| v.is_finite() && v > 0.0)
    }

    /// The setting of a constant, by the name that the declaration of a method gives it, or the streaming of histories. What the
    /// long average of a statistic does not weigh, the short one does.
    ///
    /// # Errors
    ///
    /// In words, for text that is no number of its domain.
    pub(crate) fn constant(&self, declared: &str) -> Result<Option<f64>, String> {
        let weight = |name| self.number(name, "from 0 to 1", |v: f64| (0.0..=1.0).contains(&v));
        match declared {
            "eps" => self.number("eps", "a finite number, 0 or more", |v: f64| v.is_finite() && v >= 0.0),
            "p" => self.number("exponent", "a number from 1 to 8", |v: f64| (1.0..=8.0).contains(&v)),
            "alpha_long" => weight("alpha_long"),
            "alpha_short" => Ok(weight("alpha_long")?.map(|long| 1.0 - long)),
            "beta_long" => weight("beta_long"),
            "beta_short" => weight("beta_short"),
            "beta_current" => weight("beta_current"),
            "kappa" => weight("kappa"),
            _ => Ok(None),
        }
    }

    /// Whether a setting is given.
    pub(crate) fn gives(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// The constants of a method, its defaults save where a setting says otherwise.
    ///
    /// # Errors
    ///
    /// As [`constant`](Self::constant).
    pub(crate) fn constants(&self, d: &Descriptor) -> Result<Vec<f64>, String> {
        let all = d.consts.iter().zip(d.default_consts());
        all.map(|(c, default)| Ok(self.constant(c.name)?.unwrap_or(default))).collect()
    }

    /// Refuses what nobody asked for.
    ///
    /// # Errors
    ///
    /// In words, with the names that there are.
    pub(crate) fn finish(&self, workload: &str) -> Result<(), String> {
        let mut asked = self.asked.borrow().clone();
        asked.sort_unstable();
        asked.dedup();
        match self.given.keys().find(|name| !asked.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(format!(
                "the setting `{name}` changes nothing on `{workload}` here; the settings are: {}",
                asked.join(", ")
            )),
        }
    }
}
