//! Constants with total equality, order and hash.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A constant: an `f64` with total equality, order and hash. Negative zero and the payload of a NaN are not kept.
#[derive(Clone, Copy)]
pub struct Number(f64);

impl Number {
    /// Wraps a value.
    pub fn new(value: f64) -> Self {
        if value == 0.0 {
            Self(0.0)
        } else if value.is_nan() {
            Self(f64::NAN)
        } else {
            Self(value)
        }
    }

    /// The value.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Whether the value is a whole number small enough to be one exactly.
    pub fn is_integer(self) -> bool {
        self.0.fract() == 0.0 && self.0.abs() < 9e15
    }

    /// Whether the value is an even whole number.
    pub fn is_even(self) -> bool {
        self.is_integer() && self.0 % 2.0 == 0.0
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
