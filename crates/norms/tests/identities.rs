//! Exact relations between the methods that normalize weights, inputs or both, and those that normalize sums.

use norm_core::blocks;
use norm_core::conformance::difference;
use norm_core::policy::{Running, Stored};
use norm_core::{Call, Isa};

/// Values of deviation 1 about, from a fixed generator: sums of twelve uniform numbers.
fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / 2f64.powi(53)
    };
    (0..n).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

/// A method over a matrix `[rows, columns]` with parameters at their initial values; `consts` change some constants.
fn over(id: &str, x: &[f64], columns: usize, consts: &[(&str, f64)]) -> Vec<f64> {
    let k = norms::find(id).unwrap().f64;
    let d = k.descriptor;
    let l = d.reference_set.layout(x.len() / columns, columns, 1, 1).unwrap();
    let params: Vec<Vec<f64>> = d.params.iter().map(|p| vec![p.initial_at(&l); p.axis.len(&l)]).collect();
    let params: Vec<&[f64]> = params.iter().map(|p| &p[..]).collect();
    let set = |c: &norm_core::Const| consts.iter().find(|s| s.0 == c.name).map_or(c.default, |s| s.1);
    let consts: Vec<f64> = d.consts.iter().map(set).collect();
    let (mut stats, mut y) = (vec![0.0; k.statistics_len(&l)], vec![0.0; l.len()]);
    let call = Call { layout: l, x, params: &params, consts: &consts, mask: None };
    k.forward(Isa::detect(), &call, &mut stats, &mut y).unwrap();
    y
}

/// `x[n, i] w[o, i]ᵀ`.
fn product(x: &[f64], w: &[f64], i: usize) -> Vec<f64> {
    let dot = |x: &[f64], w: &[f64]| x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>();
    x.chunks(i).flat_map(|x| w.chunks(i).map(move |w| dot(x, w))).collect()
}

const I: usize = 12;

fn both(id: &str, x: &[f64], w: &[f64]) -> Vec<f64> {
    product(&over(id, x, I, &[]), &over(id, w, I, &[]), I)
}

fn data() -> (Vec<f64>, Vec<f64>) {
    (noise(9 * I, 1).iter().map(|v| v + 0.7).collect(), noise(5 * I, 2).iter().map(|v| v - 0.3).collect())
}

#[test]
fn centred_cosine_is_centred_unit_weights_times_layer_norm_of_the_input() {
    let (x, w) = data();
    let normalized = over("layer", &x, I, &[("eps", 0.0)]);
    let unit = over("cosine-centred", &w, I, &[]);
    let want: Vec<f64> = product(&normalized, &unit, I).iter().map(|v| v / (I as f64).sqrt()).collect();
    assert!(difference(&both("cosine-centred", &x, &w), &want) < 1e-14);
    // Without the centring of the input it is another map.
    assert!(difference(&both("cosine", &x, &w), &want) > 1e-2);
}

#[test]
fn question_row_20_cosine_is_weight_norm_of_gain_1_on_unit_inputs() {
    let (x, w) = data();
    let weights = over("weight", &w, I, &[]);
    let unit: Vec<f64> = x
        .chunks(I)
        .flat_map(|x| {
            let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
            x.iter().map(move |v| v / norm)
        })
        .collect();
    let cosine = both("cosine", &x, &w);
    assert!(difference(&cosine, &product(&unit, &weights, I)) < 1e-14);
    // On inputs that are not of norm 1 they part.
    assert!(difference(&cosine, &product(&x, &weights, I)) > 0.1);
    // The exponential gain starts at the same place.
    assert_eq!(weights, over("weight-exp", &w, I, &[]));
}

#[test]
fn question_row_22_the_normalized_dot_product_is_the_rectified_cosine_or_correlation() {
    let (x, w) = data();
    let templates = over("cosine-centred", &w, I, &[]);
    for (zero, like) in [(0.0, "cosine"), (1.0, "cosine-centred")] {
        let patches = over("ndp", &x, I, &[("zero", zero)]);
        let answers: Vec<f64> = product(&patches, &templates, I).iter().map(|v| v.max(0.0)).collect();
        // The template has no mean of its own, so its cosine with the raw patch is that with the patch's own norm.
        let want: Vec<f64> = both(like, &x, &templates).iter().map(|v| v.max(0.0)).collect();
        assert!(difference(&answers, &want) < 1e-14, "zero = {zero}");
        assert!(answers.contains(&0.0) && answers.iter().any(|v| *v > 0.1));
    }
    let with_k = over("ndp", &x, I, &[("k", 1.0)]);
    let plain = over("ndp", &x, I, &[]);
    for ((x, y), without) in x.chunks(I).zip(with_k.chunks(I)).zip(plain.chunks(I)) {
        let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
        let want: Vec<f64> = without.iter().map(|v| v * norm / (1.0 + norm)).collect();
        assert!(difference(y, &want) < 1e-15);
    }
    // Half of the largest answer where the norm is k, and under a floor the answer is linear.
    let one = noise(I, 3);
    let norm = one.iter().map(|v| v * v).sum::<f64>().sqrt();
    let half = over("ndp", &one, I, &[("k", norm)]);
    assert!((half.iter().map(|v| v * v).sum::<f64>().sqrt() - 0.5).abs() < 1e-15);
    let below = over("ndp", &one, I, &[("thres", norm)]);
    let want: Vec<f64> = one.iter().map(|v| v / (norm * (I as f64).sqrt())).collect();
    assert!(difference(&below, &want) < 1e-15);
}

#[test]
fn what_has_no_direction_gives_0() {
    let mut x = noise(3 * I, 4);
    x[I..2 * I].fill(0.0);
    for id in ["weight", "weight-exp", "cosine", "cosine-centred", "ndp"] {
        let y = over(id, &x, I, &[]);
        assert!(y[I..2 * I].iter().all(|v| *v == 0.0) && y.iter().all(|v| v.is_finite()), "{id}");
    }
    // Levels whose mean is rounded, so that something is left of each component.
    for level in [0.1, 1.0 / 3.0, 1e9 + 0.1, -7e-5] {
        x[I..2 * I].fill(level);
        for (id, consts) in [("cosine-centred", &[][..]), ("ndp", &[("zero", 1.0)])] {
            let y = over(id, &x, I, consts);
            assert!(y[I..2 * I].iter().all(|v| *v == 0.0), "{id} at {level}");
        }
        let y = over("cosine", &x, I, &[]);
        assert!(y[I..2 * I].iter().all(|v| (v.abs() - 1.0 / (I as f64).sqrt()).abs() < 1e-15));
    }
}

/// Rows no longer than the rounding of a root away from zero are still rows: the guard touches none of them.
#[test]
fn small_and_large_rows_keep_their_direction() {
    let x = noise(I, 5);
    let want = over("cosine", &x, I, &[]);
    for scale in [1e-17, 1e-9, 1e9, 1e17] {
        let scaled: Vec<f64> = x.iter().map(|v| v * scale).collect();
        for id in ["weight", "cosine", "ndp"] {
            assert!(difference(&over(id, &scaled, I, &[]), &want) < 1e-14, "{id} at {scale:e}");
        }
    }
}

/// On whitened inputs the deviation of a sum is the norm of its weights, so weight norm is what batch norm comes to as
/// the batch grows. The error is that of a sample's deviation: it falls as the root of the batch.
#[test]
fn question_row_8_weight_norm_is_batch_norm_on_whitened_inputs() {
    let w = noise(6 * I, 6);
    let weights = over("weight", &w, I, &[]);
    let error = |batch: usize, spread: &dyn Fn(usize) -> f64| {
        let mut sum = 0.0;
        for seed in 0..8 {
            let mut x = noise(batch * I, 100 + seed);
            x.iter_mut().enumerate().for_each(|(at, v)| *v *= spread(at % I));
            let normalized = over("batch", &product(&x, &w, I), 6, &[("eps", 0.0)]);
            let square: Vec<f64> =
                normalized.iter().zip(product(&x, &weights, I)).map(|(a, b)| (a - b).powi(2)).collect();
            sum += square.iter().sum::<f64>() / square.len() as f64;
        }
        (sum / 8.0).sqrt()
    };
    let white = |_: usize| 1.0;
    let errors: Vec<f64> = [16, 64, 256, 1024, 4096].iter().map(|n| error(*n, &white)).collect();
    for pair in errors.windows(2) {
        // Four times the batch, half the error.
        assert!((0.35..0.7).contains(&(pair[1] / pair[0])), "{errors:?}");
    }
    assert!(errors[4] < 0.05, "{errors:?}");
    // Inputs of unequal spread are not white: the error stays.
    let coloured = error(4096, &|i| if i < I / 2 { 0.2 } else { 2.0 });
    assert!(coloured > 0.2, "{coloured}");
}

#[test]
fn batch_norm_of_normalized_weights_is_mean_only_batch_norm_over_a_deviation() {
    let (x, w) = data();
    let sums = product(&x, &over("weight", &w, I, &[]), I);
    let centred = over("mean-only-batch", &sums, 5, &[]);
    let whole = over("batch", &sums, 5, &[("eps", 0.0)]);
    for c in 0..5 {
        let column = |v: &[f64]| v.iter().skip(c).step_by(5).copied().collect::<Vec<_>>();
        let (centred, whole) = (column(&centred), column(&whole));
        assert!(centred.iter().sum::<f64>().abs() < 1e-13);
        let deviation = (centred.iter().map(|v| v * v).sum::<f64>() / centred.len() as f64).sqrt();
        let want: Vec<f64> = whole.iter().map(|v| v * deviation).collect();
        assert!(difference(&centred, &want) < 1e-13);
    }
}

/// Batch renormalization of `[4, 3]` under a store of that mean and spread: the output.
fn renormalized(id: &str, x: &[f64], bounds: [f64; 2], [mean, spread]: [f64; 2]) -> Vec<f64> {
    let k = norms::find(id).unwrap().f64;
    let l = k.descriptor.reference_set.layout(4, 3, 1, 1).unwrap();
    let inputs = [[1.0; 3], [0.0; 3], [mean; 3], [spread; 3]];
    let mut consts = k.descriptor.default_consts();
    consts[1..3].copy_from_slice(&bounds);
    let inputs: Vec<&[f64]> = inputs.iter().map(|v| &v[..]).collect();
    let (mut stats, mut y) = (vec![0.0; k.statistics_len(&l)], vec![0.0; l.len()]);
    let call = Call { layout: l, x, params: &inputs, consts: &consts, mask: None };
    k.forward(Isa::detect(), &call, &mut stats, &mut y).unwrap();
    y
}

#[test]
fn batch_renormalization_is_batch_normalization_at_its_tightest_and_the_stored_one_at_its_loosest() {
    let x = noise(12, 9);
    let batch = over("batch", &x, 3, &[("eps", 1e-3)]);
    let deviation = (1.7f64 + 1e-3).sqrt();
    let stored: Vec<f64> = x.iter().map(|v| (v - 0.3) / deviation).collect();
    // The paper stores the deviation, epsilon in it; ports the variance.
    for (id, spread) in [("batch-renorm", deviation), ("batch-renorm-variance", 1.7)] {
        assert!(difference(&renormalized(id, &x, [1.0, 0.0], [0.3, spread]), &batch) < 1e-14, "{id}");
        assert!(difference(&renormalized(id, &x, [1e6, 1e6], [0.3, spread]), &stored) < 1e-14, "{id}");
    }
    assert!(difference(&batch, &stored) > 1e-2);
}

/// Two batches of unequal spread: the paper's store holds the mean deviation, the ports' the mean variance, whose root is
/// larger.
#[test]
fn batch_renormalization_averages_deviations_and_its_ports_variances() {
    let batches = [[-1.0, 1.0, -1.0, 1.0], [-3.0, 3.0, -3.0, 3.0]];
    let stored = |id: &str, rate: f64| -> Vec<f64> {
        let k = norms::find(id).unwrap().f64;
        let l = k.descriptor.reference_set.layout(4, 1, 1, 1).unwrap();
        let mut store = Running::initial::<f64>(k.descriptor, 1);
        let consts = k.descriptor.default_consts();
        let running = Running { rate, stored: Stored::Biased };
        for x in &batches {
            let call = Call { layout: l, x, params: &[&[1.0], &[0.0]], consts: &consts, mask: None };
            blocks::forward(k, Isa::detect(), &call, running, &mut store).unwrap();
        }
        store
    };
    let mixed = |one: f64, other: f64| 0.25 + 0.25 * one + 0.5 * other;
    let (deviation, variance) = (stored("batch-renorm", 0.5)[1], stored("batch-renorm-variance", 0.5)[1]);
    assert!((deviation - mixed((1.0f64 + 1e-3).sqrt(), (9.0f64 + 1e-3).sqrt())).abs() < 1e-14);
    assert!((variance - mixed(1.0, 9.0)).abs() < 1e-14);
    assert!(variance.sqrt() > deviation + 0.1);
    let d = norms::find("batch-renorm").unwrap().descriptor();
    assert_eq!(d.stored_names(), ["running_mean", "running_std"]);
    assert_eq!(Running::default().named(d, &d.default_consts()).rate, 0.01);
}

/// A store of variances belongs to the method that averages them, whatever name it is brought under.
#[test]
fn a_store_names_its_method() {
    let id = |name: &str, stored: &[&str]| {
        norms::find_storing(name, stored.iter().copied()).map(|m| m.descriptor().id)
    };
    assert_eq!(id("batch-renorm", &[]), Some("batch-renorm"));
    assert_eq!(id("batch-renorm", &["running_mean", "running_std"]), Some("batch-renorm"));
    assert_eq!(id("batch-renorm", &["running_mean", "running_var"]), Some("batch-renorm-variance"));
    assert_eq!(id("batch-renorm", &["running_other"]), Some("batch-renorm"));
    assert_eq!(id("batch-renorm-variance", &[]), Some("batch-renorm-variance"));
    assert_eq!(id("batch", &["running_std"]), Some("batch"));
    assert_eq!(id("nothing", &["running_var"]), None);
}

/// The paper's schedule: batch normalization up to update 5000, the bounds of the declaration from 40000 and 25000 on.
#[test]
fn the_bounds_of_batch_renormalization_are_loosened_as_in_the_paper() {
    let schedule = norm_batch_renorm::PAPER;
    let d = norms::find("batch-renorm").unwrap().descriptor();
    let at = |updates: u64| {
        let mut consts = d.default_consts();
        schedule.set(d, updates, &mut consts);
        [consts[1], consts[2]]
    };
    assert_eq!([at(0), at(5_000)], [[1.0, 0.0]; 2]);
    assert_eq!(at(15_000), [1.0 + 2.0 * 10.0 / 35.0, 2.5]);
    assert_eq!(at(25_000)[1], 5.0);
    assert_eq!(at(40_000), [d.consts[1].default, d.consts[2].default]);
    let short = schedule.stretched(0.01);
    assert_eq!((short.rmax.between, short.dmax.between), ((50, 400), (50, 250)));
    assert_eq!(short.rmax.at(225), schedule.rmax.at(22_500));
}
