//! A recurrent layer with normalizations in its slots.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::Error;
use norm_dfdx::sequence_op::{SlotTensor, Spare, Tensors, sequence};
use num_traits::Float;
use rand_distr::uniform::SampleUniform;
use sequence::{Cell, Mode, Options, Outcome, Place, SlotParam, State, Statistics};

use crate::kind::Kind;
use crate::placement::PlacedIn;

/// Names a recurrent layer in a dfdx model type: `I` inputs, `H` units, `W` summed inputs, as many times `H` as the
/// kind has gates, `S` of them of gates whose two projections are just added up: all, but for a GRU's candidate.
/// [`crate::Lstm`], [`crate::Gru`] and [`crate::Rnn`] are it with their kinds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recurrent<K, F, P, const I: usize, const H: usize, const W: usize, const S: usize>(
    PhantomData<(K, F, P)>,
);

impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E, D>
    BuildOnDevice<D, E> for Recurrent<K, F, P, I, H, W, S>
where
    E: Dtype,
    D: Device<E>,
    RecurrentLayer<K, F, P, I, H, W, S, E, D>: BuildModule<D, E>,
{
    type Built = RecurrentLayer<K, F, P, I, H, W, S, E, D>;
}

/// A recurrent layer. Weights lie as PyTorch's do, gates in the order input, forget, candidate, output, and
/// of a GRU reset, update, candidate.
///
/// Initial weights are uniform in ±1/√H, biases 0 for every method alike (no offset of the forget gate).
#[derive(Clone, Debug)]
pub struct RecurrentLayer<
    K,
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    E: Dtype,
    D: Storage<E>,
> {
    /// `[W, I]`.
    pub weight_ih: Tensor<Rank2<W, I>, E, D>,
    /// `[W, H]`.
    pub weight_hh: Tensor<Rank2<W, H>, E, D>,
    bias: Vec<Tensor<Rank1<W>, E, D>>,
    recurrent_bias: Vec<Tensor<Rank1<H>, E, D>>,
    gates: Vec<Tensor<Rank1<S>, E, D>>,
    units: Vec<Tensor<Rank1<H>, E, D>>,
    /// For each slot over the gates, each stored step and each statistic.
    running_gates: Vec<Tensor<Rank1<S>, E, D>>,
    /// For each slot over the units, likewise.
    running_units: Vec<Tensor<Rank1<H>, E, D>>,
    spare: Spare<E>,
    kind: PhantomData<(K, F, P)>,
}

/// The cell of this method in this placement. The typed shell refuses what would make it fail.
fn cell<K: Kind, F: Formula, P: PlacedIn, E: Elem>() -> Cell<E> {
    P::defined::<K, F>();
    let options = Options { statistics: P::STATISTICS, ..Options::default() };
    let cell = P::PLACEMENT.cell_with(K::KIND, E::kernel::<F>(), options);
    cell.unwrap_or_else(|e| unreachable!("a placement defined at compile time: {e}"))
}

/// Learned parameters of the slots over all gates, or of those over the units.
fn params<K: Kind, F: Formula, P: PlacedIn>(units: usize, gates: bool) -> Vec<SlotParam> {
    let all = cell::<K, F, P, f32>().slot_params(units);
    all.into_iter().filter(|p| p.place.sees_gates() == gates).collect()
}

/// Names of the stored statistics over all gates, or of those over the units, and whether each is a variance. One
/// tensor is one statistic of one step, in the order of [`State`]; where there are several steps, the step's number
/// ends the name.
fn stored<K: Kind, F: Formula, P: PlacedIn>(gates: bool) -> Vec<(String, bool)> {
    let mut names = Vec::new();
    for (place, slot) in cell::<K, F, P, f32>().slots().filter(|(p, _)| p.sees_gates() == gates) {
        let steps = match slot.statistics {
            Statistics::PerStep { t_max } => (0..t_max).map(|t| format!(".{t}")).collect(),
            Statistics::BatchTime => vec![String::new()],
            _ => Vec::new(),
        };
        for step in steps {
            let one =
                |s: &norm_core::Statistic| (format!("{place}.{}{step}", s.stored_name()), s.is_variance);
            names.extend(F::DESCRIPTOR.statistics.iter().map(one));
        }
    }
    names
}

/// How a stored statistic starts.
pub(crate) fn start<S: ConstShape, E: Dtype, D: Device<E>>(is_variance: bool) -> TensorOptions<S, E, D> {
    let start: fn(&mut Tensor<S, E, D>) -> Result<(), D::Err> =
        if is_variance { |t| fill(t, 1.0) } else { |t| fill(t, 0.0) };
    TensorOptions::detached(start)
}

/// Most parameters of one kind: dfdx resets a tensor through a plain function, so there is one per position.
const MOST: usize = 8;

#[expect(clippy::unnecessary_wraps, reason = "dfdx asks for this signature")]
fn initial<
    K: Kind,
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
    let value = params::<K, F, P>(1, GATES).get(AT).map_or(0.0, |p| p.initial);
    t.copy_from(&vec![E::from_f64(value).unwrap_or_default(); S::NUMEL]);
    Ok(())
}

fn trained<K: Kind, F: Formula, P: PlacedIn, const GATES: bool, S: ConstShape, E: Dtype, D: Device<E>>(
    at: usize,
) -> TensorOptions<S, E, D> {
    let reset: [fn(&mut Tensor<S, E, D>) -> Result<(), D::Err>; MOST] = [
        initial::<K, F, P, 0, GATES, S, E, D>,
        initial::<K, F, P, 1, GATES, S, E, D>,
        initial::<K, F, P, 2, GATES, S, E, D>,
        initial::<K, F, P, 3, GATES, S, E, D>,
        initial::<K, F, P, 4, GATES, S, E, D>,
        initial::<K, F, P, 5, GATES, S, E, D>,
        initial::<K, F, P, 6, GATES, S, E, D>,
        initial::<K, F, P, 7, GATES, S, E, D>,
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

/// The tensors of a list field: for each its name and options.
macro_rules! listed {
    ($field:ident, $from:expr, $name_and_options:expr) => {
        $from
            .map($name_and_options)
            .enumerate()
            .map(|(i, (name, options))| {
                Self::tensor(name, move |l| &l.$field[i], move |l| &mut l.$field[i], options)
            })
            .collect::<Vec<_>>()
    };
}

impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E, D>
    TensorCollection<E, D> for RecurrentLayer<K, F, P, I, H, W, S, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = RecurrentLayer<K, F, P, I, H, W, S, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const {
            assert!(
                W == K::KIND.gates() * H && S == K::KIND.summed() * H,
                "of H units an LSTM has W = 4 H summed inputs, a GRU W = 3 H and S = 2 H of its gates, \
                 a simple recurrence W = H"
            );
        };
        let cell = cell::<K, F, P, f32>();
        let (of_gates, of_units) = (params::<K, F, P>(H, true), params::<K, F, P>(H, false));
        let name = |p: &SlotParam| format!("{}.{}", p.place, p.name);
        let gate_names: Vec<String> = of_gates.iter().map(name).collect();
        let unit_names: Vec<String> = of_units.iter().map(name).collect();
        let (stored_gates, stored_units) = (stored::<K, F, P>(true), stored::<K, F, P>(false));
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
        let recurrent_bias: Vec<_> = (0..usize::from(cell.has_recurrent_bias()))
            .map(|i| {
                Self::tensor(
                    "recurrent_bias",
                    move |s| &s.recurrent_bias[i],
                    move |s| &mut s.recurrent_bias[i],
                    TensorOptions::reset_to_zeros(),
                )
            })
            .collect();
        let gates =
            listed!(gates, gate_names.iter().enumerate(), |(i, n)| (n, trained::<K, F, P, true, _, E, D>(i)));
        let units = listed!(units, unit_names.iter().enumerate(), |(i, n)| (
            n,
            trained::<K, F, P, false, _, E, D>(i)
        ));
        let running_gates = listed!(running_gates, stored_gates.iter(), |(n, var)| (n, start(*var)));
        let running_units = listed!(running_units, stored_units.iter(), |(n, var)| (n, start(*var)));
        v.visit_fields(
            (
                (
                    Self::tensor(
                        "weight_ih",
                        |s| &s.weight_ih,
                        |s| &mut s.weight_ih,
                        uniform::<H, _, E, D>(),
                    ),
                    Self::tensor(
                        "weight_hh",
                        |s| &s.weight_hh,
                        |s| &mut s.weight_hh,
                        uniform::<H, _, E, D>(),
                    ),
                ),
                (bias, recurrent_bias),
                gates,
                units,
                running_gates,
                running_units,
            ),
            |((weight_ih, weight_hh), (bias, recurrent_bias), gates, units, running_gates, running_units)| {
                RecurrentLayer {
                    weight_ih,
                    weight_hh,
                    bias,
                    recurrent_bias,
                    gates,
                    units,
                    running_gates,
                    running_units,
                    spare: Spare::default(),
                    kind: PhantomData,
                }
            },
        )
    }
}

impl<K, F, P, const I: usize, const H: usize, const W: usize, const S: usize, E: Dtype, D: Storage<E>>
    RecurrentLayer<K, F, P, I, H, W, S, E, D>
{
    /// The cell's own bias `[W]`; none where the norms' shifts take its place.
    pub fn bias(&self) -> Option<&Tensor<Rank1<W>, E, D>> {
        self.bias.first()
    }

    /// The bias `[H]` inside the product of a GRU's reset gate and its candidate's recurrent product.
    pub fn recurrent_bias(&self) -> Option<&Tensor<Rank1<H>, E, D>> {
        self.recurrent_bias.first()
    }
}

/// A sequence `[T, N, C]`.
pub type Sequence<const C: usize, E, D, T = NoneTape> = Tensor<(usize, usize, Const<C>), E, D, T>;

impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E>
    RecurrentLayer<K, F, P, I, H, W, S, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    fn state(&self, cell: &Cell<E>) -> State<E> {
        let mut state = State::new(cell, H);
        let (mut gates, mut units) = (self.running_gates.iter(), self.running_units.iter());
        for place in Place::ALL {
            let width = if place.sees_gates() { S } else { H };
            for plane in state.get_mut(place).chunks_exact_mut(width) {
                let kept = if place.sees_gates() {
                    gates.next().map(Tensor::as_vec)
                } else {
                    units.next().map(Tensor::as_vec)
                };
                plane.copy_from_slice(&kept.unwrap_or_default());
            }
        }
        state
    }

    fn store(&mut self, state: &State<E>) {
        let (mut gates, mut units) = (self.running_gates.iter_mut(), self.running_units.iter_mut());
        for place in Place::ALL {
            let width = if place.sees_gates() { S } else { H };
            for plane in state.get(place).chunks_exact(width) {
                if place.sees_gates() {
                    gates.next().into_iter().for_each(|t| t.copy_from(plane));
                } else {
                    units.next().into_iter().for_each(|t| t.copy_from(plane));
                }
            }
        }
    }

    fn tensors(&self, cell: &Cell<E>) -> Tensors<'_, I, H, W, S, E> {
        let (mut gates, mut units) = (self.gates.iter(), self.units.iter());
        let slots = cell.slot_params(H).into_iter().filter_map(|p| {
            if p.place.sees_gates() {
                gates.next().map(SlotTensor::Gates)
            } else {
                units.next().map(SlotTensor::Units)
            }
        });
        let slots = slots.collect();
        Tensors {
            weight_ih: &self.weight_ih,
            weight_hh: &self.weight_hh,
            bias: self.bias.first(),
            recurrent_bias: self.recurrent_bias.first(),
            slots,
        }
    }

    /// All hidden states as in training: statistics of this batch, which the stored ones take in.
    ///
    /// `mask[t · N + n]` says whether step `t` belongs to case `n`.
    pub fn train<T: Tape<E, Cpu>>(
        &mut self,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        let cell = cell::<K, F, P, E>();
        let mut state = self.state(&cell);
        let out = sequence(&cell, &self.tensors(&cell), x, mask, Mode::Train(&mut state), &self.spare)?;
        self.store(&state);
        Ok(out)
    }

    /// All hidden states as in evaluation: stored statistics. Changes nothing.
    pub fn eval<T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        let cell = cell::<K, F, P, E>();
        let state = self.state(&cell);
        sequence(&cell, &self.tensors(&cell), x, mask, Mode::Eval(&state), &self.spare)
    }
}
