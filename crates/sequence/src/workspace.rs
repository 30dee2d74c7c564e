//! Every buffer of a forward and its backward pass, kept from call to call.

use norm_core::{Elem, Isa};

use crate::buffers::{Buffers, fit};
use crate::cell::{Cell, Sizes};
use crate::gradients::Slopes;
use crate::matmul::Threads;
use crate::parts::{self, Part};
use crate::plan::Plan;
use crate::slot::Place;
use crate::stored_slot::Working;

/// What a workspace's forward buffers belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) sizes: Sizes,
    pub(crate) kind: &'static str,
    pub(crate) places: u16,
    pub(crate) masked: bool,
    pub(crate) cells: bool,
}

impl Held {
    pub(crate) fn of<T: Elem>(cell: &Cell<T>, sizes: Sizes, masked: bool) -> Self {
        let places = cell.slots().fold(0, |bits, (p, _)| bits | 1 << p as u8);
        Self { sizes, kind: cell.kind().name(), places, masked, cells: cell.kind().has_cell() }
    }
    pub(crate) fn words(&self) -> String {
        let Sizes { steps, cases, inputs, units } = self.sizes;
        let mask = if self.masked { "masked" } else { "unmasked" };
        format!("{} [{steps}, {cases}, {inputs}] -> {units}, {mask}, slots {:012b}", self.kind, self.places)
    }
}

/// Buffers of one cell's passes. Grown when needed, never shrunk, so that shorter sequences and later calls
/// allocate nothing.
#[derive(Debug)]
pub struct Workspace<T: 'static> {
    pub(crate) isa: Isa,
    pub(crate) held: Option<Held>,
    /// Whether the statistics used depend on the inputs, so that gradients go through them.
    pub(crate) of_batch: bool,
    /// Whether products are shared out.
    pub(crate) threads: Threads,
    /// Cases of a part; all of them where the batch is not cut.
    pub(crate) part: usize,
    pub(crate) parts: Vec<Part<T>>,
    /// Inputs with padded steps blanked, `[T, N, I]`; only with a mask.
    pub(crate) x: Vec<T>,
    /// `W_x` and `W_h` transposed, as products read them fastest: each block of parts that has a product of its own lies
    /// where it lies in the weights.
    pub(crate) w_x: Vec<T>,
    pub(crate) w_h: Vec<T>,
    pub(crate) buffers: Buffers<T>,
    /// Statistics used, per place.
    pub(crate) stats: [Vec<T>; Place::ALL.len()],
    /// Shifts that are not learned, per place, and where their gradients go.
    pub(crate) fixed: [Vec<T>; Place::ALL.len()],
    pub(crate) sink: [Vec<T>; Place::ALL.len()],
    pub(crate) back: Slopes<T>,
    pub(crate) working: Working<T>,
}

impl<T: Elem> Default for Workspace<T> {
    fn default() -> Self {
        Self::on(Isa::detect())
    }
}

impl<T: Elem> Workspace<T> {
    /// An empty workspace whose passes run on an instruction set; results are the same on each.
    pub fn on(isa: Isa) -> Self {
        Self {
            isa,
            held: None,
            of_batch: false,
            threads: Threads::All,
            part: 0,
            parts: Vec::new(),
            x: Vec::new(),
            w_x: Vec::new(),
            w_h: Vec::new(),
            buffers: Buffers::default(),
            stats: std::array::from_fn(|_| Vec::new()),
            fixed: std::array::from_fn(|_| Vec::new()),
            sink: std::array::from_fn(|_| Vec::new()),
            back: Slopes::default(),
            working: Working::default(),
        }
    }

    /// Takes over what backward passes on another workspace have found for the stores of a cell: the next pass in training on this
    /// one hands it to them.
    pub fn take_over(&mut self, other: &mut Self) {
        self.working.append(&mut other.working);
    }

    /// Hidden states after the last step of the last forward pass, `[N, H]`; with a mask, each case's after its
    /// own last step. Empty before any pass.
    pub fn last_hidden(&self) -> Vec<T> {
        self.last(0)
    }

    /// Carried cells, likewise; empty for a recurrence without one.
    pub fn last_cell(&self) -> Vec<T> {
        // A recurrence without a cell leaves what an earlier one wrote.
        if self.held.is_some_and(|h| h.cells) { self.last(1) } else { Vec::new() }
    }

    fn last(&self, state: usize) -> Vec<T> {
        let Some(Held { sizes: s, .. }) = self.held else { return Vec::new() };
        let of = |ws: &Self, cases: usize| {
            let one = cases * s.units;
            let states = ws.buffers.carried.get(state);
            states.and_then(|c| c.get(s.steps * one..(s.steps + 1) * one)).unwrap_or_default().to_vec()
        };
        if self.part == s.cases {
            return of(self, s.cases);
        }
        let parts = parts::cuts(s.cases, self.part).zip(&self.parts);
        parts.flat_map(|(cases, part)| of(&part.ws, cases.len())).collect()
    }

    pub(crate) fn fit_forward(&mut self, cell: &Cell<T>, plan: &Plan<T>, s: &Sizes, masked: bool) {
        fit(&mut self.x, if masked { s.steps * s.cases * s.inputs } else { 0 });
        self.buffers.fit(&plan.graph, &plan.storage, s);
        for place in Place::ALL {
            fit(&mut self.stats[place as usize], cell.statistics_len(place, s));
        }
    }
}
