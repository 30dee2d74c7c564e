//! One use of a normalization with what it stores, by any of the three paths: what every form of a request is made of.

use std::ops::Range;
use std::rc::Rc;

use norm_core::blocks::Blocks;
use norm_core::conformance::Planes;
use norm_core::{
    Call, Descriptor, Elem, Input, Isa, Kernel, Layout, NormState, Rule, Saved, Unstorable, policy,
};
use norms::Method;

use crate::error::Error;
use crate::judge::{self, Played};
use crate::request::{Evaluate, Request};
use crate::streaming;

/// Which code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// The fused kernels.
    Fused,
    /// dfdx's operations, one by one, with its own tape.
    Composed,
    /// The judge: plain loops written from the paper.
    Reference,
}

impl Path {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("fused", Self::Fused), ("composed", Self::Composed), ("reference", Self::Reference)];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|p| p.1 == self).map_or("", |p| p.0)
    }
}

/// An element type that a request may ask for.
pub(crate) trait Real: Elem + dfdx::prelude::Dtype {
    fn table(method: &'static Method) -> &'static Kernel<Self>;
    /// By dfdx's operations: one call, and its gradients for a `dy`.
    fn composed(
        d: &'static Descriptor,
        call: &Call<'_, Self>,
        given: Option<&[Self]>,
        dy: Option<&[Self]>,
    ) -> Result<Played<Self>, Error>;
}

pub(crate) fn narrow<T: Elem>(v: &[f64]) -> Vec<T> {
    v.iter().map(|v| T::lit(*v)).collect()
}

/// Its own function because an element that dfdx knows too has two methods of that name.
pub(crate) fn double<T: Elem>(v: T) -> f64 {
    v.to_f64()
}

pub(crate) fn widen<T: Elem>(v: &[T]) -> Vec<f64> {
    v.iter().map(|v| v.to_f64()).collect()
}

/// What a use has to do with what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The statistics of the batch, which the store takes in.
    Train,
    /// As in training, and nothing is kept: a step beyond those that are stored.
    Aside,
    /// Stored statistics, where some are stored.
    Stored,
    /// The statistics of the batch in evaluation: nothing moves, and nothing is controlled.
    Own,
}

impl How {
    /// As the request says.
    pub(crate) fn of(r: &Request) -> Self {
        match (r.train, r.evaluate) {
            (true, _) => Self::Train,
            (false, Evaluate::Stored) => Self::Stored,
            (false, Evaluate::Batch) => Self::Own,
        }
    }
}

/// What a use leaves for its gradient.
pub(crate) enum Used<T> {
    /// By the kernels, the cases of each part.
    Fused(Vec<(Range<usize>, Saved<T>)>),
    /// By a judge, block by block.
    Judged(Vec<Block<T>>),
    /// By the judge of a method that streams: the mixed statistics.
    Streamed(Planes),
}

/// A block of cases by a judge.
pub(crate) struct Block<T> {
    cases: Range<usize>,
    statistics: Vec<T>,
    /// Whether those are stored ones.
    given: bool,
    /// What the store held before, for each frozen input.
    frozen: Vec<Vec<T>>,
}

/// A method made ready for rows of one layout.
pub(crate) struct Norm<T: 'static> {
    pub(crate) method: &'static Method,
    pub(crate) path: Path,
    pub(crate) layout: Layout,
    /// The learned parameters, the same in all parts of an input.
    pub(crate) params: Rc<[Vec<T>]>,
    pub(crate) consts: Vec<f64>,
    pub(crate) mask: Option<Vec<bool>>,
}

/// What evaluation by the statistics of the batch goes through: a store that neither moves nor controls, or, where a method
/// streams, one that has seen nothing.
fn own<T: Real>(state: &NormState<T>) -> (NormState<T>, bool) {
    if let Some((settings, store)) = state.streamed() {
        let consts = state.consts().to_vec();
        return (NormState::streaming(*state.kernel(), consts, settings, store.sets()), false);
    }
    let mut own = state.clone();
    if let Some(averages) = own.averages_mut() {
        averages.running.rate = 0.0;
        averages.controls.iter_mut().for_each(|c| c.fill(T::lit(0.0)));
    }
    (own, true)
}

impl<T: Real> Norm<T> {
    fn params(&self) -> Vec<&[T]> {
        self.params.iter().map(|p| &p[..]).collect()
    }

    /// Some cases of `x`, with these inputs.
    fn call<'a>(&'a self, cases: &Range<usize>, x: &'a [T], params: &'a [&'a [T]]) -> Call<'a, T> {
        Call {
            layout: Layout { n: cases.len(), ..self.layout },
            x: &x[self.elements(cases)],
            params,
            consts: &self.consts,
            mask: self.mask.as_ref().map(|m| &m[cases.clone()]),
        }
    }

    fn elements(&self, cases: &Range<usize>) -> Range<usize> {
        cases.start * self.layout.case()..cases.end * self.layout.case()
    }

    /// A use, which moves the state in training.
    ///
    /// # Errors
    /// A statistic that cannot be stored is [`norm_core::Error::NotStored`].
    pub(crate) fn forward(
        &self,
        how: How,
        state: &mut NormState<T>,
        x: &[T],
    ) -> Result<(Vec<T>, Used<T>), Error> {
        match how {
            // A store that streams leaves out what it cannot take in.
            How::Train if state.streamed().is_none() => self.pass(state, x, true, Unstorable::Refuse),
            How::Train => self.pass(state, x, true, Unstorable::LeaveOut),
            How::Aside => self.pass(&mut state.clone(), x, true, Unstorable::LeaveOut),
            How::Stored => self.pass(state, x, false, Unstorable::LeaveOut),
            How::Own => {
                let (mut own, trains) = own(state);
                let (y, used) = self.pass(&mut own, x, trains, Unstorable::LeaveOut)?;
                Ok((y, uncontrolled(&own, used)))
            }
        }
    }

    fn pass(
        &self,
        state: &mut NormState<T>,
        x: &[T],
        trains: bool,
        unstorable: Unstorable,
    ) -> Result<(Vec<T>, Used<T>), Error> {
        if self.path != Path::Fused {
            let params = self.params();
            let call = self.call(&(0..self.layout.n), x, &params);
            let streamed =
                self.method.streamed.and_then(|judge| streaming::forward(&judge, state, &call, trains));
            return streamed.map_or_else(|| self.judged(state, x, trains, unstorable), Ok);
        }
        let (isa, params) = (Isa::detect(), self.params());
        let input = Input { layout: self.layout, x, params: &params, mask: self.mask.as_deref() };
        let (y, saved) = if trains {
            let (y, saved) = state.train_with(isa, &input, unstorable)?;
            if state.averages().is_some() && unstorable == Unstorable::Refuse {
                refuse(self.method.descriptor(), &saved)?;
            }
            (y, saved)
        } else {
            state.evaluate(isa, &input)?
        };
        Ok((y, Used::Fused(vec![(0..self.layout.n, saved)])))
    }

    /// By a judge, block by block: in training a block sees what those before it have left.
    fn judged(
        &self,
        state: &mut NormState<T>,
        x: &[T],
        trains: bool,
        unstorable: Unstorable,
    ) -> Result<(Vec<T>, Used<T>), Error> {
        let d = self.method.descriptor();
        let (mut y, mut used, mut next) = (Vec::with_capacity(x.len()), Vec::new(), state.clone());
        for cases in Blocks::of(d, &self.consts)?.ranges(self.layout.n) {
            let behind = next.behind();
            let params: Vec<&[T]> = self.params.iter().chain(&behind).map(|p| &p[..]).collect();
            let call = self.call(&cases, x, &params);
            let given = next.averages().filter(|_| !trains).map(|a| &a.values[..]);
            let (out, statistics) = judge::forward(self.method, self.path, &call, given)?;
            let (given, pooled) = (given.is_some(), T::table(self.method).pooled(&call));
            if let Some(averages) = next.averages_mut().filter(|_| trains) {
                averages.take_in(d, &statistics, pooled, unstorable, || true)?;
            }
            y.extend(out);
            let frozen = behind[d.plan.controls().len()..].to_vec();
            used.push(Block { cases, statistics, given, frozen });
        }
        *state = next;
        Ok((y, Used::Judged(used)))
    }

    /// The gradients of `x` and of the parameters; what is found for the state goes into it in training.
    pub(crate) fn backward(
        &self,
        how: How,
        state: &mut NormState<T>,
        x: &[T],
        used: &Used<T>,
        dy: &[T],
    ) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
        match how {
            How::Train => self.back(state, x, used, dy, true),
            How::Stored => self.back(state, x, used, dy, false),
            How::Aside => self.back(&mut state.clone(), x, used, dy, true),
            How::Own => {
                let (mut own, _) = own(state);
                self.back(&mut own, x, used, dy, false)
            }
        }
    }

    fn back(
        &self,
        state: &mut NormState<T>,
        x: &[T],
        used: &Used<T>,
        dy: &[T],
        trains: bool,
    ) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
        let zeros = |p: &Vec<T>| vec![T::lit(0.0); p.len()];
        let (mut dx, mut dparams) =
            (vec![T::lit(0.0); x.len()], self.params.iter().map(zeros).collect::<Vec<_>>());
        let params = self.params();
        match used {
            Used::Fused(parts) => {
                for (cases, saved) in parts {
                    let call = self.call(cases, x, &params);
                    let Call { layout, x, mask, .. } = call;
                    let (input, at) = (Input { layout, x, params: &params, mask }, self.elements(cases));
                    let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
                    let isa = Isa::detect();
                    let found =
                        state.backward(isa, &input, saved, &dy[at.clone()], true, &mut dx[at], &mut slots)?;
                    state.take_in(&found);
                }
            }
            Used::Judged(blocks) => {
                for block in blocks {
                    let still = state.behind();
                    let controls = match state.averages().filter(|_| trains) {
                        Some(averages) => averages.controls.clone(),
                        None => still[..still.len() - block.frozen.len()].to_vec(),
                    };
                    let behind = controls.iter().chain(&block.frozen);
                    let all: Vec<&[T]> = self.params.iter().chain(behind).map(|p| &p[..]).collect();
                    let (call, at) = (self.call(&block.cases, x, &all), self.elements(&block.cases));
                    let (dx_of, mut found) = judge::backward(
                        self.method,
                        self.path,
                        &call,
                        &block.statistics,
                        &dy[at.clone()],
                        block.given,
                    )?;
                    dx[at].copy_from_slice(&dx_of);
                    let grown = found.split_off(self.params.len());
                    if let Some(averages) = state.averages_mut().filter(|_| trains) {
                        averages.grow(&grown);
                    }
                    for (sum, term) in dparams.iter_mut().flatten().zip(found.into_iter().flatten()) {
                        *sum += term;
                    }
                }
            }
            Used::Streamed(mixed) => {
                let call = self.call(&(0..self.layout.n), x, &params);
                let back = |judge| streaming::backward(self.method, &judge, state, &call, dy, mixed, trains);
                return Ok(self.method.streamed.and_then(back).unwrap_or((dx, dparams)));
            }
        }
        Ok((dx, dparams))
    }
}

/// Refuses statistics that are not finite and were to be averaged, whatever they pooled: what they would move stays as it was
/// otherwise, unsaid.
fn refuse<T: Elem>(d: &Descriptor, saved: &Saved<T>) -> Result<(), norm_core::Error> {
    let check = |statistics: &[T]| policy::check_stored(d, statistics, || true);
    match saved {
        Saved::Call { statistics, .. } => check(statistics),
        Saved::Blocks(seen) => seen.iter().try_for_each(|block| check(&block.statistics)),
        Saved::Mixture(_) => Ok(()),
    }
}

/// A use in blocks as uses of which nothing controls the gradient.
fn uncontrolled<T: Real>(state: &NormState<T>, used: Used<T>) -> Used<T> {
    let Used::Fused(parts) = used else { return used };
    let (still, controls) = (state.behind(), state.kernel().descriptor.plan.controls().len());
    let one = |(cases, saved)| match saved {
        Saved::Blocks(seen) => {
            let call = |block: norm_core::blocks::Seen<T>| {
                let frozen = still[..controls].iter().cloned().chain(block.frozen).collect();
                (block.cases, Saved::Call { statistics: block.statistics, rule: Rule::Exact, frozen })
            };
            seen.into_iter().map(call).collect()
        }
        saved => vec![(cases, saved)],
    };
    Used::Fused(parts.into_iter().flat_map(one).collect::<Vec<_>>())
}
