//! How long one training pass takes, by placement: `cargo run --release -p sequence --example timing [names]`.
//!
//! Not a measurement to cite, those are made by `bench`; this is what one looks at while changing the engine.
#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::time::Instant;

use sequence::{
    CellKind, Gradients, Inputs, Mode, Options, Placement, Sizes, State, Statistics, Upstream, Weights,
    Workspace,
};

const SIZES: Sizes = Sizes { steps: 50, cases: 64, inputs: 128, units: 128 };

/// Numbers without a pattern.
fn noise(n: usize, scale: f32) -> Vec<f32> {
    let mut seed = n as u64 | 1;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * scale
    };
    (0..n).map(|_| next()).collect()
}

fn main() -> Result<(), sequence::Error> {
    let Sizes { steps, cases, inputs, units } = SIZES;
    println!("{steps} steps, {cases} cases, {inputs} -> {units}, {} threads", rayon::current_num_threads());
    println!(
        "{:10} {:6} {:>10} {:>10}   milliseconds, best of 30",
        "placement", "method", "forward", "backward"
    );
    let names: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |p: &Placement| names.is_empty() || names.iter().any(|n| n == p.name);
    for placement in Placement::ALL.into_iter().filter(wanted) {
        for id in ["none", "layer", "batch", "cosine"] {
            let Some(method) = norms::find(id) else { continue };
            if placement.allows(method.descriptor(), CellKind::Lstm).is_err() {
                continue;
            }
            let per_step = placement.statistics(method.descriptor(), CellKind::Lstm, None).is_err();
            let statistics = per_step.then_some(Statistics::PerStep { t_max: steps });
            let options = Options { statistics, ..Options::default() };
            let cell = placement.cell_with(CellKind::Lstm, *method.f32, options)?;
            let width = cell.width(units);
            let (x, ih, hh) =
                (noise(steps * cases * inputs, 1.0), noise(width * inputs, 0.1), noise(width * units, 0.1));
            let bias = cell.has_bias().then(|| noise(width, 0.1));
            let slots: Vec<Vec<f32>> =
                cell.slot_params(units).iter().map(|p| vec![p.initial as f32; p.len]).collect();
            let slots: Vec<&[f32]> = slots.iter().map(|s| &s[..]).collect();
            let w = Weights { ih: &ih, hh: &hh, bias: bias.as_deref(), recurrent_bias: None, slots: &slots };
            let input = Inputs { sizes: SIZES, x: &x, mask: None, h0: None, c0: None };
            let dy = noise(steps * cases * units, 1.0);
            let mut y = vec![0.0; dy.len()];
            let (mut dx, mut dih, mut dhh) = (vec![0.0; x.len()], vec![0.0; ih.len()], vec![0.0; hh.len()]);
            let mut dbias = bias.clone();
            let mut dslots: Vec<Vec<f32>> = slots.iter().map(|s| vec![0.0; s.len()]).collect();
            let mut state = State::new(&cell, units);
            let mut ws = Workspace::default();
            let mut best = [f64::INFINITY; 2];
            for _ in 0..30 {
                let start = Instant::now();
                cell.forward(&w, &input, Mode::Train(&mut state), &mut ws, &mut y)?;
                best[0] = best[0].min(start.elapsed().as_secs_f64());
                let mut refs: Vec<&mut [f32]> = dslots.iter_mut().map(|s| &mut s[..]).collect();
                let mut out = Gradients {
                    x: Some(&mut dx),
                    ih: &mut dih,
                    hh: &mut dhh,
                    bias: dbias.as_deref_mut(),
                    recurrent_bias: None,
                    slots: &mut refs,
                    h0: None,
                    c0: None,
                };
                let start = Instant::now();
                cell.backward(&w, &input, &Upstream { y: &dy, h: None, c: None }, &mut ws, &mut out)?;
                best[1] = best[1].min(start.elapsed().as_secs_f64());
            }
            println!("{:10} {id:6} {:10.2} {:10.2}", placement.name, best[0] * 1e3, best[1] * 1e3);
        }
    }
    Ok(())
}
