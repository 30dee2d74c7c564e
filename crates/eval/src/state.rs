//! Stored statistics of one place: taken from a request, used, brought up to date, given back.

use norm_core::policy::{self, Running};
use norm_core::{Descriptor, Elem};
use sequence::Placement;

use crate::error::Error;
use crate::request::{Answer, OverTime, Request};

/// How stored statistics take in a batch, unless the request says otherwise: as the method's usual placement does.
pub(crate) fn averaging(r: &Request) -> Result<Running, Error> {
    let usual = r.descriptor().placements.first().and_then(|name| Placement::find(name));
    let mut running = usual.and_then(|p| p.running).unwrap_or_default();
    if let Some(rate) = r.constant("momentum") {
        if !(0.0..=1.0).contains(&rate) {
            return Err(Error::Value {
                key: "const.momentum".to_owned(),
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
    let usual = if r.descriptor().policy == norm_core::PolicyKind::PerStep {
        OverTime::PerStep
    } else {
        OverTime::Pooled
    };
    r.over_time.unwrap_or(usual)
}

fn shape(channels: usize, steps: Option<usize>) -> Vec<usize> {
    steps.into_iter().chain([channels]).collect()
}

/// Reads what the request stores under `prefix` into `values`, `[steps][statistics][channels]`; what is absent stays.
pub(crate) fn read<T: Elem>(
    r: &mut Request,
    prefix: &str,
    channels: usize,
    steps: Option<usize>,
    values: &mut [T],
) -> Result<(), Error> {
    let statistics = r.descriptor().statistics;
    for (i, s) in statistics.iter().enumerate() {
        let name = format!("{prefix}{}", s.stored_name());
        let Some(given) = r.optional(&name, &shape(channels, steps))? else { continue };
        if s.is_variance && given.iter().any(|v| *v < 0.0) {
            return Err(Error::Value {
                key: name,
                got: "negative".to_owned(),
                expected: "variances of at least 0".to_owned(),
            });
        }
        for (t, row) in given.chunks_exact(channels).enumerate() {
            let at = (t * statistics.len() + i) * channels;
            for (v, given) in values[at..at + channels].iter_mut().zip(row) {
                *v = T::lit(*given);
            }
        }
    }
    Ok(())
}

/// Puts `values` under `prefix`, one tensor for each statistic.
pub(crate) fn write<T: Elem>(
    d: &Descriptor,
    answer: &mut Answer,
    prefix: &str,
    channels: usize,
    steps: Option<usize>,
    values: &[T],
) {
    for (i, s) in d.statistics.iter().enumerate() {
        let rows = values.chunks_exact(channels).skip(i).step_by(d.statistics.len());
        let all = rows.flatten().map(|v| v.to_f64()).collect();
        answer.put(format!("{prefix}{}", s.stored_name()), &shape(channels, steps), all);
    }
}

/// Stored statistics: `[steps][statistics][channels]`.
pub(crate) struct Stored<T> {
    descriptor: &'static Descriptor,
    prefix: String,
    running: Running,
    channels: usize,
    /// How many steps are stored; nothing where one set serves all of them and there is no such axis.
    pub(crate) steps: Option<usize>,
    pub(crate) values: Vec<T>,
}

impl<T: Elem> Stored<T> {
    /// Takes the state under `prefix`, or begins one.
    pub(crate) fn take(
        r: &mut Request,
        prefix: &str,
        channels: usize,
        steps: Option<usize>,
    ) -> Result<Self, Error> {
        let d = r.descriptor();
        let steps = steps.map(|own| r.stored_steps(prefix).unwrap_or(own).max(1));
        let initial = Running::initial::<T>(d, channels);
        let mut values: Vec<T> =
            initial.iter().copied().cycle().take(initial.len() * steps.unwrap_or(1)).collect();
        read(r, prefix, channels, steps, &mut values)?;
        let running = averaging(r)?;
        Ok(Self { descriptor: d, prefix: prefix.to_owned(), running, channels, steps, values })
    }

    fn range(&self, step: usize) -> std::ops::Range<usize> {
        let one = self.descriptor.statistics.len() * self.channels;
        step * one..(step + 1) * one
    }

    /// The statistics that evaluation uses at step `t`.
    pub(crate) fn at(&self, t: usize) -> &[T] {
        &self.values[self.range(policy::step(t, self.steps.unwrap_or(1)).0)]
    }

    /// Takes in the statistics of step `t`. A step beyond the stored ones is not stored.
    pub(crate) fn update(&mut self, t: usize, now: &[T], pooled: usize) {
        if t < self.steps.unwrap_or(1) {
            let range = self.range(t);
            self.running.update(self.descriptor, now, pooled, &mut self.values[range]);
        }
    }

    /// Gives it back.
    pub(crate) fn put(&self, answer: &mut Answer) {
        write(self.descriptor, answer, &self.prefix, self.channels, self.steps, &self.values);
    }
}
