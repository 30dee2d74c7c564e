//! HMAX does not see contrast, nor which of two greys is the brighter one.

use hmax::{FilterBank, Gaussian, Gray, Ndp, Paperclip, Pool, Prototype, Reach, S2, Tuning, UNKNOWN, View, c2};
use norm_core::conformance::relative_difference;

use crate::draw::Draw;
use crate::probe::{Probe, Values};

const SIDE: usize = 64;
const FACTORS: [f32; 3] = [0.05, 0.5, 7.0];

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-contrast",
    about: "A paperclip on a textured ground, 64 by 64 pixels: relative change of S1 and C2 as the picture is multiplied by 0.05, 0.5 \
            and 7 (k = 0), and as it is inverted about its mean, patches centred, absolute values; and of S1 as it is inverted \
            with patches that are not centred.",
    find,
};

fn picture() -> Gray {
    let view = View { frame: SIDE, clip: 40.0, ..View::SMALL };
    let mut draw = Draw::new(191);
    let ground: Vec<f32> = (0..SIDE * SIDE).map(|_| (0.3 + 0.1 * draw.uniform()) as f32).collect();
    let ground = Gray::new(SIDE, SIDE, ground).expect("a square picture");
    Paperclip::random(4, 0).view(&view).and_then(|clip| clip.overlaid(&ground)).expect("two pictures of one size")
}

/// S1 of every band, as far as it is known, and C2.
fn see(tuning: Ndp, image: &Gray) -> (Vec<f32>, Vec<f32>) {
    let seen = || {
        let mut bank = FilterBank::small()?;
        bank.tuning = tuning;
        let mut s1 = Vec::new();
        for band in 0..bank.bands().len() {
            for layer in bank.s1(image, band)? {
                s1.extend(layer.values().iter().copied().filter(|v| *v != UNKNOWN));
            }
        }
        let gaussian = Gaussian { sigma: 1.0, smallest: 2, normalized: false };
        let s2 = S2::new(Prototype::arrangements(4, 2)?, Tuning::Gaussian(gaussian))?;
        Ok((s1, c2(&bank.c1(image)?, &s2, Reach::Everywhere, Pool::Max)?))
    };
    let seen: hmax::Result<_> = seen();
    seen.expect("a picture that the filters fit into")
}

fn changes(tuning: Ndp, image: &Gray, other: &Gray) -> (f64, f64) {
    let (before, after) = (see(tuning, image), see(tuning, other));
    (relative_difference(&after.0, &before.0, 0.0), relative_difference(&after.1, &before.1, 0.0))
}

fn scaled(tuning: Ndp) -> (f64, f64) {
    let image = picture();
    FACTORS.iter().fold((0.0, 0.0), |worst: (f64, f64), factor| {
        let other = image.map(|p| factor * p).expect("finite pixels");
        let found = changes(tuning, &image, &other);
        (worst.0.max(found.0), worst.1.max(found.1))
    })
}

fn inverted(tuning: Ndp) -> (f64, f64) {
    let image = picture();
    let mean = image.pixels().iter().map(|p| f64::from(*p)).sum::<f64>() / (SIDE * SIDE) as f64;
    let other = image.map(|p| (2.0 * mean - f64::from(p)) as f32).expect("finite pixels");
    changes(tuning, &image, &other)
}

fn find() -> Values {
    let both = Ndp { centre_patch: true, ..Ndp::default() };
    let (scaled, inverted_centred) = (scaled(Ndp::default()), inverted(both));
    Values::new()
        .with("s1_scaled", scaled.0)
        .with("c2_scaled", scaled.1)
        .with("s1_inverted", inverted_centred.0)
        .with("c2_inverted", inverted_centred.1)
        .with("s1_inverted_uncentred", inverted(Ndp::default()).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semi_saturation_and_rectification_see_it() {
        let found = find();
        for same in ["s1_scaled", "c2_scaled", "s1_inverted", "c2_inverted"] {
            assert!(found.get(same) < 1e-4, "{found:?}");
        }
        assert!(found.get("s1_inverted_uncentred") > 0.05, "{found:?}");
        assert!(scaled(Ndp { k: 1.0, ..Ndp::default() }).0 > 0.05);
        let signed = Ndp { centre_patch: true, abs: false, ..Ndp::default() };
        assert!(inverted(signed).0 > 0.05);
    }
}
