//! The layer: parameters, running statistics and options of one normalization, with an explicit mode.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{
    Averages, Elem, Formula, Layout, NormState, ParamAxis, ReferenceSet, Skeleton, Unstorable, policy,
};

use crate::error::Error;
use crate::mailbox::Mailbox;
use crate::parts::Parts;
use crate::path::{Fused, Path};
use crate::policy::{Averaging, Declared, Policy};
use crate::running;
use crate::shape::Channels;

/// Names a layer in a dfdx model type; built, it is a [`NormLayer`].
///
/// `F` is the formula, `C` the number of channels, `Pol` the policy of the statistics, `P` the path that runs,
/// `G` the number of groups for methods that have them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Norm<F, const C: usize, Pol = Declared, P = Fused, const G: usize = 1>(PhantomData<(F, Pol, P)>);

impl<F: Formula, const C: usize, Pol: Policy, P: 'static, const G: usize, E: Dtype, D: Device<E>>
    BuildOnDevice<D, E> for Norm<F, C, Pol, P, G>
where
    NormLayer<F, C, E, D, Pol, P, G>: BuildModule<D, E>,
{
    type Built = NormLayer<F, C, E, D, Pol, P, G>;
}

/// A normalization of `C` channels with its parameters and, where its policy stores some, running statistics.
///
/// Parameters have the names of the declaration, on disk too, where running statistics are called
/// `running_<statistic>` and the options of averaging `rate` and `correction`; a method that names a `rate` among its
/// constants is averaged at that. States of controls have the names of the declaration, `control_<name>`; what a backward
/// pass has found is taken into them by the next use in training or [`settle`](Self::settle). Constants and options are
/// dfdx scalars: they are saved and loaded, but `to_device` and `to_dtype` put the defaults back.
#[derive(Clone, Debug)]
pub struct NormLayer<
    F,
    const C: usize,
    E: Dtype,
    D: Storage<E>,
    Pol = Declared,
    P = Fused,
    const G: usize = 1,
> {
    pub(crate) channel: Vec<Tensor<Rank1<C>, E, D>>,
    pub(crate) group: Vec<Tensor<Rank1<G>, E, D>>,
    pub(crate) scalar: Vec<Tensor<Rank0, E, D>>,
    pub(crate) running: Vec<Tensor<Rank1<C>, E, D>>,
    /// The states of controls, without what lies in the mailbox.
    pub(crate) controls: Vec<Tensor<Rank1<C>, E, D>>,
    pub(crate) mailbox: Mailbox<E>,
    pub(crate) consts: Vec<f64>,
    pub(crate) averaging: Averaging,
    pub(crate) kind: PhantomData<(F, Pol, P)>,
}

/// Which list of a layer holds a parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    Channel,
    Group,
    Scalar,
}

/// The list a parameter of this axis is in. One value per element is one per channel where there is no space;
/// with space the kernel refuses the length.
pub(crate) const fn holder(axis: ParamAxis) -> Holder {
    match axis {
        ParamAxis::Scalar => Holder::Scalar,
        ParamAxis::Group => Holder::Group,
        // `Channel`, `Element`, and whatever an axis may be called that is not known here.
        _ => Holder::Channel,
    }
}

/// Positions in the declaration of the parameters in one list.
pub(crate) fn held<F: Formula>(by: Holder) -> impl Iterator<Item = usize> {
    let params = F::DESCRIPTOR.params;
    (0..params.len()).filter(move |&i| holder(params[i].axis) == by)
}

/// Whether a layer stores statistics.
pub(crate) const fn stores<F: Formula, Pol: Policy>() -> bool {
    match Pol::KIND {
        Some(chosen) => chosen.averages(),
        None => F::DESCRIPTOR.policy.averages(),
    }
}

/// Whether the method asks for something stored besides the averages that evaluation uses: an earlier value, or the state of
/// a control.
pub(crate) const fn looks_at_store<F: Formula>() -> bool {
    let d = F::DESCRIPTOR;
    let mut i = 0;
    while i < d.plan.apply.len() {
        if matches!(d.plan.apply[i].0, norm_core::Op::Controlled(..)) {
            return true;
        }
        i += 1;
    }
    !d.frozen.is_empty()
}

/// Whether a statistic pools cases, so that there is one per channel to store.
pub(crate) const fn pools_cases<F: Formula>() -> bool {
    matches!(F::DESCRIPTOR.reference_set.skeleton(), Skeleton::Channelwise)
}

/// Whether a statistic pools the channels of a group.
pub(crate) const fn pools_groups<F: Formula>() -> bool {
    matches!(F::DESCRIPTOR.reference_set, ReferenceSet::Group)
}

impl<F: Formula, const C: usize, E: Dtype, D: Device<E>, Pol: Policy, P, const G: usize>
    NormLayer<F, C, E, D, Pol, P, G>
{
    /// Where a parameter of that name is, if it is in that list.
    fn position(by: Holder, name: &str) -> Option<usize> {
        held::<F>(by).position(|i| F::DESCRIPTOR.params[i].name == name)
    }

    /// A parameter with one value per channel, by its declared name.
    pub fn param(&self, name: &str) -> Option<&Tensor<Rank1<C>, E, D>> {
        Self::position(Holder::Channel, name).map(|i| &self.channel[i])
    }

    /// A parameter with one value per channel, to change.
    pub fn param_mut(&mut self, name: &str) -> Option<&mut Tensor<Rank1<C>, E, D>> {
        Self::position(Holder::Channel, name).map(|i| &mut self.channel[i])
    }

    /// A parameter with one value per group.
    pub fn group_param(&self, name: &str) -> Option<&Tensor<Rank1<G>, E, D>> {
        Self::position(Holder::Group, name).map(|i| &self.group[i])
    }

    /// A parameter with one value.
    pub fn scalar_param(&self, name: &str) -> Option<&Tensor<Rank0, E, D>> {
        Self::position(Holder::Scalar, name).map(|i| &self.scalar[i])
    }

    /// A stored statistic, by the name of the statistic; nothing where the policy stores none.
    pub fn running(&self, statistic: &str) -> Option<&Tensor<Rank1<C>, E, D>> {
        let i = F::DESCRIPTOR.statistics.iter().position(|s| s.name == statistic)?;
        self.running.get(i)
    }

    /// All stored statistics in declared order, to load or to exchange; none where the policy stores none.
    pub fn running_mut(&mut self) -> &mut [Tensor<Rank1<C>, E, D>] {
        &mut self.running
    }

    /// The state of a control by its name, without what backward passes have found since ([`settle`](Self::settle)).
    pub fn control(&self, name: &str) -> Option<&Tensor<Rank1<C>, E, D>> {
        let i = F::DESCRIPTOR.plan.controls().iter().position(|c| c.name == name)?;
        self.controls.get(i)
    }

    /// Takes into the states of controls what backward passes have found. The next use in training does it, and so does
    /// [`AfterUpdate`](crate::AfterUpdate); before a save between the two it is to be called.
    pub fn settle(&mut self)
    where
        E: Elem,
    {
        if self.mailbox.is_empty() {
            return;
        }
        let mut state = self.norm_state();
        self.mailbox.drain(&mut state);
        let states = state.averages().into_iter().flat_map(|averages| &averages.controls);
        for (tensor, now) in self.controls.iter_mut().zip(states) {
            tensor.copy_from(now);
        }
    }

    /// The method with what the layer stores, but for what lies in the mailbox.
    fn norm_state(&self) -> NormState<E>
    where
        E: Elem,
    {
        let (kernel, consts) = (E::kernel::<F>(), self.consts.clone());
        if self.running.is_empty() {
            return NormState::instant(kernel, consts);
        }
        let (running, values) = (self.averaging(), running::stored(&self.running));
        let controls = self.controls.iter().map(Tensor::as_vec).collect();
        NormState::averaging_from(kernel, consts, Averages { running, values, controls })
    }

    /// The constants, in declared order.
    pub fn consts(&self) -> &[f64] {
        &self.consts
    }

    /// A constant, to change, by its declared name.
    pub fn const_mut(&mut self, name: &str) -> Option<&mut f64> {
        let i = F::DESCRIPTOR.consts.iter().position(|c| c.name == name)?;
        self.consts.get_mut(i)
    }

    /// How batches are averaged, where the policy does that.
    pub fn averaging(&self) -> policy::Running {
        policy::Running::from(self.averaging).named(F::DESCRIPTOR, &self.consts)
    }

    /// Sets how batches are averaged.
    pub fn set_averaging(&mut self, rule: policy::Running) {
        self.averaging = rule.into();
        if let Some(rate) = self.const_mut(policy::RATE) {
            *rate = rule.rate;
        }
    }

    pub(crate) fn layout<S: Channels<C>>(shape: &S) -> Result<Layout, Error<D::Err>> {
        let (cases, space) = shape.cases_and_space();
        let layout = F::DESCRIPTOR.reference_set.layout(cases, C, space, G)?;
        Ok(layout.with_row(shape.row().unwrap_or(layout.s)))
    }
}

impl<F: Formula, const C: usize, E: Dtype + Elem, D: Device<E>, Pol: Policy, P, const G: usize>
    NormLayer<F, C, E, D, Pol, P, G>
{
    pub(crate) fn parts(&self) -> Parts<'_, C, G, E, D> {
        let Self { channel, group, scalar, .. } = self;
        Parts { descriptor: F::DESCRIPTOR, channel, group, scalar }
    }
}

impl<F: Formula, const C: usize, E: Dtype + Elem, D: Device<E>, Pol: Policy, P: Path<E, D>, const G: usize>
    NormLayer<F, C, E, D, Pol, P, G>
{
    /// Normalizes as in training: with the statistics of `x`, which a storing policy then averages, once per
    /// call. A method that names a block is used block after block, each averaged before the next. With or without a
    /// tape.
    ///
    /// A batch with a value that is no number leaves the stored statistics as they were; a batch that pools one element leaves
    /// an unbiased variance as it was.
    ///
    /// # Errors
    ///
    /// [`Error`], for a statistic of ordinary values too that is no number in its element type; nothing was averaged then.
    /// As a module of dfdx, whose error could not say it, the layer leaves it out of what it stores instead.
    pub fn train<S: Channels<C>, T: Tape<E, D>>(
        &mut self,
        x: Tensor<S, E, D, T>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        self.use_in_training(x, Unstorable::Refuse)
    }

    fn use_in_training<S: Channels<C>, T: Tape<E, D>>(
        &mut self,
        x: Tensor<S, E, D, T>,
        unstorable: Unstorable,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        let layout = Self::layout(x.shape())?;
        self.settle();
        let mut state = self.norm_state();
        let y = self.parts().train::<P, _, _>(&mut state, layout, x, &self.mailbox, unstorable)?;
        if let Some(averages) = state.averages() {
            running::keep(&mut self.running, &averages.values);
        }
        Ok(y)
    }

    /// Normalizes as in evaluation: with the stored statistics where the policy stores some, else with those
    /// of `x`. Changes nothing. With or without a tape; no gradient flows through stored statistics, and none is controlled.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn eval<S: Channels<C>, T: Tape<E, D>>(
        &self,
        x: Tensor<S, E, D, T>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        let layout = Self::layout(x.shape())?;
        self.parts().evaluate::<P, _, _>(&self.norm_state(), layout, x)
    }

    /// The name of the path that runs, for records.
    pub fn path(&self) -> &'static str {
        P::NAME
    }
}

/// What a module says where only the device's own error can be said.
pub(crate) fn plain<E: Dtype, D: Device<E>>(error: Error<D::Err>, device: &D) -> D::Err {
    match error {
        Error::Device { source } => source,
        // Every other one is about sizes or the method, of which dfdx's own error knows nothing.
        _ => match TensorFromVec::<E>::try_tensor_from_vec(device, Vec::new(), (1,)) {
            Err(wrong_number_of_elements) => wrong_number_of_elements,
            Ok(_) => unreachable!("no elements do not fill a tensor of one"),
        },
    }
}

impl<F, const C: usize, E, D, Pol, P, const G: usize, S, T> Module<Tensor<S, E, D, T>>
    for NormLayer<F, C, E, D, Pol, P, G>
where
    F: Formula,
    E: Dtype + Elem,
    D: Device<E>,
    Pol: Policy,
    P: Path<E, D>,
    S: Channels<C>,
    T: Tape<E, D>,
{
    type Output = Tensor<S, E, D, T>;
    type Error = D::Err;

    fn try_forward(&self, x: Tensor<S, E, D, T>) -> Result<Self::Output, D::Err> {
        let device = x.device().clone();
        self.eval(x).map_err(|e| plain::<E, D>(e, &device))
    }
}

impl<F, const C: usize, E, D, Pol, P, const G: usize, S, T> ModuleMut<Tensor<S, E, D, T>>
    for NormLayer<F, C, E, D, Pol, P, G>
where
    F: Formula,
    E: Dtype + Elem,
    D: Device<E>,
    Pol: Policy,
    P: Path<E, D>,
    S: Channels<C>,
    T: Tape<E, D>,
{
    type Output = Tensor<S, E, D, T>;
    type Error = D::Err;

    fn try_forward_mut(&mut self, x: Tensor<S, E, D, T>) -> Result<Self::Output, D::Err> {
        let device = x.device().clone();
        self.use_in_training(x, Unstorable::LeaveOut).map_err(|e| plain::<E, D>(e, &device))
    }
}
