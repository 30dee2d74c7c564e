//! The experiment with paperclips, small: `examples/paperclips.rs` is the whole of it.

use std::sync::LazyLock;

use hmax::{FilterBank, Gray, Model, Paperclip, Pool, View, Vtu};

const TARGETS: u64 = 3;
const DISTRACTORS: u64 = 20;

/// Units tuned to their training views, each with the distance that a distractor comes closest.
struct Units {
    model: Model,
    units: Vec<(Paperclip, Vtu, f64)>,
}

fn distractor(number: u64) -> Paperclip {
    Paperclip::random(2, number)
}

impl Units {
    fn new(pool: Pool) -> Self {
        let model = Model::arrangements(FilterBank::small().unwrap(), pool).unwrap();
        let see = |clip: &Paperclip| model.c2(&clip.view(&View::SMALL).unwrap()).unwrap();
        let others: Vec<Vec<f32>> = (0..DISTRACTORS).map(|n| see(&distractor(n))).collect();
        let unit = |n| {
            let clip = Paperclip::random(1, n);
            let unit = Vtu::new(&see(&clip), 40, 0.1).unwrap();
            let distances = others.iter().map(|c2| unit.squared_distance(c2).unwrap());
            let nearest = distances.fold(f64::MAX, f64::min);
            (clip, unit, nearest)
        };
        let units = (0..TARGETS).map(unit).collect();
        Self { model, units }
    }

    /// In how many images, over all targets, the unit is surer of its clip than of any distractor.
    fn held<T: Copy>(&self, images: &[T], image: impl Fn(&Paperclip, T) -> Gray) -> usize {
        let mut held = 0;
        for (clip, unit, nearest) in &self.units {
            for &of in images {
                let c2 = self.model.c2(&image(clip, of)).unwrap();
                held += usize::from(unit.squared_distance(&c2).unwrap() < *nearest);
            }
        }
        held
    }
}

static MAX: LazyLock<Units> = LazyLock::new(|| Units::new(Pool::Max));
static SUM: LazyLock<Units> = LazyLock::new(|| Units::new(Pool::Mean));

/// HMAX: pooling by MAX keeps a unit tuned to its clip over a wider range of scales than adding up.
#[test]
fn question_row_22_max_pooling_bears_more_scales_than_sum_pooling() {
    let octaves = [-0.75, -0.5, -0.25, 0.25, 0.5, 0.75];
    let view = |clip: &Paperclip, octaves| clip.view(&View::SMALL.scaled(octaves)).unwrap();
    let (max, sum) = (MAX.held(&octaves, view), SUM.held(&octaves, view));
    assert!(max > sum, "MAX {max}, SUM {sum} of {}", 3 * octaves.len());
}

/// HMAX: and with another clip beside its own.
#[test]
fn question_row_22_max_pooling_bears_clutter_and_sum_pooling_does_not() {
    let pair = |clip: &Paperclip, number| {
        let own = clip.view(&View::SMALL.shifted(-24.0, 0.0)).unwrap();
        own.overlaid(&distractor(number).view(&View::SMALL.shifted(24.0, 0.0)).unwrap()).unwrap()
    };
    let (max, sum) = (MAX.held(&[0, 1], pair), SUM.held(&[0, 1], pair));
    assert!(max > sum, "MAX {max}, SUM {sum} of 6");
}

/// Moving the clip matters less to it than turning it by a right angle.
#[test]
fn question_row_22_a_unit_bears_shifts_and_is_tuned_to_the_angle() {
    let shift = |clip: &Paperclip, right| clip.view(&View::SMALL.shifted(right, 0.0)).unwrap();
    let turn = |clip: &Paperclip, degrees| clip.view(&View::SMALL.turned(degrees)).unwrap();
    let shifted = MAX.held(&[-16.0, -8.0, 8.0, 16.0], shift);
    let turned = MAX.held(&[-90.0, -75.0, 75.0, 90.0], turn);
    assert!(shifted > turned, "{shifted} shifted, {turned} turned");
}
