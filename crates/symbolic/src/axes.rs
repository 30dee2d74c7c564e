//! Sets of axes of the canonical layout.

use std::fmt;
use std::ops::{BitAnd, BitOr, Sub};

/// A set of axes of the canonical layout `x[N][G][K][S]`: cases, groups, channels in a group, space.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Axes(u8);

impl Axes {
    /// No axis: a scalar.
    pub const EMPTY: Self = Self(0);
    /// Cases.
    pub const N: Self = Self(1);
    /// Groups.
    pub const G: Self = Self(2);
    /// Channels in a group.
    pub const K: Self = Self(4);
    /// Space.
    pub const S: Self = Self(8);
    /// All four axes.
    pub const ALL: Self = Self(15);

    /// Axes in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Axes in both sets.
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Axes of this set that are not in `other`.
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Axes not in this set.
    pub const fn complement(self) -> Self {
        Self::ALL.minus(self)
    }

    /// Whether every axis of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        other.is_subset(self)
    }

    /// Whether every axis of this set is in `other`.
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether the sets share no axis.
    pub const fn is_disjoint(self, other: Self) -> bool {
        self.0 & other.0 == 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many axes the set has.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The single axes of the set in layout order, each as a set of one.
    pub fn iter(self) -> impl Iterator<Item = Self> {
        [Self::N, Self::G, Self::K, Self::S].into_iter().filter(move |&axis| self.contains(axis))
    }

    /// The letters of the set in layout order, separated by commas: `k,s`.
    pub fn letters(self) -> String {
        let letters = [(Self::N, "n"), (Self::G, "g"), (Self::K, "k"), (Self::S, "s")];
        let kept: Vec<&str> =
            letters.iter().filter(|(axis, _)| self.contains(*axis)).map(|&(_, l)| l).collect();
        kept.join(",")
    }
}

impl BitOr for Axes {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl BitAnd for Axes {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.intersect(other)
    }
}

impl Sub for Axes {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.minus(other)
    }
}

impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.letters())
    }
}

impl fmt::Debug for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
