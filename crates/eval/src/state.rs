//! What one place stores, one of it or one for each step: taken from a request, given back.

use norm_core::policy::{self, Running};
use norm_core::{Descriptor, NormState, PolicyKind};
use sequence::Placement;

use crate::answer::Answer;
use crate::error::Error;
use crate::limits;
use crate::norm::{How, Real, narrow, widen};
use crate::request::{OverTime, Request};
use crate::streaming;

/// What a request calls the weight of the newest batch: as the method does, where its formula holds it.
pub(crate) fn weight_of_newest(d: &Descriptor) -> &'static str {
    if d.consts.iter().any(|c| c.name == policy::RATE) { policy::RATE } else { "momentum" }
}

/// How stored statistics take in a batch, unless the request says otherwise: at the rate that the method names, or as its
/// usual placement does.
pub(crate) fn averaging(r: &Request) -> Result<Running, Error> {
    let d = r.descriptor();
    let usual = d.placements.first().and_then(|name| Placement::find(name));
    let mut running = usual.and_then(|p| p.running).unwrap_or_default().named(d, &r.consts());
    let name = weight_of_newest(d);
    if let Some(rate) = r.constant(name) {
        if !(0.0..=1.0).contains(&rate) {
            return Err(Error::Value {
                key: format!("const.{name}"),
                got: rate.to_string(),
                expected: "the weight of the newest batch, from 0 to 1".to_owned(),
            });
        }
        running.rate = rate;
    }
    Ok(running)
}

/// Whether statistics over cases pool all steps or not, as asked for or as the method has it.
pub(crate) fn over_time(r: &Request) -> OverTime {
    let usual =
        if r.descriptor().policy == PolicyKind::PerStep { OverTime::PerStep } else { OverTime::Pooled };
    r.over_time.unwrap_or(usual)
}

/// A place's method with what it stores.
pub(crate) struct Stored<T: 'static> {
    /// What stands before the names.
    prefix: String,
    channels: usize,
    /// How many steps are stored; nothing where one store serves all of them and there is no such axis.
    steps: Option<usize>,
    stores: Vec<NormState<T>>,
}

impl<T: Real> Stored<T> {
    /// Takes the state under `prefix`, or begins one.
    pub(crate) fn take(
        r: &mut Request,
        prefix: &str,
        channels: usize,
        steps: Option<usize>,
    ) -> Result<Self, Error> {
        let (d, kernel, consts) = (r.descriptor(), *T::table(r.method), r.consts());
        let steps = steps.map(|own| r.stored_steps(prefix).unwrap_or(own).max(1));
        let one = match d.policy {
            PolicyKind::Streaming => NormState::streaming(kernel, consts, streaming::settings(r)?, channels),
            policy if policy.averages() => {
                let kinds = d.statistics.len() + d.plan.controls().len();
                limits::elements(
                    "the stored statistics of all steps",
                    &[steps.unwrap_or(1), kinds, channels],
                )?;
                NormState::averaging(kernel, consts, averaging(r)?, channels)
            }
            _ => NormState::instant(kernel, consts),
        };
        let mut stored = Self::new(prefix, channels, steps, one);
        stored.read(r)?;
        Ok(stored)
    }

    /// As many of these as there are steps.
    pub(crate) fn new(prefix: &str, channels: usize, steps: Option<usize>, one: NormState<T>) -> Self {
        Self { prefix: prefix.to_owned(), channels, steps, stores: vec![one; steps.unwrap_or(1)] }
    }

    /// Reads what the request stores; what is absent stays.
    pub(crate) fn read(&mut self, r: &mut Request) -> Result<(), Error> {
        let d = r.descriptor();
        if let Some(store) = self.stores[0].streamed_mut() {
            return streaming::read(r, &self.prefix, self.channels, store);
        }
        let names = self.stores[0].names();
        let mut values = self.values();
        for (i, name) in names.iter().enumerate() {
            let name = format!("{}{name}", self.prefix);
            let Some(given) = r.optional(&name, &self.shape())? else { continue };
            if i < d.statistics.len() && d.is_of_squares(i) && given.iter().any(|v| *v < 0.0) {
                let expected = "means of squares, at least 0".to_owned();
                return Err(Error::Value { key: name, got: "negative".to_owned(), expected });
            }
            let rows = values.chunks_exact_mut(self.channels).skip(i).step_by(names.len());
            rows.zip(given.chunks_exact(self.channels))
                .for_each(|(to, from)| to.copy_from_slice(&narrow(from)));
        }
        self.load(&values)
    }

    fn shape(&self) -> Vec<usize> {
        self.steps.into_iter().chain([self.channels]).collect()
    }

    /// All that is stored, `[steps][names][channels]`.
    pub(crate) fn values(&self) -> Vec<T> {
        self.stores.iter().flat_map(NormState::stored).collect()
    }

    /// Loads it.
    pub(crate) fn load(&mut self, values: &[T]) -> Result<(), Error> {
        let one = values.len() / self.stores.len();
        for (store, values) in self.stores.iter_mut().zip(values.chunks_exact(one.max(1))) {
            store.load(values)?;
        }
        Ok(())
    }

    /// What step `t` uses, and how: a step beyond the stored ones has the last of them, and stores nothing.
    pub(crate) fn at(&mut self, t: usize, how: How) -> (How, &mut NormState<T>) {
        let (at, beyond) = if self.steps.is_some() { policy::step(t, self.stores.len()) } else { (0, false) };
        (if beyond && how == How::Train { How::Aside } else { how }, &mut self.stores[at])
    }

    /// Whether one store serves all steps, one after the other.
    pub(crate) fn is_shared(&self) -> bool {
        self.stores[0].streamed().is_some()
    }

    /// What a use of this place refuses, by the name under which it would stand in the answer.
    pub(crate) fn refused(&self, advice: &'static str) -> impl Fn(Error) -> Error + use<T> {
        refused(self.prefix.clone(), advice)
    }

    /// Gives it back.
    pub(crate) fn put(&self, answer: &mut Answer) {
        if let Some((_, store)) = self.stores[0].streamed() {
            return streaming::put(answer, &self.prefix, self.stores[0].kernel().descriptor, store);
        }
        let (names, values) = (self.stores[0].names(), self.values());
        for (i, name) in names.iter().enumerate() {
            let rows = values.chunks_exact(self.channels).skip(i).step_by(names.len());
            let all: Vec<T> = rows.flatten().copied().collect();
            answer.put(format!("{}{name}", self.prefix), &self.shape(), widen(&all));
        }
    }
}

/// The same of a place of this prefix.
pub(crate) fn refused(prefix: String, advice: &'static str) -> impl Fn(Error) -> Error {
    move |refused| match refused {
        Error::Kernel(norm_core::Error::NotStored { statistic, channel, got, .. }) => {
            Error::Answer { name: format!("{prefix}{statistic}"), at: channel, got, advice }
        }
        other => other,
    }
}
