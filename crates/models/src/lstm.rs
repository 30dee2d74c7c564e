//! A long short-term memory with normalizations in its slots, and a classifier that reads its last state.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::Error;
use norm_dfdx::sequence_op::{SlotTensor, Spare, Tensors, sequence};
use num_traits::Float;
use rand_distr::uniform::SampleUniform;
use sequence::{Cell, CellKind, Mode, Outcome, Place, SlotParam, State};

use crate::placement::PlacedIn;

/// Names an LSTM in a dfdx model type: `I` inputs, `H` units, `W = 4 H` summed inputs.
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Paper};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_layer::LayerNorm, Paper, 2, 8, 32>, f32>();
/// ```
///
/// Another `W` does not compile:
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Paper};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_layer::LayerNorm, Paper, 2, 8, 33>, f32>();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Lstm<F, P, const I: usize, const H: usize, const W: usize>(PhantomData<(F, P)>);

impl<F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, E, D> BuildOnDevice<D, E>
    for Lstm<F, P, I, H, W>
where
    E: Dtype,
    D: Device<E>,
    LstmLayer<F, P, I, H, W, E, D>: BuildModule<D, E>,
{
    type Built = LstmLayer<F, P, I, H, W, E, D>;
}

/// A long short-term memory. Weights lie as PyTorch's do, gates in the order input, forget, candidate, output.
///
/// Initial weights are uniform in ±1/√H, biases 0 for every method alike (no offset of the forget gate).
#[derive(Clone, Debug)]
pub struct LstmLayer<F, P, const I: usize, const H: usize, const W: usize, E: Dtype, D: Storage<E>> {
    /// `[W, I]`.
    pub weight_ih: Tensor<Rank2<W, I>, E, D>,
    /// `[W, H]`.
    pub weight_hh: Tensor<Rank2<W, H>, E, D>,
    bias: Vec<Tensor<Rank1<W>, E, D>>,
    gates: Vec<Tensor<Rank1<W>, E, D>>,
    units: Vec<Tensor<Rank1<H>, E, D>>,
    running: Vec<Tensor<Rank1<W>, E, D>>,
    spare: Spare<E>,
    kind: PhantomData<(F, P)>,
}

/// The cell of this method in this placement. The typed shell refuses what would make it fail.
fn cell<F: Formula, P: PlacedIn, E: Elem>() -> Cell<E> {
    P::defined::<F>();
    let cell = P::PLACEMENT.cell(CellKind::Lstm, E::kernel::<F>(), None);
    cell.unwrap_or_else(|e| unreachable!("a placement defined at compile time: {e}"))
}

/// Learned parameters of the slots over all gates, or of those over the units.
fn params<F: Formula, P: PlacedIn>(units: usize, gates: bool) -> Vec<SlotParam> {
    let all = cell::<F, P, f32>().slot_params(units);
    all.into_iter().filter(|p| p.place.sees_gates() == gates).collect()
}

/// Most parameters of one kind: dfdx resets a tensor through a plain function, so there is one per position.
const MOST: usize = 8;

#[expect(clippy::unnecessary_wraps, reason = "dfdx asks for this signature")]
fn initial<
    F: Formula,
    P: PlacedIn,
    const AT: usize,
    const GATES: bool,
    S: ConstShape,
    E: Dtype,
    D: Device<E>,
>(
    t: &mut Tensor<S, E, D>,
) -> Result<(), D::Err> {
    // Initial values do not depend on the width.
    let value = params::<F, P>(1, GATES).get(AT).map_or(0.0, |p| p.initial);
    t.copy_from(&vec![E::from_f64(value).unwrap_or_default(); S::NUMEL]);
    Ok(())
}

fn trained<F: Formula, P: PlacedIn, const GATES: bool, S: ConstShape, E: Dtype, D: Device<E>>(
    at: usize,
) -> TensorOptions<S, E, D> {
    let reset: [fn(&mut Tensor<S, E, D>) -> Result<(), D::Err>; MOST] = [
        initial::<F, P, 0, GATES, S, E, D>,
        initial::<F, P, 1, GATES, S, E, D>,
        initial::<F, P, 2, GATES, S, E, D>,
        initial::<F, P, 3, GATES, S, E, D>,
        initial::<F, P, 4, GATES, S, E, D>,
        initial::<F, P, 5, GATES, S, E, D>,
        initial::<F, P, 6, GATES, S, E, D>,
        initial::<F, P, 7, GATES, S, E, D>,
    ];
    TensorOptions::reset_with(reset[at])
}

#[expect(clippy::unnecessary_wraps, reason = "dfdx asks for this signature")]
fn fill<S: ConstShape, E: Dtype, D: Device<E>>(t: &mut Tensor<S, E, D>, value: f64) -> Result<(), D::Err> {
    t.copy_from(&vec![E::from_f64(value).unwrap_or_default(); S::NUMEL]);
    Ok(())
}

fn uniform<const H: usize, S: ConstShape, E, D>() -> TensorOptions<S, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    TensorOptions::reset_with(|t| {
        let bound = E::from_f64(1.0 / (H as f64).sqrt()).unwrap_or_default();
        t.try_fill_with_distr(rand_distr::Uniform::new_inclusive(-bound, bound))
    })
}

impl<F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, E, D> TensorCollection<E, D>
    for LstmLayer<F, P, I, H, W, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = LstmLayer<F, P, I, H, W, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const { assert!(W == 4 * H, "an LSTM of H units has W = 4 H summed inputs") };
        let cell = cell::<F, P, f32>();
        let (of_gates, of_units) = (params::<F, P>(H, true), params::<F, P>(H, false));
        let name = |p: &SlotParam| format!("{}.{}", p.place, p.name);
        let gate_names: Vec<String> = of_gates.iter().map(name).collect();
        let unit_names: Vec<String> = of_units.iter().map(name).collect();
        let kept = if cell.is_stateful() { F::DESCRIPTOR.statistics } else { &[] };
        let kept_names: Vec<String> = kept.iter().map(|s| format!("ih.{}", s.stored_name())).collect();
        let bias: Vec<_> = (0..usize::from(cell.has_bias()))
            .map(|i| {
                Self::tensor(
                    "bias",
                    move |s| &s.bias[i],
                    move |s| &mut s.bias[i],
                    TensorOptions::reset_to_zeros(),
                )
            })
            .collect();
        let gates: Vec<_> = gate_names
            .iter()
            .enumerate()
            .map(|(i, n)| {
                Self::tensor(
                    n,
                    move |s| &s.gates[i],
                    move |s| &mut s.gates[i],
                    trained::<F, P, true, _, E, D>(i),
                )
            })
            .collect();
        let units: Vec<_> = unit_names
            .iter()
            .enumerate()
            .map(|(i, n)| {
                Self::tensor(
                    n,
                    move |s| &s.units[i],
                    move |s| &mut s.units[i],
                    trained::<F, P, false, _, E, D>(i),
                )
            })
            .collect();
        let running: Vec<_> = kept_names
            .iter()
            .zip(kept)
            .enumerate()
            .map(|(i, (n, s))| {
                let start: fn(&mut Tensor<Rank1<W>, E, D>) -> Result<(), D::Err> =
                    if s.is_variance { |t| fill(t, 1.0) } else { |t| fill(t, 0.0) };
                Self::tensor(
                    n,
                    move |l| &l.running[i],
                    move |l| &mut l.running[i],
                    TensorOptions::detached(start),
                )
            })
            .collect();
        v.visit_fields(
            (
                Self::tensor("weight_ih", |s| &s.weight_ih, |s| &mut s.weight_ih, uniform::<H, _, E, D>()),
                Self::tensor("weight_hh", |s| &s.weight_hh, |s| &mut s.weight_hh, uniform::<H, _, E, D>()),
                bias,
                gates,
                units,
                running,
            ),
            |(weight_ih, weight_hh, bias, gates, units, running)| LstmLayer {
                weight_ih,
                weight_hh,
                bias,
                gates,
                units,
                running,
                spare: Spare::default(),
                kind: PhantomData,
            },
        )
    }
}

/// A sequence `[T, N, C]`.
pub type Sequence<const C: usize, E, D, T = NoneTape> = Tensor<(usize, usize, Const<C>), E, D, T>;

impl<F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, E>
    LstmLayer<F, P, I, H, W, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    fn state(&self, cell: &Cell<E>) -> State<E> {
        let mut state = State::new(cell, H);
        let stored = state.get_mut(Place::InputToHidden);
        for (plane, t) in stored.chunks_exact_mut(W).zip(&self.running) {
            plane.copy_from_slice(&t.as_vec());
        }
        state
    }

    fn tensors(&self, cell: &Cell<E>) -> Tensors<'_, I, H, W, E> {
        let (mut gates, mut units) = (self.gates.iter(), self.units.iter());
        let slots = cell.slot_params(H).into_iter().filter_map(|p| {
            if p.place.sees_gates() {
                gates.next().map(SlotTensor::Gates)
            } else {
                units.next().map(SlotTensor::Units)
            }
        });
        let slots = slots.collect();
        Tensors { weight_ih: &self.weight_ih, weight_hh: &self.weight_hh, bias: self.bias.first(), slots }
    }

    /// All hidden states as in training: statistics of this batch, which the stored ones take in.
    ///
    /// `mask[t · N + n]` says whether step `t` belongs to case `n`.
    pub fn train<T: Tape<E, Cpu>>(
        &mut self,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        let cell = cell::<F, P, E>();
        let mut state = self.state(&cell);
        let out = sequence(&cell, &self.tensors(&cell), x, mask, Mode::Train(&mut state), &self.spare)?;
        for (t, plane) in self.running.iter_mut().zip(state.get(Place::InputToHidden).chunks_exact(W)) {
            t.copy_from(plane);
        }
        Ok(out)
    }

    /// All hidden states as in evaluation: stored statistics. Changes nothing.
    pub fn eval<T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        let cell = cell::<F, P, E>();
        let state = self.state(&cell);
        sequence(&cell, &self.tensors(&cell), x, mask, Mode::Eval(&state), &self.spare)
    }
}

/// Names a classifier of sequences in dfdx's terms: an LSTM whose last hidden state goes through a linear layer
/// to `O` classes.
#[derive(Clone, Copy, Debug, Default)]
pub struct LstmClassifier<F, P, const I: usize, const H: usize, const W: usize, const O: usize>(
    PhantomData<(F, P)>,
);

impl<F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const O: usize, E, D>
    BuildOnDevice<D, E> for LstmClassifier<F, P, I, H, W, O>
where
    E: Dtype,
    D: Device<E>,
    LstmClassifierLayers<F, P, I, H, W, O, E, D>: BuildModule<D, E>,
{
    type Built = LstmClassifierLayers<F, P, I, H, W, O, E, D>;
}

/// The layers of a [`LstmClassifier`].
#[derive(Clone, Debug)]
pub struct LstmClassifierLayers<
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const O: usize,
    E: Dtype,
    D: Storage<E>,
> {
    /// The recurrence.
    pub lstm: LstmLayer<F, P, I, H, W, E, D>,
    /// The read-out.
    pub linear: modules::Linear<H, O, E, D>,
}

impl<F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const O: usize, E, D>
    TensorCollection<E, D> for LstmClassifierLayers<F, P, I, H, W, O, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = LstmClassifierLayers<F, P, I, H, W, O, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        v.visit_fields(
            (
                Self::module("lstm", |s| &s.lstm, |s| &mut s.lstm),
                Self::module("linear", |s| &s.linear, |s| &mut s.linear),
            ),
            |(lstm, linear)| LstmClassifierLayers { lstm, linear },
        )
    }
}

/// The last step of a sequence that has one.
fn last<const H: usize, E: Dtype, T: Tape<E, Cpu>>(
    y: Sequence<H, E, Cpu, T>,
) -> Result<Tensor<(usize, Const<H>), E, Cpu, T>, CpuError>
where
    Cpu: Device<E>,
{
    let step = y.shape().0.saturating_sub(1);
    let index = y.device().try_tensor_from_vec(vec![step], ())?;
    y.try_select(index)
}

impl<F, P, const I: usize, const H: usize, const W: usize, const O: usize, E, T>
    Module<Sequence<I, E, Cpu, T>> for LstmClassifierLayers<F, P, I, H, W, O, E, Cpu>
where
    F: Formula,
    P: PlacedIn,
    E: Dtype + Elem,
    Cpu: Device<E>,
    T: Tape<E, Cpu>,
{
    type Output = Tensor<(usize, Const<O>), E, Cpu, T>;
    type Error = CpuError;

    fn try_forward(&self, x: Sequence<I, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        let (y, _) = self.lstm.eval(x, None).map_err(plain)?;
        self.linear.try_forward(last(y)?)
    }
}

impl<F, P, const I: usize, const H: usize, const W: usize, const O: usize, E, T>
    ModuleMut<Sequence<I, E, Cpu, T>> for LstmClassifierLayers<F, P, I, H, W, O, E, Cpu>
where
    F: Formula,
    P: PlacedIn,
    E: Dtype + Elem,
    Cpu: Device<E>,
    T: Tape<E, Cpu>,
{
    type Output = Tensor<(usize, Const<O>), E, Cpu, T>;
    type Error = CpuError;

    fn try_forward_mut(&mut self, x: Sequence<I, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        let (y, _) = self.lstm.train(x, None).map_err(plain)?;
        self.linear.try_forward_mut(last(y)?)
    }
}

/// What a module says where only the device's own error can be said.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` takes")]
fn plain(error: Error<CpuError>) -> CpuError {
    match error {
        Error::Device { source } => source,
        _ => CpuError::WrongNumElements,
    }
}
