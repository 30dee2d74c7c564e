//! A convolutional network whose layers share their weights: a recurrent network that is a residual one, unrolled.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::image_op::Images;
use num_traits::Float;
use rand_distr::uniform::SampleUniform;
use sequence::Outcome;

use crate::conv::ConvLayer;
use crate::error::Error;
use crate::steps::{Sharing, StepNorm};

/// Names a weight-shared convolutional network of `T` steps in a dfdx model type (liao2016bridging).
///
/// Images of `I` channels become a state of `C` channels, `h_0 = conv(x)`, on which one and the same residual function
/// acts `T` times, `h_{t+1} = h_t + F(h_t)` with `F` = norm, ReLU, conv, norm, ReLU, conv; the mean of `h_T` over all
/// positions is read out to `O` classes. `F` normalizes, `Sh` says what of the norms the steps share.
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{Images, SharedConv, StatisticsPerStep};
/// let dev = Cpu::default();
/// let model = dev.build_module::<SharedConv<norm_batch::BatchNorm, StatisticsPerStep, 1, 8, 5, 10>, f32>();
/// let x: Images<1, f32, Cpu> = dev.sample_normal_like(&(5, Const, 8, 8));
/// let logits: Tensor<(usize, Const<10>), f32, Cpu> = model.forward(x);
/// ```
///
/// Images of another number of channels do not compile:
///
/// ```compile_fail,E0308
/// # use dfdx::prelude::*;
/// # use models::{Images, SharedConv, StatisticsPerStep};
/// let dev = Cpu::default();
/// let model = dev.build_module::<SharedConv<norm_batch::BatchNorm, StatisticsPerStep, 1, 8, 5, 10>, f32>();
/// let x: Images<3, f32, Cpu> = dev.sample_normal_like(&(5, Const, 8, 8));
/// let logits = model.forward(x);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SharedConv<F, Sh, const I: usize, const C: usize, const T: usize, const O: usize>(
    PhantomData<(F, Sh)>,
);

impl<F: Formula, Sh: Sharing, const I: usize, const C: usize, const T: usize, const O: usize, E, D>
    BuildOnDevice<D, E> for SharedConv<F, Sh, I, C, T, O>
where
    E: Dtype,
    D: Device<E>,
    SharedConvLayers<F, Sh, I, C, T, O, E, D>: BuildModule<D, E>,
{
    type Built = SharedConvLayers<F, Sh, I, C, T, O, E, D>;
}

/// The layers of a [`SharedConv`].
#[derive(Clone, Debug)]
pub struct SharedConvLayers<
    F,
    Sh,
    const I: usize,
    const C: usize,
    const T: usize,
    const O: usize,
    E: Dtype,
    D: Storage<E>,
> {
    /// From the images to the first state.
    pub prenet: ConvLayer<I, C, E, D>,
    /// In front of the first convolution of a step.
    pub norm1: StepNorm<F, Sh, C, T, E, D>,
    /// The first convolution, the same at every step.
    pub conv1: ConvLayer<C, C, E, D>,
    /// In front of the second.
    pub norm2: StepNorm<F, Sh, C, T, E, D>,
    /// The second convolution, likewise.
    pub conv2: ConvLayer<C, C, E, D>,
    /// The read-out.
    pub linear: modules::Linear<C, O, E, D>,
}

impl<F: Formula, Sh: Sharing, const I: usize, const C: usize, const T: usize, const O: usize, E, D>
    TensorCollection<E, D> for SharedConvLayers<F, Sh, I, C, T, O, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = SharedConvLayers<F, Sh, I, C, T, O, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        v.visit_fields(
            (
                Self::module("prenet", |s| &s.prenet, |s| &mut s.prenet),
                Self::module("norm1", |s| &s.norm1, |s| &mut s.norm1),
                Self::module("conv1", |s| &s.conv1, |s| &mut s.conv1),
                Self::module("norm2", |s| &s.norm2, |s| &mut s.norm2),
                Self::module("conv2", |s| &s.conv2, |s| &mut s.conv2),
                Self::module("linear", |s| &s.linear, |s| &mut s.linear),
            ),
            |(prenet, norm1, conv1, norm2, conv2, linear)| SharedConvLayers {
                prenet,
                norm1,
                conv1,
                norm2,
                conv2,
                linear,
            },
        )
    }
}

/// Logits of `O` classes.
type Logits<const O: usize, E, Tp> = Tensor<(usize, Const<O>), E, Cpu, Tp>;

impl<F: Formula, Sh: Sharing, const I: usize, const C: usize, const T: usize, const O: usize, E>
    SharedConvLayers<F, Sh, I, C, T, O, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    fn read_out<Tp: Tape<E, Cpu>>(&self, h: Images<C, E, Cpu, Tp>) -> Result<Logits<O, E, Tp>, Error> {
        let mean: Tensor<(usize, Const<C>), _, _, _> = h.try_mean()?;
        Ok(self.linear.try_forward(mean)?)
    }

    /// Logits as in training: each step normalizes by its own statistics of this batch, which the running ones take in.
    pub fn train<Tp: Tape<E, Cpu>>(&mut self, x: Images<I, E, Cpu, Tp>) -> Result<Logits<O, E, Tp>, Error> {
        let mut h = self.prenet.convolve(x)?;
        for t in 0..T {
            let (state, tape) = h.split_tape();
            let branch = self.norm1.train(t, state.clone().put_tape(tape))?.try_relu()?;
            let branch = self.norm2.train(t, self.conv1.convolve(branch)?)?.try_relu()?;
            h = self.conv2.convolve(branch)?.try_add(state)?;
        }
        self.read_out(h)
    }

    /// Logits as in evaluation after `steps` steps, by running statistics. Steps from `T` on are normalized as the
    /// last; the outcome says whether there were some and steps differ. Changes nothing.
    pub fn eval_steps<Tp: Tape<E, Cpu>>(
        &self,
        x: Images<I, E, Cpu, Tp>,
        steps: usize,
    ) -> Result<(Logits<O, E, Tp>, Outcome), Error> {
        let mut h = self.prenet.convolve(x)?;
        for t in 0..steps {
            let (state, tape) = h.split_tape();
            let branch = self.norm1.eval(t, state.clone().put_tape(tape))?.try_relu()?;
            let branch = self.norm2.eval(t, self.conv1.convolve(branch)?)?.try_relu()?;
            h = self.conv2.convolve(branch)?.try_add(state)?;
        }
        let clamped = steps > T && (Sh::AFFINE || Sh::STATISTICS && F::DESCRIPTOR.policy.averages());
        Ok((self.read_out(h)?, Outcome { clamped }))
    }

    /// Logits as in evaluation after `T` steps.
    pub fn eval<Tp: Tape<E, Cpu>>(&self, x: Images<I, E, Cpu, Tp>) -> Result<Logits<O, E, Tp>, Error> {
        Ok(self.eval_steps(x, T)?.0)
    }
}

impl<F, Sh, const I: usize, const C: usize, const T: usize, const O: usize, E, Tp>
    Module<Images<I, E, Cpu, Tp>> for SharedConvLayers<F, Sh, I, C, T, O, E, Cpu>
where
    F: Formula,
    Sh: Sharing,
    E: Dtype + Elem,
    Cpu: Device<E>,
    Tp: Tape<E, Cpu>,
{
    type Output = Logits<O, E, Tp>;
    type Error = CpuError;

    fn try_forward(&self, x: Images<I, E, Cpu, Tp>) -> Result<Self::Output, CpuError> {
        Ok(self.eval(x)?)
    }
}

impl<F, Sh, const I: usize, const C: usize, const T: usize, const O: usize, E, Tp>
    ModuleMut<Images<I, E, Cpu, Tp>> for SharedConvLayers<F, Sh, I, C, T, O, E, Cpu>
where
    F: Formula,
    Sh: Sharing,
    E: Dtype + Elem,
    Cpu: Device<E>,
    Tp: Tape<E, Cpu>,
{
    type Output = Logits<O, E, Tp>;
    type Error = CpuError;

    fn try_forward_mut(&mut self, x: Images<I, E, Cpu, Tp>) -> Result<Self::Output, CpuError> {
        Ok(self.train(x)?)
    }
}
