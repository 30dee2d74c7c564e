//! The layer of a method that streams (liao2016streaming): one store for all of its uses, and an explicit word when the
//! weights have changed.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::streaming::{self, Scalar, Store, Streaming};
use norm_core::{Elem, Formula, NormState, Start, Unstorable};

use crate::error::Error;
use crate::fields::{Fields, List};
use crate::fused;
use crate::initial::kept;
use crate::layer::{NormLayer, plain, pools_cases};
use crate::mailbox::Mailbox;
use crate::shape::Channels;

/// Names a [`StreamingLayer`] in a dfdx model type: formula and number of channels.
#[derive(Clone, Copy, Debug, Default)]
pub struct StreamingNorm<F, const C: usize>(PhantomData<F>);

impl<F: Formula, const C: usize, E: Dtype, D: Device<E>> BuildOnDevice<D, E> for StreamingNorm<F, C>
where
    StreamingLayer<F, C, E, D>: BuildModule<D, E>,
{
    type Built = StreamingLayer<F, C, E, D>;
}

/// A normalization of `C` channels whose statistics, and whose gradients at them, are mixed with what they have been
/// ([`norm_core::streaming`]).
///
/// Each [`train`](Self::train) is one use: of a mini-batch, or of a step of a sequence. After each step of the optimizer
/// comes [`after_update`](Self::after_update), once; nothing else tells that the weights have changed.
///
/// On disk the parameters and constants stand under `norm.`, the averages are called as [`streaming::names`] says, and their
/// counts and the settings are scalars. What backward passes have found is taken into the averages by the next `train` or
/// `after_update`; before a save between the two, [`settle`](Self::settle) does it. `to_device` and `to_dtype` put scalars
/// back to their defaults, so that the store begins anew.
#[derive(Clone, Debug)]
pub struct StreamingLayer<F, const C: usize, E: Dtype, D: Storage<E>> {
    /// Parameters and constants.
    pub norm: NormLayer<F, C, E, D>,
    /// How histories are mixed, in the order of [`Streaming::NAMES`].
    settings: [f64; Streaming::NAMES.len()],
    averages: Vec<Tensor<Rank1<C>, E, D>>,
    scalars: [f64; Scalar::ALL.len()],
    mailbox: Mailbox<E>,
}

impl<F: Formula, const C: usize, E: Dtype + Elem> StreamingLayer<F, C, E, Cpu>
where
    Cpu: Device<E>,
{
    /// How histories are mixed.
    pub fn settings(&self) -> Streaming {
        Streaming::of(self.settings)
    }

    /// Sets how histories are mixed.
    ///
    /// # Errors
    ///
    /// [`Error::Kernel`] for settings that [`Streaming::check`] refuses; they are as they were then.
    pub fn set_settings(&mut self, settings: Streaming) -> Result<(), Error<CpuError>> {
        settings.check()?;
        self.settings = settings.values();
        Ok(())
    }

    /// What is stored, without what lies in the mailbox.
    pub fn store(&self) -> Store<E> {
        let mut store = Store::new(F::DESCRIPTOR, C);
        for (to, from) in store.averages_mut().zip(&self.averages) {
            to.copy_from_slice(&from.as_vec());
        }
        for (which, v) in Scalar::ALL.into_iter().zip(self.scalars) {
            store.set_scalar(which, v);
        }
        store
    }

    fn keep(&mut self, store: &Store<E>) {
        for (to, from) in self.averages.iter_mut().zip(store.averages()) {
            to.copy_from(from);
        }
        self.scalars = Scalar::ALL.map(|which| store.scalar(which));
    }

    /// The method with what is stored.
    fn norm_state(&self) -> NormState<E> {
        let consts = self.norm.consts().to_vec();
        NormState::streaming_from(E::kernel::<F>(), consts, self.settings(), self.store())
    }

    /// Changes what is stored, after what backward passes have found has gone into it.
    fn change<R>(&mut self, change: impl FnOnce(&mut NormState<E>) -> R) -> R {
        let mut state = self.norm_state();
        self.mailbox.drain(&mut state);
        let done = change(&mut state);
        if let Some((_, store)) = state.streamed() {
            self.keep(store);
        }
        done
    }

    /// Takes in what backward passes have found since. Needed before a save that comes after a backward pass and before
    /// the next [`train`](Self::train) or [`after_update`](Self::after_update), which do it themselves.
    pub fn settle(&mut self) {
        self.change(|_| ());
    }

    /// Says that the weights have changed: the next use in training begins the short averages anew.
    pub fn after_update(&mut self) {
        self.change(NormState::after_update);
    }

    /// Forgets the gradients: after a jump of the learning rate or of the loss's scale they speak of another loss.
    pub fn forget_gradients(&mut self) {
        self.settle();
        let mut store = self.store();
        store.forget_gradients();
        self.keep(&store);
    }

    /// A use in training, with or without a tape.
    ///
    /// # Errors
    ///
    /// [`Error`], for a statistic of ordinary values too that is no number in its element type; nothing was taken in then. As a
    /// module of dfdx, whose error could not say it, the layer leaves it out of what it stores instead.
    pub fn train<S: Channels<C>, T: Tape<E, Cpu>>(
        &mut self,
        x: Tensor<S, E, Cpu, T>,
    ) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>> {
        self.use_in_training(x, Unstorable::Refuse)
    }

    fn use_in_training<S: Channels<C>, T: Tape<E, Cpu>>(
        &mut self,
        x: Tensor<S, E, Cpu, T>,
        unstorable: Unstorable,
    ) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>> {
        let layout = NormLayer::<F, C, E, Cpu>::layout(x.shape())?;
        let (params, mailbox) = (self.norm.parts().flat()?, self.mailbox.handle());
        self.change(|state| fused::train(state, layout, x, params, &mailbox, unstorable))
    }

    /// Normalizes as in evaluation, by the same mixture. Changes nothing; no gradient flows through what is stored. A
    /// layer that was never used in training normalizes by the statistics of `x`.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn eval<S: Channels<C>, T: Tape<E, Cpu>>(
        &self,
        x: Tensor<S, E, Cpu, T>,
    ) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>> {
        let layout = NormLayer::<F, C, E, Cpu>::layout(x.shape())?;
        fused::evaluate(&self.norm_state(), layout, x, self.norm.parts().flat()?)
    }
}

impl<F: Formula, const C: usize, E: Dtype, D: Device<E>> TensorCollection<E, D>
    for StreamingLayer<F, C, E, D>
{
    type To<E2: Dtype, D2: Device<E2>> = StreamingLayer<F, C, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const { assert!(pools_cases::<F>(), "statistics of single cases are not streamed") };
        let norm = visitor.visit_module("norm", |s: &Self| &s.norm, |s| &mut s.norm)?;
        let mut fields = Fields::of(visitor);
        let mut averages = Vec::new();
        let list: List<Self, _> = List { get: |l| &l.averages, get_mut: |l| &mut l.averages };
        for (i, name) in streaming::names(F::DESCRIPTOR).iter().enumerate() {
            fields.tensor(name, kept(Start::Value(0.0)), i, list, &mut averages)?;
        }
        let mut scalars = Vec::new();
        let list: List<Self, _> = List { get: |l| &l.scalars, get_mut: |l| &mut l.scalars };
        for (i, which) in Scalar::ALL.iter().enumerate() {
            fields.scalar(which.name(), 0.0, i, list, &mut scalars)?;
        }
        let mut settings = Vec::new();
        let list: List<Self, _> = List { get: |l| &l.settings, get_mut: |l| &mut l.settings };
        let usual = Streaming::NAMES.into_iter().zip(Streaming::default().values());
        for (i, (name, default)) in usual.enumerate() {
            fields.scalar(name, default, i, list, &mut settings)?;
        }
        Ok(norm.filter(|_| fields.whole()).map(|norm| {
            let mut layer = StreamingLayer {
                norm,
                averages,
                scalars: [0.0; Scalar::ALL.len()],
                settings: Streaming::default().values(),
                mailbox: Mailbox::default(),
            };
            layer.scalars.iter_mut().zip(scalars).for_each(|(to, from)| *to = from);
            layer.settings.iter_mut().zip(settings).for_each(|(to, from)| *to = from);
            layer
        }))
    }
}

impl<F, const C: usize, E, S, T> Module<Tensor<S, E, Cpu, T>> for StreamingLayer<F, C, E, Cpu>
where
    F: Formula,
    E: Dtype + Elem,
    Cpu: Device<E>,
    S: Channels<C>,
    T: Tape<E, Cpu>,
{
    type Output = Tensor<S, E, Cpu, T>;
    type Error = CpuError;

    fn try_forward(&self, x: Tensor<S, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        let device = x.device().clone();
        self.eval(x).map_err(|e| plain::<E, Cpu>(e, &device))
    }
}

impl<F, const C: usize, E, S, T> ModuleMut<Tensor<S, E, Cpu, T>> for StreamingLayer<F, C, E, Cpu>
where
    F: Formula,
    E: Dtype + Elem,
    Cpu: Device<E>,
    S: Channels<C>,
    T: Tape<E, Cpu>,
{
    type Output = Tensor<S, E, Cpu, T>;
    type Error = CpuError;

    fn try_forward_mut(&mut self, x: Tensor<S, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        let device = x.device().clone();
        self.use_in_training(x, Unstorable::LeaveOut).map_err(|e| plain::<E, Cpu>(e, &device))
    }
}
