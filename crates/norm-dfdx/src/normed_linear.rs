//! A linear layer whose weights, or weights and inputs, are normalized.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::slice::{from_mut, from_ref};

use dfdx::prelude::*;
use norm_core::policy::Running;
use norm_core::{Averages, Elem, Formula, NormState, ParamAxis, Site, Unstorable};
use num_traits::Float;
use rand_distr::Uniform;
use rand_distr::uniform::SampleUniform;

use crate::error::Error;
use crate::fields::{Fields, List};
use crate::fused::Flat;
use crate::initial::kept;
use crate::layer::plain;
use crate::mailbox::Mailbox;
use crate::path::{Fused, Path};
use crate::running;

/// Whether the gain of a [`NormedLinear`] is trained.
pub trait Gain: Copy + Default + Debug + Send + Sync + 'static {
    /// Whether an optimizer moves it.
    const TRAINED: bool;
}

/// The gain is a parameter like any other.
#[derive(Clone, Copy, Debug, Default)]
pub struct LearnedGain;

/// The gain stays where it was put: at its initial value, or where data put it.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedGain;

impl Gain for LearnedGain {
    const TRAINED: bool = true;
}

impl Gain for FixedGain {
    const TRAINED: bool = false;
}

/// Names a layer in a dfdx model type; built, it is a [`NormedLinearLayer`].
///
/// `F` is a method at the weights, or at weights and inputs; `I` and `O` are inputs and outputs, `P` the path that runs,
/// `BIAS` whether a bias is added.
#[derive(Clone, Copy, Debug, Default)]
pub struct NormedLinear<
    F,
    const I: usize,
    const O: usize,
    P = Fused,
    G = LearnedGain,
    const BIAS: bool = true,
>(PhantomData<(F, P, G)>);

impl<
    F: Formula,
    const I: usize,
    const O: usize,
    P: 'static,
    G: Gain,
    const BIAS: bool,
    E: Dtype,
    D: Device<E>,
> BuildOnDevice<D, E> for NormedLinear<F, I, O, P, G, BIAS>
where
    NormedLinearLayer<F, I, O, E, D, P, G, BIAS>: BuildModule<D, E>,
{
    type Built = NormedLinearLayer<F, I, O, E, D, P, G, BIAS>;
}

/// `y = gain * (W' x') + bias`, with `W'` the normalized weights and, where the method says so, `x'` the normalized
/// input.
///
/// `weight` is `[O, I]` and starts as that of dfdx's [`Linear`], bit for bit from the same seed, and so does `bias`. A
/// method at the weights brings its gain, one for each output, under its declared name. One that brings none, such as one
/// at weights and inputs, gets one from the layer, called `gain`, that starts at 1: without it a cosine lies in [-1, 1].
///
/// What the method stores of its weights, one value per output, moves with every use in training
/// ([`train`](NormedLinearLayer::train)); a use in evaluation ([`apply`](NormedLinearLayer::apply)) takes it as it is.
#[derive(Clone, Debug)]
pub struct NormedLinearLayer<
    F,
    const I: usize,
    const O: usize,
    E: Dtype,
    D: Storage<E>,
    P = Fused,
    G = LearnedGain,
    const BIAS: bool = true,
> {
    /// What is normalized, `[O, I]`: the direction `v` of weight normalization.
    pub weight: Tensor<Rank2<O, I>, E, D>,
    bias: Vec<Tensor<Rank1<O>, E, D>>,
    gain: Tensor<Rank1<O>, E, D>,
    /// Stored statistics in declared order, one value per output; none where the method stores nothing.
    running: Vec<Tensor<Rank1<O>, E, D>>,
    kind: PhantomData<(F, P, G)>,
}

/// Whether the method stands at the weights and has one parameter, for each output.
pub(crate) const fn brings_gain<F: Formula>() -> bool {
    let d = F::DESCRIPTOR;
    matches!(d.site, Site::Weights) && d.params.len() == 1 && matches!(d.params[0].axis, ParamAxis::Group)
}

/// Whether the method stands at both sides.
pub(crate) const fn stands_at_both<F: Formula>() -> bool {
    matches!(F::DESCRIPTOR.site, Site::WeightsAndInputs)
}

/// Whether the method has no parameter, so that the gain is the layer's own.
pub(crate) const fn brings_nothing<F: Formula>() -> bool {
    matches!(F::DESCRIPTOR.site, Site::Weights | Site::WeightsAndInputs) && F::DESCRIPTOR.params.is_empty()
}

/// The name and the initial value of the gain.
pub(crate) const fn gain_of<F: Formula>() -> (&'static str, f64) {
    if brings_gain::<F>() {
        return (F::DESCRIPTOR.params[0].name, F::DESCRIPTOR.params[0].initial);
    }
    ("gain", 1.0)
}

impl<F: Formula, const I: usize, const O: usize, E, D: Device<E>, P: 'static, G: Gain, const BIAS: bool>
    TensorCollection<E, D> for NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
where
    E: Dtype + Float + SampleUniform,
{
    type To<E2: Dtype, D2: Device<E2>> = NormedLinearLayer<F, I, O, E2, D2, P, G, BIAS>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const {
            assert!(
                brings_gain::<F>() || brings_nothing::<F>(),
                "a normed linear layer takes a method at the weights, or at weights and inputs, with one gain per output or with no parameter"
            );
        };
        // In the order in which dfdx's linear layer draws its numbers.
        let mut fields = Fields::of(visitor);
        let mut weight = Vec::new();
        let options = TensorOptions::reset_with(|t| {
            let b = E::one() / E::from(I).unwrap_or_else(E::one).sqrt();
            t.try_fill_with_distr(Uniform::new(-b, b))
        });
        let list: List<Self, _> = List { get: |l| from_ref(&l.weight), get_mut: |l| from_mut(&mut l.weight) };
        fields.tensor("weight", options, 0, list, &mut weight)?;
        let mut bias = Vec::new();
        if BIAS {
            let options = TensorOptions::reset_with(|t| {
                let b = E::one() / E::from(I).unwrap_or_else(E::one).sqrt();
                t.try_fill_with_distr(Uniform::new(-b, b))
            });
            let list: List<Self, _> = List { get: |l| &l.bias, get_mut: |l| &mut l.bias };
            fields.tensor("bias", options, 0, list, &mut bias)?;
        }
        let mut options: TensorOptions<Rank1<O>, E, D> = TensorOptions::reset_with(|t| {
            t.copy_from(&[E::from(gain_of::<F>().1).unwrap_or_else(E::one); O]);
            Ok(())
        });
        options.do_gradient_update = G::TRAINED;
        let mut gain = Vec::new();
        let list: List<Self, _> = List { get: |l| from_ref(&l.gain), get_mut: |l| from_mut(&mut l.gain) };
        fields.tensor(gain_of::<F>().0, options, 0, list, &mut gain)?;
        let d = F::DESCRIPTOR;
        let mut running = Vec::new();
        let list: List<Self, _> = List { get: |l| &l.running, get_mut: |l| &mut l.running };
        for (i, name) in d.stored_names().iter().enumerate() {
            fields.tensor(name, kept(d.start(i)), i, list, &mut running)?;
        }
        let whole = weight.pop().zip(gain.pop()).filter(|_| fields.whole());
        Ok(whole.map(|(weight, gain)| NormedLinearLayer { weight, bias, gain, running, kind: PhantomData }))
    }
}

impl<F, const I: usize, const O: usize, E, D, P, G, const BIAS: bool>
    NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
where
    E: Dtype,
    D: Device<E>,
{
    /// The bias, if there is one.
    pub fn bias(&self) -> Option<&Tensor<Rank1<O>, E, D>> {
        self.bias.first()
    }

    /// The bias, to change.
    pub fn bias_mut(&mut self) -> Option<&mut Tensor<Rank1<O>, E, D>> {
        self.bias.first_mut()
    }

    /// The gain, as the method keeps it: for an exponential gain the logarithm.
    pub fn gain(&self) -> &Tensor<Rank1<O>, E, D> {
        &self.gain
    }

    /// The gain, to change.
    pub fn gain_mut(&mut self) -> &mut Tensor<Rank1<O>, E, D> {
        &mut self.gain
    }
}

impl<F: Formula, const I: usize, const O: usize, E, D, P, G, const BIAS: bool>
    NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
where
    E: Dtype + Elem,
    D: Device<E>,
    P: Path<E, D>,
{
    /// The method with what the layer stores.
    fn norm_state(&self) -> NormState<E> {
        let (kernel, consts) = (E::kernel::<F>(), F::DESCRIPTOR.default_consts());
        if self.running.is_empty() {
            return NormState::instant(kernel, consts);
        }
        let mut averages = Averages::new(F::DESCRIPTOR, Running::default(), O);
        averages.values = running::stored(&self.running);
        NormState::averaging_from(kernel, consts, averages)
    }

    /// The learned parameters of the method.
    fn params<T: Tape<E, D>>(&self) -> Result<Vec<Flat<E, D, T>>, Error<D::Err>> {
        if !brings_gain::<F>() {
            return Ok(Vec::new());
        }
        let gain = self.gain.retaped::<T>().try_reshape_like(&(O,));
        Ok(vec![gain.map_err(|source| Error::Device { source })?])
    }

    /// The weights that act, `[O, I]`; the gain is in them where the method brings it. What the method stores stays as it is.
    pub(crate) fn weights<T: Tape<E, D>>(&self) -> Result<Tensor<Rank2<O, I>, E, D, T>, Error<D::Err>> {
        let layout = F::DESCRIPTOR.reference_set.layout(O, I, 1, 1)?;
        P::evaluate(&self.norm_state(), layout, self.weight.retaped::<T>(), self.params()?)
    }

    /// The same with the gain in them, whoever brings it.
    pub(crate) fn gained_weights(&self) -> Result<Tensor<Rank2<O, I>, E, D>, Error<D::Err>> {
        let device = |source| Error::Device { source };
        let weights = self.weights::<NoneTape>()?;
        if !brings_nothing::<F>() {
            return Ok(weights);
        }
        let gain = self.gain.clone().try_broadcast_like(weights.shape()).map_err(device)?;
        weights.try_mul(gain).map_err(device)
    }

    /// The layer's output for rows `[N, I]`, `[N, O]`; with or without a tape. Nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn apply<N: Dim, T: Tape<E, D>>(
        &self,
        x: Tensor<(N, Const<I>), E, D, T>,
    ) -> Result<Tensor<(N, Const<O>), E, D, T>, Error<D::Err>> {
        self.with(self.weights::<T>()?, x)
    }

    /// The same as in training: what the method stores takes in what it finds in the weights.
    ///
    /// # Errors
    ///
    /// [`Error`], for a statistic of ordinary weights too that is no number in its element type; nothing was taken in then. As a
    /// module of dfdx, whose error could not say it, the layer leaves it out of what it stores instead.
    pub fn train<N: Dim, T: Tape<E, D>>(
        &mut self,
        x: Tensor<(N, Const<I>), E, D, T>,
    ) -> Result<Tensor<(N, Const<O>), E, D, T>, Error<D::Err>> {
        self.use_in_training(x, Unstorable::Refuse)
    }

    fn use_in_training<N: Dim, T: Tape<E, D>>(
        &mut self,
        x: Tensor<(N, Const<I>), E, D, T>,
        unstorable: Unstorable,
    ) -> Result<Tensor<(N, Const<O>), E, D, T>, Error<D::Err>> {
        let layout = F::DESCRIPTOR.reference_set.layout(O, I, 1, 1)?;
        let (mut state, weight) = (self.norm_state(), self.weight.retaped::<T>());
        // Nothing at the weights remembers a gradient, so no letter comes.
        let mailbox = Mailbox::default();
        let weights = P::train(&mut state, layout, weight, self.params()?, &mailbox, unstorable)?;
        let y = self.with(weights, x)?;
        if let Some(averages) = state.averages() {
            running::keep(&mut self.running, &averages.values);
        }
        Ok(y)
    }

    fn with<N: Dim, T: Tape<E, D>>(
        &self,
        weights: Tensor<Rank2<O, I>, E, D, T>,
        x: Tensor<(N, Const<I>), E, D, T>,
    ) -> Result<Tensor<(N, Const<O>), E, D, T>, Error<D::Err>> {
        let x = if stands_at_both::<F>() {
            let layout = F::DESCRIPTOR.reference_set.layout(x.shape().0.size(), I, 1, 1)?;
            let state = NormState::instant(E::kernel::<F>(), F::DESCRIPTOR.default_consts());
            P::evaluate(&state, layout, x, Vec::new())?
        } else {
            x
        };
        let gain = brings_nothing::<F>().then_some(&self.gain);
        affine(weights, x, gain, self.bias.first()).map_err(|source| Error::Device { source })
    }
}

/// `gain * (W x) + bias`, whatever the method.
fn affine<const I: usize, const O: usize, N: Dim, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    weights: Tensor<Rank2<O, I>, E, D, T>,
    x: Tensor<(N, Const<I>), E, D, T>,
    gain: Option<&Tensor<Rank1<O>, E, D>>,
    bias: Option<&Tensor<Rank1<O>, E, D>>,
) -> Result<Tensor<(N, Const<O>), E, D, T>, D::Err> {
    let mut y = x.try_matmul(weights.try_permute::<Rank2<I, O>, _>()?)?;
    let shape = *y.shape();
    if let Some(gain) = gain {
        y = gain.retaped::<T>().try_broadcast_like(&shape)?.try_mul(y)?;
    }
    if let Some(bias) = bias {
        y = bias.retaped::<T>().try_broadcast_like(&shape)?.try_add(y)?;
    }
    Ok(y)
}

impl<F, const I: usize, const O: usize, E, D, P, G, const BIAS: bool, N, T>
    Module<Tensor<(N, Const<I>), E, D, T>> for NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
where
    F: Formula,
    E: Dtype + Elem,
    D: Device<E>,
    P: Path<E, D>,
    N: Dim,
    T: Tape<E, D>,
{
    type Output = Tensor<(N, Const<O>), E, D, T>;
    type Error = D::Err;

    fn try_forward(&self, x: Tensor<(N, Const<I>), E, D, T>) -> Result<Self::Output, D::Err> {
        let device = x.device().clone();
        self.apply(x).map_err(|e| plain::<E, D>(e, &device))
    }
}

impl<F, const I: usize, const O: usize, E, D, P, G, const BIAS: bool, N, T>
    ModuleMut<Tensor<(N, Const<I>), E, D, T>> for NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
where
    F: Formula,
    E: Dtype + Elem,
    D: Device<E>,
    P: Path<E, D>,
    N: Dim,
    T: Tape<E, D>,
{
    type Output = Tensor<(N, Const<O>), E, D, T>;
    type Error = D::Err;

    fn try_forward_mut(&mut self, x: Tensor<(N, Const<I>), E, D, T>) -> Result<Self::Output, D::Err> {
        let device = x.device().clone();
        self.use_in_training(x, Unstorable::LeaveOut).map_err(|e| plain::<E, D>(e, &device))
    }
}
