//! Stored statistics of one place, and what its controls have found: taken from a request, used, brought up to date, given
//! back.

use norm_core::policy::{self, Running};
use norm_core::{Descriptor, Elem, Statistic};
use sequence::Placement;

use crate::answer::{Answer, check_stored};
use crate::error::Error;
use crate::limits;
use crate::request::{Evaluate, OverTime, Request};

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
    let usual = if r.descriptor().policy == norm_core::PolicyKind::PerStep {
        OverTime::PerStep
    } else {
        OverTime::Pooled
    };
    r.over_time.unwrap_or(usual)
}

fn control_names(d: &Descriptor) -> Vec<String> {
    d.plan.controls().iter().map(|c| c.name.to_owned()).collect()
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
    let d = r.descriptor();
    let names: Vec<String> = d.statistics.iter().map(Statistic::stored_name).collect();
    for (i, given) in planes(r, prefix, &names, channels, steps, values)? {
        if d.is_of_squares(i) && given.iter().any(|v| *v < 0.0) {
            return Err(Error::Value {
                key: format!("{prefix}{}", names[i]),
                got: "negative".to_owned(),
                expected: "means of squares, at least 0".to_owned(),
            });
        }
    }
    Ok(())
}

/// Reads what stands under these names into `values`, `[steps][names][channels]`; what was there, by position.
fn planes<T: Elem>(
    r: &mut Request,
    prefix: &str,
    names: &[String],
    channels: usize,
    steps: Option<usize>,
    values: &mut [T],
) -> Result<Vec<(usize, Vec<f64>)>, Error> {
    let mut found = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let Some(given) = r.optional(&format!("{prefix}{name}"), &shape(channels, steps))? else { continue };
        for (t, row) in given.chunks_exact(channels).enumerate() {
            let at = (t * names.len() + i) * channels;
            for (v, given) in values[at..at + channels].iter_mut().zip(row) {
                *v = T::lit(*given);
            }
        }
        found.push((i, given));
    }
    Ok(found)
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
    let names: Vec<String> = d.statistics.iter().map(Statistic::stored_name).collect();
    put_planes(answer, prefix, &names, channels, steps, values);
}

fn put_planes<T: Elem>(
    answer: &mut Answer,
    prefix: &str,
    names: &[String],
    channels: usize,
    steps: Option<usize>,
    values: &[T],
) {
    for (i, name) in names.iter().enumerate() {
        let rows = values.chunks_exact(channels).skip(i).step_by(names.len());
        let all = rows.flatten().map(|v| v.to_f64()).collect();
        answer.put(format!("{prefix}{name}"), &shape(channels, steps), all);
    }
}

/// Stored statistics, `[steps][statistics][channels]`, and states of controls.
pub(crate) struct Stored<T> {
    descriptor: &'static Descriptor,
    prefix: String,
    running: Running,
    channels: usize,
    /// How many steps are stored; nothing where one set serves all of them and there is no such axis.
    pub(crate) steps: Option<usize>,
    pub(crate) values: Vec<T>,
    /// `[steps][controls][channels]`.
    states: Vec<T>,
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
        let kinds = d.statistics.len() + d.plan.controls().len();
        limits::elements("the stored statistics of all steps", &[steps.unwrap_or(1), kinds, channels])?;
        let initial = Running::initial::<T>(d, channels);
        let mut values: Vec<T> =
            initial.iter().copied().cycle().take(initial.len() * steps.unwrap_or(1)).collect();
        read(r, prefix, channels, steps, &mut values)?;
        let names = control_names(d);
        let mut states = vec![T::lit(0.0); steps.unwrap_or(1) * names.len() * channels];
        planes(r, prefix, &names, channels, steps, &mut states)?;
        let running = averaging(r)?;
        Ok(Self { descriptor: d, prefix: prefix.to_owned(), running, channels, steps, values, states })
    }

    fn range(&self, step: usize) -> std::ops::Range<usize> {
        let one = self.descriptor.statistics.len() * self.channels;
        step * one..(step + 1) * one
    }

    /// The statistics that evaluation uses at step `t`.
    pub(crate) fn at(&self, t: usize) -> &[T] {
        &self.values[self.range(policy::step(t, self.steps.unwrap_or(1)).0)]
    }

    /// What step `t` is normalized by in evaluation, where that is what came along.
    pub(crate) fn given(&self, r: &Request, t: usize) -> Option<Vec<T>> {
        (!r.train && r.evaluate == Evaluate::Stored).then(|| self.at(t).to_vec())
    }

    /// Takes in the statistics of step `t`. A step beyond the stored ones is not stored.
    ///
    /// # Errors
    /// One that is not finite.
    pub(crate) fn update(
        &mut self,
        t: usize,
        now: &[T],
        pooled: usize,
        advice: &'static str,
    ) -> Result<(), Error> {
        if t < self.steps.unwrap_or(1) {
            check_stored(self.descriptor, &self.prefix, now, advice)?;
            let range = self.range(t);
            self.running.update(self.descriptor, now, pooled, &mut self.values[range]);
        }
        Ok(())
    }

    /// The states of controls at step `t`, `[controls][channels]`.
    pub(crate) fn states_at(&self, t: usize) -> &[T] {
        let one = self.descriptor.plan.controls().len() * self.channels;
        let t = policy::step(t, self.steps.unwrap_or(1)).0;
        &self.states[t * one..(t + 1) * one]
    }

    /// Lets them grow. A step beyond the stored ones stores nothing.
    pub(crate) fn grow(&mut self, t: usize, by: &[Vec<T>]) {
        if t < self.steps.unwrap_or(1) {
            let from = t * by.len() * self.channels;
            for (state, by) in self.states[from..].iter_mut().zip(by.iter().flatten()) {
                *state = *state + *by;
            }
        }
    }

    /// Gives it back.
    pub(crate) fn put(&self, answer: &mut Answer) {
        let (d, channels, steps) = (self.descriptor, self.channels, self.steps);
        write(d, answer, &self.prefix, channels, steps, &self.values);
        put_planes(answer, &self.prefix, &control_names(d), channels, steps, &self.states);
    }
}
