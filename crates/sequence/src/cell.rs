//! A recurrent cell put together: which recurrence, what stands in which slot, where the bias is added.

use norm_core::{Elem, Layout};

use crate::cells::{CellKind, peephole_lstm};
use crate::error::Error;
use crate::slot::{Place, Slot, Statistics};

/// Sizes of one pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sizes {
    /// Steps T.
    pub steps: usize,
    /// Cases N.
    pub cases: usize,
    /// Inputs I of a step.
    pub inputs: usize,
    /// Hidden units H.
    pub units: usize,
}

/// Where the cell's own bias is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bias {
    /// To the summed inputs, behind every norm: kept even where a norm's own shift makes it redundant.
    AfterNorm,
    /// To the sum of both projections, before the norm over the sum.
    BeforeNorm,
    /// As [`Bias::AfterNorm`], but only if no norm of the summed inputs shifts.
    UnlessShifted,
}

/// A learned parameter of a slot.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotParam {
    /// The slot.
    pub place: Place,
    /// Its name in the declaration.
    pub name: &'static str,
    /// Elements.
    pub len: usize,
    /// Initial value.
    pub initial: f64,
}

/// A recurrence with its slots.
#[derive(Clone, Debug)]
pub struct Cell<T: 'static> {
    kind: CellKind,
    bias: Bias,
    recurrent_bias: bool,
    slots: [Option<Slot<T>>; Place::ALL.len()],
}

impl<T: Elem> Cell<T> {
    /// The plain recurrence: empty slots but for the weights of peepholes, one bias; a GRU has the bias of its candidate's recurrent product beside it.
    pub fn new(kind: CellKind) -> Self {
        let mut cell = Self {
            kind,
            bias: Bias::UnlessShifted,
            recurrent_bias: true,
            slots: std::array::from_fn(|_| None),
        };
        if kind.has_peepholes() {
            peephole_lstm::fill(&mut cell);
        }
        cell
    }

    /// Puts a slot where it is known to fit.
    pub(crate) fn put(&mut self, place: Place, slot: Slot<T>) {
        self.slots[place as usize] = Some(slot);
    }

    /// Puts a slot into its place.
    pub fn with(mut self, place: Place, slot: Slot<T>) -> Result<Self, Error> {
        slot.check(place, self.kind)?;
        self.put(place, slot);
        Ok(self)
    }

    /// Says where the bias is added.
    #[must_use]
    pub fn with_bias(mut self, bias: Bias) -> Self {
        self.bias = bias;
        self
    }

    /// Whether a GRU's candidate has a bias inside the product with the reset gate, as PyTorch's has. It is left
    /// out in any case where the norm of that product shifts.
    #[must_use]
    pub fn with_recurrent_bias(mut self, recurrent_bias: bool) -> Self {
        self.recurrent_bias = recurrent_bias;
        self
    }

    /// Which recurrence.
    pub fn kind(&self) -> CellKind {
        self.kind
    }

    /// What stands in a place.
    pub fn slot(&self, place: Place) -> Option<&Slot<T>> {
        self.slots[place as usize].as_ref()
    }

    /// The filled places in the order in which a step meets them.
    pub fn slots(&self) -> impl Iterator<Item = (Place, &Slot<T>)> {
        Place::ALL.into_iter().filter_map(|p| Some((p, self.slot(p)?)))
    }

    /// Whether the cell has a bias of its own.
    pub fn has_bias(&self) -> bool {
        match self.bias {
            Bias::AfterNorm | Bias::BeforeNorm => true,
            Bias::UnlessShifted => {
                // A shift inside the product with the reset gate stands for no bias outside.
                let candidate = self.slot(Place::InputToCandidate).is_some_and(Slot::shifts);
                let gates = self.slots().any(|(p, s)| p.sees_gates() && s.shifts());
                !(gates && (candidate || !self.kind.has_candidate()))
            }
        }
    }

    /// Whether the cell has a bias inside the product of a GRU's reset gate and its candidate's recurrent product.
    pub fn has_recurrent_bias(&self) -> bool {
        let shifted = self.slot(Place::HiddenToCandidate).is_some_and(Slot::shifts);
        self.recurrent_bias && self.kind.gates_a_product() && !shifted
    }

    /// Whether the bias goes into the sum before the norm over the sum.
    pub(crate) fn bias_is_normed(&self) -> bool {
        self.bias == Bias::BeforeNorm
    }

    /// Rows of the weights of `units` units.
    pub fn width(&self, units: usize) -> usize {
        self.kind.gates() * units
    }

    /// The learned parameters of all slots for `units` units, in the order in which a pass takes them.
    pub fn slot_params(&self, units: usize) -> Vec<SlotParam> {
        self.slots()
            .flat_map(|(place, slot)| {
                let layout = slot.layout(place, self.kind, 1, units);
                let learned = slot.kernel.descriptor.params.iter().filter(|p| slot.learns(p));
                learned.map(move |p| SlotParam {
                    place,
                    name: p.name,
                    len: p.axis.len(&layout),
                    initial: p.initial_at(&layout),
                })
            })
            .collect()
    }

    /// Whether evaluation needs stored statistics.
    pub fn is_stateful(&self) -> bool {
        self.slots().any(|(_, s)| s.statistics != Statistics::Instant)
    }

    pub(crate) fn layout(&self, place: Place, cases: usize, units: usize) -> Option<Layout> {
        Some(self.slot(place)?.layout(place, self.kind, cases, units))
    }

    /// Elements of a slot's statistics in one pass.
    pub(crate) fn statistics_len(&self, place: Place, s: &Sizes) -> usize {
        let Some(slot) = self.slot(place).filter(|s| !s.keeps_state()) else { return 0 };
        let of = |cases| slot.kernel.statistics_len(&slot.layout(place, self.kind, cases, s.units));
        match slot.statistics {
            Statistics::BatchTime => of(s.steps * s.cases),
            Statistics::Instant | Statistics::PerStep { .. } | Statistics::Shared => s.steps * of(s.cases),
        }
    }
}
