//! Non-negative vectors with a common power of two beside them. Products over hundreds of layers or steps leave the
//! range of `f64`; a power of two is taken out without rounding anything.

use norm_core::Elem;

use crate::Error;

/// `2^n`; 0 and infinity where that is no normal number.
pub(crate) fn power_of_two(n: i64) -> f64 {
    match n {
        ..=-1023 => 0.0,
        1024.. => f64::INFINITY,
        _ => f64::from_bits(((n + 1023) as u64) << 52),
    }
}

/// `x 2^n`, in steps, so that the result alone decides whether it leaves the range.
pub(crate) fn times_power_of_two(x: f64, n: i64) -> f64 {
    let n = n.clamp(-3000, 3000);
    let third = n / 3;
    x * power_of_two(third) * power_of_two(third) * power_of_two(n - 2 * third)
}

/// `floor(log2 x)` of a positive finite number, from its bits: `log2` rounds up just below a power of two.
fn exponent_of(x: f64) -> i64 {
    if x < f64::MIN_POSITIVE {
        return exponent_of(x * power_of_two(54)) - 54;
    }
    (x.to_bits() >> 52) as i64 - 1023
}

/// `values[i] 2^exponent`.
#[derive(Clone, Debug)]
pub(crate) struct Scaled {
    pub(crate) values: Vec<f64>,
    pub(crate) exponent: i64,
}

impl Scaled {
    pub(crate) fn zeros(len: usize) -> Self {
        Self { values: vec![0.0; len], exponent: 0 }
    }

    pub(crate) fn ones(len: usize) -> Self {
        Self { values: vec![1.0; len], exponent: 0 }
    }

    /// Moves a power of two from the values to the exponent, so that the largest lies in [1, 2).
    pub(crate) fn new(mut values: Vec<f64>, mut exponent: i64) -> Self {
        let largest = values.iter().copied().fold(0.0, f64::max);
        if largest > 0.0 {
            let shift = exponent_of(largest);
            for v in &mut values {
                *v = times_power_of_two(*v, -shift);
            }
            exponent += shift;
        }
        Self { values, exponent }
    }

    /// The squares of `values`, which are called `what` if one of them is not finite.
    pub(crate) fn squares<T: Elem>(what: &dyn Fn() -> String, values: &[T]) -> Result<Self, Error> {
        let values: Vec<f64> = values.iter().map(|v| v.to_f64()).collect();
        if let Some(index) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what: what(), index, value: values[index] });
        }
        // Before squaring: the square of 1e200 is not finite.
        let Self { values, exponent } = Self::new(values.into_iter().map(f64::abs).collect(), 0);
        Ok(Self { values: values.into_iter().map(|v| v * v).collect(), exponent: 2 * exponent })
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.values.iter().all(|v| *v == 0.0)
    }

    /// Adds `other` element by element.
    pub(crate) fn add(&mut self, other: &Self) {
        if self.is_zero() {
            self.clone_from(other);
        } else if !other.is_zero() {
            let common = self.exponent.max(other.exponent);
            let (a, b) = (power_of_two(self.exponent - common), power_of_two(other.exponent - common));
            for (x, y) in self.values.iter_mut().zip(&other.values) {
                *x = *x * a + y * b;
            }
            self.exponent = common;
        }
    }

    /// The values as they are under another exponent.
    pub(crate) fn under(&self, exponent: i64) -> Vec<f64> {
        self.values.iter().map(|v| times_power_of_two(*v, self.exponent - exponent)).collect()
    }
}

/// The exponent under which the largest of all values lies in [1, 2).
pub(crate) fn common_exponent<'a>(parts: impl IntoIterator<Item = &'a Scaled>) -> i64 {
    let largest = |s: &Scaled| Scaled::new(s.values.clone(), s.exponent).exponent;
    parts.into_iter().filter(|s| !s.is_zero()).map(largest).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_out_a_power_of_two_rounds_nothing() {
        for x in [1.0, 1.999_999_999_999_999_8, 3.7e-310, 0.3, 1e300, f64::MAX, f64::MIN_POSITIVE] {
            let s = Scaled::new(vec![x, x / 4.0], 0);
            assert!((1.0..2.0).contains(&s.values[0]), "{x}: {s:?}");
            assert_eq!(s.under(0)[0], x);
        }
    }

    #[test]
    fn sums_of_very_different_sizes_keep_the_larger() {
        let mut s = Scaled { values: vec![1.5], exponent: -5000 };
        s.add(&Scaled { values: vec![1.25], exponent: 5000 });
        assert_eq!((s.values[0], s.exponent), (1.25, 5000));
        s.add(&Scaled { values: vec![1.0], exponent: 4998 });
        assert_eq!((s.values[0], s.exponent), (1.5, 5000));
    }
}
