//! What a declaration says about itself: constants only, no code.

use crate::error::Error;
use crate::layout::{Layout, ParamAxis, ReferenceSet};
use crate::plan::Plan;
use crate::range::Range;
use crate::value::Elem;
use crate::window::Along;

/// What is normalized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Site {
    /// The input of a layer.
    Inputs,
    /// The weights of a layer.
    Weights,
    /// The summed inputs `W x` of a layer, before the nonlinearity.
    SummedInputs,
    /// The weights and the input of a layer, each with the same formula.
    WeightsAndInputs,
    /// The update of the optimizer.
    Update,
}

impl Site {
    /// As it stands in a declaration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Weights => "weights",
            Self::SummedInputs => "summed_inputs",
            Self::WeightsAndInputs => "weights_and_inputs",
            Self::Update => "update",
        }
    }
}

/// How a statistic relates to earlier ones, unless a placement says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyKind {
    /// Only the current batch or case counts; nothing is stored.
    Instant,
    /// Training uses the current statistics, evaluation a running average.
    Running,
    /// As [`PolicyKind::Running`], with an average of its own for each step of a sequence.
    PerStep,
    /// Training and evaluation both use what the statistics have been so far, and in the backward pass what their
    /// gradients have been.
    Streaming,
}

impl PolicyKind {
    /// As it stands in a declaration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Running => "running",
            Self::PerStep => "per_step",
            Self::Streaming => "streaming",
        }
    }
    /// Whether training uses the current statistics while evaluation uses their average.
    pub const fn averages(self) -> bool {
        matches!(self, Self::Running | Self::PerStep)
    }
    /// Whether anything outlives a batch.
    pub const fn stores(self) -> bool {
        !matches!(self, Self::Instant)
    }
}

/// A change of `x`, `W` under which a layer's output may stay the same (Ba et al. 2016, table 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Invariance {
    /// `W -> d W`.
    WeightMatrixScaling,
    /// `W -> W + 1 vᵀ`.
    WeightMatrixCentering,
    /// One row of `W` scaled.
    WeightVectorScaling,
    /// All cases scaled.
    DatasetScaling,
    /// All cases shifted.
    DatasetCentering,
    /// One case scaled.
    CaseScaling,
}

impl Invariance {
    /// Every value, in the order of the table.
    pub const ALL: [Self; 6] = [
        Self::WeightMatrixScaling,
        Self::WeightMatrixCentering,
        Self::WeightVectorScaling,
        Self::DatasetScaling,
        Self::DatasetCentering,
        Self::CaseScaling,
    ];
    /// As it stands in a declaration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WeightMatrixScaling => "weight_matrix_scaling",
            Self::WeightMatrixCentering => "weight_matrix_centering",
            Self::WeightVectorScaling => "weight_vector_scaling",
            Self::DatasetScaling => "dataset_scaling",
            Self::DatasetCentering => "dataset_centering",
            Self::CaseScaling => "case_scaling",
        }
    }
}

/// A parameter of a declaration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Its initial value, in a set of one element where that depends on the size.
    pub initial: f64,
    /// Whether the initial value grows as the root of the number of elements that a set pools.
    pub grows: bool,
    /// Over what it varies.
    pub axis: ParamAxis,
}

impl Param {
    /// Its initial value at a layout. What grows is declared over sets inside a case only, whose size the layout knows.
    pub fn initial_at(&self, l: &Layout) -> f64 {
        if self.grows { self.initial * ((l.k * l.s) as f64).sqrt() } else { self.initial }
    }
}

/// A constant of a declaration; run-time data with a default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Const {
    /// Its name.
    pub name: &'static str,
    /// Its default.
    pub default: f64,
}

/// One equation, printed three ways from the same expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equation {
    /// The name on the left.
    pub lhs: &'static str,
    /// Plain text of the right side.
    pub text: &'static str,
    /// The whole equation in LaTeX.
    pub latex: &'static str,
    /// The whole equation as a presentation MathML fragment.
    pub mathml: &'static str,
}

/// A letter, function or word that stands in the equations of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its name in plain text.
    pub name: &'static str,
    /// As it stands in the equations, in MathML.
    pub mathml: &'static str,
    /// What it is, in words.
    pub meaning: &'static str,
}

/// A trap of a method, and who warns of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gotcha {
    /// The sentence.
    pub text: &'static str,
    /// Its citation key, or empty where it was derived here.
    pub cite: &'static str,
}

/// What a store holds of a statistic before the first batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// The same value in every set.
    Value(f64),
    /// Drawn from the standard normal distribution, another for each set: [`crate::policy::drawn`].
    Normal,
}

impl Start {
    /// The value in a set.
    pub fn at(self, set: usize) -> f64 {
        match self {
            Self::Value(value) => value,
            Self::Normal => crate::policy::drawn(set),
        }
    }
}

/// A statistic: a named let of the declaration that a policy may store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a second central moment, so that a stored one may be corrected by n/(n-1).
    pub is_variance: bool,
    /// What is stored of it before the first batch, where the declaration says so.
    pub starts: Option<Start>,
}

impl Statistic {
    /// What other libraries call it.
    pub fn plain_name(&self) -> &'static str {
        match self.name {
            "mu" => "mean",
            "sigma" => "std",
            name => name,
        }
    }
    /// The name under which its running average is stored.
    pub fn stored_name(&self) -> String {
        format!("running_{}", self.plain_name())
    }
}

/// An input with one value per reference set that no gradient flows into: what a statistic was in the policy's store
/// before this batch. In a call it follows the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Its name.
    pub name: &'static str,
    /// The statistic it was, by position.
    pub statistic: usize,
}

impl Frozen {
    /// Its values in a store, which lies as `[statistics][sets]`.
    pub fn of<'a, T>(&self, store: &'a [T], sets: usize) -> &'a [T] {
        &store[self.statistic * sets..(self.statistic + 1) * sets]
    }
}

/// Everything a declaration says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descriptor {
    /// The short name people type.
    pub id: &'static str,
    /// The type's name.
    pub type_name: &'static str,
    /// First line of the doc comment.
    pub title: &'static str,
    /// Citation key in `references.bib`.
    pub cite: &'static str,
    /// Equation numbers in the source, or empty.
    pub equations: &'static str,
    /// What a statistic pools.
    pub reference_set: ReferenceSet,
    /// What is normalized.
    pub site: Site,
    /// The default policy.
    pub policy: PolicyKind,
    /// Where it may stand in a recurrent cell, by the names of `sequence::Placement`, the usual one first. Empty:
    /// wherever its reference set fits.
    pub placements: &'static [&'static str],
    /// Invariances claimed; those not listed must fail.
    pub invariances: &'static [Invariance],
    /// Parameters in order.
    pub params: &'static [Param],
    /// Constants in order.
    pub consts: &'static [Const],
    /// The ranges of those constants that have one.
    pub ranges: &'static [Range],
    /// Statistics in order.
    pub statistics: &'static [Statistic],
    /// Frozen inputs in order.
    pub frozen: &'static [Frozen],
    /// The formula, one equation per let.
    pub formula: &'static [Equation],
    /// The gradient, derived symbolically.
    pub gradient: &'static [Equation],
    /// What stands in them.
    pub letters: &'static [Letter],
    /// Whether the gradient is that of the formula (no `stop_gradient`, no `replace_gradient`, no `controlled`).
    pub exact_gradient: bool,
    /// What to watch for.
    pub gotchas: &'static [Gotcha],
    /// The forward as data, for the composed path.
    pub plan: Plan,
}

impl Descriptor {
    /// Whether it is the identity, `y = x`: the baseline that normalizes nothing. A pointwise method, which pools nothing
    /// either, is not.
    pub const fn is_identity(&self) -> bool {
        matches!(self.plan.apply, [(crate::plan::Op::X, _)])
    }
    /// What a call names besides `x`, in order: parameters, states of controls, then frozen inputs.
    pub fn input_names(&self) -> Vec<&'static str> {
        self.returned_names().into_iter().chain(self.frozen.iter().map(|f| f.name)).collect()
    }
    /// Those for which the backward pass gives something: parameters, then states of controls.
    pub fn returned_names(&self) -> Vec<&'static str> {
        let controls = self.plan.controls().into_iter().map(|c| c.name);
        self.params.iter().map(|p| p.name).chain(controls).collect()
    }
    /// The axis of each of them.
    pub fn input_axes(&self) -> impl Iterator<Item = ParamAxis> {
        // A set of what stores is a channel.
        let stored = self.plan.controls().len() + self.frozen.len();
        self.params.iter().map(|p| p.axis).chain(std::iter::repeat_n(ParamAxis::Channel, stored))
    }
    /// What a call names before the first batch, in order: parameters where they start, controls that hold nothing, and
    /// what a store that has seen nothing hands out.
    pub fn initial_inputs(&self, l: &Layout) -> Vec<Vec<f64>> {
        let learned = self.params.iter().map(|p| Start::Value(p.initial_at(l)));
        let still = self.plan.controls().into_iter().map(|_| Start::Value(0.0));
        let stored = self.frozen.iter().map(|f| self.start(f.statistic));
        let values = learned.chain(still).chain(stored);
        values.zip(self.input_axes()).map(|(v, axis)| (0..axis.len(l)).map(|i| v.at(i)).collect()).collect()
    }
    /// What the average of a statistic is before the first batch: as the declaration says, else 1 of what is made of
    /// squares and 0 of the rest.
    pub const fn start(&self, statistic: usize) -> Start {
        if let Some(start) = self.statistics[statistic].starts {
            return start;
        }
        Start::Value(if self.is_of_squares(statistic) { 1.0 } else { 0.0 })
    }
    /// Whether a statistic is made of squares, and so never negative.
    pub const fn is_of_squares(&self, statistic: usize) -> bool {
        self.statistics[statistic].is_variance || self.plan.is_of_squares(statistic)
    }
    /// What it pools over: the set it is declared over, then the others that a mean, a sum or a window of it names.
    pub fn sets(&self) -> Vec<ReferenceSet> {
        let along = |(window, _): (crate::window::Window, _)| match window.along {
            Along::Channels => ReferenceSet::Channels,
            Along::Space => ReferenceSet::Space,
        };
        let mut all = vec![self.reference_set];
        for set in self.plan.sets().into_iter().chain(self.plan.windows().into_iter().map(along)) {
            if !all.contains(&set) {
                all.push(set);
            }
        }
        all
    }
    /// All of them as they stand in a declaration after `over`: `space, features`.
    pub fn over(&self) -> String {
        self.sets().iter().map(|s| s.name()).collect::<Vec<_>>().join(", ")
    }
    /// Whether the space of single channels is pooled whole, alone or beside other sets.
    pub const fn pools_space(&self) -> bool {
        matches!(self.reference_set, ReferenceSet::Space) || self.plan.says_sets().1
    }
    /// Whether places of one channel stand apart from others in what is pooled: the space of a channel, or a window.
    /// A matrix of weights has no places.
    pub fn sees_places(&self) -> bool {
        let weights = self.reference_set.is_of_weights();
        !weights
            && (self.pools_space()
                || self.plan.windows().iter().any(|(window, _)| window.along == Along::Space))
    }
    /// The value of a constant by its name, where the method has one of that name.
    pub fn policy_const(&self, name: &str, consts: &[f64]) -> Option<f64> {
        self.consts.iter().zip(consts).find(|(c, _)| c.name == name).map(|(_, v)| *v)
    }
    /// Default constants in order.
    pub fn default_consts(&self) -> Vec<f64> {
        self.consts.iter().map(|c| c.default).collect()
    }
    /// Whether constants, in order, can be used with elements of type `T`: each for itself and beside the others.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for too many or too few, [`Error::Constant`] for one that is not finite, that `T` cannot hold, or
    /// that lies outside its range.
    pub fn check_consts<T: Elem>(&self, consts: &[f64]) -> Result<(), Error> {
        if consts.len() != self.consts.len() {
            let names = self.consts.iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
            let (expected, got) = (self.consts.len(), consts.len());
            return Err(Error::Count { method: self.id, what: "constants", expected, got, names });
        }
        for (spec, &got) in self.consts.iter().zip(consts) {
            let here = T::lit(got).to_f64();
            let range = self.ranges.iter().find(|r| r.of == spec.name);
            let other = range.and_then(|r| self.policy_const(r.not_zero_with?, consts));
            let domain = if !got.is_finite() {
                "finite"
            } else if !here.is_finite() || (here == 0.0) != (got == 0.0) {
                "0 or between 1.4e-45 and 3.4e38 in size, as f32 can hold it"
            } else if let Some(range) = range {
                let both_zero = here == 0.0 && other.is_some_and(|v| T::lit(v).to_f64() == 0.0);
                if range.holds(got) && range.holds(here) && !both_zero {
                    continue;
                }
                range.words
            } else if spec.name == "eps" && got < 0.0 {
                "at least 0"
            } else {
                continue;
            };
            return Err(Error::Constant { method: self.id, name: spec.name, got, domain });
        }
        Ok(())
    }
    /// The names of what its policy stores with one value per set; streaming stores counts besides
    /// ([`crate::streaming::Scalar`]).
    pub fn stored_names(&self) -> Vec<String> {
        match self.policy {
            PolicyKind::Instant => Vec::new(),
            PolicyKind::Running | PolicyKind::PerStep => {
                self.statistics.iter().map(Statistic::stored_name).collect()
            }
            PolicyKind::Streaming => crate::streaming::names(self),
        }
    }
    /// The state a policy stores for one step, in bytes, for `sets` reference sets and elements of `size` bytes.
    pub fn state_bytes(&self, sets: usize, size: usize) -> usize {
        let one = self.statistics.len() * sets * size;
        match self.policy {
            PolicyKind::Instant => 0,
            PolicyKind::Running | PolicyKind::PerStep => one + self.plan.controls().len() * sets * size,
            // Statistics and their gradients, each since the last update and over all of training.
            PolicyKind::Streaming => 4 * one,
        }
    }
}
