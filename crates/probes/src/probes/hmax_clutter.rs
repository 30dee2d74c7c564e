//! How often a view-tuned unit recognizes its paperclip with another one beside it (riesenhuber1999hmax).

use hmax::{Gray, Paperclip, Result, View};

use crate::probe::{Probe, Values};
use crate::wires::{DISTRACTORS, Setting, TRAINING};

/// As published.
const TARGETS: u64 = 20;
/// Distractors that each target is paired with, one at a time.
const PAIRED: u64 = 3;
/// Pixels from the middle of the picture to the middle of each clip: their squares of 48 pixels do not meet.
const ASIDE: f64 = 28.0;

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-clutter",
    about: "Twenty paperclips of 48 pixels in 120, a unit tuned to one view of each, 40 other clips: the share of pictures of the \
            clip and one of the others beside it in which the unit answers more than to every other clip alone, under MAX and under \
            mean pooling, and as many pictures of the clip alone in the same place.",
    find: || found(TARGETS, PAIRED).expect("pictures that the filters fit into"),
};

/// Both clips in one picture.
fn together(one: &Gray, other: &Gray) -> Result<Gray> {
    let pixels = one.pixels().iter().zip(other.pixels()).map(|(a, b)| a.max(*b));
    Gray::new(one.height(), one.width(), pixels.collect())
}

fn found(targets: u64, paired: u64) -> Result<Values> {
    let setting = Setting::new(DISTRACTORS)?;
    let (left, right): (View, View) = (TRAINING.shifted(-ASIDE, 0.0), TRAINING.shifted(ASIDE, 0.0));
    let (mut alone, mut beside) = ([0.0; 2], [0.0; 2]);
    for n in 0..targets {
        let target = Paperclip::random(1, n);
        let units = setting.units(&target)?;
        let aside = target.view(&left)?;
        let holds = Setting::hold(&units, &setting.see(&aside, [true; 2])?)?;
        (0..2).for_each(|pool| alone[pool] += f64::from(u8::from(holds[pool])));
        for k in 0..paired {
            let other = Paperclip::random(2, (n * paired + k) % DISTRACTORS).view(&right)?;
            let holds =
                Setting::hold(&units, &setting.see(&together(&aside, &other)?, [true; 2])?)?;
            (0..2).for_each(|pool| beside[pool] += f64::from(u8::from(holds[pool])));
        }
    }
    let (alone, beside) =
        (alone.map(|n| n / targets as f64), beside.map(|n| n / (targets * paired) as f64));
    Ok(Values::new()
        .with("share_gained", beside[0] - beside[1])
        .with("maximum_share", beside[0])
        .with("mean_share", beside[1])
        .with("maximum_share_alone", alone[0])
        .with("mean_share_alone", alone[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clips_are_in_the_picture() {
        let (one, other) = (Paperclip::random(1, 0), Paperclip::random(2, 0));
        let left = one.view(&TRAINING.shifted(-ASIDE, 0.0)).unwrap();
        let right = other.view(&TRAINING.shifted(ASIDE, 0.0)).unwrap();
        let sum = |image: &Gray| image.pixels().iter().map(|p| f64::from(*p)).sum::<f64>();
        // Nothing of one covers the other, and nothing is outside the frame.
        let both = together(&left, &right).unwrap();
        assert!((sum(&both) - sum(&left) - sum(&right)).abs() < 1e-3);
        let inside = one.view(&TRAINING).unwrap();
        assert!((sum(&left) - sum(&inside)).abs() < 1e-3 * sum(&inside));
    }
}
