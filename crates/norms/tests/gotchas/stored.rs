//! Methods whose output is made of what is stored, and those that stream.

use norm_core::Isa;
use norm_core::conformance::difference;
use norm_core::policy::{Running, Stored};
use norm_core::streaming::{Store, Streaming};

use crate::run::{BIASED, Run, close, deviation, noise};
use crate::{Entry, Held};
use Held::{By, Here, Source};

pub(crate) const ENTRIES: fn() -> Vec<Entry> = || {
    vec![
        ("streaming", "One sample of one position", Here(single_samples_run_away)),
        ("streaming", "Epsilon stands beside the square", Here(epsilon_beside_the_square)),
        ("streaming", "The average of deviations within batches", Here(small_batches_give_too_much)),
        (
            "streaming",
            "While the long average counts",
            By("norms/tests/streaming/history.rs", "question_row_11_its_invariances_hold_after_a_lag"),
        ),
        ("streaming", "At p = 1 a Gaussian", Here(of_absolute_deviations)),
        ("streaming-moments", "The variance is a difference of moments", Here(moments_cancel)),
        ("power", "The authors' code first divides", Source),
        ("power", "In the backward pass the authors' code", Here(divided_by_the_store_both_ways)),
        ("power", "For their first 10000 updates", Here(divides_by_the_store_at_once)),
        ("power", "In the authors' warm-up", Source),
        (
            "power",
            "The paper's backward average",
            Here(|| {
                let d = Run::new("power", 2, 2, 1).d();
                close(1.0 - d.consts.iter().find(|c| c.name == "alpha").unwrap().default, 0.1, 1e-15);
                close(Running::default().named(d, &d.default_consts()).rate, 0.1, 0.0);
            }),
        ),
        ("power", "A batch whose mean of squares", Here(the_control_overshoots)),
        ("online", "The paper bounds the output", Here(clamped_at_five)),
        ("online", "The bound comes after gain and bias", Here(the_bound_comes_last)),
        ("online", "The cases of a batch go in one by one", Here(one_by_one)),
        (
            "online",
            "What flows back is not",
            Here(|| assert!(!Run::new("online", 2, 2, 1).d().exact_gradient)),
        ),
        ("online", "In the backward pass the authors' compiled", Here(divided_by_the_variance_before)),
        ("online", "At a rate of 0.001", Here(thousands_of_cases)),
    ]
};

/// Uses of a layer that streams, an update after each; the outputs.
fn uses(id: &str, p: Option<f64>, batches: &[Vec<f64>], settings: Streaming) -> Vec<Vec<f64>> {
    let mut run = Run::new(id, batches[0].len(), 1, 1);
    if let Some(p) = p {
        run = run.with("p", p);
    }
    let mut store = Store::new(run.d(), 1);
    let params: Vec<&[f64]> = run.inputs.iter().map(|p| &p[..]).collect();
    batches
        .iter()
        .map(|x| {
            let layout = norm_core::Layout::new(x.len(), 1, 1, 1);
            let call = norm_core::Call { layout, x, params: &params, consts: &run.consts, mask: None };
            let (y, _) = settings.forward(run.k, Isa::detect(), &call, &mut store).unwrap();
            store.after_update();
            y
        })
        .collect()
}

fn single_samples_run_away() {
    let samples: Vec<Vec<f64>> = noise(12, 21).into_iter().map(|v| vec![v]).collect();
    let y: Vec<f64> = uses("streaming", None, &samples, Streaming::default()).concat();
    assert_eq!(y[0], 0.0);
    assert!(y[1..].iter().all(|v| v.abs() > 1.0) && y.iter().any(|v| v.abs() > 100.0), "{y:?}");
    close(1e-5f64.sqrt(), 0.003, 2e-4);
    let moments: Vec<f64> = uses("streaming-moments", None, &samples, Streaming::default()).concat();
    assert!(moments.iter().all(|v| v.abs() < 5.0), "{moments:?}");
}

fn epsilon_beside_the_square() {
    // Values at ±0.01: the deviation is 0.01 at every power.
    let x: Vec<f64> = (0..8).map(|i| if i % 2 == 0 { 0.01 } else { -0.01 }).collect();
    for p in [1.0, 2.0, 3.0] {
        let y = &uses("streaming", Some(p), std::slice::from_ref(&x), Streaming::CURRENT)[0];
        close(1.0 / y[0], 1.0488, 1e-4);
    }
}

fn small_batches_give_too_much() {
    let all = noise(400, 22);
    let of = |size: usize| {
        let batches: Vec<Vec<f64>> = all.chunks(size).map(<[f64]>::to_vec).collect();
        deviation(&uses("streaming", None, &batches, Streaming::default()).concat()[200..])
    };
    let (small, large) = (of(2), of(50));
    assert!(small > 1.4 * large && (large - 1.0).abs() < 0.15, "{small} and {large}");
}

fn of_absolute_deviations() {
    let x = noise(20_000, 23);
    let y = &uses("streaming", Some(1.0), &[x], Streaming::CURRENT)[0];
    close(deviation(y), 1.25, 0.02);
}

fn moments_cancel() {
    let near = noise(64, 24);
    let far: Vec<f64> = near.iter().map(|v| v + 1e7).collect();
    let of = |id: &str, x: &[f64]| uses(id, None, &[x.to_vec()], Streaming::CURRENT)[0].clone();
    assert!(difference(&of("streaming-moments", &far), &of("streaming-moments", &near)) > 1e-4);
    assert!(difference(&of("streaming", &far), &of("streaming", &near)) < 1e-6);
    // Equal values: what rounding leaves of the variance below 0 counts as 0.
    let equal = of("streaming-moments", &[1e7 + 0.1; 7]);
    assert!(equal.iter().all(|v| v.is_finite()));
}

fn divided_by_the_store_both_ways() {
    let run = Run::new("power", 6, 1, 1).with("prev_phi", 4.0).with("eps", 0.0);
    let y = run.y();
    close(difference(&y, &run.x.iter().map(|x| x / 2.0).collect::<Vec<_>>()), 0.0, 1e-14);
    close(difference(&run.dx(), &run.dy.iter().map(|d| d / 2.0).collect::<Vec<_>>()), 0.0, 1e-14);
}

fn divides_by_the_store_at_once() {
    let run = Run::new("power", 6, 1, 1).map(|v| 5.0 * v);
    let mut store = Running::initial::<f64>(run.d(), 1);
    assert_eq!(store, [1.0]);
    let want: Vec<f64> = run.x.iter().map(|x| x / (1.0f64 + 1e-5).sqrt()).collect();
    close(difference(&run.train(BIASED, &mut store), &want), 0.0, 1e-13);
}

/// The state grows by the mean of q u, with q = g - (1 - alpha) E u: by less than it takes away where the mean of u² is
/// above 2 / (1 - alpha).
fn the_control_overshoots() {
    let run = |square: f64| {
        let mut run = Run::new("power", 4, 1, 1).with("eps", 0.0).with("control_z", 1.0);
        run.x = vec![square.sqrt(); 4];
        run.dy = vec![0.0; 4];
        1.0 + run.gradient("control_z")[0]
    };
    assert!(run(19.0).abs() < 1.0 && run(21.0) < -1.0);
}

fn clamped_at_five() {
    let run = Run::new("online", 6, 2, 1).map(|v| 100.0 * v);
    assert!(run.y().iter().all(|v| v.abs() <= 5.0) && run.y().contains(&5.0));
}

fn the_bound_comes_last() {
    let run = Run::new("online", 6, 2, 1).map(|v| 100.0 * v).with("gain", 3.0).with("bias", 2.0);
    let (y, dx) = (run.y(), run.dx());
    assert!(y.iter().all(|v| v.abs() <= 5.0));
    for (y, dx) in y.iter().zip(&dx) {
        assert_eq!(y.abs() == 5.0, *dx == 0.0);
    }
}

fn one_by_one() {
    let rate = Running { rate: 0.1, stored: Stored::Biased };
    let run = Run::new("online", 4, 1, 1).with("rate", 0.1);
    let turned = run.clone().of(run.x.iter().rev().copied().collect());
    assert!(difference(&run.stored(rate), &turned.stored(rate)) > 1e-3);
    // As many moves as cases.
    let mut store = Running::initial::<f64>(run.d(), 1);
    for v in &run.x {
        Run::new("online", 1, 1, 1).with("rate", 0.1).of(vec![*v]).train(rate, &mut store);
    }
    close(difference(&run.stored(rate), &store), 0.0, 1e-13);
    // In a block all are normalized by what was stored before them.
    let block = run.clone().with("block", 4.0);
    let mut start = Running::initial::<f64>(run.d(), 1);
    let want: Vec<f64> = run.x.iter().map(|x| (x / (1.0f64 + 1e-5).sqrt()).clamp(-5.0, 5.0)).collect();
    close(difference(&block.train(rate, &mut start), &want), 0.0, 1e-13);
}

fn divided_by_the_variance_before() {
    let run = Run::new("online", 1, 1, 1).with("prev_var", 4.0).with("eps", 0.0);
    close(run.dx()[0], run.dy[0] / 2.0, 1e-14);
}

fn thousands_of_cases() {
    let run = Run::new("online", 1000, 1, 1).map(|v| 10.0 + v);
    let d = run.d();
    let named = Running::default().named(d, &run.consts);
    close(named.rate, 0.001, 0.0);
    assert_eq!(Running::initial::<f64>(d, 1), [0.0, 1.0]);
    let mut store = Running::initial::<f64>(d, 1);
    run.train(named, &mut store);
    assert!(store[0] < 7.0);
    for _ in 0..9 {
        run.train(named, &mut store);
    }
    assert!((store[0] - 10.0).abs() < 0.2);
}
