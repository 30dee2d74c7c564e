//! Statements of the question that the kernels answer by themselves, one test each; the number is the statement's.

use norm_core::conformance::{Probe, Shape};
use norm_core::policy::Running;
use norm_core::{Call, Isa, Layout};

const SHAPE: Shape = Shape { cases: 4, channels: 5, space: 1, groups: 1 };

#[test]
fn question_row_2_layer_norm_looks_at_one_case_and_at_all_of_it() {
    let layer = norms::find("layer").unwrap();
    let probe = Probe::measured(layer.f64, SHAPE, None).unwrap();
    for (of, a) in probe.labels.iter().enumerate() {
        for (on, b) in probe.labels.iter().enumerate() {
            assert_eq!(probe.y_on_x.depends(of, on), a.sample == b.sample, "y of {a:?} on x of {b:?}");
        }
    }
    // Batch norm is the opposite in every respect.
    let batch = Probe::measured(norms::find("batch").unwrap().f64, SHAPE, None).unwrap();
    for (of, a) in batch.labels.iter().enumerate() {
        for (on, b) in batch.labels.iter().enumerate() {
            assert_eq!(batch.y_on_x.depends(of, on), a.feature == b.feature, "y of {a:?} on x of {b:?}");
        }
    }
}

/// A state after two batches by the formula of each library, written out.
#[test]
fn question_row_3_averages_of_keras_and_pytorch_convert() {
    let d = norms::find("batch").unwrap().descriptor();
    let (n, batches) = (8.0, [[0.3, 2.0], [-0.1, 1.5]]);
    let (mut keras, mut torch) = ([0.0f64, 1.0], [0.0f64, 1.0]);
    let (mut by_keras, mut by_torch) = (vec![0.0f64, 1.0], vec![0.0f64, 1.0]);
    for [mean, variance] in batches {
        keras = [0.99 * keras[0] + (1.0 - 0.99) * mean, 0.99 * keras[1] + (1.0 - 0.99) * variance];
        let unbiased = variance * n / (n - 1.0);
        torch = [(1.0 - 0.1) * torch[0] + 0.1 * mean, (1.0 - 0.1) * torch[1] + 0.1 * unbiased];
        assert!(Running::keras(0.99).update(d, &[mean, variance], 8, &mut by_keras));
        assert!(Running::pytorch(0.1).update(d, &[mean, variance], 8, &mut by_torch));
    }
    for (got, want) in by_keras.iter().zip(keras).chain(by_torch.iter().zip(torch)) {
        assert!((got - want).abs() < 1e-15, "{got} is not {want}");
    }
    // The two are not each other's.
    assert!((by_keras[1] - by_torch[1]).abs() > 1e-2);
}

/// Keras' epsilon is a constant of the call, no other method.
#[test]
fn question_row_3_the_epsilon_of_keras_is_a_constant() {
    let layer = norms::find("layer").unwrap();
    let (x, ones, zeros) = ([0.5, -1.0, 2.0], [1.0; 3], [0.0; 3]);
    let params: [&[f64]; 2] = [&ones, &zeros];
    let call = Call { layout: Layout::new(1, 1, 3, 1), x: &x, params: &params, consts: &[1e-3], mask: None };
    let (mut statistics, mut y) = ([0.0; 2], [0.0; 3]);
    layer.f64.forward(Isa::detect(), &call, &mut statistics, &mut y).unwrap();
    let variance = x.iter().map(|v| (v - 0.5) * (v - 0.5)).sum::<f64>() / 3.0;
    for (got, x) in y.iter().zip(x) {
        assert!((got - (x - 0.5) / (variance + 1e-3).sqrt()).abs() < 1e-15);
    }
}
