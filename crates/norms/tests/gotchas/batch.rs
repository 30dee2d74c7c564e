//! Statistics of the batch.

use norm_core::Rule;
use norm_core::conformance::difference;
use norm_core::policy::{Running, Stored, step};

use crate::run::{BIASED, Run, close, deviation, mean, noise};
use crate::{Entry, Held};
use Held::{Advice, By, Here, Source};

const RECURRENT: &str = "sequence/tests/suite/statistics.rs";
const BATCH: &str = "sequence/tests/suite/batch.rs";

pub(crate) const ENTRIES: fn() -> Vec<Entry> = || {
    vec![
        ("batch", "The biased variance normalizes", Here(biased_normalizes)),
        ("batch", "The gradient of x sums to zero", Here(|| sums_to_zero("batch"))),
        ("batch", "With running statistics as constants", Here(frozen_is_another_gradient)),
        ("ghost-batch", "The paper's blocks have 128 cases", Here(a_large_block_is_the_batch)),
        ("ghost-batch", "What is stored takes in one block", Here(blocks_move_the_store)),
        ("ghost-batch", "What is left at the end of a batch", Here(a_block_of_one_gives_the_bias)),
        ("recurrent-batch", "The gain starts at 0.1", Here(|| starts_at("recurrent-batch", "gain", 0.1))),
        (
            "recurrent-batch",
            "The norms of the two projections learn no shift",
            By(BATCH, "recurrent_batch_normalization"),
        ),
        (
            "recurrent-batch",
            "A step later than every training sequence",
            Here(|| assert_eq!(step(9, 4), (3, true))),
        ),
        (
            "recurrent-batch",
            "The biased variance is averaged",
            By(RECURRENT, "recurrent_batch_normalization_stores_biased_variances_at_a_hundredth"),
        ),
        ("recurrent-batch", "Steps whose input is constant", Here(constant_steps_magnify)),
        (
            "recurrent-batch",
            "A learned initial state gets",
            By(
                RECURRENT,
                "an_initial_hidden_state_that_all_cases_share_learns_nothing_under_statistics_of_the_step",
            ),
        ),
        ("recurrent-batch", "The paper's permuted MNIST", Source),
        (
            "time-batch",
            "With statistics shared over steps",
            By(RECURRENT, "shared_and_own_statistics_per_step_differ_in_evaluation_only"),
        ),
        ("time-batch", "Whether gain and bias belong to a step", Source),
        ("time-batch", "A residual recursion", Here(residuals_grow)),
        ("bn-rnn", "Frame by frame", By(BATCH, "batch_per_step_on_the_input_projection")),
        ("bn-rnn", "\"Not over time\"", By(BATCH, "batch_per_step_on_the_input_projection")),
        ("bn-rnn", "It trains faster", Source),
        ("sequence-batch", "Padding belongs into neither moment", Here(padding_in_neither_moment)),
        ("sequence-batch", "The recurrence is a rectifier", Source),
        ("sequence-batch", "Normalizing the input of a layer", Advice),
        ("mean-only-batch", "The best figure of the paper", Here(mean_only_bounds_no_scale)),
        ("mean-only-batch", "Under it the data-dependent", Source),
        ("mean-only-batch", "The gradient of x sums to zero", Here(|| sums_to_zero("mean-only-batch"))),
        ("switchable", "The root is taken of the mixture", Here(the_root_of_the_mixture)),
        ("switchable", "Evaluation uses the moving average", Here(evaluation_takes_the_batch_part_alone)),
        (
            "switchable",
            "The authors' momentum is what is kept",
            Here(|| {
                let run = Run::new("switchable", 3, 2, 4);
                assert_eq!(Running::initial::<f64>(run.d(), 1), [0.0, 1.0]);
            }),
        ),
        (
            "switchable",
            "The authors' code takes the unbiased variance",
            Here(|| biased_parts("switchable", 3)),
        ),
        ("switchable", "Without space the instance's variance is 0", Here(instances_without_space)),
        ("switchable", "The mean of the mixture is not formed", Here(far_from_zero_the_mixture_holds)),
        (
            "switchable-vectors",
            "The authors' code takes unbiased variances",
            Here(|| biased_parts("switchable-vectors", 2)),
        ),
        ("switchable-vectors", "The authors' momentum for vectors", Source),
        (
            "batch-renorm",
            "The bounds start at 1 and 0",
            By(
                "norms/tests/identities.rs",
                "the_bounds_of_batch_renormalization_are_loosened_as_in_the_paper",
            ),
        ),
        (
            "batch-renorm",
            "What is averaged is the deviation",
            By(
                "norms/tests/identities.rs",
                "batch_renormalization_averages_deviations_and_its_ports_variances",
            ),
        ),
        ("batch-renorm", "A well-known port adds epsilon", Source),
        (
            "batch-renorm",
            "The store is that before the batch",
            Here(|| compared_with_the_store_before("batch-renorm")),
        ),
        (
            "batch-renorm-variance",
            "The paper averages deviations",
            By(
                "norms/tests/identities.rs",
                "batch_renormalization_averages_deviations_and_its_ports_variances",
            ),
        ),
        (
            "batch-renorm-variance",
            "Epsilon, 1e-3, stands inside",
            Here(|| {
                let d = Run::new("batch-renorm-variance", 2, 2, 1).d();
                assert_eq!((d.consts[0].name, d.consts[0].default), ("eps", 1e-3));
                close(Running::default().named(d, &d.default_consts()).rate, 0.1, 0.0);
            }),
        ),
        ("batch-renorm-variance", "Where the unbiased variance is stored", Here(a_stationary_factor)),
        (
            "batch-renorm-variance",
            "The store is that before the batch",
            Here(|| compared_with_the_store_before("batch-renorm-variance")),
        ),
    ]
};

fn biased_normalizes() {
    let run = Run::new("batch", 6, 1, 1).with("eps", 0.0);
    close(deviation(&run.y()), 1.0, 1e-12);
    let variance = deviation(&run.x).powi(2);
    let stored = |stored| run.stored(Running { rate: 1.0, stored })[1];
    close(stored(Stored::Biased), variance, 1e-12);
    close(stored(Stored::Unbiased), variance * 6.0 / 5.0, 1e-12);
    assert_eq!(Stored::default(), Stored::Unbiased);
}

fn sums_to_zero(id: &str) {
    let run = Run::new(id, 7, 3, 2);
    let dx = run.dx();
    for c in 0..3 {
        close(run.channel(&dx, c).into_iter().sum::<f64>(), 0.0, 1e-12);
    }
    assert!(dx.iter().any(|v| v.abs() > 0.1));
}

fn frozen_is_another_gradient() {
    let run = Run::new("batch", 7, 3, 1);
    assert!(difference(&run.backward(Rule::Frozen).0, &run.dx()) > 0.1);
}

fn a_large_block_is_the_batch() {
    let run = Run::new("ghost-batch", 40, 3, 1);
    close(run.consts[1], 16.0, 0.0);
    let mut store = Running::initial::<f64>(run.d(), 3);
    let whole = run.clone().with("block", 40.0).train(BIASED, &mut store);
    let batch = Run::new("batch", 40, 3, 1).of(run.x.clone()).y();
    close(difference(&whole, &batch), 0.0, 1e-13);
    assert!(difference(&run.train(BIASED, &mut store), &batch) > 0.05);
}

fn blocks_move_the_store() {
    // Two blocks of the same values move the store as two batches do.
    let half = noise(16 * 2, 5);
    let run = Run::new("ghost-batch", 32, 2, 1).of(half.iter().chain(&half).copied().collect());
    let batch = Run::new("batch", 16, 2, 1).of(half);
    let mut twice = batch.stored(BIASED);
    batch.train(BIASED, &mut twice);
    close(difference(&run.stored(BIASED), &twice), 0.0, 1e-13);
}

fn a_block_of_one_gives_the_bias() {
    let run = Run::new("ghost-batch", 17, 2, 1).with("bias", 0.25);
    let mut store = Running::initial::<f64>(run.d(), 2);
    assert_eq!(run.train(BIASED, &mut store)[32..], [0.25, 0.25]);
    let even = Run::new("ghost-batch", 32, 2, 1).with("bias", 0.25).train(BIASED, &mut store);
    assert!(even.iter().all(|v| *v != 0.25));
    // And it gets no gradient: alone it is a batch of one.
    let alone = Run::new("batch", 1, 2, 1);
    assert_eq!(alone.dx(), [0.0, 0.0]);
}

fn starts_at(id: &str, name: &str, value: f64) {
    let d = Run::new(id, 2, 2, 1).d();
    close(d.params.iter().find(|p| p.name == name).unwrap().initial, value, 0.0);
}

fn constant_steps_magnify() {
    let run = Run::new("recurrent-batch", 6, 1, 1).map(|_| 0.7);
    assert!(run.y().iter().all(|v| *v == 0.0));
    // A gradient that sums to zero passes on, magnified.
    let mut run = run;
    run.dy = vec![1.0, -1.0, 0.5, -0.5, 0.25, -0.25];
    close(run.dx()[0], 0.1 / 1e-5f64.sqrt(), 1e-6);
    close(0.1 / 1e-5f64.sqrt(), 32.0, 0.5);
}

/// `h + f(h)` with a fixed random map: its deviation grows with every step.
fn residuals_grow() {
    let (n, units) = (50, 12);
    let weights = noise(units * units, 3);
    let mut h = noise(n * units, 4);
    let mut before = deviation(&h);
    for _ in 0..4 {
        let f: Vec<f64> = (0..n * units)
            .map(|i| {
                (0..units)
                    .map(|j| weights[i % units * units + j] * h[i / units * units + j])
                    .sum::<f64>()
                    .max(0.0)
                    * 0.3
            })
            .collect();
        h.iter_mut().zip(&f).for_each(|(h, f)| *h += f);
        assert!(deviation(&h) > before * 1.1);
        before = deviation(&h);
    }
}

fn padding_in_neither_moment() {
    let short = Run::new("sequence-batch", 5, 2, 1);
    let mut long = Run::new("sequence-batch", 8, 2, 1);
    long.x = short.x.iter().copied().chain([0.0; 6]).collect();
    long.dy = short.dy.iter().copied().chain([0.0; 6]).collect();
    assert!(difference(&long.forward().0, &short.forward().0) > 0.01);
    long.mask = Some((0..8).map(|n| n < 5).collect());
    close(difference(&long.forward().0, &short.forward().0), 0.0, 1e-14);
    close(difference(&long.dx()[..10], &short.dx()), 0.0, 1e-13);
}

fn mean_only_bounds_no_scale() {
    let run = Run::new("mean-only-batch", 6, 2, 1);
    close(deviation(&run.clone().map(|v| 1e3 * v).y()) / deviation(&run.y()), 1e3, 1e-6);
}

/// The output from parts in plain sums; `logits` of means and variances are 1 for all.
fn switched(run: &Run, parts: usize, unbiased: bool) -> Vec<f64> {
    let l = run.layout;
    let (c, s) = (l.channels(), l.s);
    let of = |take: &dyn Fn(usize) -> bool| -> (f64, f64) {
        let set: Vec<f64> = run.x.iter().enumerate().filter(|(i, _)| take(*i)).map(|(_, v)| *v).collect();
        let n = set.len() as f64;
        (mean(&set), deviation(&set).powi(2) * if unbiased { n / (n - 1.0) } else { 1.0 })
    };
    (0..run.x.len())
        .map(|i| {
            let (case, channel) = (i / (c * s), i / s % c);
            let batch = of(&|j| j / s % c == channel);
            let layer = of(&|j| j / (c * s) == case);
            let mut all = vec![batch, layer];
            if parts == 3 {
                all.push(of(&|j| j / s == i / s));
            }
            let n = all.len() as f64;
            let (m, v) = all.iter().fold((0.0, 0.0), |(m, v), p| (m + p.0 / n, v + p.1 / n));
            (run.x[i] - m) / (v + 1e-5).sqrt()
        })
        .collect()
}

fn biased_parts(id: &str, parts: usize) {
    let run = Run::new(id, 4, 3, if parts == 3 { 5 } else { 1 });
    close(difference(&run.y(), &switched(&run, parts, false)), 0.0, 1e-12);
    assert!(difference(&run.y(), &switched(&run, parts, true)) > 0.01);
}

fn the_root_of_the_mixture() {
    let run = Run::new("switchable", 4, 3, 5);
    close(difference(&run.y(), &switched(&run, 3, false)), 0.0, 1e-12);
    // The mean over a channel of what the layer's shared formula would leave is not 0.
    let y = run.y();
    assert!(mean(run.channel(&y, 0)).abs() > 1e-3);
}

fn evaluation_takes_the_batch_part_alone() {
    let run = Run::new("switchable", 4, 3, 5);
    let store = run.stored(BIASED);
    let first: usize = run.layout.case();
    let mut other = run.clone();
    other.x[first..].iter_mut().for_each(|v| *v += 1.0);
    // Under stored statistics a case gives the same whatever the others are, and still follows its own set.
    close(difference(&run.apply(&store)[..first], &other.apply(&store)[..first]), 0.0, 1e-13);
    let scaled = run.clone().map(|v| 3.0 * v).apply(&store);
    assert!(difference(&scaled, &run.apply(&store).iter().map(|v| 3.0 * v).collect::<Vec<_>>()) > 0.1);
}

fn instances_without_space() {
    let run = Run::new("switchable", 4, 3, 1).with("mean_in", 40.0);
    // All weight on the instance's mean, which is the element: nothing is left but the bias.
    assert!(run.y().iter().all(|v| v.abs() < 1e-12));
    let id = norms::find("switchable-vectors").map(|m| m.descriptor().params.len());
    assert_eq!(id, Some(6));
}

fn far_from_zero_the_mixture_holds() {
    let run = Run::new("switchable", 4, 3, 5);
    let far = run.clone().map(|v| v + 1e8);
    // 1e8 leaves eight digits; a mixture of means formed first would lose as many again.
    assert!(difference(&far.y(), &run.y()) < 1e-6);
}

fn a_stationary_factor() {
    // A store that holds the unbiased variance of this very batch, without epsilon.
    let run = Run::new("batch-renorm-variance", 5, 1, 1).with("eps", 0.0).with("rmax", 1e9).with("dmax", 1e9);
    let (m, v) = (mean(&run.x), deviation(&run.x).powi(2));
    let stored = run.clone().with("prev_mu", m).with("prev_var", v * 5.0 / 4.0).y();
    close(deviation(&stored), (4.0f64 / 5.0).sqrt(), 1e-12);
    close(deviation(&run.clone().with("prev_mu", m).with("prev_var", v).y()), 1.0, 1e-12);
}

fn compared_with_the_store_before(id: &str) {
    let run = Run::new(id, 6, 2, 1).map(|v| 1.0 + 0.5 * v);
    let running = Running { rate: 1.0, stored: Stored::Biased };
    let mut store = Running::initial::<f64>(run.d(), 2);
    // With a store that takes over each batch whole, the first batch is still compared with where the store starts.
    let first = run.train(running, &mut store);
    let second = run.train(running, &mut store);
    close(mean(&second), 0.0, 1e-9);
    assert!(mean(&first) > 0.5);
}
