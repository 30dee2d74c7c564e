//! A recurrent layer with normalizations in its slots.

mod notes;
mod operands;
mod pass;

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::initial::{Initial, kept, trained};
use norm_dfdx::sequence_op::Spare;
use num_traits::Float;
use rand_distr::uniform::SampleUniform;
use sequence::{Cell, Options, SlotParam, Statistics};

use crate::kind::Kind;
use crate::placement::PlacedIn;

use notes::Clamped;
pub use notes::StartNoise;

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
    /// Parameters of the rows of a normalized `weight_ih`, then of `weight_hh`.
    rows: Vec<Tensor<Rank1<W>, E, D>>,
    gates: Vec<Tensor<Rank1<S>, E, D>>,
    units: Vec<Tensor<Rank1<H>, E, D>>,
    /// For each slot over the gates, each stored step and each statistic.
    running_gates: Vec<Tensor<Rank1<S>, E, D>>,
    /// For each slot over the units, likewise.
    running_units: Vec<Tensor<Rank1<H>, E, D>>,
    start: Vec<Tensor<Rank1<H>, E, D>>,
    noise: Option<StartNoise>,
    /// Training passes so far, each with noise of its own.
    passes: u64,
    clamped: Clamped,
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

/// Names of the stored statistics over all gates, or of those over the units, and whether each starts at 1. One
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
            let one = |(i, s): (usize, &norm_core::Statistic)| {
                (format!("{place}.{}{step}", s.stored_name()), F::DESCRIPTOR.starts_at(i) != 0.0)
            };
            names.extend(F::DESCRIPTOR.statistics.iter().enumerate().map(one));
        }
    }
    names
}

/// Where the learned parameters of slots over all gates start.
struct OfGates<K, F, P>(PhantomData<(K, F, P)>);

/// Where those over the units start.
struct OfUnits<K, F, P>(PhantomData<(K, F, P)>);

// Initial values do not depend on the width.
impl<K: Kind, F: Formula, P: PlacedIn> Initial for OfGates<K, F, P> {
    fn value(at: usize) -> f64 {
        params::<K, F, P>(1, true).get(at).map_or(0.0, |p| p.initial)
    }
}

impl<K: Kind, F: Formula, P: PlacedIn> Initial for OfUnits<K, F, P> {
    fn value(at: usize) -> f64 {
        params::<K, F, P>(1, false).get(at).map_or(0.0, |p| p.initial)
    }
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

    #[expect(clippy::too_many_lines, reason = "one field after the other, as dfdx takes them")]
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
        let row_names = operands::row_params::<F>();
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
        let start: Vec<_> = (0..usize::from(P::LEARNS_START))
            .map(|i| {
                Self::tensor(
                    "start",
                    move |s| &s.start[i],
                    move |s| &mut s.start[i],
                    TensorOptions::reset_to_zeros(),
                )
            })
            .collect();
        let rows = listed!(rows, row_names.iter().enumerate(), |(i, n)| {
            (n, trained::<operands::OfRows<F>, _, E, D>(i))
        });
        let gates = listed!(gates, gate_names.iter().enumerate(), |(i, n)| {
            (n, trained::<OfGates<K, F, P>, _, E, D>(i))
        });
        let units = listed!(units, unit_names.iter().enumerate(), |(i, n)| {
            (n, trained::<OfUnits<K, F, P>, _, E, D>(i))
        });
        let running_gates = listed!(running_gates, stored_gates.iter(), |(n, var)| (n, kept(*var)));
        let running_units = listed!(running_units, stored_units.iter(), |(n, var)| (n, kept(*var)));
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
                (bias, recurrent_bias, start, rows),
                gates,
                units,
                running_gates,
                running_units,
            ),
            |(
                (weight_ih, weight_hh),
                (bias, recurrent_bias, start, rows),
                gates,
                units,
                running_gates,
                running_units,
            )| {
                RecurrentLayer {
                    weight_ih,
                    weight_hh,
                    bias,
                    recurrent_bias,
                    rows,
                    gates,
                    units,
                    running_gates,
                    running_units,
                    start,
                    noise: None,
                    passes: 0,
                    clamped: Clamped::default(),
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

    /// The same, to change.
    pub fn bias_mut(&mut self) -> Option<&mut Tensor<Rank1<W>, E, D>> {
        self.bias.first_mut()
    }

    /// The bias `[H]` inside the product of a GRU's reset gate and its candidate's recurrent product.
    pub fn recurrent_bias(&self) -> Option<&Tensor<Rank1<H>, E, D>> {
        self.recurrent_bias.first()
    }

    /// The same, to change.
    pub fn recurrent_bias_mut(&mut self) -> Option<&mut Tensor<Rank1<H>, E, D>> {
        self.recurrent_bias.first_mut()
    }

    /// A parameter `[W]` of the rows of a normalized weight matrix, `"ih"` or `"hh"`, by its declared name, to change; nothing
    /// where the method declares none.
    pub fn row_param_mut(&mut self, side: &str, name: &str) -> Option<&mut Tensor<Rank1<W>, E, D>>
    where
        F: Formula,
    {
        let wanted = format!("{side}.{name}");
        let at = operands::row_params::<F>().iter().position(|n| *n == wanted)?;
        self.rows.get_mut(at)
    }

    /// The learned hidden state before the first step `[H]`, where [`crate::LearnedStart`] asks for one.
    pub fn start(&self) -> Option<&Tensor<Rank1<H>, E, D>> {
        self.start.first()
    }

    /// The same, to change.
    pub fn start_mut(&mut self) -> Option<&mut Tensor<Rank1<H>, E, D>> {
        self.start.first_mut()
    }

    /// Adds noise to the hidden state before the first step, or no longer does. See [`StartNoise`].
    pub fn set_start_noise(&mut self, noise: Option<StartNoise>) -> Result<(), crate::Error> {
        if let Some(StartNoise { std, .. }) = noise
            && !(std.is_finite() && std >= 0.0)
        {
            return Err(crate::Error::StartNoise { std });
        }
        (self.noise, self.passes) = (noise, 0);
        Ok(())
    }

    /// A warning that is given once: evaluation has met steps for which no statistics are stored.
    pub fn warning(&self) -> Option<&'static str> {
        self.clamped.once()
    }
}

/// A sequence `[T, N, C]`.
pub type Sequence<const C: usize, E, D, T = NoneTape> = Tensor<(usize, usize, Const<C>), E, D, T>;
