//! What a scalar body is generic over: one element, or a fixed number of them side by side.

use std::fmt::Debug;
use std::mem::MaybeUninit;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::formula::Formula;
use crate::kernel::Kernel;
use crate::lanes::Lanes;
use crate::math;

/// A number a generated body computes with: `f32`, `f64`, or [`Lanes`] of either.
///
/// There is no fused multiply-add on purpose: with it the portable and the vector builds of a kernel
/// would differ in their last bit.
pub trait Value:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The literal `x`, rounded to the element type.
    fn lit(x: f64) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// The larger operand; a NaN on the left stays.
    fn max(self, other: Self) -> Self;
    /// The smaller operand; a NaN on the left stays.
    fn min(self, other: Self) -> Self;
    /// Exponential, see [`crate::math`] for the error bound.
    fn exp(self) -> Self;
    /// Natural logarithm: that of the `libm` crate, since the one of the system depends on the processor in its last bit.
    fn ln(self) -> Self;
    /// Hyperbolic tangent, see [`crate::math`] for the error bound.
    fn tanh(self) -> Self;
    /// Logistic function `1 / (1 + exp(-x))`, see [`crate::math`] for the error bound.
    fn sigmoid(self) -> Self;
    /// Error function, see [`crate::math`] for the error bound.
    fn erf(self) -> Self;
    /// -1, 0 or 1; NaN gives 0.
    fn sign(self) -> Self;
    /// 1 where positive, else 0.
    fn step(self) -> Self;
    /// The power of a base that is not negative, with one exponent for all elements, see [`crate::math`] for the error
    /// bound.
    #[inline(always)]
    fn pow(self, exponent: f64) -> Self {
        math::pow(self, exponent)
    }
}

/// The element type of a kernel: `f32` or `f64`.
pub trait Elem: Value + Default + PartialOrd + PartialEq + Debug + Send + Sync + 'static {
    /// The vector the skeletons compute with. Its length is part of a result's bits, so it is the same for all
    /// registers.
    type Vector<R: Registers>: Vector<Self>;
    /// A vector of one, for what is left over: the same body, the same arithmetic.
    type Single: Vector<Self>;
    /// `"f32"` or `"f64"`.
    const NAME: &'static str;
    /// Widens to `f64`.
    fn to_f64(self) -> f64;
    /// The kernels of a formula for this element type.
    fn kernel<F: Formula>() -> Kernel<Self>;
}

/// How vectors are held while a job runs. Every choice gives the same bits.
pub trait Registers: Copy + Debug + 'static {
    /// 16 elements of single precision.
    type F32: Vector<f32>;
    /// 8 elements of double precision.
    type F64: Vector<f64>;
}

/// Arrays, left to the compiler.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Registers for Plain {
    type F32 = Lanes<f32, 16>;
    type F64 = Lanes<f64, 8>;
}

/// Several elements side by side.
pub trait Vector<T>: Value {
    /// How many.
    const LEN: usize;
    /// Reads the first `LEN` elements of `s`.
    fn load(s: &[T]) -> Self;
    /// Writes to the first `LEN` elements of `s`.
    fn store(self, s: &mut [T]);
    /// The same where nothing stands yet.
    fn write(self, s: &mut [MaybeUninit<T>]);
    /// The same element everywhere.
    fn splat(x: T) -> Self;
    /// The sum of all elements, as a fixed tree.
    fn sum(self) -> T;
}

/// A small fixed array of values; the generated formula chooses the length.
pub trait Array<V>: Copy {
    /// How many values.
    const LEN: usize;
    /// Builds the array from its indices.
    fn from_fn(f: impl FnMut(usize) -> V) -> Self;
    /// The values.
    fn values(&self) -> &[V];
    /// The values, to change.
    fn values_mut(&mut self) -> &mut [V];
}

impl<V: Value, const N: usize> Array<V> for [V; N] {
    const LEN: usize = N;
    // `std::array::from_fn` does the same by three functions more, each compiled for every call in every kernel.
    #[inline(always)]
    fn from_fn(mut f: impl FnMut(usize) -> V) -> Self {
        let mut values = [V::lit(0.0); N];
        let mut i = 0;
        while i < N {
            values[i] = f(i);
            i += 1;
        }
        values
    }
    #[inline(always)]
    fn values(&self) -> &[V] {
        self
    }
    #[inline(always)]
    fn values_mut(&mut self) -> &mut [V] {
        self
    }
}

/// Adds `terms` to `sums`, value by value.
#[inline(always)]
pub(crate) fn add<V: Value, A: Array<V>>(sums: &mut A, terms: &A) {
    for (sum, term) in sums.values_mut().iter_mut().zip(terms.values()) {
        *sum = *sum + *term;
    }
}

macro_rules! element {
    ($t:ident, $vector:ident, $exp:path, $ln:path, $tanh:path, $erf:path, $kernel:ident) => {
        impl Value for $t {
            #[inline(always)]
            fn lit(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $t::sqrt(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $t::abs(self)
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self < other { other } else { self }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self > other { other } else { self }
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                $ln(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                $tanh(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                1.0 / (1.0 + $exp(-self))
            }
            #[inline(always)]
            fn erf(self) -> Self {
                $erf(self)
            }
            #[inline(always)]
            fn sign(self) -> Self {
                let positive: $t = if self > 0.0 { 1.0 } else { 0.0 };
                let negative: $t = if self < 0.0 { 1.0 } else { 0.0 };
                positive - negative
            }
            #[inline(always)]
            fn step(self) -> Self {
                if self > 0.0 { 1.0 } else { 0.0 }
            }
        }
        impl Elem for $t {
            type Vector<R: Registers> = R::$vector;
            type Single = Lanes<$t, 1>;
            const NAME: &'static str = stringify!($t);
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn kernel<F: Formula>() -> Kernel<Self> {
                *F::$kernel
            }
        }
    };
}
element!(f32, F32, math::exp_f32, libm::logf, math::tanh_f32, math::erf_f32, KERNEL_F32);
element!(f64, F64, math::exp_f64, libm::log, math::tanh_f64, math::erf_f64, KERNEL_F64);
