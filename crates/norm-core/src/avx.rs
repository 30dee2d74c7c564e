//! The same sixteen (`f32`) or eight (`f64`) elements as [`Lanes`](crate::Lanes), in two 256-bit registers.
//!
//! Written out because the compiler does not keep an array of that length in registers: it takes it apart into
//! elements and pairs them again two at a time, at a third of the speed (ARCHITECTURE.md, "Measured"). An AVX-512
//! machine runs the same code with twice the registers.
//!
//! This module is private and so are its types' names: a value of one comes into being only inside a job that
//! [`Isa::run`](crate::Isa::run) has compiled for, and found, AVX2.

#[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "fifty intrinsics"))]
use std::arch::x86_64::*;
use std::mem::MaybeUninit;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::math::{self, Bits};
use crate::value::{Registers, Value, Vector};

/// Registers of AVX2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx;

impl Registers for Avx {
    type F32 = F32x16;
    type F64 = F64x8;
}

/// Calls intrinsics.
macro_rules! with_avx2 {
    ($e:expr) => {{
        // SAFETY: the intrinsics need AVX2 and nothing else (what they read and write is bounded where that is done).
        // Only a job under `Isa::run` reaches this code, and that asks the processor first (see the module).
        unsafe {
            $e
        }
    }};
}

macro_rules! operators {
    ($name:ident, $($trait:ident $method:ident $intrinsic:ident),+) => {
        $(impl $trait for $name {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                with_avx2!(Self($intrinsic(self.0, other.0), $intrinsic(self.1, other.1)))
            }
        })+
    };
}

macro_rules! registers {
    ($name:ident, $elem:ident, $register:ident, $len:literal, $half:literal, $doc:literal,
     $set1:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident, $div:ident,
     $sqrt:ident, $min:ident, $max:ident, $and:ident, $andnot:ident, $or:ident, $xor:ident, $cmp:ident, $blend:ident,
     $exp:ident, $tanh:ident, $erf:ident) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name($register, $register);

        operators!($name, Add add $add, Sub sub $sub, Mul mul $mul, Div div $div);

        impl Neg for $name {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                let sign = Self::lit(-0.0);
                with_avx2!(Self($xor(self.0, sign.0), $xor(self.1, sign.1)))
            }
        }

        impl $name {
            /// `one` where `self > 0`, else 0.
            #[inline(always)]
            fn where_positive(self, one: Self) -> Self {
                let zero = Self::lit(0.0);
                with_avx2!(Self(
                    $and($cmp::<_CMP_GT_OQ>(self.0, zero.0), one.0),
                    $and($cmp::<_CMP_GT_OQ>(self.1, zero.1), one.1),
                ))
            }
        }

        impl Value for $name {
            #[inline(always)]
            fn lit(x: f64) -> Self {
                Self::splat(x as $elem)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                with_avx2!(Self($sqrt(self.0), $sqrt(self.1)))
            }
            #[inline(always)]
            fn abs(self) -> Self {
                let sign = Self::lit(-0.0);
                with_avx2!(Self($andnot(sign.0, self.0), $andnot(sign.1, self.1)))
            }
            // Both instructions give their second operand where one is a NaN.
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                with_avx2!(Self($max(other.0, self.0), $max(other.1, self.1)))
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                with_avx2!(Self($min(other.0, self.0), $min(other.1, self.1)))
            }
            #[inline(always)]
            fn exp(self) -> Self {
                math::$exp(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                let mut each = [0.0; $len];
                self.store(&mut each);
                Self::load(&each.map(<$elem as Value>::ln))
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                math::$tanh(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                Self::lit(1.0) / (Self::lit(1.0) + (-self).exp())
            }
            #[inline(always)]
            fn erf(self) -> Self {
                math::$erf(self)
            }
            #[inline(always)]
            fn sign(self) -> Self {
                let one = Self::lit(1.0);
                self.where_positive(one) - (-self).where_positive(one)
            }
            #[inline(always)]
            fn step(self) -> Self {
                self.where_positive(Self::lit(1.0))
            }
        }

        impl Vector<$elem> for $name {
            const LEN: usize = $len;
            #[inline(always)]
            fn load(s: &[$elem]) -> Self {
                let s: &[$elem; $len] = s[..$len].try_into().expect("a slice of that length");
                // Each half is inside the array.
                with_avx2!(Self($load(s.as_ptr()), $load(s.as_ptr().add($half))))
            }
            #[inline(always)]
            fn store(self, s: &mut [$elem]) {
                let s: &mut [$elem; $len] = (&mut s[..$len]).try_into().expect("a slice of that length");
                // Each half is inside the array.
                with_avx2!({
                    $store(s.as_mut_ptr(), self.0);
                    $store(s.as_mut_ptr().add($half), self.1);
                });
            }
            #[inline(always)]
            fn write(self, s: &mut [MaybeUninit<$elem>]) {
                let s: &mut [_; $len] = (&mut s[..$len]).try_into().expect("a slice of that length");
                let s = s.as_mut_ptr().cast::<$elem>();
                // Each half is inside the array.
                with_avx2!({
                    $store(s, self.0);
                    $store(s.add($half), self.1);
                });
            }
            #[inline(always)]
            fn splat(x: $elem) -> Self {
                with_avx2!(Self($set1(x), $set1(x)))
            }
            #[inline(always)]
            fn sum(self) -> $elem {
                let mut a = [0.0; $half];
                // The half is as long as the array.
                with_avx2!($store(a.as_mut_ptr(), $add(self.0, self.1)));
                let mut width = $half;
                while width > 1 {
                    width /= 2;
                    for i in 0..width {
                        a[i] += a[i + width];
                    }
                }
                a[0]
            }
        }

        impl Bits for $name {
            #[inline(always)]
            fn where_less(self, other: Self, yes: Self, no: Self) -> Self {
                with_avx2!(Self(
                    $blend(no.0, yes.0, $cmp::<_CMP_LT_OQ>(self.0, other.0)),
                    $blend(no.1, yes.1, $cmp::<_CMP_LT_OQ>(self.1, other.1)),
                ))
            }
            #[inline(always)]
            fn copysign(self, from: Self) -> Self {
                let (size, sign) = (self.abs(), Self::lit(-0.0));
                with_avx2!(Self(
                    $or(size.0, $and(from.0, sign.0)),
                    $or(size.1, $and(from.1, sign.1)),
                ))
            }
            #[inline(always)]
            fn powers_of_two(self) -> (Self, Self) {
                let (a, b) = (halves::$elem(self.0), halves::$elem(self.1));
                (Self(a.0, b.0), Self(a.1, b.1))
            }
        }
    };
}

registers!(
    F32x16,
    f32,
    __m256,
    16,
    8,
    "Sixteen elements of single precision.",
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_sqrt_ps,
    _mm256_min_ps,
    _mm256_max_ps,
    _mm256_and_ps,
    _mm256_andnot_ps,
    _mm256_or_ps,
    _mm256_xor_ps,
    _mm256_cmp_ps,
    _mm256_blendv_ps,
    exp_f32,
    tanh_f32,
    erf_f32
);
registers!(
    F64x8,
    f64,
    __m256d,
    8,
    4,
    "Eight elements of double precision.",
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_div_pd,
    _mm256_sqrt_pd,
    _mm256_min_pd,
    _mm256_max_pd,
    _mm256_and_pd,
    _mm256_andnot_pd,
    _mm256_or_pd,
    _mm256_xor_pd,
    _mm256_cmp_pd,
    _mm256_blendv_pd,
    exp_f64,
    tanh_f64,
    erf_f64
);

/// [`Bits::powers_of_two`] of one register.
mod halves {
    #[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "fifty intrinsics"))]
    use super::*;

    #[inline(always)]
    pub(super) fn f32(t: __m256) -> (__m256, __m256) {
        with_avx2!({
            let n = _mm256_sub_epi32(_mm256_castps_si256(t), _mm256_set1_epi32(math::MAGIC_BITS_F32));
            let half = _mm256_srai_epi32::<1>(n);
            let power = |n| {
                let biased = _mm256_add_epi32(n, _mm256_set1_epi32(127));
                _mm256_castsi256_ps(_mm256_slli_epi32::<23>(biased))
            };
            (power(half), power(_mm256_sub_epi32(n, half)))
        })
    }

    #[inline(always)]
    pub(super) fn f64(t: __m256d) -> (__m256d, __m256d) {
        with_avx2!({
            let n = _mm256_sub_epi64(_mm256_castpd_si256(t), _mm256_set1_epi64x(math::MAGIC_BITS_F64));
            // AVX2 shifts 64-bit integers without their sign only: made positive before, negative again after.
            let shifted = _mm256_srli_epi64::<1>(_mm256_add_epi64(n, _mm256_set1_epi64x(4096)));
            let half = _mm256_sub_epi64(shifted, _mm256_set1_epi64x(2048));
            let power = |n| {
                let biased = _mm256_add_epi64(n, _mm256_set1_epi64x(1023));
                _mm256_castsi256_pd(_mm256_slli_epi64::<52>(biased))
            };
            (power(half), power(_mm256_sub_epi64(n, half)))
        })
    }
}
