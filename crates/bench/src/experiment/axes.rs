//! The settings of a cell that vary beside method, place, rate and seed. They are run-time values: a model asks for those it
//! knows, and one that nobody asked for is refused, so that nothing is written down that changed nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::str::FromStr;

/// The settings of one cell, by name.
pub struct Axes<'a> {
    given: &'a BTreeMap<String, String>,
    /// The names that were asked for, used or not.
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Axes<'a> {
    pub(crate) fn new(given: &'a BTreeMap<String, String>) -> Self {
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
