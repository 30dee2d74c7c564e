//! Of two gratings on top of each other the stronger takes the response of the weaker.

use crate::gratings::{Bank, ORIENTATIONS, responses};
use crate::probe::{Probe, Values};

/// Contrast of the weaker over that of the stronger.
const SHARES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];
const STRONGER: f64 = 0.5;

pub(crate) const PROBE: Probe = Probe {
    id: "divisive-suppression",
    about: "Twelve Gabor filters, squared drives divided by a constant and the sum of all; a grating of contrast 0.5 and one across \
            it of 0.1 to 0.9 of that: the largest (response of the weaker's filter over that of the stronger's) over (contrast \
            of the weaker over that of the stronger), and the largest share of the response to the weaker alone that is left.",
    find,
};

fn find() -> Values {
    let bank = Bank::new();
    let unit = bank.drives(&[(1.0, 0.0)])[0];
    let across = ORIENTATIONS / 2;
    let (mut values, mut suppression, mut left) = (Values::new(), 0.0f64, 0.0f64);
    for share in SHARES {
        let weaker = (share * STRONGER, 90.0);
        let drives = [bank.drives(&[(STRONGER, 0.0), weaker]), bank.drives(&[weaker])];
        let answers = responses(&drives, unit, 1.0);
        let ratio = answers[0][across] / answers[0][0];
        values.put(format!("ratio_{}", (100.0 * share).round()), ratio);
        suppression = suppression.max(ratio / share);
        left = left.max(answers[0][across] / answers[1][across]);
    }
    values.with("suppression", suppression).with("left_of_alone", left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weaker_is_suppressed_by_the_square() {
        let found = find();
        assert!(found.get("suppression") < 0.99 && found.get("left_of_alone") < 1.0, "{found:?}");
        // Squared contrasts, up to what a filter sees of the grating across it.
        assert!((found.get("ratio_50") - 0.25).abs() < 0.1, "{found:?}");
    }
}
