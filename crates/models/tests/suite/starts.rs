//! Where stored statistics start that are made of squares and are no variances, in models that hold some themselves.

use ::safetensors::SafeTensors;
use dfdx::prelude::*;
use models::{AllPerStep, AllShared, Lstm, RecurrentBatch, SharedConv, Sharing, StatisticsPerStep};

norm_core::formula! {
    /// Divided by the root of a mean of squares
    Squares(none) as "squares" over batch + space {
        policy running;
        param gain = 1.0;
        const eps = 1e-5;
        ms = mean(square(x));
        y  = gain * x * rsqrt(ms + eps);
    }
}

fn of_steps<Sh: Sharing>() {
    let model = Cpu::default().build_module::<SharedConv<Squares, Sh, 1, 2, 3, 2>, f64>();
    for step in 0..3 {
        assert_eq!(model.norm1.running(step, "ms").unwrap().as_vec(), [1.0; 2], "step {step}");
    }
}

#[test]
fn at_each_step_of_a_network_at_1() {
    of_steps::<AllShared>();
    of_steps::<StatisticsPerStep>();
    of_steps::<AllPerStep>();
}

#[test]
fn at_each_step_of_a_cell_at_1() {
    let layer = Cpu::default().build_module::<Lstm<Squares, RecurrentBatch<2>, 2, 3, 12>, f64>();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("layer.safetensors");
    layer.save_safetensors(&file).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let stored: Vec<_> = file.tensors().into_iter().filter(|(name, _)| name.contains("running_ms")).collect();
    assert!(stored.len() >= 4, "{:?}", file.names());
    for (name, view) in stored {
        let values: Vec<f64> = view.data().as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
        assert!(values.iter().all(|v| *v == 1.0), "{name}: {values:?}");
    }
}
