//! Several uses between updates, and several updates.

use norm_core::conformance::{StreamedState, difference, relative_difference};
use norm_core::streaming::{self, Scalar, Store, Streaming};
use norm_core::{Error, Isa, Layout, Value};

use crate::uses::{Gradients, Random, Use, backward, close, forward, method, same};

const SETTINGS: [Streaming; 3] = [
    Streaming {
        alpha_long: 0.7,
        alpha_short: 0.3,
        beta_long: 0.7,
        beta_short: 0.0,
        beta_current: 0.3,
        kappa: 0.7,
    },
    Streaming {
        alpha_long: 0.5,
        alpha_short: 0.5,
        beta_long: 0.5,
        beta_short: 0.5,
        beta_current: 0.0,
        kappa: 0.6,
    },
    Streaming {
        alpha_long: 0.2,
        alpha_short: 0.8,
        beta_long: 0.3,
        beta_short: 0.3,
        beta_current: 0.4,
        kappa: 0.9,
    },
];

#[test]
fn the_defaults_are_those_of_the_source() {
    assert_eq!(Streaming::default(), SETTINGS[0]);
}

/// Two steps of a sequence by three mini-batches before each of three updates, steps backwards in the reversed order.
fn whole_run(id: &str, settings: &Streaming, p: Option<f64>, masked: bool) {
    let m = method(id);
    let judge = m.streamed.unwrap();
    let k = m.f64;
    let layout = Layout::new(5, 1, 3, 2);
    let sets = k.sets(&layout);
    let mut store = Store::new(k.descriptor, sets);
    let mut state = StreamedState::of(&store, sets);
    let mut seed = 0;
    for update in 0..3 {
        for batch in 0..3 {
            let mut forwards = Vec::new();
            for step in 0..2 {
                seed += 1;
                let mut u = Use::new(k.descriptor, layout, seed);
                if let Some(p) = p {
                    u.consts[1] = p;
                }
                u.mask = masked.then(|| (0..layout.n).map(|n| (n + step) % 4 != 0).collect());
                let (y, used) = forward(settings, k, &u, &mut store);
                let (want, mixed) = u.with(|call| (judge.forward)(call, settings, &mut state));
                let what = format!("{id} {p:?}, update {update}, batch {batch}, step {step}, y");
                close(&what, &y, &want, 1e-12);
                forwards.push((u, y, used, mixed));
            }
            for (step, (u, y, used, mixed)) in forwards.into_iter().enumerate().rev() {
                let got = backward(settings, k, &u, &used, &mut store);
                let want = u.with(|call| (judge.backward)(call, &u.dy, &mixed, settings, &mut state));
                let what = format!("{id} {p:?}, update {update}, batch {batch}, step {step}");
                let want = Gradients { dx: want.dx, dparams: want.dparams };
                same(&what, &(y.clone(), got), &(y, want), 1e-12);
            }
            let mut judged = Store::new(k.descriptor, sets);
            state.write(&mut judged);
            for which in Scalar::ALL {
                assert_eq!(store.scalar(which), judged.scalar(which), "{}", which.name());
            }
            let names = streaming::names(k.descriptor);
            for ((name, got), want) in names.iter().zip(store.averages()).zip(judged.averages()) {
                close(name, got, want, 1e-12);
            }
        }
        store.after_update();
        state.updated = true;
    }
}

#[test]
fn whole_runs_are_those_of_the_reference() {
    for settings in SETTINGS {
        for masked in [false, true] {
            for p in [1.0, 1.5, 2.0, 3.0] {
                whole_run("streaming", &settings, Some(p), masked);
            }
            whole_run("streaming-moments", &settings, None, masked);
        }
    }
}

/// Four mini-batches count as one larger one: the long average takes in the mean over all four.
#[test]
fn several_mini_batches_before_an_update() {
    let k = method("streaming").f64;
    let layout = Layout::new(4, 1, 3, 1);
    let settings = Streaming::default();
    let mut store = Store::new(k.descriptor, 3);
    let uses: Vec<Use> = (0..5).map(|seed| Use::new(k.descriptor, layout, 50 + seed)).collect();
    let mut means = vec![0.0; 3];
    for u in &uses[..4] {
        let (_, used) = forward(&settings, k, u, &mut store);
        backward(&settings, k, u, &used, &mut store);
        for (mean, now) in means.iter_mut().zip(&used.current) {
            *mean += now / 4.0;
        }
    }
    assert_eq!((store.statistics.count(), store.gradients.count()), (4.0, 4.0));
    assert_eq!((store.statistics.long(), store.gradients.long()), (None, None));
    close("short", &store.statistics.short()[..3], &means, 1e-14);
    store.after_update();
    forward(&settings, k, &uses[4], &mut store);
    assert_eq!((store.statistics.count(), store.gradients.count()), (1.0, 0.0));
    close("long", &store.statistics.long().unwrap()[..3], &means, 1e-14);
}

/// A batch of one has no deviation, but one sample after the other has moments.
#[test]
fn one_sample_at_a_time() {
    let k = method("streaming-moments").f64;
    let layout = Layout::new(1, 1, 4, 1);
    let settings = Streaming::default();
    let mut store = Store::new(k.descriptor, 4);
    let mut r = Random(5);
    let mut outputs = Vec::new();
    for i in 0..4000 {
        let mut u = Use::new(k.descriptor, layout, i);
        u.x = r.normals(4).iter().map(|v| 3.0 + 2.0 * v).collect();
        (u.params[0], u.params[1]) = (vec![1.0; 4], vec![0.0; 4]);
        let (y, used) = forward(&settings, k, &u, &mut store);
        let got = backward(&settings, k, &u, &used, &mut store);
        assert!(y.iter().chain(&got.dx).all(|v| v.is_finite()));
        if i % 32 == 31 {
            store.after_update();
        }
        if i >= 1000 {
            outputs.extend(y);
        }
    }
    let n = outputs.len() as f64;
    let mean = outputs.iter().sum::<f64>() / n;
    let deviation = (outputs.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
    assert!(mean.abs() < 0.1 && (0.8..1.2).contains(&deviation), "mean {mean}, deviation {deviation}");
}

/// With history the backward pass is not the slope of the loss: it is what the source asks for.
#[test]
fn with_history_the_gradient_is_another() {
    let m = method("streaming");
    let (k, judge) = (m.f64, m.streamed.unwrap());
    let layout = Layout::new(6, 1, 2, 1);
    let settings = Streaming::default();
    let mut store = Store::new(k.descriptor, 2);
    for seed in 0..3 {
        let u = Use::new(k.descriptor, layout, 90 + seed);
        let (_, used) = forward(&settings, k, &u, &mut store);
        backward(&settings, k, &u, &used, &mut store);
        store.after_update();
    }
    let u = Use::new(k.descriptor, layout, 99);
    let before = store.clone();
    let (_, used) = forward(&settings, k, &u, &mut store);
    let got = backward(&settings, k, &u, &used, &mut store);
    let loss = |x: &[f64]| -> f64 {
        let moved = Use { x: x.to_vec(), ..u.clone() };
        let (y, _) = forward(&settings, k, &moved, &mut before.clone());
        y.iter().zip(&u.dy).map(|(a, b)| a * b).sum()
    };
    let slopes: Vec<f64> = (0..u.x.len())
        .map(|i| {
            let at = |by: f64| {
                let mut x = u.x.clone();
                x[i] += by;
                loss(&x)
            };
            (at(1e-5) - at(-1e-5)) / 2e-5
        })
        .collect();
    assert!(difference(&got.dx, &slopes) > 1e-2, "{:?} is the slope {slopes:?}", got.dx);
    let mut state = StreamedState::of(&before, 2);
    let (_, mixed) = u.with(|call| (judge.forward)(call, &settings, &mut state));
    let want = u.with(|call| (judge.backward)(call, &u.dy, &mixed, &settings, &mut state));
    close("dx", &got.dx, &want.dx, 1e-12);
}

/// In a sequence, step `t` is normalized by the mean over the statistics of the steps up to it.
#[test]
fn at_many_steps_it_is_a_causal_running_mean() {
    let k = method("streaming").f64;
    let layout = Layout::new(5, 1, 2, 1);
    let mut store = Store::new(k.descriptor, 2);
    let mut sums = [0.0; 4];
    for step in 1..=7 {
        let u = Use::new(k.descriptor, layout, 20 + step);
        let (y, used) = forward(&Streaming::CURRENT, k, &u, &mut store);
        for (sum, now) in sums.iter_mut().zip(&used.current) {
            *sum += now;
        }
        let mean = sums.map(|s| s / step as f64);
        let want: Vec<f64> = (0..u.x.len())
            .map(|i| {
                let divisor = (mean[2 + i % 2].powi(2) + u.consts[0]).sqrt();
                u.params[0][i % 2] * (u.x[i] - mean[i % 2]) / divisor + u.params[1][i % 2]
            })
            .collect();
        close(&format!("step {step}"), &y, &want, 1e-13);
    }
}

/// Table of regimes: scaled or shifted summed inputs are followed after a lag, by batch norm's invariances at once where
/// only the current batch counts. "Yes" is a move below 1e-4, "no" one above 1e-2; factor 3, shift 1, epsilon 0.
#[test]
fn question_row_11_its_invariances_hold_after_a_lag() {
    let d = method("streaming").f64.descriptor;
    let k = method("streaming").f64;
    let layout = Layout::new(6, 1, 3, 1);
    let mut plain = Use::new(d, layout, 77);
    for (c, v) in d.consts.iter().zip(&mut plain.consts) {
        *v = if c.name == "eps" { 0.0 } else { *v };
    }
    let scaled = Use { x: plain.x.iter().map(|x| 3.0 * x).collect(), ..plain.clone() };
    let one_unit = Use {
        x: plain.x.iter().enumerate().map(|(i, x)| if i % 3 == 1 { 3.0 * x } else { *x }).collect(),
        ..plain.clone()
    };
    let shifted = Use {
        x: plain.x.iter().enumerate().map(|(i, x)| x + [1.0, -1.0, 0.5][i % 3]).collect(),
        ..plain.clone()
    };
    for (settings, lags) in [(Streaming::default(), true), (Streaming::CURRENT, false)] {
        for (what, changed) in [("scaled", &scaled), ("one unit scaled", &one_unit), ("shifted", &shifted)] {
            let mut store = Store::new(d, 3);
            let mut next = |u: &Use, updates: usize| {
                let mut y = Vec::new();
                for _ in 0..updates {
                    y = forward(&settings, k, u, &mut store).0;
                    store.after_update();
                }
                y
            };
            let before = next(&plain, 80);
            let at_once = relative_difference(&next(changed, 1), &before, 0.0);
            let later = relative_difference(&next(changed, 80), &before, 0.0);
            assert!(if lags { at_once > 1e-2 } else { at_once < 1e-4 }, "{what}: {at_once:e}");
            assert!(later < 1e-4, "{what}: {later:e}");
        }
    }
}

#[test]
fn evaluation_mixes_alike_and_changes_nothing() {
    let k = method("streaming").f64;
    let layout = Layout::new(6, 1, 3, 1);
    let settings = Streaming::default();
    let evaluated = |u: &Use, store: &Store<f64>| {
        u.with(|call| settings.evaluate(k, Isa::detect(), call, store)).unwrap().0
    };
    let mut store = Store::new(k.descriptor, 3);
    let u = Use::new(k.descriptor, layout, 3);
    // Nothing is stored: its own statistics.
    let (own, _) = forward(&Streaming::CURRENT, k, &u, &mut Store::new(k.descriptor, 3));
    assert_eq!(evaluated(&u, &store), own);
    for seed in 0..4 {
        let u = Use::new(k.descriptor, layout, 30 + seed);
        let (y, _) = forward(&settings, k, &u, &mut store);
        let before = store.clone();
        assert_eq!(evaluated(&u, &store), y, "the same mixture");
        store.after_update();
        assert_eq!(evaluated(&u, &store), y, "an update alone moves no average");
        assert!(before.averages().eq(store.averages()));
    }
    // One row alone, and the same row among others.
    let all = evaluated(&u, &store);
    let row = Use { layout: Layout::new(1, 1, 3, 1), x: u.x[..3].to_vec(), dy: u.dy[..3].to_vec(), ..u };
    assert_eq!(evaluated(&row, &store), all[..3]);
}

/// The same in single precision.
#[test]
fn single_precision_follows() {
    let m = method("streaming");
    let layout = Layout::new(8, 1, 3, 1);
    let settings = Streaming::default();
    let (mut wide, mut narrow) = (Store::new(m.descriptor(), 3), Store::<f32>::new(m.descriptor(), 3));
    for seed in 0..6 {
        let u = Use::new(m.descriptor(), layout, seed);
        let (y, used) = forward(&settings, m.f64, &u, &mut wide);
        let want = backward(&settings, m.f64, &u, &used, &mut wide);
        let cast = |v: &[f64]| v.iter().map(|v| f32::lit(*v)).collect::<Vec<_>>();
        let widen = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        let (x, dy) = (cast(&u.x), cast(&u.dy));
        let params: Vec<Vec<f32>> = u.params.iter().map(|p| cast(p)).collect();
        let params: Vec<&[f32]> = params.iter().map(|p| &p[..]).collect();
        let call = norm_core::Call { layout, x: &x, params: &params, consts: &u.consts, mask: None };
        let (got, used) = settings.forward(m.f32, Isa::detect(), &call, &mut narrow).unwrap();
        let mut dx = vec![0.0; x.len()];
        let mut dparams = [vec![0.0; 3], vec![0.0; 3]];
        let mut slots: Vec<&mut [f32]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
        let half = &mut narrow.gradients;
        settings.backward(m.f32, Isa::detect(), &call, &dy, &used, half, true, &mut dx, &mut slots).unwrap();
        close("y", &widen(&got), &y, 1e-5);
        close("dx", &widen(&dx), &want.dx, 1e-5);
        wide.after_update();
        narrow.after_update();
    }
}

#[test]
fn bad_settings_and_stores_are_refused_by_name() {
    let k = method("streaming").f64;
    let u = Use::new(k.descriptor, Layout::new(6, 1, 3, 1), 3);
    let mut store = Store::new(k.descriptor, 3);
    forward(&Streaming::default(), k, &u, &mut store);
    store.after_update();
    let before = store.clone();
    let bad = Streaming { kappa: 1.5, ..Streaming::default() };
    let refused = u.with(|call| bad.forward(k, Isa::detect(), call, &mut store));
    assert!(matches!(refused, Err(Error::Setting { name: "kappa", .. })), "{refused:?}");
    let bad = Streaming { alpha_short: 0.7, ..Streaming::default() };
    let refused = u.with(|call| bad.forward(k, Isa::detect(), call, &mut store));
    assert!(matches!(refused, Err(Error::Setting { name: "alpha_long + alpha_short", .. })), "{refused:?}");
    assert_eq!(store, before);
    let mut small = Store::new(k.descriptor, 2);
    let refused = u.with(|call| Streaming::default().forward(k, Isa::detect(), call, &mut small));
    assert!(matches!(&refused, Err(Error::Length { what, .. }) if what == "store"), "{refused:?}");
    assert!(small.statistics.is_empty());
}

/// What is not finite is taken into no store, and seen in the output.
#[test]
fn what_is_not_finite_stays_outside() {
    let k = method("streaming").f64;
    let mut store = Store::new(k.descriptor, 3);
    let good = Use::new(k.descriptor, Layout::new(6, 1, 3, 1), 3);
    forward(&Streaming::default(), k, &good, &mut store);
    let before = store.clone();
    let mut bad = good.clone();
    bad.x[4] = f64::NAN;
    let (y, used) = forward(&Streaming::default(), k, &bad, &mut store);
    assert!(y.iter().any(|v| v.is_nan()));
    backward(&Streaming::default(), k, &bad, &used, &mut store);
    assert_eq!(store, before);
    let none = Use { mask: Some(vec![false; 6]), ..good };
    let (y, used) = forward(&Streaming::default(), k, &none, &mut store);
    let got = backward(&Streaming::default(), k, &none, &used, &mut store);
    assert!(y.iter().chain(&got.dx).all(|v| *v == 0.0));
    assert_eq!(store, before);
}
