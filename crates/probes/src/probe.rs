//! What a probe is, and what it finds.

use std::collections::BTreeMap;

use results::ProbeRecord;

/// A measurement by its name.
pub(crate) struct Probe {
    /// The name by which claims ask for it.
    pub(crate) id: &'static str,
    /// What is done, in a sentence.
    pub(crate) about: &'static str,
    /// Does it.
    pub(crate) find: fn() -> Values,
}

impl Probe {
    pub(crate) fn record(&self) -> ProbeRecord {
        ProbeRecord { id: self.id.to_owned(), about: self.about.to_owned(), values: (self.find)().0 }
    }
}

/// Numbers by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Values(BTreeMap<String, f64>);

impl Values {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// One more.
    pub(crate) fn with(mut self, name: impl Into<String>, value: f64) -> Self {
        self.put(name, value);
        self
    }

    /// One more, in place.
    pub(crate) fn put(&mut self, name: impl Into<String>, value: f64) {
        let name = name.into();
        assert!(!value.is_nan(), "`{name}` is no number");
        assert!(!self.0.contains_key(&name), "`{name}` is said twice");
        self.0.insert(name, value);
    }

    #[cfg(test)]
    pub(crate) fn get(&self, name: &str) -> f64 {
        self.0[name]
    }
}
