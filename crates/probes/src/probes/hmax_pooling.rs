//! What MAX pooling bears more than the mean does.

use crate::probe::{Probe, Values};
use crate::wires::{FOUND, Ranges};

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-pooling",
    about: "As hmax-tuning, with MAX and with mean pooling: the difference of their ranges, and by how much the share of its range \
            that the mean loses is larger for scale than for rotation and shift.",
    find: || find(FOUND[0], FOUND[1]),
};

fn find(max: Ranges, mean: Ranges) -> Values {
    let lost = |max: f64, mean: f64| if max > 0.0 { 1.0 - mean / max } else { 0.0 };
    let others = lost(max.rotation, mean.rotation).max(lost(max.shift, mean.shift));
    Values::new()
        .with("rotation_degrees", max.rotation - mean.rotation)
        .with("scale_octaves", max.scale - mean.scale)
        .with("shift_clips", max.shift - mean.shift)
        .with("scale_lead", lost(max.scale, mean.scale) - others)
        .with("mean_rotation_degrees", mean.rotation)
        .with("mean_scale_octaves", mean.scale)
        .with("mean_shift_clips", mean.shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_is_a_share_of_each_range() {
        let max = Ranges { rotation: 40.0, scale: 2.0, shift: 0.5 };
        let mean = Ranges { rotation: 30.0, scale: 0.5, shift: 0.5 };
        let found = find(max, mean);
        assert_eq!(found.get("scale_lead"), 0.75 - 0.25);
        assert_eq!(found.get("rotation_degrees"), 10.0);
    }
}
