//! A placement filled with a method: what is defined, why the rest is not, and the cell that comes out.

use norm_core::policy::Running;
use norm_core::{Descriptor, Elem, Kernel, PolicyKind, ReferenceSet, Site, Skeleton};

use crate::cell::Cell;
use crate::cells::CellKind;
use crate::error::{Error, Reason};
use crate::placement::{Filling, Methods, Placement};
use crate::slot::{Place, Slot, Statistics};

/// What a caller may choose where a placement and a method leave a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options<'a> {
    /// Constants in declared order; by default the declaration's.
    pub consts: Option<&'a [f64]>,
    /// By default [`Statistics::Instant`] for methods that pool within a case, and over batch and time for the
    /// others where only projections of the input are normalized. A placement with a slot behind the recurrence
    /// has no default for the latter: the number of stored steps must be said.
    pub statistics: Option<Statistics>,
    /// How stored statistics take in a batch; by default as the placement says.
    pub running: Option<Running>,
}

/// Why no slot can hold a method at all.
pub(crate) const fn refuses(d: &Descriptor) -> Option<Reason> {
    match (d.site, d.reference_set) {
        (Site::Weights | Site::Inputs | Site::WeightsAndInputs | Site::Update, _)
        | (_, ReferenceSet::FanIn | ReferenceSet::Unit) => Some(Reason::Site { site: d.site.name() }),
        (_, ReferenceSet::Space) => Some(Reason::NoSpace),
        // The baseline's placement, declared by another: it has none.
        _ if declares(d, Placement::NONE.name) && !d.is_identity() => Some(Reason::NoCell),
        _ => None,
    }
}

/// Whether what a method at the weights stores, if anything, is an average that can be kept with the rows of each matrix.
const fn stored_with_rows(d: &Descriptor) -> bool {
    matches!(d.policy, PolicyKind::Instant | PolicyKind::Running)
}

/// Whether two names are the same, where a constant asks.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// Whether this is the first placement that a method declares.
const fn declares(d: &Descriptor, name: &str) -> bool {
    matches!(d.placements, [first, ..] if same(first, name))
}

/// The placement of that name, where a constant asks.
const fn named(name: &str) -> Option<Placement> {
    let mut i = 0;
    while i < Placement::ALL.len() {
        if same(Placement::ALL[i].name, name) {
            return Some(Placement::ALL[i]);
        }
        i += 1;
    }
    None
}

impl Placement {
    /// The placement a method is compared in unless another is asked for: the first that it declares; else the paper's for
    /// what pools within a case, the input projection for what pools over cases. What normalizes weights has a placement of
    /// its own, and so has what normalizes weights and inputs.
    ///
    /// # Errors
    ///
    /// Why no cell has a place for it.
    ///
    /// # Panics
    ///
    /// Where the method declares a placement that there is not.
    pub const fn usual(d: &Descriptor) -> Result<Self, Reason> {
        match d.site {
            Site::Weights if !stored_with_rows(d) => return Err(Reason::LooksAtStore),
            Site::Weights => return Ok(Self::WEIGHTS),
            Site::WeightsAndInputs => return Ok(Self::OPERANDS),
            _ => {}
        }
        if let Some(reason) = refuses(d) {
            return Err(reason);
        }
        match d.placements {
            [first, ..] => match named(first) {
                Some(placement) => Ok(placement),
                None => panic!("the method declares a placement that there is not"),
            },
            [] if d.is_identity() => Ok(Self::NONE),
            [] => match d.reference_set.skeleton() {
                Skeleton::Rowwise => Ok(Self::PAPER),
                Skeleton::Channelwise => Ok(Self::INPUT),
            },
        }
    }

    /// Whether a method can be put here in a recurrence, and if not, why.
    pub const fn allows(&self, d: &Descriptor, kind: CellKind) -> Result<(), Reason> {
        if !self.fits(kind) {
            return Err(Reason::Recurrence { kind });
        }
        let (pools, site) = (d.reference_set.name(), d.site.name());
        match (self.takes, d.site) {
            (Methods::Identity, _) if d.is_identity() => return Ok(()),
            (Methods::Identity, _) => return Err(Reason::NothingFilled),
            (Methods::Weights, Site::Weights) if !stored_with_rows(d) => return Err(Reason::LooksAtStore),
            (Methods::Weights, Site::Weights) | (Methods::Operands, Site::WeightsAndInputs) => return Ok(()),
            (Methods::Weights, _) => return Err(Reason::NotWeights { site }),
            (Methods::Operands, _) => return Err(Reason::NotOperands { site }),
            _ => {}
        }
        if let Some(reason) = refuses(d) {
            return Err(reason);
        }
        match d.reference_set.skeleton() {
            Skeleton::Channelwise if !self.takes_across_cases() && d.plan.is_staged() => {
                Err(Reason::Sets { takes: "methods that pool within one case of one step" })
            }
            Skeleton::Rowwise if !self.takes_within_case() && d.plan.is_staged() => {
                Err(Reason::Sets { takes: "methods that pool over cases, whose statistics are stored" })
            }
            Skeleton::Channelwise if !self.takes_across_cases() => Err(Reason::AcrossCases { pools }),
            Skeleton::Rowwise if !self.takes_within_case() => Err(Reason::WithinCase { pools }),
            _ => Ok(()),
        }
    }

    /// The first slot that stands behind the recurrence.
    const fn behind_recurrence(&self, kind: CellKind) -> Option<Place> {
        let Some(Filling { places, .. }) = self.filling(kind) else { return None };
        let mut i = 0;
        while i < places.len() {
            if !places[i].sees_input() {
                return Some(places[i]);
            }
            i += 1;
        }
        None
    }

    /// The statistics of a method here: those asked for if they are defined, else the usual ones.
    pub const fn statistics(
        &self,
        d: &Descriptor,
        kind: CellKind,
        asked: Option<Statistics>,
    ) -> Result<Statistics, Reason> {
        let pools = d.reference_set.name();
        match (d.reference_set.skeleton(), asked) {
            // What its statistics pool has more than one name.
            (
                Skeleton::Rowwise,
                Some(Statistics::BatchTime | Statistics::PerStep { .. } | Statistics::Shared),
            )
            | (Skeleton::Channelwise, Some(Statistics::Instant))
                if d.plan.is_staged() =>
            {
                Err(Reason::SeveralSets)
            }
            (Skeleton::Channelwise, None | Some(Statistics::Shared))
                if matches!(d.policy, PolicyKind::Streaming) =>
            {
                Ok(Statistics::Shared)
            }
            (Skeleton::Channelwise, Some(got)) if matches!(d.policy, PolicyKind::Streaming) => {
                Err(Reason::Streams { got: got.name() })
            }
            (Skeleton::Channelwise, Some(Statistics::Shared)) => Ok(Statistics::Shared),
            (Skeleton::Rowwise, None | Some(Statistics::Instant)) => Ok(Statistics::Instant),
            (Skeleton::Rowwise, Some(got)) => Err(Reason::NothingStored { pools, got: got.name() }),
            (Skeleton::Channelwise, Some(Statistics::Instant)) => Err(Reason::StatisticsOfCases { pools }),
            (Skeleton::Channelwise, Some(Statistics::PerStep { t_max: 0 })) => Err(Reason::NoSteps),
            (Skeleton::Channelwise, Some(got @ Statistics::PerStep { .. })) => Ok(got),
            (Skeleton::Channelwise, None | Some(Statistics::BatchTime)) => {
                match (self.behind_recurrence(kind), asked) {
                    (None, _) => Ok(Statistics::BatchTime),
                    (Some(place), None) => Err(Reason::StepsNotSaid { place }),
                    (Some(place), Some(_)) => Err(Reason::WholeSequence { place }),
                }
            }
        }
    }

    /// A cell with `kernel` in every slot of this placement. `consts` replaces the default constants.
    ///
    /// Refuses what [`Placement::allows`] does not, with its reason.
    pub fn cell<T: Elem>(
        &self,
        kind: CellKind,
        kernel: Kernel<T>,
        consts: Option<&[f64]>,
    ) -> Result<Cell<T>, Error> {
        self.cell_with(kind, kernel, Options { consts, ..Options::default() })
    }

    /// As [`Placement::cell`], with what can be chosen. Refuses statistics that are not defined, with the reason, and a method
    /// that stores something of the weights: see [`Placement::cell_beside_row_stores`].
    pub fn cell_with<T: Elem>(
        &self,
        kind: CellKind,
        kernel: Kernel<T>,
        options: Options<'_>,
    ) -> Result<Cell<T>, Error> {
        let d = kernel.descriptor;
        if self.takes == Methods::Weights && d.site == Site::Weights && d.policy.stores() {
            let reason = Reason::LooksAtStore;
            return Err(Error::Undefined { placement: self.name, method: d.id, reason });
        }
        self.cell_beside_row_stores(kind, kernel, options)
    }

    /// As [`Placement::cell_with`], for callers who hand the cell its weights as they act and keep what a method stores of their
    /// rows, for each matrix by itself.
    pub fn cell_beside_row_stores<T: Elem>(
        &self,
        kind: CellKind,
        kernel: Kernel<T>,
        options: Options<'_>,
    ) -> Result<Cell<T>, Error> {
        let d = kernel.descriptor;
        let undefined = |reason| Error::Undefined { placement: self.name, method: d.id, reason };
        self.allows(d, kind).map_err(undefined)?;
        let filling = self.filling(kind).ok_or(Reason::Recurrence { kind }).map_err(undefined)?;
        let statistics = self.statistics(d, kind, options.statistics).map_err(undefined)?;
        let mut cell = Cell::new(kind).with_bias(filling.bias);
        for &place in filling.places {
            let mut slot = Slot::new(kernel);
            slot.per_gate = self.per_gate;
            slot.shift = self.gate_shift || !place.sees_sums();
            slot.statistics = statistics;
            slot.running = options.running.or(self.running).unwrap_or_default();
            if let Some(consts) = options.consts {
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
