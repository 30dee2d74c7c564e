//! What a method was seen to do where people ask: alone in a batch, beside padding, in evaluation, as plain weights. Found
//! by running its kernels; the words for it are in [`super::statements`].

use super::case::{Case, Data, Shape};
use super::difference::{peak, relative_difference};
use crate::blocks;
use crate::descriptor::PolicyKind;
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Call, Kernel};
use crate::layout::{Layout, ReferenceSet};
use crate::policy::Running;
use crate::streaming::{Store, Streaming};

/// What one case of one position gives in training, use after use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Single {
    /// What it gives in a batch.
    AsInBatch,
    /// What it gives in a batch as long as it is near what is stored.
    AsInBatchNear,
    /// The same whatever it is: what is left is the bias.
    Nothing,
    /// Something that follows it.
    Follows,
    /// The same whatever it is at first; then, with a history, something that follows it.
    FollowsLater,
    /// As [`Single::FollowsLater`], many times as large as in batches.
    RunsAway,
}

/// What was seen of a method.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that was seen or not")]
pub struct Behaviour {
    /// One case of one position in training.
    pub single: Single,
    /// Whether one case with several places gives something that follows it; nothing where the method knows no space.
    pub single_with_space: Option<bool>,
    /// Whether cases that are padding and not masked leave the output of the others as it was, in training.
    pub padding_leaves_output: bool,
    /// Whether they leave what is stored as it was.
    pub padding_leaves_store: bool,
    /// Whether training gives what evaluation then gives for the same batch.
    pub evaluation_follows: bool,
    /// Whether training gives what evaluation gave before the batch, with a store near the batch.
    pub evaluation_before: bool,
    /// Whether the output of each case is a straight line in that case, the same for all, in training.
    pub straight_in_training: bool,
    /// Whether it is in evaluation.
    pub straight_in_evaluation: bool,
    /// Bytes of what is stored for one step and for a hundred, of one channel in double precision.
    pub stored: [usize; 2],
}

const CASES: usize = 9;
const CHANNELS: usize = 6;
const PLACES: usize = 6;
/// What rounding may leave.
const CLOSE: f64 = 1e-9;

/// A layer of a method: kernels with parameters, and what is stored.
#[derive(Clone)]
struct Layer<'a> {
    kernel: &'a Kernel<f64>,
    params: Vec<Vec<f64>>,
    consts: Vec<f64>,
    /// The store of a policy that averages, `[statistics][sets]`.
    store: Vec<f64>,
    streamed: Option<Store<f64>>,
    channels: usize,
}

impl<'a> Layer<'a> {
    fn new(kernel: &'a Kernel<f64>, channels: usize, space: usize) -> Result<Self, Error> {
        let d = kernel.descriptor;
        let case = Case::new(d, Shape::new(CASES, channels, space), Data::STANDARD, 91)?;
        let params = case.params[..d.params.len()].to_vec();
        let sets = kernel.sets(&case.layout);
        let streamed = (d.policy == PolicyKind::Streaming).then(|| Store::new(d, sets));
        let store = if d.policy.averages() { Running::initial(d, sets) } else { Vec::new() };
        Ok(Self { kernel, params, consts: case.consts, store, streamed, channels })
    }

    fn layout(&self, x: &[f64], space: usize) -> Result<Layout, Error> {
        let cases = x.len() / (self.channels * space);
        Shape::new(cases, self.channels, space).layout(self.kernel.descriptor.reference_set)
    }

    /// A use in training. The output, and the store has taken it in.
    fn train(&mut self, x: &[f64], space: usize) -> Result<Vec<f64>, Error> {
        let (layout, isa) = (self.layout(x, space)?, Isa::detect());
        let params: Vec<&[f64]> = self.params.iter().map(|p| &p[..]).collect();
        let call = Call { layout, x, params: &params, consts: &self.consts, mask: None };
        if let Some(store) = &mut self.streamed {
            let (y, _) = Streaming::default().forward(self.kernel, isa, &call, store)?;
            store.after_update();
            return Ok(y);
        }
        if self.store.is_empty() {
            let mut statistics = vec![0.0; self.kernel.statistics_len(&layout)];
            return self.kernel.forward_new(isa, &call, &mut statistics);
        }
        let running = Running::default().named(self.kernel.descriptor, &self.consts);
        Ok(blocks::forward(self.kernel, isa, &call, running, &mut self.store)?.0)
    }

    fn evaluate(&self, x: &[f64], space: usize) -> Result<Vec<f64>, Error> {
        let (layout, isa, d) = (self.layout(x, space)?, Isa::detect(), self.kernel.descriptor);
        let sets = self.kernel.sets(&layout);
        let still = vec![0.0; sets];
        let mut params: Vec<&[f64]> = self.params.iter().map(|p| &p[..]).collect();
        if let Some(store) = &self.streamed {
            let call = Call { layout, x, params: &params, consts: &self.consts, mask: None };
            return Ok(Streaming::default().evaluate(self.kernel, isa, &call, store)?.0);
        }
        if self.store.is_empty() {
            let call = Call { layout, x, params: &params, consts: &self.consts, mask: None };
            let mut statistics = vec![0.0; self.kernel.statistics_len(&layout)];
            return self.kernel.forward_new(isa, &call, &mut statistics);
        }
        params.extend(d.plan.controls().iter().map(|_| &still[..]));
        params.extend(d.frozen.iter().map(|f| f.of(&self.store, sets)));
        let call = Call { layout, x, params: &params, consts: &self.consts, mask: None };
        self.kernel.apply_new(isa, &call, &self.store)
    }
}

/// Values of mean 0.4 and deviation 1.3, `cases` times `channels` times `space`.
fn values(cases: usize, space: usize, seed: u64) -> Vec<f64> {
    let mut random = super::case::Random(seed);
    random.normals(cases * CHANNELS * space).iter().map(|v| 0.4 + 1.3 * v).collect()
}

fn same(a: &[f64], b: &[f64]) -> bool {
    relative_difference(a, b, 1e-3) < CLOSE
}

fn root_mean_square(v: &[f64]) -> f64 {
    (v.iter().map(|v| v * v).sum::<f64>() / v.len().max(1) as f64).sqrt()
}

/// The same far from 0, where whatever is bounded is at its bound.
fn far(v: &[f64]) -> Vec<f64> {
    v.iter().map(|v| 40.0 + 9.0 * v).collect()
}

fn single(kernel: &Kernel<f64>) -> Result<Single, Error> {
    let (batch, fresh) = (values(CASES, 1, 1), Layer::new(kernel, CHANNELS, 1)?);
    let together = fresh.clone().train(&batch, 1)?;
    let as_in_batch = |batch: &[f64]| -> Result<bool, Error> {
        let alone = fresh.clone().train(&batch[..CHANNELS], 1)?;
        Ok(same(&alone, &fresh.clone().train(batch, 1)?[..CHANNELS]))
    };
    if as_in_batch(&batch)? {
        return Ok(if as_in_batch(&far(&batch))? { Single::AsInBatch } else { Single::AsInBatchNear });
    }
    // Two layers that see the same single cases, and one in which one of them is another.
    let uses = 12;
    let differ = |at: usize| -> Result<bool, Error> {
        let mut layers = [fresh.clone(), fresh.clone()];
        let mut last = [Vec::new(), Vec::new()];
        for n in 0..=at {
            for (which, layer) in layers.iter_mut().enumerate() {
                let seed = if n == at { 200 + which } else { 100 + n } as u64;
                last[which] = layer.train(&values(1, 1, seed), 1)?;
            }
        }
        Ok(!same(&last[0], &last[1]))
    };
    let (first, later) = (differ(0)?, differ(uses)?);
    if first {
        return Ok(Single::Follows);
    }
    if !later {
        return Ok(Single::Nothing);
    }
    let mut layer = fresh;
    let usual = root_mean_square(&together);
    let mut size = 0.0f64;
    for n in 0..uses {
        size = size.max(root_mean_square(&layer.train(&values(1, 1, 100 + n as u64), 1)?));
    }
    Ok(if size > 10.0 * usual { Single::RunsAway } else { Single::FollowsLater })
}

fn single_with_space(kernel: &Kernel<f64>) -> Result<Option<bool>, Error> {
    let set = kernel.descriptor.reference_set;
    if set.is_of_weights() || matches!(set, ReferenceSet::Batch | ReferenceSet::BatchTime) {
        return Ok(None);
    }
    let fresh = Layer::new(kernel, CHANNELS, PLACES)?;
    let of = |seed| fresh.clone().train(&values(1, PLACES, seed), PLACES);
    Ok(Some(!same(&of(1)?, &of(2)?)))
}

/// Whether the output and the store stay when cases are added that are not masked.
fn padding(kernel: &Kernel<f64>, space: usize) -> Result<(bool, bool), Error> {
    let mut stay = (true, true);
    for short in [values(CASES, space, 1), far(&values(CASES, space, 1))] {
        let mut long = short.clone();
        long.extend(vec![0.0; 3 * CHANNELS * space]);
        let mut layers = [Layer::new(kernel, CHANNELS, space)?, Layer::new(kernel, CHANNELS, space)?];
        let y = layers[0].train(&short, space)?;
        let padded = layers[1].train(&long, space)?;
        let [short, long] = layers;
        stay.0 &= same(&padded[..y.len()], &y);
        stay.1 &= short.store == long.store && short.streamed == long.streamed;
    }
    Ok(stay)
}

/// Whether `f` is a straight line: what a step adds does not depend on where it starts, near or far.
fn straight(space: usize, f: impl Fn(&[f64]) -> Result<Vec<f64>, Error>) -> Result<bool, Error> {
    let (x, step) = (values(CASES, space, 1), values(CASES, space, 2));
    for size in [1.0, 1e3] {
        let moved = |by: f64| -> Result<Vec<f64>, Error> {
            f(&x.iter().zip(&step).map(|(x, s)| x + by * size * s).collect::<Vec<_>>())
        };
        let (back, here, forth) = (moved(-1.0)?, moved(0.0)?, moved(1.0)?);
        let bend = back.iter().zip(&here).zip(&forth).map(|((a, b), c)| (a - 2.0 * b + c).abs());
        if super::difference::largest(bend) > CLOSE * peak(&forth).max(1e-3) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Behaviour {
    /// Runs the kernels and looks.
    ///
    /// # Errors
    /// Where the kernels refuse nine cases of six channels.
    pub fn measured(kernel: &Kernel<f64>) -> Result<Self, Error> {
        let d = kernel.descriptor;
        // What pools the places of a channel has nothing to pool at one place.
        let space = if d.sees_places() { PLACES } else { 1 };
        let (padding_leaves_output, padding_leaves_store) =
            if d.reference_set.is_of_weights() { (true, true) } else { padding(kernel, space)? };
        // A store that has seen several batches, as one in the middle of training has.
        let mut used = Layer::new(kernel, CHANNELS, space)?;
        for seed in 10..200 {
            used.train(&values(CASES, space, seed), space)?;
        }
        let x = values(CASES, space, 1);
        let before = used.evaluate(&x, space)?;
        let mut after = used.clone();
        let trained = after.train(&x, space)?;
        let one = CHANNELS * space;
        // A matrix of weights is one case, whole.
        let alone =
            d.reference_set.is_of_weights() || same(&used.evaluate(&x[..one], space)?, &before[..one]);
        let evaluation_follows = same(&after.evaluate(&x, space)?, &trained);
        Ok(Self {
            single: if d.reference_set.is_of_weights() { Single::AsInBatch } else { single(kernel)? },
            single_with_space: single_with_space(kernel)?,
            padding_leaves_output,
            padding_leaves_store,
            evaluation_follows,
            evaluation_before: same(&trained, &before),
            straight_in_training: padding_leaves_output && straight(space, |x| used.clone().train(x, space))?,
            straight_in_evaluation: alone && straight(space, |x| used.evaluate(x, space))?,
            stored: [1, 100].map(|steps| {
                let of_steps = if d.policy == PolicyKind::PerStep { steps } else { 1 };
                of_steps * d.state_bytes(1, 8)
            }),
        })
    }
}
