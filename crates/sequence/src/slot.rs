//! A normalization in its place in a cell.

use std::fmt;

use norm_core::blocks::takes_blocks;
use norm_core::policy::Running;
use norm_core::streaming::Streaming;
use norm_core::{Call, Elem, Isa, Kernel, Layout, NormState, Param, PolicyKind, Rule, Site, Skeleton};

use crate::cells::CellKind;
use crate::error::Error;
use crate::fill::refuses;

/// Where in a cell a normalization can stand, in the order in which a step meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Place {
    /// The hidden state as it enters its products with the weights; what is carried on is not touched.
    RecurrentInput,
    /// `W_x x`.
    InputToHidden,
    /// `W_h h`.
    HiddenToHidden,
    /// A GRU candidate's `W x`; [`Place::InputToHidden`] is then that of the two gates.
    InputToCandidate,
    /// A GRU candidate's `U h`, before the reset gate multiplies it.
    HiddenToCandidate,
    /// `W_x x + W_h h`, after the two above.
    Joint,
    /// The cell itself: what is carried on is normalized.
    Carried,
    /// The copy of the cell that the output gate reads; what is carried on is not touched.
    ReadOut,
    /// The hidden state.
    Hidden,
    /// The cell on its way to the input gate, where gates see it; what is carried on is not touched.
    CellToInputGate,
    /// The same to the forget gate.
    CellToForgetGate,
    /// The new cell on its way to the output gate.
    CellToOutputGate,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 12] = [
        Self::RecurrentInput,
        Self::InputToHidden,
        Self::HiddenToHidden,
        Self::InputToCandidate,
        Self::HiddenToCandidate,
        Self::Joint,
        Self::Carried,
        Self::ReadOut,
        Self::Hidden,
        Self::CellToInputGate,
        Self::CellToForgetGate,
        Self::CellToOutputGate,
    ];

    /// As it stands in file names of parameters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RecurrentInput => "h",
            Self::InputToHidden => "ih",
            Self::HiddenToHidden => "hh",
            Self::InputToCandidate => "ih_candidate",
            Self::HiddenToCandidate => "hh_candidate",
            Self::Joint => "joint",
            Self::Carried => "carried",
            Self::ReadOut => "cell",
            Self::Hidden => "hidden",
            Self::CellToInputGate => "cell_input_gate",
            Self::CellToForgetGate => "cell_forget_gate",
            Self::CellToOutputGate => "cell_output_gate",
        }
    }
    /// Whether all gates pass here; otherwise only as many channels as units.
    pub const fn sees_gates(self) -> bool {
        matches!(self, Self::InputToHidden | Self::HiddenToHidden | Self::Joint)
    }
    /// Whether it stands at one of a GRU candidate's projections.
    pub const fn sees_candidate(self) -> bool {
        matches!(self, Self::InputToCandidate | Self::HiddenToCandidate)
    }
    /// Whether it stands at a projection or at a sum of them, where a bias behind can make its shift redundant.
    pub const fn sees_sums(self) -> bool {
        self.sees_gates() || self.sees_candidate()
    }
    /// Whether it stands at a projection of the input, which needs no earlier step.
    pub const fn sees_input(self) -> bool {
        matches!(self, Self::InputToHidden | Self::InputToCandidate)
    }
    /// Whether a recurrence has this place.
    pub const fn exists_in(self, kind: CellKind) -> bool {
        (kind.has_cell() || !self.sees_cell())
            && (kind.has_peepholes() || !self.is_peephole())
            && (kind.has_candidate() || !self.sees_candidate())
            && !(kind.has_candidate() && matches!(self, Self::Joint))
    }
    /// Parts of a row here, each as wide as there are units.
    pub const fn parts(self, kind: CellKind) -> usize {
        if self.sees_gates() { kind.summed() } else { 1 }
    }
    /// Whether it stands at the cell state, which only an LSTM has.
    pub const fn sees_cell(self) -> bool {
        matches!(self, Self::Carried | Self::ReadOut) || self.is_peephole()
    }
    /// Whether it stands between the cell and a gate.
    pub const fn is_peephole(self) -> bool {
        matches!(self, Self::CellToInputGate | Self::CellToForgetGate | Self::CellToOutputGate)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the statistics of a slot relate to time and to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Statistics {
    /// Within each case of each step; nothing is stored.
    Instant,
    /// One statistic per channel over all unpadded cases and steps; a running average for evaluation. Needs the
    /// whole sequence at once, so only a projection of the input can have it.
    BatchTime,
    /// One statistic per channel and step over the unpadded cases; for evaluation a running average for each of
    /// the first `t_max` steps, the last of which serves all later ones.
    PerStep {
        /// Stored steps.
        t_max: usize,
    },
    /// One statistic per channel over the unpadded cases of a step, and one store for all steps, which takes in one step
    /// after the other.
    Shared,
}

impl Statistics {
    /// The statistics of that name: `sequence` is [`Statistics::BatchTime`]; `frame`, as it is called where only
    /// projections of the input are normalized, and `step` are [`Statistics::PerStep`]; `shared` is
    /// [`Statistics::Shared`].
    pub fn find(name: &str, t_max: usize) -> Option<Self> {
        match name {
            "sequence" => Some(Self::BatchTime),
            "frame" | "step" => Some(Self::PerStep { t_max }),
            "shared" => Some(Self::Shared),
            _ => None,
        }
    }
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::BatchTime => "batch + time",
            Self::PerStep { .. } => "per-step",
            Self::Shared => "shared",
        }
    }
    /// Whether each step has statistics of its own, stored together or apart.
    pub(crate) const fn are_by_step(self) -> bool {
        matches!(self, Self::PerStep { .. } | Self::Shared)
    }
}

/// A method put into a place.
#[derive(Clone, Debug)]
pub struct Slot<T: 'static> {
    /// The method's kernels.
    pub kernel: Kernel<T>,
    /// Its constants in declared order.
    pub consts: Vec<f64>,
    /// Whether each gate is normalized on its own; otherwise all gates together.
    pub per_gate: bool,
    /// Whether a parameter named `bias` is learned; otherwise it stays at its initial value.
    pub shift: bool,
    /// Which statistics.
    pub statistics: Statistics,
    /// How stored statistics take in a batch.
    pub running: Running,
    /// How histories are mixed, of a method that streams.
    pub streaming: Streaming,
}

/// The name by which a declaration calls an added parameter: redundant where another bias follows.
pub(crate) const SHIFT: &str = "bias";

impl<T: Elem> Slot<T> {
    /// `kernel` over all gates, with its default constants and every parameter learned. A method that pools
    /// within a case gets [`Statistics::Instant`], one that streams [`Statistics::Shared`], any other
    /// [`Statistics::BatchTime`].
    pub fn new(kernel: Kernel<T>) -> Self {
        let statistics = match kernel.descriptor.reference_set.skeleton() {
            Skeleton::Channelwise if kernel.descriptor.policy == PolicyKind::Streaming => Statistics::Shared,
            Skeleton::Rowwise => Statistics::Instant,
            Skeleton::Channelwise => Statistics::BatchTime,
        };
        Self {
            kernel,
            consts: kernel.descriptor.default_consts(),
            per_gate: false,
            shift: true,
            statistics,
            running: Running::default(),
            streaming: Streaming::default(),
        }
    }

    pub(crate) fn check(&self, place: Place, kind: CellKind) -> Result<(), Error> {
        if !place.exists_in(kind) {
            return Err(Error::NoSuchPlace { kind, place });
        }
        let d = self.kernel.descriptor;
        self.running.check().map_err(|source| Error::Kernel { place, source })?;
        let operand = place == Place::RecurrentInput && d.site == Site::WeightsAndInputs;
        if let Some(reason) = refuses(d).filter(|_| !operand) {
            return Err(Error::NotHere { place, method: d.id, reason });
        }
        let fits = match (d.reference_set.skeleton(), self.statistics) {
            (Skeleton::Channelwise, Statistics::PerStep { t_max: 0 }) => {
                return Err(Error::NoSteps { place });
            }
            (Skeleton::Rowwise, Statistics::Instant) | (Skeleton::Channelwise, Statistics::Shared) => true,
            (Skeleton::Channelwise, Statistics::PerStep { .. }) => d.policy != PolicyKind::Streaming,
            (Skeleton::Channelwise, Statistics::BatchTime) => {
                place.sees_input() && d.policy != PolicyKind::Streaming
            }
            (Skeleton::Rowwise, _) | (Skeleton::Channelwise, Statistics::Instant) => false,
        };
        if !fits {
            return Err(Error::Statistics {
                place,
                method: d.id,
                pools: d.over(),
                got: self.statistics.name(),
            });
        }
        Ok(())
    }

    /// The layout of `cases` rows in this place.
    pub(crate) fn layout(&self, place: Place, kind: CellKind, cases: usize, units: usize) -> Layout {
        let parts = place.parts(kind);
        if self.per_gate {
            Layout::new(cases, parts, units, 1)
        } else {
            Layout::new(cases, 1, parts * units, 1)
        }
    }

    /// Whether a parameter is learned.
    pub(crate) fn learns(&self, p: &Param) -> bool {
        self.shift || p.name != SHIFT
    }

    /// Whether a learned parameter shifts the output, so that a bias right behind would be redundant.
    pub(crate) fn shifts(&self) -> bool {
        self.shift && self.kernel.descriptor.params.iter().any(|p| p.name == SHIFT)
    }

    /// Whether a use in training takes more than one call of the kernel on this step's values: what is stored, or what it was,
    /// has a part in it.
    pub fn keeps_state(&self) -> bool {
        let d = self.kernel.descriptor;
        self.statistics == Statistics::Shared
            || (self.statistics != Statistics::Instant && (takes_blocks(d) || !d.frozen.is_empty()))
    }

    /// The method with what it stores of one step, or of all of them, before any batch.
    pub(crate) fn norm_state(&self, channels: usize) -> NormState<T> {
        let consts = self.consts.clone();
        match (self.statistics, self.kernel.descriptor.policy) {
            (Statistics::Instant, _) => NormState::instant(self.kernel, consts),
            (_, PolicyKind::Streaming) => NormState::streaming(self.kernel, consts, self.streaming, channels),
            _ => NormState::averaging(self.kernel, consts, self.running, channels),
        }
    }

    /// How many stores there are.
    pub(crate) const fn stores(&self) -> usize {
        match self.statistics {
            Statistics::Instant => 0,
            Statistics::BatchTime | Statistics::Shared => 1,
            Statistics::PerStep { t_max } => t_max,
        }
    }

    /// Names of what one store holds, a value for each channel.
    pub fn stored_names(&self) -> Vec<String> {
        self.norm_state(1).names()
    }
}

/// A slot made ready for one pass: all its parameters, learned and held, side by side.
pub(crate) struct Ready<'a, T: 'static> {
    pub(crate) place: Place,
    pub(crate) slot: &'a Slot<T>,
    pub(crate) params: Vec<&'a [T]>,
    pub(crate) isa: Isa,
}

impl<T: Elem> Ready<'_, T> {
    fn call<'b>(&'b self, layout: Layout, x: &'b [T], mask: Option<&'b [bool]>) -> Call<'b, T> {
        Call { layout, x, params: &self.params, consts: &self.slot.consts, mask }
    }

    fn refused(&self) -> impl FnOnce(norm_core::Error) -> Error + use<T> {
        let place = self.place;
        move |source| Error::Kernel { place, source }
    }

    /// Statistics and output from the current values.
    pub(crate) fn find(
        &self,
        layout: Layout,
        x: &[T],
        mask: Option<&[bool]>,
        stats: &mut [T],
        y: &mut [T],
    ) -> Result<(), Error> {
        self.slot.kernel.forward(self.isa, &self.call(layout, x, mask), stats, y).map_err(self.refused())
    }

    /// The output from stored statistics.
    pub(crate) fn apply(
        &self,
        layout: Layout,
        x: &[T],
        mask: Option<&[bool]>,
        stats: &[T],
        y: &mut [T],
    ) -> Result<(), Error> {
        self.slot.kernel.apply(self.isa, &self.call(layout, x, mask), stats, y).map_err(self.refused())
    }

    /// The gradient of the input, and those of all parameters added to `dparams`.
    pub(crate) fn backward(
        &self,
        layout: Layout,
        x: &[T],
        mask: Option<&[bool]>,
        dy: &[T],
        stats: &[T],
        rule: Rule,
        overwrite: bool,
        dx: &mut [T],
        dparams: &mut [&mut [T]],
    ) -> Result<(), Error> {
        let call = self.call(layout, x, mask);
        let kernel = &self.slot.kernel;
        kernel.backward(self.isa, &call, dy, stats, rule, overwrite, dx, dparams).map_err(self.refused())
    }
}

/// The places of a recurrence, in words.
pub(crate) fn names(kind: CellKind) -> String {
    let places = Place::ALL.into_iter().filter(|p| p.exists_in(kind));
    places.map(Place::name).collect::<Vec<_>>().join(", ")
}
