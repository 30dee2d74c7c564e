//! How a method stands in a kind of network, by what it says of itself.

use norm_core::{Descriptor, PolicyKind, ReferenceSet, Site};

/// Which of a workload's models a method is trained in: the models differ in what stands at the method's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stand {
    /// At the summed inputs.
    Sums = 1,
    /// At the summed inputs, with statistics of each step.
    PerStep,
    /// At the summed inputs, in a layer that streams.
    Streams,
    /// In a layer that holds the weights.
    Weights,
    /// In features that are computed once and not trained.
    Features,
    /// At the summed inputs, whose channels are cut into groups.
    Groups,
    /// In a model whose method is a value.
    Value,
    /// At the summed inputs, over all of a case or over the channels of each position.
    Positions,
    /// At the summed inputs, alone or behind normalized weights.
    BesideWeights,
}

/// Why a method is not trained in a workload.
pub type Reason = &'static str;

/// How a method stands in a feed-forward network; the error is why not.
pub const fn in_feed_forward(d: &Descriptor) -> Result<Stand, Reason> {
    match (d.site, d.policy, d.reference_set) {
        (Site::Inputs, _, _) => Err("its templates are cut from images and not trained"),
        (Site::Weights | Site::WeightsAndInputs, _, _) => Ok(Stand::Weights),
        (Site::SummedInputs, PolicyKind::Streaming, _) => Ok(Stand::Streams),
        (Site::SummedInputs, _, ReferenceSet::Group) => Ok(Stand::Groups),
        (Site::SummedInputs, PolicyKind::PerStep, _) | (_, _, ReferenceSet::BatchTime) => {
            Err("it is defined over the steps of a sequence, of which the model has none")
        }
        (Site::SummedInputs, _, _) => Ok(Stand::Sums),
        (_, _, _) => Err("the model has no such site"),
    }
}

/// The same in a network of convolutions, whose sums have space; the error is why not.
pub(crate) const fn in_convolutions(d: &Descriptor) -> Result<Stand, Reason> {
    match (in_feed_forward(d), d.reference_set) {
        (Ok(_), ReferenceSet::Batch) => Err("it is for vectors, and a convolution has space"),
        (stand, _) => stand,
    }
}

pub(crate) const FOR_A_SHORT_BUILD: Reason = "to keep the build short it is trained in other workloads only";

/// Whether a method centres, or is the baseline: what a workload with little room is for.
pub(crate) const fn centres(d: &Descriptor) -> bool {
    let mut i = 0;
    while i < d.statistics.len() {
        if d.statistics[i].is_variance {
            return true;
        }
        i += 1;
    }
    d.is_identity()
}

/// How a method stands in a recurrent network; the error is why not.
pub const fn in_recurrence(d: &Descriptor) -> Result<Stand, Reason> {
    match (d.site, d.policy, d.reference_set) {
        (Site::Inputs, _, _) => Err("its templates are cut from images and not trained"),
        (_, PolicyKind::PerStep, ReferenceSet::BatchSpace) => {
            Err("it stands in a recurrent network of convolutions")
        }
        _ => match models::in_cells(d) {
            Ok(()) => Ok(Stand::Sums),
            Err(reason) => Err(reason),
        },
    }
}
