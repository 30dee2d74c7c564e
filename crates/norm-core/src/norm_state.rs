//! A normalization with what it stores: one object that layers, slots of cells and evaluation use alike, whatever its
//! statistics have to do with earlier ones.
//!
//! A use in training is [`NormState::train`], which moves what is stored, and perhaps [`NormState::backward`], which leaves
//! [`Feedback`]: what the backward pass found and what is stored is to take in ([`NormState::take_in`]), now or later. A use in
//! evaluation is [`NormState::evaluate`].

use crate::blocks::{self, Seen};
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Call, Kernel, Rule};
use crate::layout::Layout;
use crate::policy::{self, Running};
use crate::streaming::{self, Scalar, Streaming, Used};
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
        /// What the store held before, for each frozen input.
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

/// What is stored.
#[derive(Clone, Debug, PartialEq)]
enum Store<T> {
    /// Nothing.
    Nothing,
    /// Averages of the statistics, `[statistics][sets]`, and states of controls.
    Averages { running: Running, values: Vec<T>, controls: Vec<Vec<T>> },
    /// Two averages of each statistic and of the gradient at it.
    Streamed { settings: Streaming, store: Box<streaming::Store<T>> },
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
        let d = kernel.descriptor;
        let running = running.named(d, &consts);
        let controls = d.plan.controls().into_iter().map(|_| vec![T::default(); sets]).collect();
        let store = Store::Averages { running, values: Running::initial(d, sets), controls };
        Self { kernel, consts, sets, store }
    }

    /// One that mixes its statistics with what they have been.
    pub fn streaming(kernel: Kernel<T>, consts: Vec<f64>, settings: Streaming, sets: usize) -> Self {
        let store =
            Store::Streamed { settings, store: Box::new(streaming::Store::new(kernel.descriptor, sets)) };
        Self { kernel, consts, sets, store }
    }

    /// Names of what is stored, a value for each set.
    pub fn names(&self) -> Vec<String> {
        let d = self.kernel.descriptor;
        match &self.store {
            Store::Nothing => Vec::new(),
            Store::Averages { .. } => {
                let statistics = d.statistics.iter().map(crate::Statistic::stored_name);
                statistics.chain(d.plan.controls().into_iter().map(|c| c.name.to_owned())).collect()
            }
            Store::Streamed { .. } => {
                let scalars = Scalar::ALL.iter().map(|s| s.name().to_owned());
                streaming::names(d).into_iter().chain(scalars).collect()
            }
        }
    }

    /// What is stored, in the order of [`NormState::names`], one value for each set; a number of the whole store is repeated.
    pub fn stored(&self) -> Vec<T> {
        match &self.store {
            Store::Nothing => Vec::new(),
            Store::Averages { values, controls, .. } => {
                values.iter().chain(controls.iter().flatten()).copied().collect()
            }
            Store::Streamed { store, .. } => {
                let scalars =
                    Scalar::ALL.iter().flat_map(|s| std::iter::repeat_n(T::lit(store.scalar(*s)), self.sets));
                store.averages().flatten().copied().chain(scalars).collect()
            }
        }
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
        let mut planes = stored.chunks_exact(self.sets.max(1));
        match &mut self.store {
            Store::Nothing => {}
            Store::Averages { values, controls, .. } => {
                let (first, rest) = stored.split_at(values.len());
                values.copy_from_slice(first);
                for (to, from) in controls.iter_mut().flatten().zip(rest) {
                    *to = *from;
                }
            }
            Store::Streamed { store, .. } => {
                for (to, from) in store.averages_mut().zip(planes.by_ref()) {
                    to.copy_from_slice(from);
                }
                for (scalar, from) in Scalar::ALL.into_iter().zip(planes) {
                    store.set_scalar(scalar, from[0].to_f64());
                }
            }
        }
        Ok(())
    }

    /// Says that the weights have changed since the last use.
    pub fn after_update(&mut self) {
        if let Store::Streamed { store, .. } = &mut self.store {
            store.after_update();
        }
    }

    /// What a kernel's call takes behind the parameters while nothing is controlled: states of 0, and what the store holds.
    fn behind(&self) -> Vec<Vec<T>> {
        let d = self.kernel.descriptor;
        let still = d.plan.controls().into_iter().map(|_| vec![T::default(); self.sets]);
        let frozen = match &self.store {
            Store::Averages { values, .. } => {
                d.frozen.iter().map(|f| f.of(values, self.sets).to_vec()).collect()
            }
            _ => Vec::new(),
        };
        still.chain(frozen).collect()
    }

    fn takes_blocks(&self) -> bool {
        blocks::takes_blocks(self.kernel.descriptor)
    }

    /// Refuses statistics that are no numbers where every value that they pool is one.
    fn check_stored(&self, call: &Call<'_, T>, statistics: &[T]) -> Result<(), Error> {
        if blocks::odd(statistics).is_none() {
            return Ok(());
        }
        let finite = |v: &T| v.to_f64().is_finite();
        let mut cases = call.x.chunks_exact(call.layout.case().max(1)).enumerate();
        if cases.any(|(n, case)| call.mask.is_none_or(|m| m[n]) && !case.iter().all(finite)) {
            return Ok(());
        }
        Err(policy::not_stored(self.kernel.descriptor, statistics))
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
        let (kernel, blocks, behind) = (self.kernel, self.takes_blocks(), self.behind());
        let Input { layout, x, params, mask } = *input;
        let consts = self.consts.clone();
        let call = Call { layout, x, params, consts: &consts, mask };
        match self.store.clone() {
            Store::Streamed { settings, mut store } => {
                let (y, used) = settings.forward(&kernel, isa, &call, &mut store)?;
                self.check_stored(&call, &used.current)?;
                self.store = Store::Streamed { settings, store };
                Ok((y, Saved::Mixture(used)))
            }
            Store::Averages { running, mut values, controls } if blocks => {
                let (y, seen) = blocks::forward(&kernel, isa, &call, running, &mut values)?;
                for block in &seen {
                    self.check_stored(&call, &block.statistics)?;
                }
                self.store = Store::Averages { running, values, controls };
                Ok((y, Saved::Blocks(seen)))
            }
            store => {
                let all: Vec<&[T]> = params.iter().copied().chain(behind.iter().map(|v| &v[..])).collect();
                let call = Call { params: &all, ..call };
                let mut statistics = vec![T::default(); kernel.statistics_len(&layout)];
                let y = kernel.forward_new(isa, &call, &mut statistics)?;
                if let Store::Averages { running, mut values, controls } = store {
                    running.check()?;
                    self.check_stored(&call, &statistics)?;
                    running.update(kernel.descriptor, &statistics, kernel.pooled(&call), &mut values);
                    self.check_stored(&call, &values)?;
                    self.store = Store::Averages { running, values, controls };
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
            Store::Averages { values, .. } => {
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
                Ok(Feedback::Gradients(own))
            }
            (Saved::Blocks(seen), Store::Averages { controls, .. }) => {
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
                let controls = kernel.descriptor.plan.controls();
                let mut unused: Vec<Vec<T>> =
                    controls.into_iter().map(|_| vec![T::default(); self.sets]).collect();
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
            (Feedback::Controls(grown), Store::Averages { controls, .. }) => {
                for (state, by) in controls.iter_mut().flatten().zip(grown.iter().flatten()) {
                    *state = *state + *by;
                }
            }
            _ => {}
        }
    }
}
