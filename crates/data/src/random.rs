//! Seeded shuffles whose result is part of this crate's contract.
//!
//! Written out here over the bare generator, because a shuffle borrowed from a library may
//! change with its version and a record from last year must still name the same batches.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

/// A stream of numbers for one purpose: the same seed with another stream is independent.
pub(crate) fn stream(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// What draws one case at a time. Each has streams of its own, apart from each other and from the
/// small numbers that shuffles use as streams.
#[derive(Clone, Copy)]
pub(crate) enum Draws {
    Canvas = 1,
    Window = 2,
    Adding = 3,
    Copying = 4,
    GridWorld = 5,
}

/// The stream of one case, which no other case and no number of cases touches.
pub(crate) fn case_stream(seed: u64, draws: Draws, case: u64) -> ChaCha8Rng {
    stream(seed, ((draws as u64) << 48) + case)
}

/// Uniform in `[0, 1)`, a multiple of 2⁻²⁴.
pub(crate) fn unit(rng: &mut ChaCha8Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1 << 24) as f32
}

/// Uniform in `0..bound`, without modulo bias. `bound` must not be zero.
pub(crate) fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    let bound = bound as u64;
    // The largest multiple of `bound` that fits; draws above it would favour small results.
    let zone = u64::MAX - u64::MAX % bound;
    loop {
        let draw = rng.next_u64();
        if draw < zone {
            return (draw % bound) as usize;
        }
    }
}

/// Fisher and Yates, from the end.
pub(crate) fn shuffle<T>(rng: &mut ChaCha8Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(rng, last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_of_three_is_equally_likely() {
        let mut rng = stream(1, 0);
        let mut counts = [0u32; 27];
        for _ in 0..6000 {
            let mut items = [0, 1, 2];
            shuffle(&mut rng, &mut items);
            counts[items[0] * 9 + items[1] * 3 + items[2]] += 1;
        }
        let seen: Vec<u32> = counts.into_iter().filter(|&c| c > 0).collect();
        assert_eq!(seen.len(), 6);
        // 1000 expected each, standard deviation 29.
        assert!(seen.iter().all(|&c| (870..1130).contains(&c)), "{seen:?}");
    }
}
