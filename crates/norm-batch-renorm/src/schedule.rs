//! How the bounds of the correction are loosened over training.

/// A number that stays, then changes evenly, then stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
    /// Its value up to the first update of the change.
    pub from: f64,
    /// Its value from the last update of the change on.
    pub to: f64,
    /// The updates between which it changes.
    pub between: (u64, u64),
}

impl Ramp {
    /// Its value after so many updates of the weights.
    pub fn at(&self, updates: u64) -> f64 {
        let (first, last) = self.between;
        if updates <= first {
            self.from
        } else if updates >= last {
            self.to
        } else {
            self.from + (self.to - self.from) * ((updates - first) as f64 / (last - first) as f64)
        }
    }
}

/// How far the factor `r` and the shift `d` may go, update by update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Of `rmax`: `r` lies between its inverse and itself.
    pub rmax: Ramp,
    /// Of `dmax`: `d` lies between its negative and itself.
    pub dmax: Ramp,
}

/// The paper's: batch normalization for 5000 updates, then loosened (ioffe2017renorm).
pub const PAPER: Schedule = Schedule {
    rmax: Ramp { from: 1.0, to: 3.0, between: (5_000, 40_000) },
    dmax: Ramp { from: 0.0, to: 5.0, between: (5_000, 25_000) },
};

impl Schedule {
    /// The same for a training that is `factor` times as long; less than 1 for a shorter one.
    #[must_use]
    pub fn stretched(&self, factor: f64) -> Self {
        let stretch = |ramp: &Ramp| {
            let at = |updates: u64| (updates as f64 * factor).round() as u64;
            Ramp { between: (at(ramp.between.0), at(ramp.between.1)), ..*ramp }
        };
        Self { rmax: stretch(&self.rmax), dmax: stretch(&self.dmax) }
    }

    /// Sets `rmax` and `dmax` among the constants of a declaration to what they are after so many updates.
    pub fn set(&self, d: &norm_core::Descriptor, updates: u64, consts: &mut [f64]) {
        for (spec, value) in d.consts.iter().zip(consts) {
            match spec.name {
                "rmax" => *value = self.rmax.at(updates),
                "dmax" => *value = self.dmax.at(updates),
                _ => {}
            }
        }
    }
}
