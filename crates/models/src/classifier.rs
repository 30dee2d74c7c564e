//! A classifier of sequences: a recurrent layer whose last state is read out, that of each case's own last step.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::Error;
use num_traits::Float;
use rand_distr::uniform::SampleUniform;

use crate::kind::Kind;
use crate::lengths::Lengths;
use crate::placement::PlacedIn;
use crate::recurrent::{RecurrentLayer, Sequence};

/// Names a classifier of sequences in dfdx's terms: a recurrent layer whose last hidden state goes through a linear layer
/// to `O` classes.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecurrentClassifier<
    K,
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    const O: usize,
>(PhantomData<(K, F, P)>);

impl<
    K: Kind,
    F: Formula,
    P: PlacedIn,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    const O: usize,
    E,
    D,
> BuildOnDevice<D, E> for RecurrentClassifier<K, F, P, I, H, W, S, O>
where
    E: Dtype,
    D: Device<E>,
    RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, D>: BuildModule<D, E>,
{
    type Built = RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, D>;
}

/// The layers of a [`RecurrentClassifier`].
#[derive(Clone, Debug)]
pub struct RecurrentClassifierLayers<
    K,
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    const O: usize,
    E: Dtype,
    D: Storage<E>,
> {
    /// The recurrence.
    pub recurrent: RecurrentLayer<K, F, P, I, H, W, S, E, D>,
    /// The read-out.
    pub linear: modules::Linear<H, O, E, D>,
}

impl<
    K: Kind,
    F: Formula,
    P: PlacedIn,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    const O: usize,
    E,
    D,
> TensorCollection<E, D> for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        v.visit_fields(
            (
                Self::module(K::KIND.name(), |s| &s.recurrent, |s| &mut s.recurrent),
                Self::module("linear", |s| &s.linear, |s| &mut s.linear),
            ),
            |(recurrent, linear)| RecurrentClassifierLayers { recurrent, linear },
        )
    }
}

/// The states that are read out: each case's last.
fn last<const H: usize, E: Dtype, T: Tape<E, Cpu>>(
    y: Sequence<H, E, Cpu, T>,
    lengths: Option<&Lengths>,
) -> Result<Tensor<(usize, Const<H>), E, Cpu, T>, CpuError>
where
    Cpu: Device<E>,
{
    if let Some(lengths) = lengths {
        return lengths.last_states(y);
    }
    let step = y.shape().0.saturating_sub(1);
    let index = y.device().try_tensor_from_vec(vec![step], ())?;
    y.try_select(index)
}

/// Logits `[N, O]`.
type Logits<const O: usize, E, T> = Tensor<(usize, Const<O>), E, Cpu, T>;

impl<K, F, P, const I: usize, const H: usize, const W: usize, const S: usize, const O: usize, E>
    RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, Cpu>
where
    K: Kind,
    F: Formula,
    P: PlacedIn,
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    /// Logits in training, where cases may have lengths of their own: each is read out at its last step, and what pads it
    /// takes part in nothing.
    ///
    /// # Errors
    ///
    /// As those of [`RecurrentLayer::train`].
    pub fn train<T: Tape<E, Cpu>>(
        &mut self,
        x: Sequence<I, E, Cpu, T>,
        lengths: Option<&Lengths>,
    ) -> Result<Logits<O, E, T>, Error<CpuError>> {
        let (y, _) = self.recurrent.train(x, lengths.map(Lengths::mask))?;
        let last = last(y, lengths).map_err(device)?;
        self.linear.try_forward_mut(last).map_err(device)
    }

    /// The same in evaluation. Changes nothing.
    ///
    /// # Errors
    ///
    /// As those of [`RecurrentLayer::eval`].
    pub fn eval<T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
        lengths: Option<&Lengths>,
    ) -> Result<Logits<O, E, T>, Error<CpuError>> {
        let (y, _) = self.recurrent.eval(x, lengths.map(Lengths::mask))?;
        let last = last(y, lengths).map_err(device)?;
        self.linear.try_forward(last).map_err(device)
    }
}

impl<K, F, P, const I: usize, const H: usize, const W: usize, const S: usize, const O: usize, E, T>
    Module<Sequence<I, E, Cpu, T>> for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, Cpu>
where
    K: Kind,
    F: Formula,
    P: PlacedIn,
    E: Dtype + Elem,
    Cpu: Device<E>,
    T: Tape<E, Cpu>,
{
    type Output = Logits<O, E, T>;
    type Error = CpuError;

    fn try_forward(&self, x: Sequence<I, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        self.eval(x, None).map_err(plain)
    }
}

impl<K, F, P, const I: usize, const H: usize, const W: usize, const S: usize, const O: usize, E, T>
    ModuleMut<Sequence<I, E, Cpu, T>> for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, Cpu>
where
    K: Kind,
    F: Formula,
    P: PlacedIn,
    E: Dtype + Elem,
    Cpu: Device<E>,
    T: Tape<E, Cpu>,
{
    type Output = Logits<O, E, T>;
    type Error = CpuError;

    fn try_forward_mut(&mut self, x: Sequence<I, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        self.train(x, None).map_err(plain)
    }
}

fn device(source: CpuError) -> Error<CpuError> {
    Error::Device { source }
}

/// What a module says where only the device's own error can be said.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` takes")]
fn plain(error: Error<CpuError>) -> CpuError {
    match error {
        Error::Device { source } => source,
        _ => CpuError::WrongNumElements,
    }
}
