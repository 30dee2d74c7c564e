//! A classifier of sequences: recurrent layers, one above the other, whose last state is read out, that of each case's own last
//! step.

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

/// Names a classifier of sequences in dfdx's terms: `DEPTH` recurrent layers, each over the states of the one below it; the last
/// hidden state of the uppermost goes through a linear layer to `O` classes.
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
    const DEPTH: usize = 1,
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
    const DEPTH: usize,
    E,
    D,
> BuildOnDevice<D, E> for RecurrentClassifier<K, F, P, I, H, W, S, O, DEPTH>
where
    E: Dtype,
    D: Device<E>,
    RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, D, DEPTH>: BuildModule<D, E>,
{
    type Built = RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, D, DEPTH>;
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
    const DEPTH: usize = 1,
> {
    /// The recurrence over the inputs.
    pub recurrent: RecurrentLayer<K, F, P, I, H, W, S, E, D>,
    /// Those above it, each over the states of the one before, `DEPTH - 1` of them.
    pub above: Vec<RecurrentLayer<K, F, P, H, H, W, S, E, D>>,
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
    const DEPTH: usize,
> TensorCollection<E, D> for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, D, DEPTH>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E2, D2, DEPTH>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const { assert!(DEPTH > 0, "a classifier of sequences has at least one recurrent layer") };
        // Numbered from 1, as PyTorch numbers the layers of its recurrences.
        let names: Vec<String> = (1..DEPTH).map(|n| format!("{}_l{n}", K::KIND.name())).collect();
        let above = names.iter().enumerate();
        let above = above.map(|(i, name)| Self::module(name, move |s| &s.above[i], move |s| &mut s.above[i]));
        v.visit_fields(
            (
                Self::module(K::KIND.name(), |s| &s.recurrent, |s| &mut s.recurrent),
                above.collect::<Vec<_>>(),
                Self::module("linear", |s| &s.linear, |s| &mut s.linear),
            ),
            |(recurrent, above, linear)| RecurrentClassifierLayers { recurrent, above, linear },
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
    const DEPTH: usize,
> RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, Cpu, DEPTH>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    /// Logits in training, where cases may have lengths of their own: each is read out at its last step, and what pads it
    /// takes part in nothing, in no layer.
    ///
    /// # Errors
    ///
    /// As those of [`RecurrentLayer::train`]. What layers below the one that refused have stored stays stored.
    pub fn train<T: Tape<E, Cpu>>(
        &mut self,
        x: Sequence<I, E, Cpu, T>,
        lengths: Option<&Lengths>,
    ) -> Result<Logits<O, E, T>, Error<CpuError>> {
        let mask = lengths.map(Lengths::mask);
        let (mut y, _) = self.recurrent.train(x, mask.clone())?;
        for layer in &mut self.above {
            y = layer.train(y, mask.clone())?.0;
        }
        self.read_out(y, lengths)
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
        let mask = lengths.map(Lengths::mask);
        let (mut y, _) = self.recurrent.eval(x, mask.clone())?;
        for layer in &self.above {
            y = layer.eval(y, mask.clone())?.0;
        }
        self.read_out(y, lengths)
    }

    fn read_out<T: Tape<E, Cpu>>(
        &self,
        y: Sequence<H, E, Cpu, T>,
        lengths: Option<&Lengths>,
    ) -> Result<Logits<O, E, T>, Error<CpuError>> {
        last(y, lengths).and_then(|last| self.linear.try_forward(last)).map_err(device)
    }
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
    T,
    const DEPTH: usize,
> Module<Sequence<I, E, Cpu, T>> for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, Cpu, DEPTH>
where
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
    T,
    const DEPTH: usize,
> ModuleMut<Sequence<I, E, Cpu, T>> for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, Cpu, DEPTH>
where
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
