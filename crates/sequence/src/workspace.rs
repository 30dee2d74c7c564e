//! Every buffer of a forward and its backward pass, kept from call to call.

use norm_core::{Elem, Isa};

use crate::cell::{Cell, Sizes};
use crate::matmul::Threads;
use crate::parts::{self, Part};
use crate::slot::Place;

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
        format!("{} [{steps}, {cases}, {inputs}] -> {units}, {mask}, slots {:09b}", self.kind, self.places)
    }
}

/// Buffers of one cell's passes. Grown when needed, never shrunk, so that shorter sequences and later calls
/// allocate nothing.
#[derive(Debug)]
pub struct Workspace<T> {
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
    /// `W_x` and `W_h` transposed, `[I, G·H]` and `[H, G·H]`, as products read them fastest; a GRU's gates and
    /// its candidate one after the other.
    pub(crate) w_x: Vec<T>,
    pub(crate) w_h: Vec<T>,
    /// `W_x x`, `[T, N, G·H]`; only if it is normalized.
    pub(crate) ax: Vec<T>,
    /// `W_h h`, `[T, N, G·H]`; only if it is normalized.
    pub(crate) ah: Vec<T>,
    /// The sum before the joint norm, `[T, N, G·H]`; only with one.
    pub(crate) sum: Vec<T>,
    /// Summed inputs as the update takes them, `[T, N, G·H]`.
    pub(crate) z: Vec<T>,
    /// A GRU candidate's projections as the update takes them, and before their norms, `[T, N, H]`.
    pub(crate) candidate: Candidate<T>,
    /// Hidden states from `h0` on, `[T + 1, N, H]`.
    pub(crate) h: Vec<T>,
    /// Hidden states as the products take them, `[T, N, H]`; only if they are normalized for that.
    pub(crate) h_in: Vec<T>,
    /// Carried cells from `c0` on, `[T + 1, N, H]`.
    pub(crate) c: Vec<T>,
    /// Cells before the norm of the carried cell, `[T, N, H]`.
    pub(crate) c_raw: Vec<T>,
    /// Opened output gates, `[T, N, H]`; only with a norm at the cell.
    pub(crate) gate: Vec<T>,
    /// Cells as the output gate reads them, `[T, N, H]`; only with a read-out norm.
    pub(crate) read: Vec<T>,
    /// Hidden states before their norm, `[T, N, H]`.
    pub(crate) h_raw: Vec<T>,
    /// Statistics used, per place.
    pub(crate) stats: [Vec<T>; Place::ALL.len()],
    /// Shifts that are not learned, per place, and where their gradients go.
    pub(crate) fixed: [Vec<T>; Place::ALL.len()],
    pub(crate) sink: [Vec<T>; Place::ALL.len()],
    /// One step's normalized projection, `[N, G·H]`.
    pub(crate) normed: Vec<T>,
    pub(crate) back: Back<T>,
}

/// A GRU candidate's two projections, `[T, N, H]`: normalized, and as they were where they have a norm; of the
/// backward pass the gradients of the same.
#[derive(Debug, Default)]
pub(crate) struct Candidate<T> {
    pub(crate) x: Vec<T>,
    pub(crate) h: Vec<T>,
    pub(crate) raw_x: Vec<T>,
    pub(crate) raw_h: Vec<T>,
}

impl<T: Elem> Candidate<T> {
    fn fit(&mut self, cell: &Cell<T>, states: usize) {
        if cell.kind().has_candidate() {
            fit(&mut self.x, states);
            fit(&mut self.h, states);
            fit(&mut self.raw_x, cell.slot(Place::InputToCandidate).map_or(0, |_| states));
            fit(&mut self.raw_h, cell.slot(Place::HiddenToCandidate).map_or(0, |_| states));
        }
    }
}

/// Buffers of the backward pass.
#[derive(Debug, Default)]
pub(crate) struct Back<T> {
    pub(crate) dz: Vec<T>,
    pub(crate) dsum: Vec<T>,
    pub(crate) dax: Vec<T>,
    pub(crate) dah: Vec<T>,
    pub(crate) candidate: Candidate<T>,
    pub(crate) dh_next: Vec<T>,
    pub(crate) dh: Vec<T>,
    pub(crate) dh_in: Vec<T>,
    pub(crate) dh_raw: Vec<T>,
    pub(crate) dc: Vec<T>,
    pub(crate) dc_raw: Vec<T>,
    pub(crate) dc_next: Vec<T>,
    pub(crate) dgate: Vec<T>,
    pub(crate) dread: Vec<T>,
    pub(crate) kept_h: Vec<T>,
    pub(crate) kept_c: Vec<T>,
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
            ax: Vec::new(),
            ah: Vec::new(),
            sum: Vec::new(),
            z: Vec::new(),
            candidate: Candidate::default(),
            h: Vec::new(),
            h_in: Vec::new(),
            c: Vec::new(),
            c_raw: Vec::new(),
            gate: Vec::new(),
            read: Vec::new(),
            h_raw: Vec::new(),
            stats: std::array::from_fn(|_| Vec::new()),
            fixed: std::array::from_fn(|_| Vec::new()),
            sink: std::array::from_fn(|_| Vec::new()),
            normed: Vec::new(),
            back: Back::default(),
        }
    }

    /// Hidden states after the last step of the last forward pass, `[N, H]`; with a mask, each case's after its
    /// own last step. Empty before any pass.
    pub fn last_hidden(&self) -> Vec<T> {
        self.last(|ws| &ws.h)
    }

    /// Carried cells, likewise; empty for a recurrence without one.
    pub fn last_cell(&self) -> Vec<T> {
        // A recurrence without a cell leaves what an earlier one wrote.
        if self.held.is_some_and(|h| h.cells) { self.last(|ws| &ws.c) } else { Vec::new() }
    }

    fn last(&self, states: impl Fn(&Self) -> &Vec<T>) -> Vec<T> {
        let Some(Held { sizes: s, .. }) = self.held else { return Vec::new() };
        let of = |ws: &Self, cases: usize| {
            let one = cases * s.units;
            states(ws).get(s.steps * one..(s.steps + 1) * one).unwrap_or_default().to_vec()
        };
        if self.part == s.cases {
            return of(self, s.cases);
        }
        let parts = parts::cuts(s.cases, self.part).zip(&self.parts);
        parts.flat_map(|(cases, part)| of(&part.ws, cases.len())).collect()
    }

    pub(crate) fn fit_forward(&mut self, cell: &Cell<T>, s: &Sizes, masked: bool) {
        let (rows, states) = (s.steps * s.cases, s.steps * s.cases * s.units);
        let sums = rows * cell.summed(s.units);
        let has = |p: Place, len: usize| if cell.slot(p).is_some() { len } else { 0 };
        let cells = if cell.kind().has_cell() { states } else { 0 };
        let one = s.cases * s.units;
        fit(&mut self.x, if masked { rows * s.inputs } else { 0 });
        fit(&mut self.ax, has(Place::InputToHidden, sums));
        fit(&mut self.ah, has(Place::HiddenToHidden, sums));
        fit(&mut self.sum, has(Place::Joint, sums));
        fit(&mut self.z, sums);
        self.candidate.fit(cell, states);
        fit(&mut self.h, states + one);
        fit(&mut self.h_in, has(Place::RecurrentInput, states));
        fit(&mut self.c, if cells > 0 { cells + one } else { 0 });
        fit(&mut self.c_raw, has(Place::Carried, cells));
        fit(&mut self.gate, has(Place::Carried, cells).max(has(Place::ReadOut, cells)));
        fit(&mut self.read, has(Place::ReadOut, cells));
        fit(&mut self.h_raw, has(Place::Hidden, states));
        fit(&mut self.normed, has(Place::HiddenToHidden, s.cases * cell.summed(s.units)));
        for place in Place::ALL {
            fit(&mut self.stats[place as usize], cell.statistics_len(place, s));
        }
    }

    pub(crate) fn fit_backward(&mut self, cell: &Cell<T>, s: &Sizes) {
        let sums = s.steps * s.cases * cell.summed(s.units);
        let has = |p: Place, len: usize| if cell.slot(p).is_some() { len } else { 0 };
        let one = s.cases * s.units;
        let cells = if cell.kind().has_cell() { one } else { 0 };
        let b = &mut self.back;
        fit(&mut b.dz, sums);
        fit(&mut b.dsum, has(Place::Joint, sums));
        fit(&mut b.dax, has(Place::InputToHidden, sums));
        fit(&mut b.dah, has(Place::HiddenToHidden, sums));
        b.candidate.fit(cell, s.steps * one);
        fit(&mut b.dh_in, has(Place::RecurrentInput, one));
        fit(&mut b.dh_next, if cell.kind().has_candidate() { one } else { 0 });
        for v in [&mut b.dh, &mut b.dh_raw, &mut b.kept_h] {
            fit(v, one);
        }
        for v in [&mut b.dc, &mut b.dc_raw, &mut b.dc_next, &mut b.dgate, &mut b.dread, &mut b.kept_c] {
            fit(v, cells);
        }
    }
}

/// Makes room for `len` elements; what stands in them is left as it is.
fn fit<T: Elem>(v: &mut Vec<T>, len: usize) {
    if v.len() < len {
        v.resize(len, T::default());
    }
}
