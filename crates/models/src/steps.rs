//! A normalization that is applied at several steps, and what of it the steps share.

use std::fmt::Debug;
use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Elem, Formula, Statistic};
use norm_dfdx::NormLayer;
use norm_dfdx::fields::{Fields, List};
use norm_dfdx::image_op::Images;
use norm_dfdx::initial::kept;

use crate::error::Error;

/// What each step of a weight-shared network has for itself, as a type.
pub trait Sharing: Copy + Default + Debug + Send + Sync + 'static {
    /// Whether running statistics are kept for each step.
    const STATISTICS: bool;
    /// Whether gain and bias are learned for each step.
    const AFFINE: bool;
}

macro_rules! sharings {
    ($($(#[$doc:meta])* $name:ident = $statistics:literal, $affine:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;
        impl Sharing for $name {
            const STATISTICS: bool = $statistics;
            const AFFINE: bool = $affine;
        }
    )+};
}

sharings! {
    /// Everything is shared: one running average takes in the statistics of step after step. Training still uses those
    /// of each step, so what goes wrong with sharing them shows in evaluation.
    AllShared = false, false;
    /// Each step has its running statistics, gain and bias are shared.
    StatisticsPerStep = true, false;
    /// Each step has its running statistics and its gain and bias.
    AllPerStep = true, true;
}

/// A normalization of `C` channels at `T` steps. A step from `T` on is taken for the last.
///
/// On disk the layers are called `shared`, or each by its step; statistics of later steps under a shared gain and bias
/// end with the number of the step. A method that stores no statistics has none per step either.
#[derive(Clone, Debug)]
pub struct StepNorm<F, Sh, const C: usize, const T: usize, E: Dtype, D: Storage<E>> {
    /// One, or one for each step.
    layers: Vec<NormLayer<F, C, E, D>>,
    /// Running statistics of the steps after the first, where the layer is one and they are not.
    later: Vec<Tensor<Rank1<C>, E, D>>,
    sharing: PhantomData<Sh>,
}

/// The statistics that a layer stores.
fn stored<F: Formula>() -> &'static [Statistic] {
    if F::DESCRIPTOR.policy.averages() { F::DESCRIPTOR.statistics } else { &[] }
}

impl<F: Formula, Sh: Sharing, const C: usize, const T: usize, E: Dtype, D: Device<E>> TensorCollection<E, D>
    for StepNorm<F, Sh, C, T, E, D>
{
    type To<E2: Dtype, D2: Device<E2>> = StepNorm<F, Sh, C, T, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const { assert!(T > 0, "a normalization at 0 steps is none") };
        let names: Vec<String> =
            if Sh::AFFINE { (0..T).map(|t| t.to_string()).collect() } else { vec!["shared".into()] };
        let mut layers = Vec::new();
        for (i, name) in names.iter().enumerate() {
            layers.extend(v.visit_module(name, move |s: &Self| &s.layers[i], move |s| &mut s.layers[i])?);
        }
        let mut v = Fields::of(v);
        let mut later = Vec::new();
        let list: List<Self, _> = List { get: |l| &l.later, get_mut: |l| &mut l.later };
        for t in if Sh::STATISTICS && !Sh::AFFINE { 1..T } else { 1..1 } {
            for (i, s) in stored::<F>().iter().enumerate() {
                let name = format!("{}.{t}", s.stored_name());
                let options = kept(F::DESCRIPTOR.start(i));
                v.tensor(&name, options, (t - 1) * stored::<F>().len() + i, list, &mut later)?;
            }
        }
        let whole = v.whole() && layers.len() == names.len();
        Ok(whole.then_some(StepNorm { layers, later, sharing: PhantomData }))
    }
}

impl<F: Formula, Sh: Sharing, const C: usize, const T: usize, E: Dtype, D: Device<E>>
    StepNorm<F, Sh, C, T, E, D>
{
    /// The layer whose gain and bias step `t` has.
    pub fn layer(&self, t: usize) -> &NormLayer<F, C, E, D> {
        &self.layers[t.min(self.layers.len() - 1)]
    }

    /// The same, to change.
    pub fn layer_mut(&mut self, t: usize) -> &mut NormLayer<F, C, E, D> {
        let last = self.layers.len() - 1;
        &mut self.layers[t.min(last)]
    }

    /// Where the statistics of step `t` lie in `later`; nothing where they are in a layer.
    fn place(t: usize) -> Option<std::ops::Range<usize>> {
        let one = stored::<F>().len();
        let step = t.min(T - 1);
        (Sh::STATISTICS && !Sh::AFFINE && step > 0 && one > 0).then(|| (step - 1) * one..step * one)
    }

    /// A running statistic of step `t` by the name of the statistic, as [`NormLayer::running`].
    pub fn running(&self, t: usize, statistic: &str) -> Option<&Tensor<Rank1<C>, E, D>> {
        match Self::place(t) {
            None => self.layer(t).running(statistic),
            Some(place) => {
                let i = stored::<F>().iter().position(|s| s.name == statistic)?;
                self.later[place].get(i)
            }
        }
    }

    /// The layer of step `t` with the statistics of step `t`; parameters are the same tensors.
    fn at(&self, t: usize) -> NormLayer<F, C, E, D> {
        let mut own = self.layer(t).clone();
        if let Some(place) = Self::place(t) {
            for (to, from) in own.running_mut().iter_mut().zip(&self.later[place]) {
                to.clone_from(from);
            }
        }
        own
    }
}

impl<F: Formula, Sh: Sharing, const C: usize, const T: usize, E: Dtype + Elem> StepNorm<F, Sh, C, T, E, Cpu>
where
    Cpu: Device<E>,
{
    /// Normalizes step `t` as in training: by its own statistics, which those of the step take in.
    pub fn train<Tp: Tape<E, Cpu>>(
        &mut self,
        t: usize,
        x: Images<C, E, Cpu, Tp>,
    ) -> Result<Images<C, E, Cpu, Tp>, Error> {
        let Some(place) = Self::place(t) else { return Ok(self.layer_mut(t).train(x)?) };
        let mut own = self.at(t);
        let y = own.train(x)?;
        for (to, from) in self.later[place].iter_mut().zip(own.running_mut()) {
            to.clone_from(from);
        }
        Ok(y)
    }

    /// Normalizes step `t` as in evaluation. Changes nothing.
    pub fn eval<Tp: Tape<E, Cpu>>(
        &self,
        t: usize,
        x: Images<C, E, Cpu, Tp>,
    ) -> Result<Images<C, E, Cpu, Tp>, Error> {
        Ok(self.at(t).eval(x)?)
    }
}
