//! One trampoline per instruction set for the whole workspace.
//!
//! `target_feature` cannot stand on an always-inlined function nor on a trait method. It can stand on a
//! plain generic function into which an always-inlined job is pulled; the job is then compiled for those
//! features. No job uses fused multiply-add, so every set gives the same bits.

use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
use crate::avx::Avx;
use crate::value::{Plain, Registers};

/// A piece of work whose `run` is `#[inline(always)]`.
pub trait Job {
    /// What it returns.
    type Out;
    /// Does it.
    fn run<R: Registers>(self) -> Self::Out;
}

/// An instruction set kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Isa {
    /// What the target guarantees.
    Portable,
    /// AVX2 (256-bit).
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 F, VL, DQ, BW.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<J: Job>(job: J) -> J::Out {
    job.run::<Avx>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn avx512<J: Job>(job: J) -> J::Out {
    job.run::<Avx>()
}

/// A function of its own too: pulled into each arm of [`Isa::run`] that falls back to it, the largest of the three builds
/// would be compiled for each.
#[inline(never)]
pub(crate) fn portable<J: Job>(job: J) -> J::Out {
    job.run::<Plain>()
}

impl Isa {
    /// The best set this machine has; found once.
    pub fn detect() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| *Self::available().last().unwrap_or(&Isa::Portable))
    }

    /// Every set this machine has, plainest first.
    pub fn available() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            let mut all = vec![Isa::Portable];
            if is_x86_feature_detected!("avx2") {
                all.push(Isa::Avx2);
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
            {
                all.push(Isa::Avx512);
            }
            all
        }
        #[cfg(not(target_arch = "x86_64"))]
        vec![Isa::Portable]
    }

    /// Runs `job` compiled for this set; falls to the portable build where the machine lacks the set.
    #[inline]
    pub fn run<J: Job>(self, job: J) -> J::Out {
        match self {
            Isa::Portable => portable(job),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 if is_x86_feature_detected!("avx2") => {
                // SAFETY: the guard just asked the processor, so it has every feature `avx2` enables.
                unsafe { avx2(job) }
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw") =>
            {
                // SAFETY: the guard just asked the processor, so it has every feature `avx512` enables.
                unsafe { avx512(job) }
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 | Isa::Avx512 => portable(job),
        }
    }
}
