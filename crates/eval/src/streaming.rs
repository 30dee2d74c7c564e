//! `as = sums` for a method that streams: one store for all steps, which are gone through one by one, backwards from the
//! last.

use norm_core::conformance::{Planes, StreamedReference, StreamedState};
use norm_core::streaming::{self, Scalar, Store, Streaming, Used};
use norm_core::{Call, Descriptor, Isa, Layout, ReferenceSet, Rule};
use norms::Method;

use crate::answer::Answer;
use crate::error::Error;
use crate::limits;
use crate::norm::{Path, Real, narrow, widen};
use crate::request::{Evaluate, Request};
use crate::sums::{Of, params};

/// The settings, as asked for or as they are by default.
fn settings(r: &Request) -> Result<Streaming, Error> {
    let mut values = Streaming::default().values();
    for (name, to) in Streaming::NAMES.into_iter().zip(&mut values) {
        *to = r.constant(name).unwrap_or(*to);
    }
    let settings = Streaming::of(values);
    settings.check()?;
    Ok(settings)
}

/// The store under `state.`, or one that has seen nothing. An average without its count or flag is one that is there.
fn store<T: Real>(r: &mut Request, channels: usize) -> Result<Store<T>, Error> {
    let d = r.descriptor();
    let mut store = Store::new(d, channels);
    let mut given = Vec::new();
    for (name, to) in streaming::names(d).iter().zip(store.averages_mut()) {
        if let Some(from) = r.optional(&format!("state.{name}"), &[channels])? {
            to.copy_from_slice(&narrow::<T>(&from));
            given.push(name.split('.').next().unwrap_or_default().to_owned());
        }
    }
    for which in Scalar::ALL {
        let name = format!("state.{}", which.name());
        let whole = matches!(which, Scalar::ShortCount | Scalar::GshortCount);
        let kind = which.name().split('_').next().unwrap_or_default();
        let there = if given.iter().any(|g| g == kind) { 1.0 } else { 0.0 };
        let to = r.optional(&name, &[])?.map_or(there, |v| v[0]);
        if to.fract() != 0.0 || to < 0.0 || (!whole && to > 1.0) {
            let expected = if whole { "a whole number of at least 0" } else { "0 or 1" };
            return Err(Error::Value { key: name, got: to.to_string(), expected: expected.to_owned() });
        }
        store.set_scalar(which, to);
    }
    Ok(store)
}

fn put_store<T: Real>(d: &Descriptor, answer: &mut Answer, store: &Store<T>) {
    for (name, average) in streaming::names(d).iter().zip(store.averages()) {
        answer.put(format!("state.{name}"), &[average.len()], widen(average));
    }
    for which in Scalar::ALL {
        answer.put(format!("state.{}", which.name()), &[], vec![store.scalar(which)]);
    }
}

/// Where the steps go through.
enum Way<T: 'static> {
    Fused { store: Store<T>, used: Vec<(Used<T>, Rule)> },
    Reference { judge: StreamedReference, state: Box<StreamedState>, used: Vec<Planes> },
}

/// The steps of a request and what is common to them.
pub(crate) struct Steps<T: 'static> {
    method: &'static Method,
    layout: Layout,
    settings: Streaming,
    params: Vec<Vec<T>>,
    consts: Vec<f64>,
    mask: Option<Vec<bool>>,
    train: bool,
    /// Whether evaluation uses the statistics of each step instead of the store.
    own: bool,
    way: Way<T>,
}

impl<T: Real> Steps<T> {
    pub(crate) fn new(r: &mut Request, of: &Of, given: Option<Vec<Vec<T>>>) -> Result<Self, Error> {
        let id = r.descriptor().id;
        let not = |what: &str, reason: &str| Error::NotApplicable {
            method: id.to_owned(),
            what: what.to_owned(),
            reason: reason.to_owned(),
        };
        if r.over_time.is_some() {
            return Err(not(
                "statistics = frame, sequence or step",
                "one store serves all steps, one after the other: leave it out",
            ));
        }
        if r.path == Path::Composed {
            return Err(not(
                "path = composed",
                "its gradient is mixed with that of earlier uses, which no tape does: write path = fused or reference",
            ));
        }
        limits::parts("the steps of one store", &[of.steps])?;
        let settings = settings(r)?;
        let layout = ReferenceSet::BatchSpace.layout(of.cases, of.channels, of.space, 1)?;
        let params = match given {
            Some(given) => given,
            None => params(r, "param.", &layout)?,
        };
        let store = store(r, of.channels)?;
        let own = !r.train && r.evaluate == Evaluate::Batch;
        let way = match (r.path, r.method.streamed) {
            (Path::Reference, Some(judge)) => {
                let mut wide = Store::new(r.descriptor(), of.channels);
                wide.averages_mut()
                    .zip(store.averages())
                    .for_each(|(to, from)| to.copy_from_slice(&widen(from)));
                for which in Scalar::ALL {
                    wide.set_scalar(which, store.scalar(which));
                }
                let state = Box::new(StreamedState::of(&wide, of.channels));
                Way::Reference { judge, state, used: Vec::new() }
            }
            (Path::Reference, None) => {
                return Err(not("path = reference", "its reference does not stream: write path = fused"));
            }
            _ => Way::Fused { store, used: Vec::new() },
        };
        let (consts, mask) = (r.consts(), of.mask.clone());
        Ok(Self { method: r.method, layout, settings, params, consts, mask, train: r.train, own, way })
    }

    pub(crate) fn forward(&mut self, x: &[T]) -> Result<Vec<T>, Error> {
        let mut y = Vec::with_capacity(x.len());
        let params: Vec<&[T]> = self.params.iter().map(|p| &p[..]).collect();
        let (layout, consts, n) = (self.layout, &self.consts, self.layout.n);
        let empty = Store::new(self.method.descriptor(), layout.channels());
        let nothing =
            StreamedState::of(&Store::new(self.method.descriptor(), layout.channels()), layout.channels());
        for (t, x) in x.chunks_exact(layout.len()).enumerate() {
            let mask = self.mask.as_ref().map(|m| &m[t * n..(t + 1) * n]);
            let call = Call { layout, x, params: &params, consts, mask };
            match &mut self.way {
                Way::Fused { store, used } => {
                    let (kernel, isa) = (T::table(self.method), Isa::detect());
                    if self.train {
                        let (now, by) = self.settings.forward(kernel, isa, &call, store)?;
                        y.extend(now);
                        used.push((by, Rule::Exact));
                    } else {
                        let store = if self.own { &empty } else { &*store };
                        let (now, mixed, rule) = self.settings.evaluate(kernel, isa, &call, store)?;
                        y.extend(now);
                        used.push((Used { current: mixed.clone(), mixed }, rule));
                    }
                }
                Way::Reference { judge, state, used } => {
                    let (x, wide) = (widen(x), params.iter().map(|p| widen(p)).collect::<Vec<_>>());
                    let params: Vec<&[f64]> = wide.iter().map(|p| &p[..]).collect();
                    let call = Call { layout, x: &x, params: &params, consts, mask };
                    let (now, mixed) = if self.train {
                        (judge.forward)(&call, &self.settings, state)
                    } else {
                        (judge.evaluate)(&call, &self.settings, if self.own { &nothing } else { state })
                    };
                    y.extend(narrow::<T>(&now));
                    used.push(mixed);
                }
            }
        }
        Ok(y)
    }

    /// Gradients of `x` and of the parameters, from the last step to the first.
    pub(crate) fn backward(&mut self, x: &[T], dy: &[T]) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
        let len = self.layout.len();
        let mut dx = vec![T::lit(0.0); x.len()];
        let mut dparams: Vec<Vec<T>> = self.params.iter().map(|p| vec![T::lit(0.0); p.len()]).collect();
        let params: Vec<&[T]> = self.params.iter().map(|p| &p[..]).collect();
        let (layout, consts, n) = (self.layout, &self.consts, self.layout.n);
        for t in (0..x.len() / len).rev() {
            let at = t * len..(t + 1) * len;
            let (x, dy, dx) = (&x[at.clone()], &dy[at.clone()], &mut dx[at]);
            let mask = self.mask.as_ref().map(|m| &m[t * n..(t + 1) * n]);
            let call = Call { layout, x, params: &params, consts, mask };
            match &mut self.way {
                Way::Fused { store, used } => {
                    let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
                    let (kernel, isa) = (T::table(self.method), Isa::detect());
                    let (used, rule) = &used[t];
                    if self.train {
                        let half = &mut store.gradients;
                        self.settings.backward(kernel, isa, &call, dy, used, half, true, dx, &mut slots)?;
                    } else {
                        kernel.backward(isa, &call, dy, &used.mixed, *rule, true, dx, &mut slots)?;
                    }
                }
                Way::Reference { judge, state, used } => {
                    let (x, dy) = (widen(x), widen(dy));
                    let wide: Vec<Vec<f64>> = params.iter().map(|p| widen(p)).collect();
                    let params: Vec<&[f64]> = wide.iter().map(|p| &p[..]).collect();
                    let call = Call { layout, x: &x, params: &params, consts, mask };
                    let stored =
                        !self.own && (state.statistics.count > 0.0 || state.statistics.long.is_some());
                    let found = if self.train {
                        (judge.backward)(&call, &dy, &used[t], &self.settings, state)
                    } else if stored {
                        (judge.frozen)(&call, &dy, &used[t])
                    } else {
                        (self.method.reference.backward)(&call, &dy)
                    };
                    dx.copy_from_slice(&narrow::<T>(&found.dx));
                    for (sum, term) in dparams.iter_mut().flatten().zip(found.dparams.iter().flatten()) {
                        *sum += T::lit(*term);
                    }
                }
            }
        }
        Ok((dx, dparams))
    }

    pub(crate) fn put_state(&self, answer: &mut Answer) {
        let d = self.method.descriptor();
        match &self.way {
            Way::Fused { store, .. } => put_store(d, answer, store),
            Way::Reference { state, .. } => {
                let mut store = Store::new(d, self.layout.channels());
                state.write(&mut store);
                put_store(d, answer, &store);
            }
        }
    }
}
