//! Published ways of putting one method into a cell. Same name, different function: five well-known "LSTMs with
//! layer normalization" are five different networks, so a placement is named wherever a result is.

use norm_core::policy::{Running, Stored};

use crate::cell::Bias;
use crate::cells::CellKind;
use crate::slot::Place;

/// The slots a placement fills in one kind of recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filling {
    /// The filled slots.
    pub places: &'static [Place],
    /// Where the cell's bias goes.
    pub bias: Bias,
}

/// Which slots one method fills, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Placement {
    /// The name people type.
    pub name: &'static str,
    /// One line.
    pub title: &'static str,
    /// Citation key of the network, or of the paper the implementation follows.
    pub cite: &'static str,
    /// What it fills in an LSTM; nothing where it is not defined there.
    pub lstm: Option<Filling>,
    /// In a simple recurrence.
    pub rnn: Option<Filling>,
    /// In a GRU.
    pub gru: Option<Filling>,
    /// Each gate on its own; otherwise one norm over all gates.
    pub per_gate: bool,
    /// Whether norms of the summed inputs learn a shift.
    pub gate_shift: bool,
    /// A default for the constant `eps` that differs from the declaration's.
    pub eps: Option<f64>,
    /// How stored statistics take in a batch, where that differs from the usual.
    pub running: Option<Running>,
    /// Which methods it is defined for.
    pub takes: Methods,
}

/// Methods by what their statistics pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Methods {
    /// The baseline alone, which normalizes nothing.
    Identity,
    /// All that normalize sums or states.
    Any,
    /// Those that pool within one case of one step, or nothing.
    WithinCase,
    /// Those that pool over cases.
    AcrossCases,
    /// Those that normalize weights.
    Weights,
    /// Those that normalize weights and what the weights meet, each by itself.
    Operands,
}

use Place::{
    Carried, Hidden, HiddenToCandidate, HiddenToHidden, InputToCandidate, InputToHidden, Joint, ReadOut,
    RecurrentInput,
};

const fn fill(places: &'static [Place], bias: Bias) -> Filling {
    Filling { places, bias }
}

impl Placement {
    /// Nothing is normalized.
    pub const NONE: Self = Self {
        name: "none",
        title: "the plain recurrence",
        cite: "hochreiter1997lstm",
        lstm: Some(fill(&[], Bias::UnlessShifted)),
        rnn: Some(fill(&[], Bias::UnlessShifted)),
        gru: Some(fill(&[], Bias::UnlessShifted)),
        per_gate: false,
        gate_shift: true,
        eps: None,
        running: None,
        takes: Methods::Identity,
    };
    /// What the placements of the LSTM alone have in common.
    const OF_LSTM: Self = Self {
        cite: "ba2016layer",
        lstm: None,
        rnn: None,
        gru: None,
        takes: Methods::WithinCase,
        ..Self::NONE
    };
    /// The networks of the layer normalization paper. LSTM: both projections over all gates, and the cell on its
    /// way to the output; three redundant biases are kept, as printed. Simple recurrence: the sum of both
    /// projections. GRU: both projections over the gates, both of the candidate, no bias beside the norms'.
    pub const PAPER: Self = Self {
        name: "paper",
        title: "the projections over all gates, and the cell where it is read out",
        lstm: Some(fill(&[InputToHidden, HiddenToHidden, ReadOut], Bias::AfterNorm)),
        rnn: Some(fill(&[Joint], Bias::UnlessShifted)),
        gru: Some(fill(
            &[InputToHidden, HiddenToHidden, InputToCandidate, HiddenToCandidate],
            Bias::UnlessShifted,
        )),
        ..Self::OF_LSTM
    };
    /// As [`Placement::PAPER`] with one bias: the norms of the projections learn no shift.
    pub const HASTE: Self = Self {
        name: "haste",
        title: "as the paper, but one bias instead of three",
        lstm: Some(fill(&[InputToHidden, HiddenToHidden, ReadOut], Bias::AfterNorm)),
        gate_shift: false,
        ..Self::OF_LSTM
    };
    /// The normalized cell is carried on; the norms' shifts are the only biases.
    pub const FASTRNNS: Self = Self {
        name: "fastrnns",
        title: "both projections over all gates; the normalized cell is carried on",
        lstm: Some(fill(&[InputToHidden, HiddenToHidden, Carried], Bias::UnlessShifted)),
        ..Self::OF_LSTM
    };
    /// As [`Placement::FASTRNNS`] with a bias of the cell beside the norms' shifts, and a larger epsilon.
    pub const TF_ADDONS: Self = Self {
        name: "tf_addons",
        title: "as fastrnns, with a bias more and epsilon 1e-3",
        lstm: Some(fill(&[InputToHidden, HiddenToHidden, Carried], Bias::AfterNorm)),
        eps: Some(1e-3),
        ..Self::OF_LSTM
    };
    /// Each gate on its own, over the sum of both projections and the bias; and the cell where it is read out.
    pub const LABML: Self = Self {
        name: "labml",
        title: "each gate on its own over the sum, and the cell where it is read out",
        lstm: Some(fill(&[Joint, ReadOut], Bias::BeforeNorm)),
        per_gate: true,
        ..Self::OF_LSTM
    };
    /// Only the input projection; the normalized cell is carried on, and the hidden state is normalized too.
    pub const BURN: Self = Self {
        name: "burn",
        title: "the input projection, the carried cell and the hidden state",
        lstm: Some(fill(&[InputToHidden, Carried, Hidden], Bias::AfterNorm)),
        ..Self::OF_LSTM
    };
    /// Only the input projection: batch-normalized recurrent networks. One bias: the norm's shift where it
    /// learns one, otherwise the cell's. A method that pools over cases pools over time too (sequence-wise), or
    /// keeps the steps apart (frame-wise).
    pub const INPUT: Self = Self {
        name: "input",
        title: "the input projection only",
        cite: "laurent2016batch",
        lstm: Some(fill(&[InputToHidden], Bias::UnlessShifted)),
        rnn: Some(fill(&[InputToHidden], Bias::UnlessShifted)),
        gru: Some(fill(&[InputToHidden, InputToCandidate], Bias::UnlessShifted)),
        takes: Methods::Any,
        ..Self::OF_LSTM
    };
    /// One norm over the sum of both projections: the simple recurrence of the layer normalization paper, and,
    /// with statistics per step, what Laurent et al. tried first. One bias, behind the norm.
    pub const JOINT: Self = Self {
        name: "joint",
        title: "one norm over the sum of both projections",
        lstm: Some(fill(&[Joint], Bias::UnlessShifted)),
        rnn: Some(fill(&[Joint], Bias::UnlessShifted)),
        takes: Methods::Any,
        ..Self::OF_LSTM
    };
    /// Recurrent batch normalization: both projections and the cell where it is read out, with statistics per
    /// step. The norms of the projections learn no shift, the cell has one bias behind them; stored are biased
    /// variances, at a rate of 0.01. Without a cell state the projections alone.
    pub const RECURRENT_BATCH: Self = Self {
        name: "recurrent_batch",
        title: "both projections and the cell where it is read out, statistics per step",
        cite: "cooijmans2017recurrent",
        lstm: Some(fill(&[InputToHidden, HiddenToHidden, ReadOut], Bias::AfterNorm)),
        rnn: Some(fill(&[InputToHidden, HiddenToHidden], Bias::AfterNorm)),
        gru: Some(fill(
            &[InputToHidden, HiddenToHidden, InputToCandidate, HiddenToCandidate],
            Bias::AfterNorm,
        )),
        gate_shift: false,
        running: Some(Running { rate: 0.01, stored: Stored::Biased }),
        takes: Methods::AcrossCases,
        ..Self::OF_LSTM
    };
    /// As [`Placement::RECURRENT_BATCH`], but the normalized cell is carried on: what its paper warns of.
    pub const CARRIED_BATCH: Self = Self {
        name: "carried_batch",
        title: "as recurrent_batch, but the normalized cell is carried on",
        lstm: Some(fill(&[InputToHidden, HiddenToHidden, Carried], Bias::AfterNorm)),
        rnn: None,
        gru: None,
        ..Self::RECURRENT_BATCH
    };
    /// Nothing but the cell on its way to the output.
    pub const READ_OUT: Self = Self {
        name: "read_out",
        title: "the cell where it is read out, and nothing else",
        lstm: Some(fill(&[ReadOut], Bias::UnlessShifted)),
        ..Self::OF_LSTM
    };
    /// The rows of both weight matrices, once for all steps and before the cell meets them: no slot is filled. The paper
    /// speaks of layers in general and has no recurrent equations (salimans2016weight).
    pub const WEIGHTS: Self = Self {
        name: "weights",
        title: "the rows of both weight matrices, once for all steps",
        cite: "salimans2016weight",
        lstm: Some(fill(&[], Bias::UnlessShifted)),
        rnn: Some(fill(&[], Bias::UnlessShifted)),
        gru: Some(fill(&[], Bias::UnlessShifted)),
        takes: Methods::Weights,
        ..Self::OF_LSTM
    };
    /// Cosine normalization: the hidden state in a norm of its own, which only its products see. The inputs and the
    /// rows of both weights are normalized before the cell meets them, so that a summed input is a sum of two cosines,
    /// in [-2, 2]; the paper has no recurrent equations, and one cosine of `[x; h]` would be another network.
    pub const OPERANDS: Self = Self {
        name: "operands",
        title: "weights and what they meet, input and hidden state apart",
        cite: "luo2018cosine",
        lstm: Some(fill(&[RecurrentInput], Bias::AfterNorm)),
        rnn: Some(fill(&[RecurrentInput], Bias::AfterNorm)),
        gru: Some(fill(&[RecurrentInput], Bias::AfterNorm)),
        takes: Methods::Operands,
        ..Self::OF_LSTM
    };

    /// Every placement, in the order in which tables show them.
    pub const ALL: [Self; 14] = [
        Self::NONE,
        Self::PAPER,
        Self::HASTE,
        Self::FASTRNNS,
        Self::TF_ADDONS,
        Self::LABML,
        Self::BURN,
        Self::INPUT,
        Self::JOINT,
        Self::RECURRENT_BATCH,
        Self::CARRIED_BATCH,
        Self::READ_OUT,
        Self::WEIGHTS,
        Self::OPERANDS,
    ];

    /// The placement of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        const ALL: &[Placement] = &Placement::ALL;
        ALL.iter().find(|p| p.name == name)
    }

    /// What it fills in a recurrence; nothing where it is not defined there.
    pub const fn filling(&self, kind: CellKind) -> Option<Filling> {
        match kind {
            CellKind::Lstm | CellKind::PeepholeLstm => self.lstm,
            CellKind::RnnTanh | CellKind::RnnRelu | CellKind::RnnClipped => self.rnn,
            CellKind::Gru | CellKind::GruKeep | CellKind::GruResetBefore | CellKind::MinGru => self.gru,
        }
    }

    /// Whether methods that pool over cases have a place here.
    pub const fn takes_across_cases(&self) -> bool {
        matches!(self.takes, Methods::Any | Methods::AcrossCases)
    }

    /// Whether methods that pool within a case, or nothing, have.
    pub const fn takes_within_case(&self) -> bool {
        matches!(self.takes, Methods::Any | Methods::WithinCase)
    }

    /// Whether it is defined in a recurrence.
    pub const fn fits(&self, kind: CellKind) -> bool {
        self.filling(kind).is_some()
    }
}
