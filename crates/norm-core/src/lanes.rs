//! Elements side by side, written as plain loops over arrays that the compiler turns into vector
//! instructions. The same loops run on every instruction set, so the bits are the same.

use std::mem::MaybeUninit;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::value::{Elem, Value, Vector};

/// `L` elements of type `T`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Lanes<T, const L: usize>(pub [T; L]);

macro_rules! each {
    ($trait:ident $method:ident $op:tt) => {
        impl<T: Elem, const L: usize> $trait for Lanes<T, L> {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                let mut i = 0;
                while i < L {
                    self.0[i] = self.0[i] $op other.0[i];
                    i += 1;
                }
                self
            }
        }
    };
}
each!(Add add +);
each!(Sub sub -);
each!(Mul mul *);
each!(Div div /);

impl<T: Elem, const L: usize> Neg for Lanes<T, L> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
}

impl<T: Elem, const L: usize> Lanes<T, L> {
    #[inline(always)]
    fn map(mut self, f: impl Fn(T) -> T) -> Self {
        let mut i = 0;
        while i < L {
            self.0[i] = f(self.0[i]);
            i += 1;
        }
        self
    }
    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        let mut i = 0;
        while i < L {
            self.0[i] = f(self.0[i], other.0[i]);
            i += 1;
        }
        self
    }
}

impl<T: Elem, const L: usize> Value for Lanes<T, L> {
    #[inline(always)]
    fn lit(x: f64) -> Self {
        Self([T::lit(x); L])
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(T::sqrt)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(T::abs)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, T::max)
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, T::min)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        self.map(T::exp)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.map(T::ln)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        self.map(T::tanh)
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        self.map(T::sigmoid)
    }
    #[inline(always)]
    fn erf(self) -> Self {
        self.map(T::erf)
    }
    #[inline(always)]
    fn sign(self) -> Self {
        self.map(T::sign)
    }
    #[inline(always)]
    fn step(self) -> Self {
        self.map(T::step)
    }
}

impl<T: Elem, const L: usize> Vector<T> for Lanes<T, L> {
    const LEN: usize = L;
    #[inline(always)]
    fn load(s: &[T]) -> Self {
        let mut v = [T::default(); L];
        v.copy_from_slice(&s[..L]);
        Self(v)
    }
    #[inline(always)]
    fn store(self, s: &mut [T]) {
        s[..L].copy_from_slice(&self.0);
    }
    #[inline(always)]
    fn write(self, s: &mut [MaybeUninit<T>]) {
        s[..L].copy_from_slice(&self.0.map(MaybeUninit::new));
    }
    #[inline(always)]
    fn splat(x: T) -> Self {
        Self([x; L])
    }
    #[inline(always)]
    fn sum(self) -> T {
        let mut a = self.0;
        let mut width = L;
        while width > 1 {
            width /= 2;
            let mut i = 0;
            while i < width {
                a[i] = a[i] + a[i + width];
                i += 1;
            }
        }
        a[0]
    }
}
