//! With no history streaming normalization is batch normalization.

use norm_core::Isa;
use norm_core::conformance::difference;
use norm_core::streaming::{Store, Streaming};

use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const CASES: usize = 24;
const CHANNELS: usize = 9;
const BATCHES: u64 = 6;

pub(crate) const PROBE: Probe = Probe {
    id: "streaming-reductions",
    about: "Streaming norm whose mixtures hold the batch at hand alone, p = 2, an update after each of six batches of 24 cases, \
            and batch norm in training: largest difference of outputs, and of gradients to x, gain and bias.",
    find: || find(Streaming::CURRENT),
};

fn find(mixture: Streaming) -> Values {
    let (mut outputs, mut gradients, mut moments) = (0.0f64, 0.0f64, 0.0f64);
    for (id, of_moments) in [("streaming", false), ("streaming-moments", true)] {
        let mut streaming = Norm::new(id, CASES, CHANNELS);
        let mut batch = Norm::new("batch", CASES, CHANNELS);
        let sets = streaming.kernel().sets(&streaming.layout());
        let mut store = Store::<f64>::new(streaming.kernel().descriptor, sets);
        for number in 0..BATCHES {
            let mut draw = Draw::new(200 + number);
            let (size, shift) = (1.0 + draw.uniform(), draw.normal());
            let x: Vec<f64> = draw.normals(CASES * CHANNELS, size).iter().map(|x| x + shift).collect();
            let dy = draw.normals(CASES * CHANNELS, 1.0);
            for name in ["gain", "bias"] {
                let values = draw.normals(CHANNELS, 1.0);
                streaming.param(name).clone_from(&values);
                *batch.param(name) = values;
            }
            let forward = batch.forward(&x);
            let back = batch.backward(&x, &forward.statistics, &dy);
            let mut dx = vec![0.0; x.len()];
            let mut params = vec![vec![0.0; CHANNELS]; 2];
            let y = streaming
                .calling(&x, |kernel, call| {
                    let isa = Isa::detect();
                    let (y, used) = mixture.forward(kernel, isa, call, &mut store)?;
                    let mut into: Vec<&mut [f64]> = params.iter_mut().map(Vec::as_mut_slice).collect();
                    let half = &mut store.gradients;
                    mixture.backward(kernel, isa, call, &dy, &used, half, true, &mut dx, &mut into)?;
                    Ok::<_, norm_core::Error>(y)
                })
                .expect("a use of the layer's own sizes");
            store.after_update();
            if of_moments {
                moments = moments.max(difference(&y, &forward.y)).max(difference(&dx, &back.x));
                continue;
            }
            outputs = outputs.max(difference(&y, &forward.y));
            gradients = gradients.max(difference(&dx, &back.x));
            for (got, judged) in params.iter().zip(&back.params) {
                gradients = gradients.max(difference(got, judged));
            }
        }
    }
    Values::new().with("values", outputs).with("gradients", gradients).with("moments", moments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_a_history_it_is_another_method() {
        let found = (PROBE.find)();
        assert!(found.get("values") < 1e-10 && found.get("gradients") < 1e-10, "{found:?}");
        assert!(found.get("moments") < 1e-8, "{found:?}");
        let found = find(Streaming::default());
        assert!(found.get("values") > 0.1 && found.get("gradients") > 0.01, "{found:?}");
    }
}
