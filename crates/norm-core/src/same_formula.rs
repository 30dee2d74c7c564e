//! Whether two declarations say the same, so that one may use the other's kernels.

use crate::descriptor::Descriptor;

impl Descriptor {
    /// Whether two declarations are the same formula: equal lines, constants, parameters and loops. What they are
    /// called, where parameters start and which policy follows may differ; so may the other name a block behind its
    /// constants.
    pub const fn same_formula(&self, other: &Self) -> bool {
        const fn same(a: &str, b: &str) -> bool {
            let (a, b) = (a.as_bytes(), b.as_bytes());
            let mut i = 0;
            while i < a.len() && i < b.len() && a[i] == b[i] {
                i += 1;
            }
            a.len() == b.len() && i == a.len()
        }
        let counts = self.formula.len() == other.formula.len()
            && self.params.len() == other.params.len()
            && self.consts.len() <= other.consts.len();
        if !counts || self.reference_set.skeleton() as u8 != other.reference_set.skeleton() as u8 {
            return false;
        }
        let mut i = 0;
        while i < self.formula.len() {
            let (a, b) = (&self.formula[i], &other.formula[i]);
            if !same(a.lhs, b.lhs) || !same(a.text, b.text) {
                return false;
            }
            i += 1;
        }
        i = 0;
        while i < self.params.len() {
            let (a, b) = (&self.params[i], &other.params[i]);
            if !same(a.name, b.name) || a.axis as u8 != b.axis as u8 {
                return false;
            }
            i += 1;
        }
        i = 0;
        while i < self.consts.len() {
            if !same(self.consts[i].name, other.consts[i].name) {
                return false;
            }
            i += 1;
        }
        // Behind them the other may name what is its policy's alone.
        while i < other.consts.len() {
            if !same(other.consts[i].name, crate::blocks::BLOCK) {
                return false;
            }
            i += 1;
        }
        true
    }
}
