//! `update/<update>/optimizer/<dtype>/<weights>/step`: one step of an optimizer whose gradients are there, for every update
//! and for the plain step (`none`) of the same network, beside a copy of the written traffic.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use ::bench::throughput::{begin, steps}; // and its allocator
use criterion::Criterion;
use results::Tier;

fn main() {
    let tier = begin::bench();
    let smoke = tier == Some(Tier::Smoke);
    let (warm_up, measure, samples) = if smoke { (50, 200, 10) } else { (200, 800, 30) };
    let mut c = Criterion::default()
        .warm_up_time(Duration::from_millis(warm_up))
        .measurement_time(Duration::from_millis(measure))
        .sample_size(samples)
        .nresamples(begin::RESAMPLES)
        .configure_from_args();
    let steps = steps::measured(tier).expect("networks and optimizers that are trained");
    let sizes: BTreeSet<u64> = steps.iter().map(|step| step.id.elements()).collect();
    for n in sizes {
        common::copies(&mut c, &n.to_string(), n as usize);
    }
    for mut step in steps {
        let id = step.id.to_string();
        c.bench_function(&id, |b| b.iter(|| step.take().expect("a step")));
    }
    c.final_summary();
}
