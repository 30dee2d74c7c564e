//! A convolution whose weights, or weights and patches, are normalized.

use std::marker::PhantomData;
use std::slice::{from_mut, from_ref};

use dfdx::prelude::*;
use norm_core::{Elem, Formula, NormState};
use num_traits::Float;
use rand_distr::Uniform;
use rand_distr::uniform::SampleUniform;

use crate::after_update::AfterUpdate;
use crate::error::Error;
use crate::fields::{Fields, List};
use crate::fused::Flat;
use crate::image_op::{Images, KERNEL, Kernels, convolve, unfold};
use crate::layer::plain;
use crate::normed_linear::{Gain, LearnedGain, brings_gain, brings_nothing, gain_of, stands_at_both};
use crate::path::{Fused, Path};

/// Names a layer in a dfdx model type; built, it is a [`NormedConvLayer`].
///
/// `F` is a method at the weights, or at weights and inputs, that stores nothing; `I` and `O` are channels, `P` the path
/// that runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct NormedConv<F, const I: usize, const O: usize, P = Fused, G = LearnedGain>(PhantomData<(F, P, G)>);

impl<F: Formula, const I: usize, const O: usize, P: 'static, G: Gain, E: Dtype, D: Device<E>>
    BuildOnDevice<D, E> for NormedConv<F, I, O, P, G>
where
    NormedConvLayer<F, I, O, E, D, P, G>: BuildModule<D, E>,
{
    type Built = NormedConvLayer<F, I, O, E, D, P, G>;
}

/// A 3 × 3 convolution with stride 1 and a border of one zero whose weights are normalized, all that reach an output
/// channel together; where the method says so, each patch that they meet is normalized too, border included.
///
/// Weights and bias start uniform in ±1/√(9 I), as those of a plain convolution. The gain is as in
/// [`NormedLinear`](crate::NormedLinear): the method's own under its declared name, or one of the layer's, called `gain`,
/// that starts at 1.
#[derive(Clone, Debug)]
pub struct NormedConvLayer<
    F,
    const I: usize,
    const O: usize,
    E: Dtype,
    D: Storage<E>,
    P = Fused,
    G = LearnedGain,
> {
    /// What is normalized, `[O, I, 3, 3]`.
    pub weight: Kernels<I, O, E, D>,
    /// `[O]`.
    pub bias: Tensor<Rank1<O>, E, D>,
    gain: Tensor<Rank1<O>, E, D>,
    kind: PhantomData<(F, P, G)>,
}

fn uniform<const I: usize, S: ConstShape, E, D>() -> TensorOptions<S, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    TensorOptions::reset_with(|t| {
        let bound = E::from_f64(1.0 / ((I * KERNEL * KERNEL) as f64).sqrt()).unwrap_or_default();
        t.try_fill_with_distr(Uniform::new_inclusive(-bound, bound))
    })
}

impl<F: Formula, const I: usize, const O: usize, E, D: Device<E>, P: 'static, G: Gain> TensorCollection<E, D>
    for NormedConvLayer<F, I, O, E, D, P, G>
where
    E: Dtype + Float + SampleUniform,
{
    type To<E2: Dtype, D2: Device<E2>> = NormedConvLayer<F, I, O, E2, D2, P, G>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const {
            assert!(
                (brings_gain::<F>() || brings_nothing::<F>()) && !F::DESCRIPTOR.policy.stores(),
                "a normed convolution takes a method at the weights, or at weights and inputs, with one gain per output or with no parameter, that stores nothing"
            );
        };
        let mut fields = Fields::of(visitor);
        let (mut weight, mut bias, mut gain) = (Vec::new(), Vec::new(), Vec::new());
        let list: List<Self, _> = List { get: |l| from_ref(&l.weight), get_mut: |l| from_mut(&mut l.weight) };
        fields.tensor("weight", uniform::<I, _, E, D>(), 0, list, &mut weight)?;
        let list: List<Self, _> = List { get: |l| from_ref(&l.bias), get_mut: |l| from_mut(&mut l.bias) };
        fields.tensor("bias", uniform::<I, _, E, D>(), 0, list, &mut bias)?;
        let mut options: TensorOptions<Rank1<O>, E, D> = TensorOptions::reset_with(|t| {
            t.copy_from(&[E::from(gain_of::<F>().1).unwrap_or_else(E::one); O]);
            Ok(())
        });
        options.do_gradient_update = G::TRAINED;
        let list: List<Self, _> = List { get: |l| from_ref(&l.gain), get_mut: |l| from_mut(&mut l.gain) };
        fields.tensor(gain_of::<F>().0, options, 0, list, &mut gain)?;
        let built = weight.pop().zip(bias.pop()).zip(gain.pop()).filter(|_| fields.whole());
        Ok(built.map(|((weight, bias), gain)| NormedConvLayer { weight, bias, gain, kind: PhantomData }))
    }
}

impl<F, const I: usize, const O: usize, E: Dtype, D: Storage<E>, P, G> NormedConvLayer<F, I, O, E, D, P, G> {
    /// The gain, as the method keeps it: for an exponential gain the logarithm.
    pub fn gain(&self) -> &Tensor<Rank1<O>, E, D> {
        &self.gain
    }

    /// The gain, to change.
    pub fn gain_mut(&mut self) -> &mut Tensor<Rank1<O>, E, D> {
        &mut self.gain
    }
}

impl<F: Formula, const I: usize, const O: usize, E: Dtype + Elem, P, G> NormedConvLayer<F, I, O, E, Cpu, P, G>
where
    Cpu: Device<E>,
    P: Path<E, Cpu>,
{
    /// The weights that act, `[O, I, 3, 3]`, with the gain in them, whoever brings it.
    fn weights<T: Tape<E, Cpu>>(&self) -> Result<Kernels<I, O, E, Cpu, T>, Error<CpuError>> {
        let mut params: Vec<Flat<E, Cpu, T>> = Vec::new();
        if brings_gain::<F>() {
            params.push(self.gain.retaped::<T>().try_reshape_like(&(O,))?);
        }
        let weights =
            normalized::<F, _, _, _, P>(O, I * KERNEL * KERNEL, self.weight.retaped::<T>(), params)?;
        if brings_gain::<F>() {
            return Ok(weights);
        }
        let gain = self.gain.retaped::<T>().try_broadcast_like(weights.shape())?;
        Ok(gain.try_mul(weights)?)
    }

    /// The layer's output, `O` channels; with or without a tape. Nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn apply<T: Tape<E, Cpu>>(
        &self,
        x: Images<I, E, Cpu, T>,
    ) -> Result<Images<O, E, Cpu, T>, Error<CpuError>> {
        let (weights, bias) = (self.weights::<T>()?, self.bias.retaped::<T>());
        if !stands_at_both::<F>() {
            return convolve(x, weights, bias);
        }
        let (cases, _, height, width) = *x.shape();
        let (plane, fan_in) = (height * width, I * KERNEL * KERNEL);
        let patches = normalized::<F, _, _, _, P>(cases * plane, fan_in, unfold(x)?, Vec::new())?;
        let weights = weights.try_reshape_like(&(O, fan_in))?.try_permute::<(usize, usize), Axes2<1, 0>>()?;
        let sums = patches.try_matmul(weights)?.try_reshape_like(&(cases, plane, Const::<O>))?;
        let sums = sums.try_permute::<(usize, Const<O>, usize), Axes3<0, 2, 1>>()?;
        let sums = sums.try_reshape_like(&(cases, Const::<O>, height, width))?;
        Ok(bias.try_broadcast_like(sums.shape())?.try_add(sums)?)
    }
}

/// Rows of so many values, each a set of its own, by a method that asks for no constants.
fn normalized<F: Formula, S: Shape, E: Dtype + Elem, T: Tape<E, Cpu>, P: Path<E, Cpu>>(
    rows: usize,
    values: usize,
    x: Tensor<S, E, Cpu, T>,
    params: Vec<Flat<E, Cpu, T>>,
) -> Result<Tensor<S, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let d = F::DESCRIPTOR;
    let layout = d.reference_set.layout(rows, values, 1, 1)?;
    P::evaluate(&NormState::instant(E::kernel::<F>(), d.default_consts()), layout, x, params)
}

impl<F, const I: usize, const O: usize, E: Dtype, D: Storage<E>, P, G> AfterUpdate
    for NormedConvLayer<F, I, O, E, D, P, G>
{
}

impl<F, const I: usize, const O: usize, E: Dtype, D: Storage<E>, P, G> NonMutableModule
    for NormedConvLayer<F, I, O, E, D, P, G>
{
}

impl<F, const I: usize, const O: usize, E, P, G, T> Module<Images<I, E, Cpu, T>>
    for NormedConvLayer<F, I, O, E, Cpu, P, G>
where
    F: Formula,
    E: Dtype + Elem,
    P: Path<E, Cpu>,
    T: Tape<E, Cpu>,
    Cpu: Device<E>,
{
    type Output = Images<O, E, Cpu, T>;
    type Error = CpuError;

    fn try_forward(&self, x: Images<I, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        let device = x.device().clone();
        self.apply(x).map_err(|e| plain::<E, Cpu>(e, &device))
    }
}
