//! Switchable normalization in plain loops, from equations 3 to 5 of Luo et al. (luo2019differentiable).

use norm_core::ReferenceSet;
use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference, channel, pools,
};

/// What one of the normalizations finds: for each element of `x` the mean and variance of its set, and how many
/// elements that has.
struct Part {
    sets: Vec<usize>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    counted: Vec<f64>,
}

impl Part {
    fn of(call: &ReferenceCall<'_>, over: ReferenceSet) -> Self {
        let pools = pools(call, over);
        let mut part = Self {
            sets: vec![0; call.layout.len()],
            mean: vec![0.0; pools.len()],
            variance: vec![0.0; pools.len()],
            counted: vec![1.0; pools.len()],
        };
        for pool in pools.iter().filter(|p| !p.elements.is_empty()) {
            let n = pool.elements.len() as f64;
            let mean = pool.elements.iter().map(|i| call.x[*i]).sum::<f64>() / n;
            part.mean[pool.set] = mean;
            part.variance[pool.set] =
                pool.elements.iter().map(|i| (call.x[*i] - mean).powi(2)).sum::<f64>() / n;
            part.counted[pool.set] = n;
            pool.elements.iter().for_each(|i| part.sets[*i] = pool.set);
        }
        part
    }
}

/// Weights that sum to 1. The largest logit is taken off first: the exponential of a large one is no number.
fn softmax(logits: &[f64]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|l| (l - largest).exp()).sum();
    logits.iter().map(|l| (l - largest).exp() / sum).collect()
}

/// The parts, the batch's last, and the weights of their means and variances.
struct Mixture {
    parts: Vec<Part>,
    of_means: Vec<f64>,
    of_variances: Vec<f64>,
}

impl Mixture {
    /// `sets` in the order of the logits.
    fn of(call: &ReferenceCall<'_>, sets: &[ReferenceSet]) -> Self {
        let logits: Vec<f64> = call.params[2..].iter().map(|p| p[0]).collect();
        let (means, variances) = logits.split_at(sets.len());
        Self {
            parts: sets.iter().map(|set| Part::of(call, *set)).collect(),
            of_means: softmax(means),
            of_variances: softmax(variances),
        }
    }
    fn stored(mut self, state: &[Vec<f64>]) -> Self {
        if let Some(batch) = self.parts.last_mut() {
            (batch.mean, batch.variance) = (state[0].clone(), state[1].clone());
        }
        self
    }
    /// An element without the mixture of means: each part takes its own from it, and the rests are mixed.
    fn centred(&self, i: usize, x: f64) -> f64 {
        self.parts.iter().zip(&self.of_means).map(|(p, w)| w * (x - p.mean[p.sets[i]])).sum()
    }
    fn variance(&self, i: usize) -> f64 {
        self.parts.iter().zip(&self.of_variances).map(|(p, w)| w * p.variance[p.sets[i]]).sum()
    }
}

fn counts(call: &ReferenceCall<'_>, i: usize) -> bool {
    call.mask.is_none_or(|m| m[i / call.layout.case()])
}

fn apply(call: &ReferenceCall<'_>, mixture: &Mixture) -> Vec<f64> {
    let (gain, bias, eps) = (call.params[0], call.params[1], call.consts[0]);
    let of = |i: usize| {
        let c = channel(call, i);
        gain[c] * mixture.centred(i, call.x[i]) / (mixture.variance(i) + eps).sqrt() + bias[c]
    };
    (0..call.layout.len()).map(|i| if counts(call, i) { of(i) } else { 0.0 }).collect()
}

/// Each mean gets its share of `−dy gain / s` and each variance of `−½ dy gain (x − μ) / s³`, summed over its set; the way
/// on to the elements is that of any mean and variance. A logit gets its weight times what its part exceeds the mixture by.
fn gradients(call: &ReferenceCall<'_>, dy: &[f64], mixture: &Mixture, stored: bool) -> ReferenceBackward {
    let (gain, eps) = (call.params[0], call.consts[0]);
    let (elements, channels, parts) = (call.layout.len(), call.layout.channels(), mixture.parts.len());
    let mut dx = vec![0.0; elements];
    let (mut dgain, mut dbias) = (vec![0.0; channels], vec![0.0; channels]);
    let mut dlogits = vec![0.0; 2 * parts];
    let mut to_mean: Vec<Vec<f64>> = mixture.parts.iter().map(|p| vec![0.0; p.mean.len()]).collect();
    let mut to_variance = to_mean.clone();
    for i in (0..elements).filter(|i| counts(call, *i)) {
        let (c, centred) = (channel(call, i), mixture.centred(i, call.x[i]));
        let scale = 1.0 / (mixture.variance(i) + eps).sqrt();
        dgain[c] += dy[i] * centred * scale;
        dbias[c] += dy[i];
        let d = dy[i] * gain[c];
        dx[i] += d * scale;
        let (dmean, dvariance) = (-d * scale, -0.5 * d * centred * scale.powi(3));
        for (at, part) in mixture.parts.iter().enumerate() {
            let (of_mean, of_variance) = (mixture.of_means[at], mixture.of_variances[at]);
            let set = part.sets[i];
            dlogits[at] += dmean * of_mean * (centred - (call.x[i] - part.mean[set]));
            dlogits[parts + at] += dvariance * of_variance * (part.variance[set] - mixture.variance(i));
            to_mean[at][set] += dmean * of_mean;
            to_variance[at][set] += dvariance * of_variance;
        }
    }
    let flows = if stored { parts - 1 } else { parts };
    for i in (0..elements).filter(|i| counts(call, *i)) {
        for (at, part) in mixture.parts.iter().enumerate().take(flows) {
            let set = part.sets[i];
            let own = to_mean[at][set] + 2.0 * to_variance[at][set] * (call.x[i] - part.mean[set]);
            dx[i] += own / part.counted[set];
        }
    }
    let dparams = [dgain, dbias].into_iter().chain(dlogits.into_iter().map(|d| vec![d]));
    ReferenceBackward { dx, dparams: dparams.collect() }
}

fn update(call: &ReferenceCall<'_>, over: ReferenceSet, rate: f64, state: &mut [Vec<f64>]) {
    let batch = Part::of(call, over);
    if batch.sets.iter().enumerate().all(|(i, _)| !counts(call, i)) {
        return;
    }
    let [means, variances] = state else { return };
    for (c, n) in batch.counted.iter().enumerate() {
        means[c] += rate * (batch.mean[c] - means[c]);
        if *n > 1.0 {
            variances[c] += rate * (batch.variance[c] * n / (n - 1.0) - variances[c]);
        }
    }
}

macro_rules! judge {
    ($($name:ident: $formula:ident over [$($set:ident),+], $batch:ident);+ $(;)?) => {$(
        mod $name {
            use super::*;

            const SETS: &[ReferenceSet] = &[$(ReferenceSet::$set),+];

            fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
                let mixture = Mixture::of(call, SETS);
                let y = apply(call, &mixture);
                let statistics = mixture.parts.into_iter().next_back();
                ReferenceForward { y, statistics: statistics.map_or(Vec::new(), |p| vec![p.mean, p.variance]) }
            }
            fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
                gradients(call, dy, &Mixture::of(call, SETS), false)
            }
            fn take(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
                update(call, ReferenceSet::$batch, rate, state);
            }
            fn stored(call: &ReferenceCall<'_>, state: &[Vec<f64>]) -> Vec<f64> {
                apply(call, &Mixture::of(call, SETS).stored(state))
            }
            fn stored_backward(call: &ReferenceCall<'_>, dy: &[f64], state: &[Vec<f64>]) -> ReferenceBackward {
                gradients(call, dy, &Mixture::of(call, SETS).stored(state), true)
            }

            impl Judged for crate::$formula {
                const REFERENCE: Reference = Reference {
                    forward,
                    backward,
                    stored: Some(StoredReference { update: take, forward: stored, backward: stored_backward }),
                };
            }
        }
    )+};
}

judge! {
    pictures: SwitchableNorm over [Space, Features, BatchSpace], BatchSpace;
    of_vectors: SwitchableVectors over [Features, Batch], Batch;
}
