//! The layer: parameters, running statistics and options of one normalization, with an explicit mode.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula, Layout, ParamAxis, ReferenceSet, Skeleton, policy};

use crate::error::Error;
use crate::fused::{Flat, Statistics};
use crate::path::{Fused, Path};
use crate::policy::{Averaging, Declared, Policy};
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
/// `running_<statistic>` and the options of averaging `rate` and `correction`. Constants and options are
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
        self.averaging.into()
    }

    /// Sets how batches are averaged.
    pub fn set_averaging(&mut self, rule: policy::Running) {
        self.averaging = rule.into();
    }

    pub(crate) fn layout<S: Channels<C>>(shape: &S) -> Result<Layout, Error<D::Err>> {
        let (cases, space) = shape.cases_and_space();
        Ok(F::DESCRIPTOR.reference_set.layout(cases, C, space, G)?)
    }

    /// The parameters in declared order, each on a tape of its own.
    pub(crate) fn flat<T: Tape<E, D>>(&self) -> Result<Vec<Flat<E, D, T>>, D::Err> {
        let (mut channel, mut group, mut scalar) =
            (self.channel.iter(), self.group.iter(), self.scalar.iter());
        let mut all = Vec::with_capacity(F::DESCRIPTOR.params.len());
        for spec in F::DESCRIPTOR.params {
            let flat = match holder(spec.axis) {
                Holder::Channel => channel.next().map(|t| t.retaped::<T>().try_reshape_like(&(C,))),
                Holder::Group => group.next().map(|t| t.retaped::<T>().try_reshape_like(&(G,))),
                Holder::Scalar => scalar.next().map(|t| t.retaped::<T>().try_reshape_like(&(1,))),
            };
            all.extend(flat.transpose()?);
        }
        Ok(all)
    }
}

impl<F: Formula, const C: usize, E: Dtype + Elem, D: Device<E>, Pol: Policy, P: Path<E, D>, const G: usize>
    NormLayer<F, C, E, D, Pol, P, G>
{
    fn normalize<S: Channels<C>, T: Tape<E, D>>(
        &self,
        x: Tensor<S, E, D, T>,
        statistics: Statistics<'_, E>,
        found: Option<&mut Vec<E>>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        let layout = Self::layout(x.shape())?;
        let mut params = self.flat().map_err(|source| Error::Device { source })?;
        for frozen in F::DESCRIPTOR.frozen {
            // The store as it is before this batch; averaging follows.
            let stored = self.running[frozen.statistic].retaped::<T>().try_reshape_like(&(C,));
            params.push(stored.map_err(|source| Error::Device { source })?);
        }
        P::normalize::<F, S, T>(layout, x, params, &self.consts, statistics, found)
    }

    /// The stored statistics, one plane after the other.
    fn stored(&self) -> Vec<E> {
        self.running.iter().flat_map(Tensor::as_vec).collect()
    }

    /// Normalizes as in training: with the statistics of `x`, which a storing policy then averages, once per
    /// call. With or without a tape.
    ///
    /// A batch with a statistic that is not finite leaves the stored ones as they were; a batch that pools one
    /// element leaves an unbiased variance as it was.
    ///
    /// # Errors
    ///
    /// [`Error`]; nothing was averaged then.
    pub fn train<S: Channels<C>, T: Tape<E, D>>(
        &mut self,
        x: Tensor<S, E, D, T>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        let layout = Self::layout(x.shape())?;
        if self.running.is_empty() {
            return self.normalize(x, Statistics::Current, None);
        }
        let mut found = Vec::new();
        let y = self.normalize(x, Statistics::Current, Some(&mut found))?;
        let mut state = self.stored();
        let rule = policy::Running::from(self.averaging);
        if rule.update(F::DESCRIPTOR, &found, layout.n * layout.s, &mut state) {
            for (plane, now) in self.running.iter_mut().zip(state.chunks_exact(C.max(1))) {
                plane.copy_from(now);
            }
        }
        Ok(y)
    }

    /// Normalizes as in evaluation: with the stored statistics where the policy stores some, else with those
    /// of `x`. Changes nothing. With or without a tape; no gradient flows through stored statistics.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn eval<S: Channels<C>, T: Tape<E, D>>(
        &self,
        x: Tensor<S, E, D, T>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        if self.running.is_empty() {
            return self.normalize(x, Statistics::Current, None);
        }
        self.normalize(x, Statistics::Stored(&self.stored()), None)
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
        self.train(x).map_err(|e| plain::<E, D>(e, &device))
    }
}
