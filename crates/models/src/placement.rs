//! Placements of a normalization in a recurrent cell, as types. One that is not defined for a method does not
//! compile.

use std::fmt::Debug;
use std::marker::PhantomData;

use norm_core::{Descriptor, Formula, ParamAxis, PolicyKind, ReferenceSet, Site};
use sequence::{Placement, Statistics};

use crate::kind::Kind;
use crate::row_norm::at_weights;

/// A placement as a type.
///
/// One that a method does not have does not compile. Batch normalization has the input projection:
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{InputOnly, Lstm};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_batch::BatchNorm, InputOnly, 2, 8, 32>, f32>();
/// ```
///
/// but not the layer normalization paper's three places:
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Paper};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_batch::BatchNorm, Paper, 2, 8, 32>, f32>();
/// ```
pub trait PlacedIn: Copy + Default + Debug + Send + Sync + 'static {
    /// Which slots it fills.
    const PLACEMENT: Placement;

    /// Which statistics, where that is not the usual; see [`Placement::statistics`].
    const STATISTICS: Option<Statistics> = None;

    /// Whether the hidden state before the first step is learned; otherwise it is zero.
    const LEARNS_START: bool = false;

    /// Whether the placement is defined for a method in a kind of recurrence, with these statistics.
    fn defined<K: Kind, F: Formula>()
    where
        Self: Sized,
    {
        const {
            assert!(Self::PLACEMENT.fits(K::KIND), "this placement has no slots in this kind of recurrence");
            assert!(
                Self::PLACEMENT.allows(F::DESCRIPTOR, K::KIND).is_ok(),
                "this placement is not defined for this method: one that pools over cases has InputOnly, \
                 InputFrames, JointPerStep and RecurrentBatch, which but the first are for such methods only"
            );
            assert!(
                Self::PLACEMENT.statistics(F::DESCRIPTOR, K::KIND, Self::STATISTICS).is_ok(),
                "these statistics are not defined for this method in this placement"
            );
            if let Err(reason) = held(F::DESCRIPTOR) {
                panic!("{}", reason);
            }
        }
    }
}

/// Whether a typed cell has tensors for the parameters of a method.
///
/// # Errors
///
/// Why it has not.
const fn held(d: &Descriptor) -> Result<(), &'static str> {
    let at_weights = at_weights(d);
    if matches!(d.site, Site::WeightsAndInputs) && !d.params.is_empty() {
        return Err("weights and inputs have no parameter in common that a cell could hold");
    }
    if !at_weights && matches!(d.reference_set, ReferenceSet::Group) {
        return Err("it cuts channels into groups, and a cell has one group of them");
    }
    let mut i = 0;
    while i < d.params.len() {
        match (at_weights, d.params[i].axis) {
            (true, ParamAxis::Group) => {}
            (true, _) => return Err("a cell holds parameters of weights that are one for each row"),
            (false, ParamAxis::Scalar) => {
                return Err("all units share a parameter of it, which the typed cells have no place for");
            }
            (false, _) => {}
        }
        i += 1;
    }
    Ok(())
}

/// Whether a method has a typed cell in its usual placement, [`Usual`].
///
/// # Errors
///
/// Why it has none, in short.
pub const fn in_cells(d: &Descriptor) -> Result<(), &'static str> {
    match Placement::usual(d) {
        Ok(_) => held(d),
        Err(reason) => Err(reason.short()),
    }
}

macro_rules! placements {
    ($($(#[$doc:meta])* $name:ident = $constant:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;
        impl PlacedIn for $name {
            const PLACEMENT: Placement = Placement::$constant;
        }
    )+};
}

placements! {
    /// Nothing is normalized.
    NoPlacement = NONE;
    /// The layer normalization paper's: both projections and the cell where it is read out.
    Paper = PAPER;
    /// As the paper with one bias instead of three.
    Haste = HASTE;
    /// Both projections; the normalized cell is carried on.
    FastRnns = FASTRNNS;
    /// As [`FastRnns`] with a bias more and epsilon 1e-3.
    TfAddons = TF_ADDONS;
    /// Each gate on its own over the sum, and the cell where it is read out.
    Labml = LABML;
    /// The input projection, the carried cell and the hidden state.
    BurnPlacement = BURN;
    /// The input projection only; over batch and time for methods that pool over cases.
    InputOnly = INPUT;
    /// The rows of both weight matrices, once for all steps.
    AtWeights = WEIGHTS;
    /// The rows of both weight matrices, the inputs and the hidden state on its way into the products.
    Operands = OPERANDS;
}

/// The placement `P`, with a hidden state before the first step that is learned, the same for every case.
///
/// Where the hidden projection is normalized over cases it never moves (cooijmans2017recurrent): what it adds is the same
/// for every case, and that the norm takes off again.
#[derive(Clone, Copy, Debug, Default)]
pub struct LearnedStart<P>(PhantomData<P>);

impl<P: PlacedIn> PlacedIn for LearnedStart<P> {
    const PLACEMENT: Placement = P::PLACEMENT;
    const STATISTICS: Option<Statistics> = P::STATISTICS;
    const LEARNS_START: bool = true;
}

macro_rules! per_step {
    ($($(#[$doc:meta])* $name:ident = $constant:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name<const T_MAX: usize>;
        impl<const T_MAX: usize> PlacedIn for $name<T_MAX> {
            const PLACEMENT: Placement = Placement::$constant;
            const STATISTICS: Option<Statistics> = Some(Statistics::PerStep { t_max: T_MAX });
        }
    )+};
}

per_step! {
    /// Both projections and the cell where it is read out, with statistics of each step; the first `T_MAX` are
    /// stored. For methods that pool over cases, and no others:
    ///
    /// ```
    /// # use dfdx::prelude::*;
    /// # use models::{Lstm, RecurrentBatch};
    /// let dev = Cpu::default();
    /// let lstm = dev.build_module::<Lstm<norm_batch::BatchNorm, RecurrentBatch<9>, 2, 8, 32>, f32>();
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use dfdx::prelude::*;
    /// # use models::{Lstm, RecurrentBatch};
    /// let dev = Cpu::default();
    /// let lstm = dev.build_module::<Lstm<norm_layer::LayerNorm, RecurrentBatch<9>, 2, 8, 32>, f32>();
    /// ```
    RecurrentBatch = RECURRENT_BATCH;
    /// The input projection only, with statistics of each step (frame-wise); the first `T_MAX` are stored.
    InputFrames = INPUT;
    /// One norm over the sum of both projections, with statistics of each step; the first `T_MAX` are stored.
    JointPerStep = JOINT;
}

/// The placement a method is compared in unless another is asked for, [`Placement::usual`]. Statistics per step are stored
/// for the first `T_MAX` steps.
///
/// Weight normalization stands at the weights:
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Usual};
/// # type WeightNorm = norm_weight::WeightNorm;
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<WeightNorm, Usual<WeightNorm>, 2, 8, 32>, f32>();
/// ```
///
/// A method that no cell has a place for (instance normalization pools space, which a step has not) does not become the
/// plain cell; it does not compile:
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Usual};
/// # type InstanceNorm = norm_instance::InstanceNorm;
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<InstanceNorm, Usual<InstanceNorm>, 2, 8, 32>, f32>();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Usual<F, const T_MAX: usize = 64>(PhantomData<F>);

impl<F: Formula, const T_MAX: usize> PlacedIn for Usual<F, T_MAX> {
    const PLACEMENT: Placement = match Placement::usual(F::DESCRIPTOR) {
        Ok(placement) => placement,
        Err(_) => panic!("no recurrent cell has a place for this method"),
    };
    const STATISTICS: Option<Statistics> = match F::DESCRIPTOR.policy {
        PolicyKind::PerStep => Some(Statistics::PerStep { t_max: T_MAX }),
        _ => None,
    };
}
