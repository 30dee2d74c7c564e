//! The experiment with paperclips, small: `examples/paperclips.rs` is the whole of it.

use hmax::{FilterBank, Gray, Model, Paperclip, Pool, View, Vtu};

const TARGETS: u64 = 3;
const DISTRACTORS: u64 = 20;

/// Units tuned to the training views, with the distance that a distractor comes closest.
fn units(model: &Model) -> Vec<(Paperclip, Vtu, f64)> {
    let see = |image: hmax::Result<Gray>| model.c2(&image.unwrap()).unwrap();
    let others: Vec<Vec<f32>> =
        (0..DISTRACTORS).map(|n| see(Paperclip::random(2, n).view(&View::SMALL))).collect();
    (0..TARGETS)
        .map(|n| {
            let clip = Paperclip::random(1, n);
            let unit = Vtu::new(&see(clip.view(&View::SMALL)), 40, 0.1).unwrap();
            let distances = others.iter().map(|c2| unit.squared_distance(c2).unwrap());
            let nearest = distances.fold(f64::MAX, f64::min);
            (clip, unit, nearest)
        })
        .collect()
}

/// Of how many views, over all targets, the unit says that it is its clip and no distractor.
fn held(model: &Model, views: &[View]) -> usize {
    let units = units(model);
    let told = units.iter().flat_map(|(clip, unit, nearest)| {
        views.iter().map(move |view| {
            let c2 = model.c2(&clip.view(view).unwrap()).unwrap();
            unit.squared_distance(&c2).unwrap() < *nearest
        })
    });
    told.filter(|&told| told).count()
}

fn models() -> [Model; 2] {
    [Pool::Max, Pool::Mean].map(|pool| Model::arrangements(FilterBank::small().unwrap(), pool).unwrap())
}

/// HMAX: pooling by MAX keeps a unit tuned to its clip over a wider range of scales than adding up.
#[test]
fn question_row_22_max_pooling_bears_more_scales_than_sum_pooling() {
    let views = [-0.75, -0.5, -0.25, 0.25, 0.5, 0.75].map(|octaves| View::SMALL.scaled(octaves));
    let [max, sum] = models().map(|model| held(&model, &views));
    assert!(max > sum, "MAX {max}, SUM {sum} of {}", 3 * views.len());
}

/// And moving the clip matters less to it than turning it by a right angle.
#[test]
fn question_row_22_a_unit_bears_shifts_and_is_tuned_to_the_angle() {
    let [max, _] = models();
    let shifts = [-16.0, -8.0, 8.0, 16.0].map(|right| View::SMALL.shifted(right, 0.0));
    let turns = [-90.0, -75.0, 75.0, 90.0].map(|degrees| View::SMALL.turned(degrees));
    let (shifted, turned) = (held(&max, &shifts), held(&max, &turns));
    assert!(shifted > turned, "{shifted} shifted, {turned} turned");
}
