//! A normalization as a value: a kernel with its parameters and what it stores, over vectors of `H` units or the rows of
//! weights that lead to them.

use dfdx::prelude::*;
use norm_core::policy::{Running, Stored};
use norm_core::{Descriptor, Op, Param, ParamAxis, PolicyKind, ReferenceSet, Site};
use norm_dfdx::fused::{Flat, Statistics, normalize};
use norms::Method;

use super::super::axes::Axes;
use super::super::learner::Source;
use super::super::optimizer::Visitor;

/// Groups of units, for methods that cut them into some.
const GROUPS: usize = 4;

/// See [`super::place`].
pub(super) const fn stands(d: &Descriptor) -> Result<(), &'static str> {
    match (d.site, d.policy, d.reference_set) {
        (Site::Inputs, _, _) => return Err("its templates are cut from images and not trained"),
        (Site::Weights, policy, _) if policy.stores() => {
            return Err("what it stores of its weights is kept by a typed layer");
        }
        (Site::Update, _, _) => return Err("the weights are moved by another optimizer here"),
        (Site::SummedInputs, PolicyKind::PerStep, _) | (_, _, ReferenceSet::BatchTime) => {
            return Err("it is defined over the steps of a sequence, of which the model has none");
        }
        (Site::SummedInputs, PolicyKind::Streaming, _) => {
            return Err("it streams, which a typed layer keeps");
        }
        (Site::SummedInputs, _, _) if d.pools_space() => {
            return Err("it pools space, of which a perceptron has none");
        }
        _ => {}
    }
    let mut i = 0;
    while i < d.plan.apply.len() {
        if matches!(d.plan.apply[i].0, Op::Controlled(..)) {
            return Err("the state of its controls is kept by a typed layer");
        }
        i += 1;
    }
    Ok(())
}

/// What the settings say of the normalization.
pub(super) struct Choices {
    method: &'static Method,
    initial_gain: Option<f64>,
    gain: GainIs,
    running: Option<Running>,
    consts: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GainIs {
    Learned,
    Fixed,
    FixedExceptLast,
}

impl Choices {
    pub(super) fn of(method: &'static Method, axes: &Axes<'_>) -> Result<Self, String> {
        let d = method.descriptor();
        stands(d).map_err(str::to_owned)?;
        let initial_gain = axes.number("initial_gain", "a finite number", |v: f64| v.is_finite())?;
        let choices = [
            ("learned", GainIs::Learned),
            ("fixed", GainIs::Fixed),
            ("fixed except last", GainIs::FixedExceptLast),
        ];
        let gain = axes.choice("gain", &choices)?;
        let has_gain = d.params.iter().any(is_gain) || brings_none(d);
        if (initial_gain.is_some() || gain.is_some()) && !has_gain {
            return Err(format!(
                "the settings `initial_gain` and `gain` change nothing: `{}` has no gain",
                d.id
            ));
        }
        let rate = axes.number("update_rate", "from 0 to 1", |v: f64| (0.0..=1.0).contains(&v))?;
        if rate.is_some() && !d.policy.averages() {
            return Err(format!("the setting `update_rate` changes nothing: `{}` stores nothing", d.id));
        }
        let running = rate.map(|rate| Running { rate, ..Running::default() });
        let consts = axes.constants(d)?;
        Ok(Self { method, initial_gain, gain: gain.unwrap_or(GainIs::Learned), running, consts })
    }
}

fn is_gain(p: &Param) -> bool {
    p.name == "gain" || p.name == "log_gain"
}

/// Whether a method at the weights has no parameter, so that the layer brings a gain for each output: without it a cosine
/// lies in [-1, 1].
fn brings_none(d: &Descriptor) -> bool {
    matches!(d.site, Site::Weights | Site::WeightsAndInputs) && d.params.is_empty()
}

/// One parameter.
#[derive(Clone)]
enum Held<const H: usize> {
    PerUnit(Tensor<Rank1<H>, f32, Cpu>),
    Shared(Tensor<Rank0, f32, Cpu>),
}

#[derive(Clone)]
struct Value<const H: usize> {
    held: Held<H>,
    trained: bool,
}

/// A normalization of `H` units.
#[derive(Clone)]
pub(super) struct Norm<const H: usize> {
    method: &'static Method,
    values: Vec<Value<H>>,
    /// The layer's own gain.
    pub(super) gain: Option<Tensor<Rank1<H>, f32, Cpu>>,
    gain_trained: bool,
    consts: Vec<f64>,
    rule: Running,
    running: Vec<f32>,
    population: Vec<f32>,
}

impl<const H: usize> Norm<H> {
    pub(super) fn new(dev: &Cpu, choices: &Choices, is_last: bool) -> Self {
        let d = choices.method.descriptor();
        let trained = match choices.gain {
            GainIs::Learned => true,
            GainIs::Fixed => false,
            GainIs::FixedExceptLast => is_last,
        };
        let value = |p: &Param| {
            let set = choices.initial_gain.filter(|_| is_gain(p));
            let set = if p.name == "log_gain" { set.map(f64::ln) } else { set };
            let initial = set.unwrap_or(p.initial) as f32;
            let held = if matches!(p.axis, ParamAxis::Scalar) {
                Held::Shared(dev.tensor(initial))
            } else {
                Held::PerUnit(dev.tensor_from_vec(vec![initial; H], (Const,)))
            };
            Value { held, trained: trained || !is_gain(p) }
        };
        let stores = d.policy.averages() && !matches!(d.site, Site::Weights | Site::WeightsAndInputs);
        let running = if stores { Running::initial(d, H) } else { Vec::new() };
        let own = brings_none(d);
        let initial = choices.initial_gain.unwrap_or(1.0) as f32;
        Self {
            method: choices.method,
            values: d.params.iter().map(value).collect(),
            gain: own.then(|| dev.tensor_from_vec(vec![initial; H], (Const,))),
            gain_trained: trained,
            consts: choices.consts.clone(),
            rule: choices.running.unwrap_or_default().named(d, &choices.consts),
            running,
            population: Vec::new(),
        }
    }

    pub(super) fn descriptor(&self) -> &'static Descriptor {
        self.method.descriptor()
    }

    pub(super) fn at_sums(&self) -> bool {
        matches!(self.descriptor().site, Site::SummedInputs)
    }

    pub(super) fn at_inputs(&self) -> bool {
        matches!(self.descriptor().site, Site::WeightsAndInputs)
    }

    pub(super) fn visit<V: Visitor>(&mut self, v: &mut V) -> Result<(), CpuError> {
        for value in self.values.iter_mut().filter(|value| value.trained) {
            match &mut value.held {
                Held::PerUnit(t) => v.tensor(t)?,
                Held::Shared(t) => v.tensor(t)?,
            }
        }
        self.gain.iter_mut().filter(|_| self.gain_trained).try_for_each(|t| v.tensor(t))
    }

    /// Normalizes sums `[N, H]` or rows `[H, C]`; what the statistics were goes to `found`.
    pub(super) fn apply<S: Shape, T: Tape<f32, Cpu>>(
        &self,
        cases: usize,
        width: usize,
        x: Tensor<S, f32, Cpu, T>,
        source: Source,
        found: &mut Vec<f32>,
    ) -> Result<Tensor<S, f32, Cpu, T>, String> {
        let d = self.descriptor();
        let groups = if matches!(d.reference_set, ReferenceSet::Group) { GROUPS } else { 1 };
        let layout = d.reference_set.layout(cases, width, 1, groups).map_err(|e| e.to_string())?;
        let mut params: Vec<Flat<f32, Cpu, T>> = Vec::with_capacity(self.values.len());
        for value in &self.values {
            let flat = match &value.held {
                Held::PerUnit(t) => t.retaped::<T>().try_reshape_like(&(H,)),
                Held::Shared(t) => t.retaped::<T>().try_reshape_like(&(1,)),
            };
            params.push(flat.map_err(|e| e.to_string())?);
        }
        let store = self.stored_for(source)?;
        // What a formula looks at besides: the store as it was before this use.
        for frozen in d.frozen {
            let plane = &self.running[frozen.statistic * H..][..H];
            params.push(x.device().tensor_from_vec(plane.to_vec(), (H,)).retaped::<T>());
        }
        let statistics = store.map_or(Statistics::Current, Statistics::Stored);
        normalize(*self.method.f32, layout, x, params, &self.consts, statistics, Some(found))
            .map_err(|e| e.to_string())
    }

    /// The stored statistics that evaluation asks for; none where those of the batch are.
    fn stored_for(&self, source: Source) -> Result<Option<&[f32]>, String> {
        match source {
            _ if self.running.is_empty() => Ok(None),
            Source::Batch => Ok(None),
            Source::Running => Ok(Some(&self.running)),
            Source::Population | Source::Shared if self.population.is_empty() => {
                Err("statistics of the population were asked for before they were estimated".to_owned())
            }
            Source::Population | Source::Shared => Ok(Some(&self.population)),
        }
    }

    pub(super) fn stored(&self) -> usize {
        self.running.len()
    }

    /// The running averages take in a batch.
    pub(super) fn take_in(&mut self, found: &[f32], cases: usize) {
        if !self.running.is_empty() {
            self.rule.update(self.method.descriptor(), found, cases, &mut self.running);
        }
    }

    pub(super) fn forget_population(&mut self) {
        self.population =
            if self.running.is_empty() { Vec::new() } else { Running::initial(self.descriptor(), H) };
    }

    /// The plain average over batches takes in one more, after `seen` others.
    pub(super) fn average(&mut self, found: &[f32], cases: usize, seen: usize) {
        let rule = Running { rate: 1.0 / (seen + 1) as f64, stored: Stored::Unbiased };
        if !self.population.is_empty() {
            rule.update(self.method.descriptor(), found, cases, &mut self.population);
        }
    }

    /// The gain, as the method keeps it: multiplied by `factors`. Says whether there is one at the weights.
    pub(super) fn scale_gain(&mut self, factors: &[f32]) -> bool {
        if let Some(gain) = &mut self.gain {
            let scaled: Vec<f32> = gain.as_vec().iter().zip(factors).map(|(g, f)| g * f).collect();
            gain.copy_from(&scaled);
            return true;
        }
        let d = self.method.descriptor();
        let Some(at) = d.params.iter().position(is_gain).filter(|_| d.site == Site::Weights) else {
            return false;
        };
        let logarithm = d.params[at].name == "log_gain";
        if let Held::PerUnit(t) = &mut self.values[at].held {
            let now = t.as_vec();
            let scaled = now.iter().zip(factors).map(|(g, f)| if logarithm { g + f.ln() } else { g * f });
            t.copy_from(&scaled.collect::<Vec<f32>>());
            return true;
        }
        false
    }

    pub(super) fn parameters(&self) -> usize {
        let of = |value: &Value<H>| match &value.held {
            Held::PerUnit(_) => H,
            Held::Shared(_) => 1,
        };
        let own = usize::from(self.gain.is_some() && self.gain_trained) * H;
        self.values.iter().filter(|value| value.trained).map(of).sum::<usize>() + own
    }
}
