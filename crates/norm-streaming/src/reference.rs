//! Streaming normalization in plain loops, from Liao, Kawaguchi and Poggio (liao2016streaming).

use norm_core::conformance::{
    Judged, Planes, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StreamedHalf,
    StreamedReference, StreamedState,
};
use norm_core::streaming::Streaming;

/// Indices of the elements of one channel that count.
fn pool(call: &ReferenceCall<'_>, channel: usize) -> Vec<usize> {
    let l = call.layout;
    let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
    cases.flat_map(|n| (0..l.s).map(move |s| (n * l.channels() + channel) * l.s + s)).collect()
}

fn mean(pool: &[usize], f: impl Fn(usize) -> f64) -> f64 {
    pool.iter().map(|i| f(*i)).sum::<f64>() / (pool.len() as f64).max(1.0)
}

/// How a formula measures a channel and what it does with the measures.
trait Measure {
    /// The statistics of the values of a channel; of nothing they are 0.
    fn statistics(call: &ReferenceCall<'_>, pool: &[usize]) -> [f64; 2];
    /// Centre and divisor that those statistics make.
    fn centre_and_divisor(call: &ReferenceCall<'_>, statistics: [f64; 2]) -> [f64; 2];
    /// The gradient at the statistics, from the gradients at centre and divisor.
    fn back(call: &ReferenceCall<'_>, statistics: [f64; 2], at: [f64; 2]) -> [f64; 2];
    /// What a change of element `i` does to each of the current statistics.
    fn slopes(call: &ReferenceCall<'_>, pool: &[usize], i: usize) -> [f64; 2];
}

/// Under the root, so that its slope is finite where nothing deviates.
const LEAST: f64 = 1e-37;

/// Mean, and the p-th root of the mean p-th power of the deviations. Epsilon stands beside the square of that root.
struct Deviations;

impl Measure for Deviations {
    fn statistics(call: &ReferenceCall<'_>, pool: &[usize]) -> [f64; 2] {
        if pool.is_empty() {
            return [0.0; 2];
        }
        let p = call.consts[1];
        let centre = mean(pool, |i| call.x[i]);
        let power = mean(pool, |i| (call.x[i] - centre).abs().powf(p));
        [centre, (power + LEAST).powf(1.0 / p)]
    }

    fn centre_and_divisor(call: &ReferenceCall<'_>, [centre, s]: [f64; 2]) -> [f64; 2] {
        [centre, (s * s + call.consts[0]).sqrt()]
    }

    fn back(call: &ReferenceCall<'_>, statistics: [f64; 2], at: [f64; 2]) -> [f64; 2] {
        let [_, divisor] = Self::centre_and_divisor(call, statistics);
        [at[0], at[1] * statistics[1] / divisor]
    }

    /// `∂s/∂x_i = (1/n) s^(1-p) (sgn(d_i)|d_i|^(p-1) − mean_j sgn(d_j)|d_j|^(p-1))`.
    fn slopes(call: &ReferenceCall<'_>, pool: &[usize], i: usize) -> [f64; 2] {
        let p = call.consts[1];
        let [centre, s] = Self::statistics(call, pool);
        let bent = |i: usize| {
            let d = call.x[i] - centre;
            if d == 0.0 { 0.0 } else { d.signum() * d.abs().powf(p - 1.0) }
        };
        let n = pool.len() as f64;
        [1.0 / n, s.powf(1.0 - p) * (bent(i) - mean(pool, bent)) / n]
    }
}

/// First and second moment.
struct Moments;

impl Moments {
    fn variance([first, second]: [f64; 2]) -> f64 {
        (second - first * first).max(0.0)
    }
}

impl Measure for Moments {
    fn statistics(call: &ReferenceCall<'_>, pool: &[usize]) -> [f64; 2] {
        [mean(pool, |i| call.x[i]), mean(pool, |i| call.x[i] * call.x[i])]
    }

    fn centre_and_divisor(call: &ReferenceCall<'_>, statistics: [f64; 2]) -> [f64; 2] {
        [statistics[0], (Self::variance(statistics) + call.consts[0]).sqrt()]
    }

    /// The divisor is `sqrt(m2 − m² + eps)`, constant where rounding would have made the variance negative.
    fn back(call: &ReferenceCall<'_>, statistics: [f64; 2], at: [f64; 2]) -> [f64; 2] {
        if Self::variance(statistics) == 0.0 {
            return [at[0], 0.0];
        }
        let [_, divisor] = Self::centre_and_divisor(call, statistics);
        [at[0] - at[1] * statistics[0] / divisor, at[1] / (2.0 * divisor)]
    }

    fn slopes(call: &ReferenceCall<'_>, pool: &[usize], i: usize) -> [f64; 2] {
        let n = pool.len() as f64;
        [1.0 / n, 2.0 * call.x[i] / n]
    }
}

/// The current statistics, `[statistic][channel]`.
fn current<M: Measure>(call: &ReferenceCall<'_>) -> Vec<Vec<f64>> {
    let all = (0..call.layout.channels()).map(|c| M::statistics(call, &pool(call, c)));
    let (first, second) = all.map(|[a, b]| (a, b)).unzip();
    vec![first, second]
}

/// The output under statistics that come from anywhere.
fn apply<M: Measure>(call: &ReferenceCall<'_>, statistics: &[Vec<f64>]) -> Vec<f64> {
    let (gain, bias) = (call.params[0], call.params[1]);
    let mut y = vec![0.0; call.layout.len()];
    for c in 0..call.layout.channels() {
        let [centre, divisor] = M::centre_and_divisor(call, [statistics[0][c], statistics[1][c]]);
        for i in pool(call, c) {
            y[i] = gain[c] * (call.x[i] - centre) / divisor + bias[c];
        }
    }
    y
}

/// Gradients under statistics that come from anywhere. `mix` is what becomes of the gradients at the statistics,
/// `[statistic][channel]`, before they pass on through the current ones.
fn gradients<M: Measure>(
    call: &ReferenceCall<'_>,
    dy: &[f64],
    statistics: &[Vec<f64>],
    mix: impl FnOnce(Vec<Vec<f64>>) -> Vec<Vec<f64>>,
) -> ReferenceBackward {
    let gain = call.params[0];
    let channels = call.layout.channels();
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (vec![0.0; channels], vec![0.0; channels]);
    let mut at = vec![vec![0.0; channels]; 2];
    for c in 0..channels {
        let used = [statistics[0][c], statistics[1][c]];
        let [centre, divisor] = M::centre_and_divisor(call, used);
        let (mut to_centre, mut to_divisor) = (0.0, 0.0);
        for i in pool(call, c) {
            let normalized = (call.x[i] - centre) / divisor;
            let g = gain[c] * dy[i];
            dgain[c] += dy[i] * normalized;
            dbias[c] += dy[i];
            to_centre -= g / divisor;
            to_divisor -= g * normalized / divisor;
            dx[i] = g / divisor;
        }
        [at[0][c], at[1][c]] = M::back(call, used, [to_centre, to_divisor]);
    }
    let mixed = mix(at);
    for (c, (at_first, at_second)) in mixed[0].iter().zip(&mixed[1]).enumerate() {
        let pool = pool(call, c);
        for &i in &pool {
            let [first, second] = M::slopes(call, &pool, i);
            dx[i] += at_first * first + at_second * second;
        }
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

fn forward<M: Measure>(call: &ReferenceCall<'_>) -> ReferenceForward {
    let statistics = current::<M>(call);
    ReferenceForward { y: apply::<M>(call, &statistics), statistics }
}

/// Only the current statistics count: no history.
fn backward<M: Measure>(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradients::<M>(call, dy, &current::<M>(call), |g| g)
}

/// The running mean, and the exponential average of what it was at the updates.
fn flush(half: &mut StreamedHalf, kappa: f64) {
    if half.count == 0.0 {
        return;
    }
    for (i, short) in half.short.iter().enumerate() {
        for (j, v) in short.iter().enumerate() {
            if let Some(long) = &mut half.long {
                long[i][j] = kappa * long[i][j] + (1.0 - kappa) * v;
            }
        }
    }
    half.long.get_or_insert_with(|| half.short.clone());
    half.short.iter_mut().flatten().for_each(|v| *v = 0.0);
    half.count = 0.0;
}

fn push(half: &mut StreamedHalf, values: &[Vec<f64>]) {
    for (short, values) in half.short.iter_mut().zip(values) {
        for (short, v) in short.iter_mut().zip(values) {
            *short = (half.count * *short + v) / (half.count + 1.0);
        }
    }
    half.count += 1.0;
}

/// `long · w + short · v`, each in the other's place where it is missing.
fn mix(half: &StreamedHalf, w: f64, v: f64) -> Planes {
    let long = half.long.as_ref().unwrap_or(&half.short);
    let short = if half.count > 0.0 { &half.short } else { long };
    // Weights of one whole, written so that two equal averages mix to themselves.
    let mixed = |l: f64, s: f64| if w + v == 1.0 { s + w * (l - s) } else { w * l + v * s };
    let row = |(l, s): (&Vec<f64>, &Vec<f64>)| l.iter().zip(s).map(|(l, s)| mixed(*l, *s)).collect();
    long.iter().zip(short).map(row).collect()
}

fn use_in_training<M: Measure>(
    call: &ReferenceCall<'_>,
    settings: &Streaming,
    state: &mut StreamedState,
) -> (Vec<f64>, Planes) {
    if std::mem::take(&mut state.updated) {
        flush(&mut state.statistics, settings.kappa);
        flush(&mut state.gradients, settings.kappa);
    }
    let current = current::<M>(call);
    if pool(call, 0).is_empty() {
        return (apply::<M>(call, &current), current);
    }
    push(&mut state.statistics, &current);
    let mixed = mix(&state.statistics, settings.alpha_long, settings.alpha_short);
    (apply::<M>(call, &mixed), mixed)
}

fn backward_of_use<M: Measure>(
    call: &ReferenceCall<'_>,
    dy: &[f64],
    mixed: &[Vec<f64>],
    settings: &Streaming,
    state: &mut StreamedState,
) -> ReferenceBackward {
    gradients::<M>(call, dy, mixed, |g| {
        if pool(call, 0).is_empty() {
            return g;
        }
        push(&mut state.gradients, &g);
        let mut all = mix(&state.gradients, settings.beta_long, settings.beta_short);
        for (mixed, g) in all.iter_mut().flatten().zip(g.iter().flatten()) {
            *mixed += settings.beta_current * g;
        }
        all
    })
}

/// What has seen nothing mixes nothing.
fn evaluate<M: Measure>(
    call: &ReferenceCall<'_>,
    settings: &Streaming,
    state: &StreamedState,
) -> (Vec<f64>, Planes) {
    let half = &state.statistics;
    let nothing = half.count == 0.0 && half.long.is_none();
    let mixed =
        if nothing { current::<M>(call) } else { mix(half, settings.alpha_long, settings.alpha_short) };
    (apply::<M>(call, &mixed), mixed)
}

fn frozen<M: Measure>(call: &ReferenceCall<'_>, dy: &[f64], mixed: &[Vec<f64>]) -> ReferenceBackward {
    gradients::<M>(call, dy, mixed, |g| g.into_iter().map(|v| vec![0.0; v.len()]).collect())
}

const fn reference<M: Measure>() -> Reference {
    Reference { forward: forward::<M>, backward: backward::<M>, stored: None }
}

const fn streamed<M: Measure>() -> StreamedReference {
    StreamedReference {
        forward: use_in_training::<M>,
        backward: backward_of_use::<M>,
        evaluate: evaluate::<M>,
        frozen: frozen::<M>,
    }
}

impl Judged for crate::StreamingNorm {
    const REFERENCE: Reference = reference::<Deviations>();
    const STREAMED: Option<StreamedReference> = Some(streamed::<Deviations>());
}

impl Judged for crate::StreamingMoments {
    const REFERENCE: Reference = reference::<Moments>();
    const STREAMED: Option<StreamedReference> = Some(streamed::<Moments>());
}
