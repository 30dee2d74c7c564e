//! A view-tuned unit of HMAX is tuned to the angle and bears scale and shift.

use crate::probe::{Probe, Values};
use crate::wires::{FOUND, Ranges};

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-tuning",
    about: "Eight paperclips of 48 pixels in 120, a unit tuned to one view of each under MAX pooling, 40 other clips: how far the \
            clip can be turned and moved to one side, and over how many octaves it can be scaled, with a response above that to \
            every other clip; means over the eight.",
    find: || {
        let Ranges { rotation, scale, shift } = FOUND[0];
        Values::new()
            .with("rotation_degrees", rotation)
            .with("scale_octaves", scale)
            .with("shift_clips", shift)
    },
};
