//! What a second core is worth to the engine, whose cells do not wait for each other within a step (`mutch2010cns`):
//! `cargo run --release -p hmax --example cores [threads] [rounds]`.
//!
//! One image through the published pyramid up to C2, on one thread and on `threads`, in turns within each round and first
//! by turns too: the machine drifts for both alike. The ratio of times is taken round by round.
#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::sync::Arc;
use std::time::Instant;

use hmax::{Layer, Network, Paperclip, Prototype, Pyramid, Result, S2, Tuning, View};
use rayon::ThreadPool;

/// S2 cells at each place.
const PROTOTYPES: usize = 100;

/// What was expected of two cores before anything was measured.
const EXPECTED: f64 = 1.7;

fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

/// The value below which such a share of the sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[(share * (sorted.len() - 1) as f64).round() as usize]
}

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (threads, rounds) = (numbers.next().unwrap_or(2), numbers.next().unwrap_or(15).max(1));
    let image = Paperclip::random(1, 0).view(&View::PUBLISHED)?;
    let (height, width) = (image.height(), image.width());
    let model = Pyramid::cvpr06_base();
    let c1: Vec<Layer> =
        model.network(height, width)?.run(&image)?.group("c1").into_iter().cloned().collect();
    let prototypes = Prototype::sample(&[c1], &[4], PROTOTYPES, model.density, 1)?;
    let s2 = Arc::new(S2::new(prototypes, Tuning::Gaussian(model.s2))?);
    let network: Network = model.network_to_c2(height, width, &s2)?;

    let pools = [pool(1), pool(threads)];
    let run = |pool: &ThreadPool| {
        let start = Instant::now();
        let activity = pool.install(|| network.run(&image));
        (start.elapsed().as_secs_f64(), activity)
    };
    // Warms up, and what is timed is the same thing.
    assert_eq!(run(&pools[0]).1?, run(&pools[1]).1?, "the number of threads changes no bit");
    let (mut times, mut ratios) = ([vec![], vec![]], vec![]);
    for round in 0..rounds {
        let mut took = [0.0; 2];
        for which in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
            took[which] = run(&pools[which]).0;
            times[which].push(took[which]);
        }
        ratios.push(took[0] / took[1]);
    }
    println!("{height}×{width} pixels, {} layers, {PROTOTYPES} prototypes", network.steps().count());
    for (threads, times) in [1, threads].iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        println!("{threads:2} threads  median {:8.2} ms", 1e3 * quantile(times, 0.5));
    }
    ratios.sort_by(f64::total_cmp);
    let [low, median, high] = [0.25, 0.5, 0.75].map(|share| quantile(&ratios, share));
    println!("{median:.2} times as fast (middle half of {rounds} rounds: {low:.2} to {high:.2})");
    if threads == 2 {
        println!("at least {EXPECTED} on two: {}", if median >= EXPECTED { "yes" } else { "no" });
    }
    Ok(())
}
