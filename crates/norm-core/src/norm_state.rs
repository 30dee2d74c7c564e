//! A normalization with what it stores: one object that layers, slots of cells and evaluation use alike, whatever its
//! statistics have to do with earlier ones.
//!
//! A use in training is [`NormState::train`], which moves what is stored, and perhaps [`NormState::backward`], which leaves
//! [`Feedback`]: what the backward pass found and what is stored is to take in ([`NormState::take_in`]), now or later. A use in
//! evaluation is [`NormState::evaluate`].

mod store;

pub use store::{Averages, Unstorable};

use store::Store;

use crate::blocks::{self, Seen};
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Call, Kernel, Rule};
use crate::layout::Layout;
use crate::policy::{self, Running};
use crate::streaming::{self, Streaming, Used};
use crate::value::Elem;

/// What a use is given. Its parameters are the learned ones alone, in declared order: the rest comes from what is stored.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a, T> {
    /// Sizes of `x`.
    pub layout: Layout,
    /// The input, dense, `[N][G][K][S]`.
    pub x: &'a [T],
    /// The learned parameters.
    pub params: &'a [&'a [T]],
    /// Cases that count, `[N]`.
    pub mask: Option<&'a [bool]>,
}

/// What a use leaves for its backward pass.
#[derive(Clone, Debug)]
pub enum Saved<T> {
    /// One call of the kernel.
    Call {
        /// The statistics that were used.
        statistics: Vec<T>,
        /// Whether gradients flow through them.
        rule: Rule,
        /// What stood behind the parameters: states of controls, and for each frozen input what the store held before.
        frozen: Vec<Vec<T>>,
    },
    /// One call for each block of cases.
    Blocks(Vec<Seen<T>>),
    /// A mixture of statistics.
    Mixture(Used<T>),
}

/// What a backward pass leaves for the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Feedback<T> {
    /// Nothing: no gradient is remembered.
    Nothing,
    /// What the states of controls have grown by.
    Controls(Vec<Vec<T>>),
    /// The gradients at the statistics.
    Gradients(Vec<T>),
}

/// A normalization with what it stores.
#[derive(Clone, Debug)]
pub struct NormState<T: 'static> {
    kernel: Kernel<T>,
    consts: Vec<f64>,
    sets: usize,
    store: Store<T>,
}

impl<T: Elem> NormState<T> {
    /// One that stores nothing.
    pub fn instant(kernel: Kernel<T>, consts: Vec<f64>) -> Self {
        Self { kernel, consts, sets: 0, store: Store::Nothing }
    }

    /// One that averages the statistics of so many sets ([`Kernel::sets`]), and moves its controls, if it has some.
    pub fn averaging(kernel: Kernel<T>, consts: Vec<f64>, running: Running, sets: usize) -> Self {
        Self::averaging_from(kernel, consts, Averages::new(kernel.descriptor, running, sets))
    }

    /// The same, from averages and states that exist. Their lengths are checked by the uses.
    pub fn averaging_from(kernel: Kernel<T>, consts: Vec<f64>, mut averages: Averages<T>) -> Self {
        let d = kernel.descriptor;
        averages.running = averages.running.named(d, &consts);
        let sets = averages.values.len() / d.statistics.len().max(1);
        Self { kernel, consts, sets, store: Store::Averages(averages) }
    }

    /// One that mixes its statistics with what they have been.
    pub fn streaming(kernel: Kernel<T>, consts: Vec<f64>, settings: Streaming, sets: usize) -> Self {
        let store = streaming::Store::new(kernel.descriptor, sets);
        Self::streaming_from(kernel, consts, settings, store)
    }

    /// The same, from a store that exists.
    pub fn streaming_from(
        kernel: Kernel<T>,
        consts: Vec<f64>,
        settings: Streaming,
        store: streaming::Store<T>,
    ) -> Self {
        let sets = store.sets();
        Self { kernel, consts, sets, store: Store::Streamed { settings, store: Box::new(store) } }
    }

    /// The method's kernels.
    pub fn kernel(&self) -> &Kernel<T> {
        &self.kernel
    }

    /// The constants, in declared order.
    pub fn consts(&self) -> &[f64] {
        &self.consts
    }

    /// The averages, of one that averages.
    pub fn averages(&self) -> Option<&Averages<T>> {
        if let Store::Averages(averages) = &self.store { Some(averages) } else { None }
    }

    /// The same, to be moved by who finds statistics without these kernels.
    pub fn averages_mut(&mut self) -> Option<&mut Averages<T>> {
        if let Store::Averages(averages) = &mut self.store { Some(averages) } else { None }
    }

    /// How histories are mixed and the store, of one that streams.
    pub fn streamed(&self) -> Option<(Streaming, &streaming::Store<T>)> {
        if let Store::Streamed { settings, store } = &self.store { Some((*settings, store)) } else { None }
    }

    /// The store, to be moved or loaded.
    pub fn streamed_mut(&mut self) -> Option<&mut streaming::Store<T>> {
        if let Store::Streamed { store, .. } = &mut self.store { Some(store) } else { None }
    }

    /// Names of what is stored, a value for each set.
    pub fn names(&self) -> Vec<String> {
        self.store.names(self.kernel.descriptor)
    }

    /// What is stored, in the order of [`NormState::names`], one value for each set; a number of the whole store is repeated.
    pub fn stored(&self) -> Vec<T> {
        self.store.values(self.sets)
    }

    /// Loads it.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] for another number of elements.
    pub fn load(&mut self, stored: &[T]) -> Result<(), Error> {
        let expected = self.stored().len();
        if stored.len() != expected {
            let method = self.kernel.descriptor.id;
            return Err(Error::Length { method, what: "the store".to_owned(), expected, got: stored.len() });
        }
        self.store.load(stored, self.sets);
        Ok(())
    }

    /// Says that the weights have changed since the last use.
    pub fn after_update(&mut self) {
        if let Store::Streamed { store, .. } = &mut self.store {
            store.after_update();
        }
    }

    /// What a kernel's call takes behind the parameters while nothing is controlled: states of 0, and what the store holds.
    pub fn behind(&self) -> Vec<Vec<T>> {
        let d = self.kernel.descriptor;
        let still = d.plan.controls().into_iter().map(|_| vec![T::default(); self.sets]);
        let frozen = self
            .averages()
            .into_iter()
            .flat_map(|averages| d.frozen.iter().map(|f| f.of(&averages.values, self.sets).to_vec()));
        still.chain(frozen).collect()
    }

    /// Refuses statistics that cannot be stored, where that is asked for.
    fn check(&self, call: &Call<'_, T>, statistics: &[T], unstorable: Unstorable) -> Result<(), Error> {
        if unstorable == Unstorable::LeaveOut {
            return Ok(());
        }
        policy::check_stored(self.kernel.descriptor, statistics, || {
            policy::are_finite(&call.layout, call.x, call.mask)
        })
    }

    /// A use in training: `x` is normalized, and what is stored takes in its statistics.
    ///
    /// Where a value of `x` is no number, neither is the output, and nothing is taken in.
    ///
    /// # Errors
    ///
    /// [`Error`] for what does not fit, and [`Error::NotStored`] for a statistic of ordinary values that is no number; what is
    /// stored is as it was then.
    pub fn train(&mut self, isa: Isa, input: &Input<'_, T>) -> Result<(Vec<T>, Saved<T>), Error> {
        self.train_with(isa, input, Unstorable::Refuse)
    }

    /// The same, with a word on what cannot be stored.
    ///
    /// # Errors
    ///
    /// As [`NormState::train`]; what is left out is no error.
    pub fn train_with(
        &mut self,
        isa: Isa,
        input: &Input<'_, T>,
        unstorable: Unstorable,
    ) -> Result<(Vec<T>, Saved<T>), Error> {
        let kernel = self.kernel;
        let Input { layout, x, params, mask } = *input;
        let consts = self.consts.clone();
        let call = Call { layout, x, params, consts: &consts, mask };
        let finite = || policy::are_finite(&layout, x, mask);
        match &self.store {
            Store::Streamed { settings, store } => {
                let (settings, mut store) = (*settings, store.clone());
                let (y, used) = settings.forward(&kernel, isa, &call, &mut store)?;
                self.check(&call, &used.current, unstorable)?;
                self.store = Store::Streamed { settings, store };
                Ok((y, Saved::Mixture(used)))
            }
            Store::Averages(averages) if blocks::takes_blocks(kernel.descriptor) => {
                let mut values = averages.values.clone();
                let (y, seen) = blocks::forward(&kernel, isa, &call, averages.running, &mut values)?;
                for block in &seen {
                    self.check(&call, &block.statistics, unstorable)?;
                }
                if let Some(averages) = self.averages_mut() {
                    averages.put(kernel.descriptor, values, unstorable, finite)?;
                }
                Ok((y, Saved::Blocks(seen)))
            }
            _ => {
                let behind = self.behind();
                let all: Vec<&[T]> = params.iter().copied().chain(behind.iter().map(|v| &v[..])).collect();
                let call = Call { params: &all, ..call };
                let mut statistics = vec![T::default(); kernel.statistics_len(&layout)];
                let y = kernel.forward_new(isa, &call, &mut statistics)?;
                if let Some(averages) = self.averages_mut() {
                    let pooled = kernel.pooled(&call);
                    averages.take_in(kernel.descriptor, &statistics, pooled, unstorable, finite)?;
                }
                Ok((y, Saved::Call { statistics, rule: Rule::Exact, frozen: behind }))
            }
        }
    }

    /// A use in evaluation, by what is stored, where something is; through that nothing flows back.
    ///
    /// # Errors
    ///
    /// [`Error`] for what does not fit.
    pub fn evaluate(&self, isa: Isa, input: &Input<'_, T>) -> Result<(Vec<T>, Saved<T>), Error> {
        let Input { layout, x, params, mask } = *input;
        let (kernel, frozen) = (self.kernel, self.behind());
        let all: Vec<&[T]> = params.iter().copied().chain(frozen.iter().map(|v| &v[..])).collect();
        let call = Call { layout, x, params: &all, consts: &self.consts, mask };
        match &self.store {
            Store::Streamed { settings, store } => {
                let (y, statistics, rule) = settings.evaluate(&kernel, isa, &call, store)?;
                Ok((y, Saved::Call { statistics, rule, frozen }))
            }
            Store::Averages(Averages { values, .. }) => {
                let y = kernel.apply_new(isa, &call, values)?;
                Ok((y, Saved::Call { statistics: values.clone(), rule: Rule::Frozen, frozen }))
            }
            Store::Nothing => {
                let mut statistics = vec![T::default(); kernel.statistics_len(&layout)];
                let y = kernel.forward_new(isa, &call, &mut statistics)?;
                Ok((y, Saved::Call { statistics, rule: Rule::Exact, frozen }))
            }
        }
    }

    /// The backward pass of a use: `dx` is overwritten or added to, gradients of parameters are added to.
    ///
    /// # Errors
    ///
    /// [`Error`] for a call that does not fit what was saved.
    pub fn backward(
        &self,
        isa: Isa,
        input: &Input<'_, T>,
        saved: &Saved<T>,
        dy: &[T],
        overwrite: bool,
        dx: &mut [T],
        dparams: &mut [&mut [T]],
    ) -> Result<Feedback<T>, Error> {
        let Input { layout, x, params, mask } = *input;
        let (kernel, consts) = (self.kernel, &self.consts[..]);
        let call = Call { layout, x, params, consts, mask };
        match (saved, &self.store) {
            (Saved::Mixture(used), Store::Streamed { settings, store }) => {
                let mut half = store.gradients.clone();
                let own =
                    settings.backward(&kernel, isa, &call, dy, used, &mut half, overwrite, dx, dparams)?;
                // A use of no case has no gradient at statistics, and is not counted for one of 0.
                Ok(if kernel.pooled(&call) == 0 { Feedback::Nothing } else { Feedback::Gradients(own) })
            }
            (Saved::Blocks(seen), Store::Averages(Averages { controls, .. })) => {
                let mut states = controls.clone();
                let mut found: Vec<Vec<T>> = dparams.iter().map(|d| d.to_vec()).collect();
                blocks::backward(&kernel, isa, &call, dy, seen, &mut states, overwrite, dx, &mut found)?;
                for (into, from) in dparams.iter_mut().zip(&found) {
                    into.copy_from_slice(from);
                }
                if states.is_empty() {
                    return Ok(Feedback::Nothing);
                }
                for (state, before) in states.iter_mut().zip(controls) {
                    state.iter_mut().zip(before).for_each(|(now, before)| *now = *now - *before);
                }
                Ok(Feedback::Controls(states))
            }
            (Saved::Call { statistics, rule, frozen }, _) => {
                let all: Vec<&[T]> = params.iter().copied().chain(frozen.iter().map(|v| &v[..])).collect();
                // What controls would grow by here is not to be kept: nothing is controlled in evaluation.
                let controls = kernel.descriptor.plan.controls().len();
                let mut unused: Vec<Vec<T>> =
                    frozen.iter().take(controls).map(|v| vec![T::default(); v.len()]).collect();
                let mut into: Vec<&mut [T]> = dparams.iter_mut().map(|d| &mut **d).collect();
                into.extend(unused.iter_mut().map(|d| &mut d[..]));
                let call = Call { params: &all, ..call };
                kernel.backward(isa, &call, dy, statistics, *rule, overwrite, dx, &mut into)?;
                Ok(Feedback::Nothing)
            }
            (Saved::Mixture(_) | Saved::Blocks(_), _) => {
                Err(Error::OtherStore { method: kernel.descriptor.id })
            }
        }
    }

    /// Takes in what a backward pass has found.
    pub fn take_in(&mut self, feedback: &Feedback<T>) {
        match (feedback, &mut self.store) {
            (Feedback::Gradients(found), Store::Streamed { store, .. }) => {
                store.gradients.push(found);
            }
            (Feedback::Controls(grown), Store::Averages(averages)) => averages.grow(grown),
            _ => {}
        }
    }
}
