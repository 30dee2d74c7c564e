//! How far a view-tuned unit stands turning, scaling and moving its paperclip (riesenhuber1999hmax), with MAX and with mean
//! pooling.

use std::sync::LazyLock;

use hmax::{FilterBank, Gray, Model, Paperclip, Pool, Reach, Result, View, Vtu, c1, c2};

/// Afferents of a unit, and its width.
const STRONGEST: usize = 40;
const SIGMA: f32 = 0.1;
/// As the published sizes, 64 in 160, with room to move by three quarters of a clip.
pub(crate) const TRAINING: View = View { frame: 120, ..View::SMALL };
const POOLS: [Pool; 2] = [Pool::Max, Pool::Mean];

const DEGREES: Grid = Grid { step: 5.0, up: 18, down: 18 };
const OCTAVES: Grid = Grid { step: 0.25, up: 5, down: 6 };
const PIXELS: Grid = Grid { step: 4.0, up: 9, down: 9 };

/// Values around 0.
struct Grid {
    step: f64,
    up: i32,
    down: i32,
}

/// Means over the targets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Ranges {
    /// Of rotation, to one side, in degrees.
    pub(crate) rotation: f64,
    /// Of scale, from the smallest to the largest, in octaves.
    pub(crate) scale: f64,
    /// Of the shift, to one side, in clip widths.
    pub(crate) shift: f64,
}

/// A unit and the square of its distance from the nearest other clip, under each pooling.
pub(crate) type Units = [(Vtu, f64); 2];

/// The features, and the clips that units are to be told from.
pub(crate) struct Setting {
    model: Model,
    /// What each pooling makes of every distractor at the training view.
    distractors: Vec<[Vec<f32>; 2]>,
}

impl Setting {
    pub(crate) fn new(distractors: u64) -> Result<Self> {
        let model = Model::arrangements(FilterBank::small()?, Pool::Max)?;
        let mut setting = Self { model, distractors: Vec::new() };
        let seen =
            (0..distractors).map(|n| setting.see(&Paperclip::random(2, n).view(&TRAINING)?, [true; 2]));
        let seen: Vec<_> = seen.collect::<Result<_>>()?;
        setting.distractors = seen;
        Ok(setting)
    }

    /// C2 under those poolings that are asked for: S1 is the same, so it is found once.
    pub(crate) fn see(&self, image: &Gray, asked: [bool; 2]) -> Result<[Vec<f32>; 2]> {
        let bank = &self.model.bank;
        let mut bands = [Vec::new(), Vec::new()];
        for (b, band) in bank.bands().iter().enumerate() {
            let s1 = bank.s1(image, b)?;
            for i in (0..2).filter(|i| asked[*i]) {
                bands[i].push(c1(&s1, band.window, band.step, POOLS[i])?);
            }
        }
        let top = |i: usize| {
            if asked[i] { c2(&bands[i], &self.model.s2, Reach::Everywhere, POOLS[i]) } else { Ok(Vec::new()) }
        };
        Ok([top(0)?, top(1)?])
    }

    /// Units tuned to the training view of a target.
    pub(crate) fn units(&self, target: &Paperclip) -> Result<Units> {
        let [max, mean] = self.see(&target.view(&TRAINING)?, [true; 2])?;
        let unit = |i: usize, c2: &[f32]| -> Result<(Vtu, f64)> {
            let unit = Vtu::new(c2, STRONGEST, SIGMA)?;
            let mut nearest = f64::INFINITY;
            for other in &self.distractors {
                nearest = nearest.min(unit.squared_distance(&other[i])?);
            }
            Ok((unit, nearest))
        };
        Ok([unit(0, &max)?, unit(1, &mean)?])
    }

    /// Whether each unit answers more than to every other clip; under a pooling that was not asked for it does not.
    pub(crate) fn hold(units: &Units, seen: &[Vec<f32>; 2]) -> Result<[bool; 2]> {
        let mut holds = [false; 2];
        for ((holds, (unit, nearest)), seen) in holds.iter_mut().zip(units).zip(seen) {
            *holds = !seen.is_empty() && unit.squared_distance(seen)? < *nearest;
        }
        Ok(holds)
    }

    /// The ranges of one target under each pooling.
    fn ranges(&self, target: &Paperclip) -> Result<[Ranges; 2]> {
        let units = self.units(target)?;
        let holds = |view: View, asked: [bool; 2]| -> Result<[bool; 2]> {
            Self::hold(&units, &self.see(&target.view(&view)?, asked)?)
        };
        let degrees = reach(&DEGREES, |v, asked| holds(TRAINING.turned(v), asked))?;
        let octaves = reach(&OCTAVES, |v, asked| holds(TRAINING.scaled(v), asked))?;
        let pixels = reach(&PIXELS, |v, asked| holds(TRAINING.shifted(v, 0.0), asked))?;
        Ok([0, 1].map(|i| Ranges {
            rotation: degrees[i] / 2.0,
            scale: octaves[i],
            shift: pixels[i] / 2.0 / TRAINING.clip,
        }))
    }
}

/// How far each unit holds without a break, upwards and downwards together. One that broke off is not asked again.
fn reach(grid: &Grid, holds: impl Fn(f64, [bool; 2]) -> Result<[bool; 2]>) -> Result<[f64; 2]> {
    let mut all = [0.0; 2];
    for (sign, steps) in [(1.0, grid.up), (-1.0, grid.down)] {
        let mut still = [true; 2];
        for i in 1..=steps {
            let now = holds(sign * f64::from(i) * grid.step, still)?;
            for k in 0..2 {
                still[k] &= now[k];
                all[k] += if still[k] { grid.step } else { 0.0 };
            }
            if still == [false; 2] {
                break;
            }
        }
    }
    Ok(all)
}

/// Means over so many targets, each to be told from so many distractors: by MAX, and by the mean.
pub(crate) fn measure(targets: u64, distractors: u64) -> Result<[Ranges; 2]> {
    let setting = Setting::new(distractors)?;
    let mut mean = [Ranges::default(); 2];
    for target in 0..targets {
        let found = setting.ranges(&Paperclip::random(1, target))?;
        for (mean, found) in mean.iter_mut().zip(found) {
            mean.rotation += found.rotation / targets as f64;
            mean.scale += found.scale / targets as f64;
            mean.shift += found.shift / targets as f64;
        }
    }
    Ok(mean)
}

/// Targets and distractors of the probes.
pub(crate) const TARGETS: u64 = 8;
pub(crate) const DISTRACTORS: u64 = 40;

/// What two probes read: found once.
pub(crate) static FOUND: LazyLock<[Ranges; 2]> =
    LazyLock::new(|| measure(TARGETS, DISTRACTORS).expect("pictures that the filters fit into"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_at_the_first_view_that_is_lost() {
        let grid = Grid { step: 0.5, up: 4, down: 3 };
        // The first holds again at 2, behind a view that it lost.
        let holds = |v: f64, _| Ok([v.abs() < 1.2 || v > 1.9, v > -0.6]);
        assert_eq!(reach(&grid, holds).unwrap(), [2.0, 2.5]);
    }

    #[test]
    fn more_distractors_leave_less() {
        let (few, many) = (measure(1, 1).unwrap(), measure(1, 12).unwrap());
        for (few, many) in few.iter().zip(&many) {
            assert!(many.rotation <= few.rotation && many.scale <= few.scale && many.shift <= few.shift);
        }
        assert!(many[0].scale < few[0].scale || many[0].rotation < few[0].rotation);
    }
}
