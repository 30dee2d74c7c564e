//! What belongs to methods that stream alone: their settings, their store by names, and their judge.

use norm_core::conformance::{Planes, StreamedReference, StreamedState};
use norm_core::streaming::{self, Scalar, Store, Streaming};
use norm_core::{Call, Descriptor, Elem, NormState};
use norms::Method;

use crate::answer::Answer;
use crate::error::Error;
use crate::judge::Wide;
use crate::norm::{Real, Used, narrow, widen};
use crate::request::Request;

/// The settings, as asked for or as they are by default.
pub(crate) fn settings(r: &Request) -> Result<Streaming, Error> {
    let mut values = Streaming::default().values();
    for (name, to) in Streaming::NAMES.into_iter().zip(&mut values) {
        *to = r.constant(name).unwrap_or(*to);
    }
    let settings = Streaming::of(values);
    settings.check()?;
    Ok(settings)
}

/// Reads the store under a prefix; what is absent stays. An average without its count or flag is one that is there.
pub(crate) fn read<T: Real>(
    r: &mut Request,
    prefix: &str,
    channels: usize,
    store: &mut Store<T>,
) -> Result<(), Error> {
    let mut given = Vec::new();
    for (name, to) in streaming::names(r.descriptor()).iter().zip(store.averages_mut()) {
        if let Some(from) = r.optional(&format!("{prefix}{name}"), &[channels])? {
            to.copy_from_slice(&narrow::<T>(&from));
            given.push(name.split('.').next().unwrap_or_default().to_owned());
        }
    }
    for which in Scalar::ALL {
        let name = format!("{prefix}{}", which.name());
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
    Ok(())
}

/// Gives it back.
pub(crate) fn put<T: Real>(answer: &mut Answer, prefix: &str, d: &Descriptor, store: &Store<T>) {
    for (name, average) in streaming::names(d).iter().zip(store.averages()) {
        answer.put(format!("{prefix}{name}"), &[average.len()], widen(average));
    }
    for which in Scalar::ALL {
        answer.put(format!("{prefix}{}", which.name()), &[], vec![store.scalar(which)]);
    }
}

/// A store in another element type.
fn copy<A: Elem, B: Elem>(from: &Store<A>, to: &mut Store<B>) {
    for (to, from) in to.averages_mut().flatten().zip(from.averages().flatten()) {
        *to = B::lit(from.to_f64());
    }
    for which in Scalar::ALL {
        to.set_scalar(which, from.scalar(which));
    }
}

/// A store as its judge has it.
struct Judged {
    settings: Streaming,
    /// The same store in double precision.
    wide: Store<f64>,
    state: StreamedState,
}

impl Judged {
    fn of<T: Real>(state: &NormState<T>) -> Option<Self> {
        let (settings, store) = state.streamed()?;
        let mut wide = Store::new(state.kernel().descriptor, store.sets());
        copy(store, &mut wide);
        let state = StreamedState::of(&wide, store.sets());
        Some(Self { settings, wide, state })
    }

    /// Puts back what has moved.
    fn keep<T: Real>(mut self, state: &mut NormState<T>) {
        self.state.write(&mut self.wide);
        if let Some(store) = state.streamed_mut() {
            copy(&self.wide, store);
        }
    }
}

/// A use by the judge, of a state that streams.
pub(crate) fn forward<T: Real>(
    judge: &StreamedReference,
    state: &mut NormState<T>,
    call: &Call<'_, T>,
    trains: bool,
) -> Option<(Vec<T>, Used<T>)> {
    let mut judged = Judged::of(state)?;
    let (y, mixed) = Wide::of(call).call(call, |call| {
        if trains {
            (judge.forward)(call, &judged.settings, &mut judged.state)
        } else {
            (judge.evaluate)(call, &judged.settings, &judged.state)
        }
    });
    if trains {
        judged.keep(state);
    }
    Some((narrow(&y), Used::Streamed(mixed)))
}

/// Its gradients of `x` and of the parameters.
pub(crate) fn backward<T: Real>(
    method: &Method,
    judge: &StreamedReference,
    state: &mut NormState<T>,
    call: &Call<'_, T>,
    dy: &[T],
    mixed: &Planes,
    trains: bool,
) -> Option<(Vec<T>, Vec<Vec<T>>)> {
    let (mut judged, dy) = (Judged::of(state)?, widen(dy));
    let stored = judged.state.statistics.count > 0.0 || judged.state.statistics.long.is_some();
    let found = Wide::of(call).call(call, |call| {
        if trains {
            (judge.backward)(call, &dy, mixed, &judged.settings, &mut judged.state)
        } else if stored {
            (judge.frozen)(call, &dy, mixed)
        } else {
            (method.reference.backward)(call, &dy)
        }
    });
    if trains {
        judged.keep(state);
    }
    Some((narrow(&found.dx), found.dparams.iter().map(|p| narrow(p)).collect()))
}
