//! A recurrent layer with normalizations in its slots.

mod notes;
mod operands;
mod pass;

use std::marker::PhantomData;
use std::slice::{from_mut, from_ref};

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::fields::{Fields, List};
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
    /// What is stored of these rows, likewise.
    row_stores: Vec<Tensor<Rank1<W>, E, D>>,
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
    let cell = P::PLACEMENT.cell_beside_row_stores(K::KIND, E::kernel::<F>(), options);
    cell.unwrap_or_else(|e| unreachable!("a placement defined at compile time: {e}"))
}

/// Learned parameters of the slots over all gates, or of those over the units.
fn params<K: Kind, F: Formula, P: PlacedIn>(units: usize, gates: bool) -> Vec<SlotParam> {
    let all = cell::<K, F, P, f32>().slot_params(units);
    all.into_iter().filter(|p| p.place.sees_gates() == gates).collect()
}

/// Names of the stored statistics over all gates, or of those over the units, and where each starts. One
/// tensor is one statistic of one step, in the order of [`State`]; where there are several steps, the step's number
/// ends the name.
fn stored<K: Kind, F: Formula, P: PlacedIn>(gates: bool) -> Vec<(String, norm_core::Start)> {
    let mut names = Vec::new();
    for (place, slot) in cell::<K, F, P, f32>().slots().filter(|(p, _)| p.sees_gates() == gates) {
        let steps = match slot.statistics {
            Statistics::PerStep { t_max } => (0..t_max).map(|t| format!(".{t}")).collect(),
            Statistics::BatchTime | Statistics::Shared => vec![String::new()],
            _ => Vec::new(),
        };
        let d = F::DESCRIPTOR;
        let start = |name: &String| {
            let statistic = d.statistics.iter().position(|s| s.stored_name() == *name);
            statistic.map_or(norm_core::Start::Value(0.0), |i| d.start(i))
        };
        for step in steps {
            let one = slot.stored_names();
            names.extend(one.iter().map(|name| (format!("{place}.{name}{step}"), start(name))));
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

/// A list field of a recurrent layer.
macro_rules! list {
    ($field:ident) => {
        List::<Self, _> { get: |l| &l.$field, get_mut: |l| &mut l.$field }
    };
    (one $field:ident) => {
        List::<Self, _> { get: |l| from_ref(&l.$field), get_mut: |l| from_mut(&mut l.$field) }
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
        let mut v = Fields::of(v);
        let (mut weight_ih, mut weight_hh) = (Vec::new(), Vec::new());
        v.tensor("weight_ih", uniform::<H, _, E, D>(), 0, list!(one weight_ih), &mut weight_ih)?;
        v.tensor("weight_hh", uniform::<H, _, E, D>(), 0, list!(one weight_hh), &mut weight_hh)?;
        let (mut bias, mut recurrent_bias, mut start) = (Vec::new(), Vec::new(), Vec::new());
        if cell.has_bias() {
            v.tensor("bias", TensorOptions::reset_to_zeros(), 0, list!(bias), &mut bias)?;
        }
        if cell.has_recurrent_bias() {
            let options = TensorOptions::reset_to_zeros();
            v.tensor("recurrent_bias", options, 0, list!(recurrent_bias), &mut recurrent_bias)?;
        }
        if P::LEARNS_START {
            v.tensor("start", TensorOptions::reset_to_zeros(), 0, list!(start), &mut start)?;
        }
        let (mut rows, mut gates, mut units) = (Vec::new(), Vec::new(), Vec::new());
        for (i, name) in operands::row_params::<F>().iter().enumerate() {
            v.tensor(name, trained::<operands::OfRows<F>, _, E, D>(i), i, list!(rows), &mut rows)?;
        }
        let name = |p: &SlotParam| format!("{}.{}", p.place, p.name);
        for (i, p) in params::<K, F, P>(H, true).iter().enumerate() {
            v.tensor(&name(p), trained::<OfGates<K, F, P>, _, E, D>(i), i, list!(gates), &mut gates)?;
        }
        for (i, p) in params::<K, F, P>(H, false).iter().enumerate() {
            v.tensor(&name(p), trained::<OfUnits<K, F, P>, _, E, D>(i), i, list!(units), &mut units)?;
        }
        let mut row_stores = Vec::new();
        for (i, (name, start)) in operands::row_stores::<F>().iter().enumerate() {
            v.tensor(name, kept(*start), i, list!(row_stores), &mut row_stores)?;
        }
        let (mut running_gates, mut running_units) = (Vec::new(), Vec::new());
        for (i, (name, start)) in stored::<K, F, P>(true).iter().enumerate() {
            v.tensor(name, kept(*start), i, list!(running_gates), &mut running_gates)?;
        }
        for (i, (name, start)) in stored::<K, F, P>(false).iter().enumerate() {
            v.tensor(name, kept(*start), i, list!(running_units), &mut running_units)?;
        }
        let whole = weight_ih.pop().zip(weight_hh.pop()).filter(|_| v.whole());
        Ok(whole.map(|(weight_ih, weight_hh)| RecurrentLayer {
            weight_ih,
            weight_hh,
            bias,
            recurrent_bias,
            rows,
            row_stores,
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
        }))
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

    /// What is stored of the rows of a normalized weight matrix `[W]`, `"ih"` or `"hh"`, by its name; nothing where the method
    /// stores nothing of that name.
    pub fn row_store(&self, side: &str, name: &str) -> Option<&Tensor<Rank1<W>, E, D>>
    where
        F: Formula,
    {
        let wanted = format!("{side}.{name}");
        let at = operands::row_stores::<F>().iter().position(|(n, _)| *n == wanted)?;
        self.row_stores.get(at)
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
