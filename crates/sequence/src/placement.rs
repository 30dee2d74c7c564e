//! Published ways of putting one method into a cell. Same name, different function: five well-known "LSTMs with
//! layer normalization" are five different networks, so a placement is named wherever a result is.

use norm_core::{Elem, Kernel, Skeleton};

use crate::cell::{Bias, Cell};
use crate::error::Error;
use crate::slot::{Place, Slot};
use crate::update::CellKind;

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
    /// The filled slots.
    pub places: &'static [Place],
    /// Where the cell's bias goes.
    pub bias: Bias,
    /// Each gate on its own; otherwise one norm over all gates.
    pub per_gate: bool,
    /// Whether norms of the summed inputs learn a shift.
    pub gate_shift: bool,
    /// A default for the constant `eps` that differs from the declaration's.
    pub eps: Option<f64>,
    /// Whether methods that pool over cases are defined here.
    pub across_cases: bool,
}

use Place::{Carried, Hidden, HiddenToHidden, InputToHidden, Joint, ReadOut};

impl Placement {
    /// Nothing is normalized.
    pub const NONE: Self = Self {
        name: "none",
        title: "the plain recurrence",
        cite: "hochreiter1997lstm",
        places: &[],
        bias: Bias::UnlessShifted,
        per_gate: false,
        gate_shift: true,
        eps: None,
        across_cases: true,
    };
    /// The LSTM of the layer normalization paper: both projections over all gates, and the cell on its way to
    /// the output. Three redundant biases are kept, as printed.
    pub const PAPER: Self = Self {
        name: "paper",
        title: "both projections over all gates, and the cell where it is read out",
        cite: "ba2016layer",
        places: &[InputToHidden, HiddenToHidden, ReadOut],
        bias: Bias::AfterNorm,
        across_cases: false,
        ..Self::NONE
    };
    /// As [`Placement::PAPER`] with one bias: the norms of the projections learn no shift.
    pub const HASTE: Self = Self {
        name: "haste",
        title: "as the paper, but one bias instead of three",
        cite: "ba2016layer",
        gate_shift: false,
        ..Self::PAPER
    };
    /// The normalized cell is carried on; the norms' shifts are the only biases.
    pub const FASTRNNS: Self = Self {
        name: "fastrnns",
        title: "both projections over all gates; the normalized cell is carried on",
        cite: "ba2016layer",
        places: &[InputToHidden, HiddenToHidden, Carried],
        bias: Bias::UnlessShifted,
        ..Self::PAPER
    };
    /// As [`Placement::FASTRNNS`] with a bias of the cell beside the norms' shifts, and a larger epsilon.
    pub const TF_ADDONS: Self = Self {
        name: "tf_addons",
        title: "as fastrnns, with a bias more and epsilon 1e-3",
        cite: "ba2016layer",
        bias: Bias::AfterNorm,
        eps: Some(1e-3),
        ..Self::FASTRNNS
    };
    /// Each gate on its own, over the sum of both projections and the bias; and the cell where it is read out.
    pub const LABML: Self = Self {
        name: "labml",
        title: "each gate on its own over the sum, and the cell where it is read out",
        cite: "ba2016layer",
        places: &[Joint, ReadOut],
        bias: Bias::BeforeNorm,
        per_gate: true,
        ..Self::PAPER
    };
    /// Only the input projection; the normalized cell is carried on, and the hidden state is normalized too.
    pub const BURN: Self = Self {
        name: "burn",
        title: "the input projection, the carried cell and the hidden state",
        cite: "ba2016layer",
        places: &[InputToHidden, Carried, Hidden],
        ..Self::PAPER
    };
    /// Only the input projection: batch-normalized recurrent networks. One bias: the norm's shift where it
    /// learns one, otherwise the cell's.
    pub const INPUT: Self = Self {
        name: "input",
        title: "the input projection only",
        cite: "laurent2016batch",
        places: &[InputToHidden],
        bias: Bias::UnlessShifted,
        across_cases: true,
        ..Self::PAPER
    };
    /// One norm over the sum of both projections: the simple recurrence of the layer normalization paper. One
    /// bias, behind the norm.
    pub const JOINT: Self = Self {
        name: "joint",
        title: "one norm over the sum of both projections",
        cite: "ba2016layer",
        places: &[Joint],
        bias: Bias::UnlessShifted,
        ..Self::PAPER
    };

    /// Every placement, in the order in which tables show them.
    pub const ALL: [Self; 9] = [
        Self::NONE,
        Self::PAPER,
        Self::HASTE,
        Self::FASTRNNS,
        Self::TF_ADDONS,
        Self::LABML,
        Self::BURN,
        Self::INPUT,
        Self::JOINT,
    ];

    /// The placement of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        const ALL: &[Placement] = &Placement::ALL;
        ALL.iter().find(|p| p.name == name)
    }

    /// Whether a recurrence has every place this fills.
    pub fn fits(&self, kind: CellKind) -> bool {
        kind.has_cell() || !self.places.iter().any(|p| p.sees_cell())
    }

    /// A cell with `kernel` in every slot of this placement. `consts` replaces the default constants.
    ///
    /// Refuses a method that pools over cases where the placement is not defined for one, and slots at the cell
    /// state of a recurrence without one.
    pub fn cell<T: Elem>(
        &self,
        kind: CellKind,
        kernel: Kernel<T>,
        consts: Option<&[f64]>,
    ) -> Result<Cell<T>, Error> {
        let d = kernel.descriptor;
        if !self.across_cases && d.reference_set.skeleton() == Skeleton::Channelwise {
            return Err(Error::Undefined {
                placement: self.name,
                method: d.id,
                pools: d.reference_set.name(),
                takes: "methods that pool within one case of one step",
            });
        }
        let mut cell = Cell::new(kind).with_bias(self.bias);
        for &place in self.places {
            let mut slot = Slot::new(kernel);
            slot.per_gate = self.per_gate;
            slot.shift = self.gate_shift || !place.sees_gates();
            if let Some(consts) = consts {
                slot.consts = consts.to_vec();
            } else if let Some(eps) = self.eps {
                for (c, v) in d.consts.iter().zip(&mut slot.consts) {
                    if c.name == "eps" {
                        *v = eps;
                    }
                }
            }
            cell = cell.with(place, slot)?;
        }
        Ok(cell)
    }
}
