//! What a recurrent layer remembers beside its tensors.

use std::sync::atomic::{AtomicU8, Ordering};

use dfdx::prelude::*;

/// Gaussian noise on the hidden state before the first step, of each case on its own.
///
/// Recurrent batch normalization over inputs that are the same in every case meets a variance of 0, and each step multiplies
/// the gradient by gain/√eps; a little noise is a way out (cooijmans2017recurrent, who leave it on in evaluation).
/// Here each training pass draws its own, evaluation always the same, so that it can be repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StartNoise {
    /// Standard deviation, at least 0.
    pub std: f64,
    /// Where the random numbers start.
    pub seed: u64,
}

impl StartNoise {
    /// `len` numbers for a pass: training counts from 1, evaluation is 0.
    pub(super) fn draw<E: Dtype>(self, len: usize, pass: u64) -> Vec<E> {
        // An odd multiplier keeps the streams of neighbouring seeds and passes apart.
        let device = Cpu::seed_from_u64(self.seed.wrapping_add(pass.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let normal: Tensor<(usize,), f64, Cpu> = device.sample_normal_like(&(len,));
        normal.as_vec().into_iter().map(|v| E::from_f64(v * self.std).unwrap_or_default()).collect()
    }
}

const NEVER: u8 = 0;
const MET: u8 = 1;
const SAID: u8 = 2;

/// Whether a step was clamped, and whether that was said. A clone has met none.
#[derive(Debug, Default)]
pub(super) struct Clamped(AtomicU8);

impl Clone for Clamped {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Clamped {
    /// A step was clamped.
    pub(super) fn met(&self) {
        // Where it was said already it stays said.
        let _ = self.0.compare_exchange(NEVER, MET, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The warning, the first time after a step was clamped.
    pub(super) fn once(&self) -> Option<&'static str> {
        self.0.compare_exchange(MET, SAID, Ordering::Relaxed, Ordering::Relaxed).ok()?;
        Some(
            "the sequence is longer than the steps whose statistics are stored: later steps are normalized by those \
             of the last; a larger T_MAX stores more",
        )
    }
}
