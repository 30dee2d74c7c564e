//! Layers on images: a 3 × 3 convolution and 2 × 2 max-pooling, with channels in the type and sides at run time.

use dfdx::prelude::*;
use norm_core::Elem;
use norm_dfdx::image_op::{self, Images, KERNEL, Kernels};
use num_traits::Float;
use rand_distr::uniform::SampleUniform;

use crate::error::Error;

/// Names a 3 × 3 convolution from `I` to `O` channels with a bias; built, it is a [`ConvLayer`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Conv<const I: usize, const O: usize>;

impl<const I: usize, const O: usize, E: Dtype, D: Device<E>> BuildOnDevice<D, E> for Conv<I, O>
where
    ConvLayer<I, O, E, D>: BuildModule<D, E>,
{
    type Built = ConvLayer<I, O, E, D>;
}

/// A 3 × 3 convolution with stride 1 and a border of one zero: images keep their sides.
///
/// Initial weights and biases are uniform in ±1/√(9 I), as PyTorch's.
#[derive(Clone, Debug)]
pub struct ConvLayer<const I: usize, const O: usize, E: Dtype, D: Storage<E>> {
    /// `[O, I, 3, 3]`.
    pub weight: Kernels<I, O, E, D>,
    /// `[O]`.
    pub bias: Tensor<Rank1<O>, E, D>,
}

fn uniform<const I: usize, S: ConstShape, E, D>() -> TensorOptions<S, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    TensorOptions::reset_with(|t| {
        let bound = E::from_f64(1.0 / ((I * KERNEL * KERNEL) as f64).sqrt()).unwrap_or_default();
        t.try_fill_with_distr(rand_distr::Uniform::new_inclusive(-bound, bound))
    })
}

impl<const I: usize, const O: usize, E, D> TensorCollection<E, D> for ConvLayer<I, O, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = ConvLayer<I, O, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        v.visit_fields(
            (
                Self::tensor("weight", |s| &s.weight, |s| &mut s.weight, uniform::<I, _, E, D>()),
                Self::tensor("bias", |s| &s.bias, |s| &mut s.bias, uniform::<I, _, E, D>()),
            ),
            |(weight, bias)| ConvLayer { weight, bias },
        )
    }
}

/// Refuses images that a layer cannot take.
fn check<const C: usize, E: Dtype, T: Tape<E, Cpu>>(
    what: &'static str,
    x: &Images<C, E, Cpu, T>,
    least: usize,
) -> Result<(), Error> {
    let (cases, _, height, width) = *x.shape();
    if cases == 0 || height < least || width < least {
        return Err(Error::Images { what, cases, height, width, least });
    }
    Ok(())
}

impl<const I: usize, const O: usize, E: Dtype + Elem> ConvLayer<I, O, E, Cpu>
where
    Cpu: Device<E>,
{
    /// The summed inputs of `O` channels.
    pub fn convolve<T: Tape<E, Cpu>>(&self, x: Images<I, E, Cpu, T>) -> Result<Images<O, E, Cpu, T>, Error> {
        check("a 3 × 3 convolution", &x, 1)?;
        Ok(image_op::convolve(x, self.weight.retaped::<T>(), self.bias.retaped::<T>())?)
    }
}

impl<const I: usize, const O: usize, E: Dtype, D: Storage<E>> NonMutableModule for ConvLayer<I, O, E, D> {}

impl<const I: usize, const O: usize, E: Dtype + Elem, T: Tape<E, Cpu>> Module<Images<I, E, Cpu, T>>
    for ConvLayer<I, O, E, Cpu>
where
    Cpu: Device<E>,
{
    type Output = Images<O, E, Cpu, T>;
    type Error = CpuError;

    fn try_forward(&self, x: Images<I, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        Ok(self.convolve(x)?)
    }
}

/// Max-pooling over 2 × 2 positions: sides are halved, an odd last row or column is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct MaxPool;

impl MaxPool {
    /// The maxima.
    pub fn pool<const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
        self,
        x: Images<C, E, Cpu, T>,
    ) -> Result<Images<C, E, Cpu, T>, Error>
    where
        Cpu: Device<E>,
    {
        check("2 × 2 pooling", &x, 2)?;
        Ok(image_op::max_pool(x)?)
    }
}

impl ZeroSizedModule for MaxPool {}
impl NonMutableModule for MaxPool {}

impl<const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>> Module<Images<C, E, Cpu, T>> for MaxPool
where
    Cpu: Device<E>,
{
    type Output = Images<C, E, Cpu, T>;
    type Error = CpuError;

    fn try_forward(&self, x: Images<C, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        Ok(self.pool(x)?)
    }
}
