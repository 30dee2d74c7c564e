//! The engine over a layout from start and space against direct code, written here with indices only.

use std::sync::Arc;

use hmax::{
    Axis, Density, FOUR_ORIENTATIONS, Filter, FilterBank, Gabor, Gaussian, Gray, INPUT, Inhibit, Layer,
    LayerSpec, Ndp, Network, NormalizedDot, Paperclip, Pool, PoolWithin, Prototype, Pyramid, Reach,
    Resampling, S2, Shape, Tuning, UNKNOWN, View, c1, c2,
};

fn clip() -> Gray {
    Paperclip::random(3, 1).view(&View::PUBLISHED.turned(25.0)).unwrap()
}

/// `|F·v|/‖v‖` at every place where the filter fits: `[height - size + 1][width - size + 1]`.
fn correlate(image: &[f64], height: usize, width: usize, filter: &Filter) -> Vec<Vec<f64>> {
    let n = filter.size();
    let one = |y: usize, x: usize| {
        let (mut dot, mut squares) = (0.0, 0.0);
        for i in 0..n {
            for j in 0..n {
                let v = image[(y + i) * width + x + j];
                dot += filter.template().weights()[i * n + j] * v;
                squares += v * v;
            }
        }
        let norm: f64 = squares.sqrt();
        dot.abs() / if norm == 0.0 { 1.0 } else { norm }
    };
    (0..=height - n).map(|y| (0..=width - n).map(|x| one(y, x)).collect()).collect()
}

/// Largest difference between a layer's feature and direct values.
fn furthest(layer: &Layer, feature: usize, direct: &[Vec<f64>]) -> f64 {
    assert_eq!(layer.size(), (direct.len(), direct[0].len()));
    let mut furthest = 0.0f64;
    for (y, row) in direct.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            let off = (f64::from(layer.get(feature, y, x)) - value).abs();
            // `max` would leave a NaN out.
            furthest = if off.is_nan() { f64::INFINITY } else { furthest.max(off) };
        }
    }
    furthest
}

fn wide(layer: &Layer) -> Vec<f64> {
    layer.values().iter().map(|&v| f64::from(v)).collect()
}

/// The bank's band as a network: S1 on the pixels of the image, C1 over its scales.
fn band_network(bank: &FilterBank, size: usize) -> Network {
    let mut layers = Vec::new();
    let pixels = Axis::pixels(size).unwrap();
    for (b, band) in bank.bands().iter().enumerate() {
        let mut below = Vec::new();
        for (s, filters) in band.scales.iter().enumerate() {
            let name = format!("s1 {b} {s}");
            layers.push(LayerSpec {
                name: name.clone(),
                group: "s1".into(),
                shape: Shape { features: 4, y: pixels, x: pixels },
                previous: vec![INPUT.into()],
                kernel: Box::new(NormalizedDot::new(filters.clone(), bank.tuning).unwrap()),
            });
            below.push(name);
        }
        let axis = pixels.int(band.window, band.step, None).unwrap();
        layers.push(LayerSpec {
            name: format!("c1 {b}"),
            group: "c1".into(),
            shape: Shape { features: 4, y: axis, x: axis },
            previous: below,
            kernel: Box::new(PoolWithin { window: band.window as f64, pool: Pool::Max }),
        });
    }
    // Steps come from what a layer reads, not from the order in which layers are listed.
    layers.reverse();
    Network::new(size, size, layers).unwrap()
}

#[test]
fn question_row_23_the_engine_over_coordinates_equals_direct_code() {
    let image = clip();
    let pixels: Vec<f64> = image.pixels().iter().map(|&p| f64::from(p)).collect();
    let bank = FilterBank::growing(2).unwrap();
    let activity = band_network(&bank, 160).run(&image).unwrap();
    let library = bank.c1(&image).unwrap();
    for (b, band) in bank.bands().iter().enumerate() {
        for orientation in 0..4 {
            let scales: Vec<Vec<Vec<f64>>> = band
                .scales
                .iter()
                .enumerate()
                .map(|(s, filters)| {
                    let filter = &filters[orientation];
                    let valid = correlate(&pixels, 160, 160, filter);
                    // Around it lies a frame of half a filter about which nothing is known.
                    let half = filter.size() / 2;
                    let known = half..160 - half;
                    let inside = |y, x| known.contains(&y) && known.contains(&x);
                    let at = |y: usize, x: usize| {
                        if inside(y, x) { valid[y - half][x - half] } else { f64::from(UNKNOWN) }
                    };
                    let same: Vec<Vec<f64>> =
                        (0..160).map(|y| (0..160).map(|x| at(y, x)).collect()).collect();
                    let engine = activity.layer(&format!("s1 {b} {s}")).unwrap();
                    assert!(furthest(engine, orientation, &same) < 1e-5);
                    assert!(furthest(&bank.s1(&image, b).unwrap()[s], orientation, &same) < 1e-5);
                    same
                })
                .collect();
            let cells = (160 - band.window) / band.step + 1;
            let margin = (160 - band.window - (cells - 1) * band.step) / 2;
            let pooled = |row: usize, column: usize| {
                let mut max = f64::MIN;
                for same in &scales {
                    for y in 0..band.window {
                        for x in 0..band.window {
                            max =
                                max.max(same[margin + row * band.step + y][margin + column * band.step + x]);
                        }
                    }
                }
                max
            };
            let direct: Vec<Vec<f64>> =
                (0..cells).map(|y| (0..cells).map(|x| pooled(y, x)).collect()).collect();
            let engine = activity.layer(&format!("c1 {b}")).unwrap();
            assert!(furthest(engine, orientation, &direct) < 1e-5);
            assert!(furthest(&library[b], orientation, &direct) < 1e-5);
            assert!(direct.iter().flatten().any(|&v| v > 0.2), "a clip excites C1");
        }
    }
}

#[test]
fn question_row_23_a_pyramid_of_images_equals_direct_code() {
    let image = clip();
    let model = Pyramid { scales: 3, orientations: FOUR_ORIENTATIONS.to_vec(), ..Pyramid::cvpr06_full() };
    let activity = model.network(160, 160).unwrap().run(&image).unwrap();
    let filters = FOUR_ORIENTATIONS.map(|d| model.gabor.at(d).unwrap());
    let sizes = [140usize, 116, 98];
    let mut s1 = Vec::new();
    for (i, &size) in sizes.iter().enumerate() {
        let scale = activity.layer(&format!("scale {i}")).unwrap();
        assert_eq!(scale.size(), (size, size));
        let axis = Axis::scaled_pixels(140, 2f64.powf(0.25 * i as f64)).unwrap();
        let resampled = image.resample(&axis, &axis, Resampling::Bicubic);
        let differ = resampled.values().iter().zip(scale.values()).map(|(a, b)| (a - b).abs());
        assert!(differ.into_iter().all(|off| off < 1e-5));
        let mut orientations: Vec<Vec<Vec<f64>>> =
            filters.iter().map(|f| correlate(&wide(scale), size, size, f)).collect();
        inhibit(&mut orientations);
        for (o, direct) in orientations.iter().enumerate() {
            // Next to the cutoff rounding may decide: there the two may differ, but nowhere else.
            let engine = activity.layer(&format!("s1 {i}")).unwrap();
            assert!(share_off(engine, o, direct) < 1e-3);
        }
        s1.push(activity.layer(&format!("s1 {i}")).unwrap());
    }
    for pair in 0..2 {
        let (fine, coarse) = (s1[pair], s1[pair + 1]);
        let cells = fine.size().0;
        let count = 2 * ((cells - 10) / 10) + 1;
        let step = |i: usize| (cells as f64 - 1.0) / 2.0 + 5.0 * (i as f64 - (count as f64 - 1.0) / 2.0);
        // In pixels of the fine scale, around the middle that both share.
        let ratio = fine.x().space() / coarse.x().space();
        let middle = (coarse.size().0 as f64 - 1.0) / 2.0;
        let over = |layer: &Layer, o: usize, centre: (f64, f64), reach: f64| {
            let mut max = f64::MIN;
            for y in 0..layer.size().0 {
                for x in 0..layer.size().1 {
                    if (y as f64 - centre.0).abs().max((x as f64 - centre.1).abs()) <= reach + 1e-6 {
                        max = max.max(f64::from(layer.get(o, y, x)));
                    }
                }
            }
            max
        };
        let own = (cells as f64 - 1.0) / 2.0;
        let mut direct: Vec<Vec<Vec<f64>>> = (0..4)
            .map(|o| {
                let cell = |y: usize, x: usize| {
                    let (y, x) = (step(y), step(x));
                    let there = |at: f64| middle + (at - own) * ratio;
                    over(fine, o, (y, x), 5.0).max(over(coarse, o, (there(y), there(x)), 5.0 * ratio))
                };
                (0..count).map(|y| (0..count).map(|x| cell(y, x)).collect()).collect()
            })
            .collect();
        let raw = activity.layer(&format!("c1 raw {pair}")).unwrap();
        for (o, direct) in direct.iter().enumerate() {
            assert!(furthest(raw, o, direct) < 1e-5);
        }
        inhibit(&mut direct);
        let c1 = activity.layer(&format!("c1 {pair}")).unwrap();
        for (o, direct) in direct.iter().enumerate() {
            assert!(furthest(c1, o, direct) < 1e-5);
        }
    }
}

fn share_off(layer: &Layer, feature: usize, direct: &[Vec<f64>]) -> f64 {
    let (mut off, mut all) = (0.0, 0.0);
    for (y, row) in direct.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            all += 1.0;
            off += f64::from((f64::from(layer.get(feature, y, x)) - value).abs() > 1e-5);
        }
    }
    off / all
}

fn inhibit(orientations: &mut [Vec<Vec<f64>>]) {
    for y in 0..orientations[0].len() {
        for x in 0..orientations[0][0].len() {
            let here: Vec<f64> = orientations.iter().map(|o| o[y][x]).collect();
            let (min, max) = here.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
            for o in orientations.iter_mut() {
                if o[y][x] < min + 0.5 * (max - min) {
                    o[y][x] = 0.0;
                }
            }
        }
    }
}

#[test]
fn c2_from_the_engine_equals_c2_over_its_c1() {
    let image = clip();
    let model = Pyramid { scales: 3, ..Pyramid::cvpr06_base() };
    let c1: Vec<Layer> =
        model.network(160, 160).unwrap().run(&image).unwrap().group("c1").into_iter().cloned().collect();
    assert_eq!(c1.len(), 2);
    for (density, tuning) in
        [(Density::Dense, Tuning::Gaussian(model.s2)), (Density::Sparse, Tuning::Ndp(Ndp::default()))]
    {
        let prototypes = Prototype::sample(std::slice::from_ref(&c1), &[4], 6, density, 9).unwrap();
        assert_eq!(prototypes.len(), 6);
        let s2 = Arc::new(S2::new(prototypes, tuning).unwrap());
        let activity = model.network_to_c2(160, 160, &s2).unwrap().run(&image).unwrap();
        let direct = c2(&c1, &s2, Reach::Everywhere, Pool::Max).unwrap();
        let engine = activity.layer("c2").unwrap();
        for (a, b) in engine.values().iter().zip(&direct) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
            // Each was cut from this very image.
            assert!((a - 1.0).abs() < 1e-5 || matches!(tuning, Tuning::Ndp(_)), "{a}");
        }
        // Limited to where each was cut it is still found there.
        let near = c2(&c1, &s2, Reach::PUBLISHED, Pool::Max).unwrap();
        let nowhere = Reach::Near { scales: 0, position: 0.0 };
        let exactly = c2(&c1, &s2, nowhere, Pool::Max).unwrap();
        for ((all, near), exactly) in direct.iter().zip(&near).zip(&exactly) {
            assert!(exactly <= near && near <= all);
            assert!((exactly - 1.0).abs() < 1e-5 || matches!(tuning, Tuning::Ndp(_)), "{exactly}");
        }
    }
}

#[test]
fn the_published_pyramids_fit() {
    for (model, sizes) in [(Pyramid::cvpr06_base(), 8), (Pyramid::cvpr06_full(), 8), (Pyramid::pnas07(), 9)] {
        let network = model.network(160, 160).unwrap();
        let c1 = network.steps().filter(|(name, _)| name.starts_with("c1 ") && !name.contains("raw"));
        assert_eq!(c1.count(), sizes);
    }
    let gabor = Pyramid::cvpr06_base().gabor;
    assert!((gabor.sigma - 0.8 * gabor.lambda).abs() < 1e-9);
    assert_eq!(Gabor::growing(0).unwrap().size, Pyramid::pnas07().gabor.size);
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let image = clip();
    let model = Pyramid { scales: 2, ..Pyramid::cvpr06_full() };
    let network = model.network(160, 160).unwrap();
    let bank = FilterBank::small().unwrap();
    let gaussian = Gaussian { sigma: 1.0, smallest: 2, normalized: false };
    let s2 = S2::new(Prototype::arrangements(4, 2).unwrap(), Tuning::Gaussian(gaussian)).unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let direct = c2(&bank.c1(&image).unwrap(), &s2, Reach::Everywhere, Pool::Mean).unwrap();
            (network.run(&image).unwrap(), direct)
        })
    };
    let one = run(1);
    for threads in [2, 3, 7] {
        assert_eq!(run(threads), one);
    }
}

/// A cell that adds up what it sees, written outside of the library.
struct Sum;

impl hmax::Kernel for Sum {
    fn check(&self, _: &str, _: Shape, _: &[Shape]) -> hmax::Result<()> {
        Ok(())
    }

    fn respond(&self, cell: hmax::Cell, previous: &[&Layer]) -> f32 {
        previous.iter().map(|l| l.get(0, cell.y, cell.x)).sum()
    }
}

#[test]
fn steps_follow_from_what_layers_read() {
    let axis = Axis::pixels(3).unwrap();
    let layer = |name: &str, previous: &[&str]| LayerSpec {
        name: name.into(),
        group: "all".into(),
        shape: Shape { features: 1, y: axis, x: axis },
        previous: previous.iter().map(|&p| p.into()).collect(),
        kernel: Box::new(Sum),
    };
    let layers = vec![
        layer("d", &["b", "a", INPUT]),
        layer("b", &["a"]),
        layer("c", &["a"]),
        layer("a", &[INPUT, INPUT]),
    ];
    let network = Network::new(3, 3, layers).unwrap();
    assert_eq!(network.steps().collect::<Vec<_>>(), [("a", 1), ("b", 2), ("c", 2), ("d", 3)]);
    let activity = network.run(&Gray::new(3, 3, vec![1.0; 9]).unwrap()).unwrap();
    let value = |name| activity.layer(name).unwrap().get(0, 1, 1);
    assert_eq!((value("a"), value("b"), value("d")), (2.0, 2.0, 5.0));
    assert_eq!(activity.group("all").len(), 4);

    let wrong = |layers| Network::new(3, 3, layers).err().unwrap().to_string();
    assert!(wrong(vec![layer("a", &["b"]), layer("b", &["a"])]).contains("waits for itself"));
    assert!(wrong(vec![layer("a", &["x"])]).contains("`a` reads `x`, which does not exist"));
    assert!(wrong(vec![layer("a", &[INPUT]), layer("a", &[INPUT])]).contains("two layers are called `a`"));
    assert!(wrong(vec![layer(INPUT, &[INPUT])]).contains("two layers"));
}

#[test]
fn unknown_spreads_through_s_and_is_not_seen_by_max() {
    let image = Gray::new(9, 9, (0..81u8).map(f32::from).collect()).unwrap();
    let axis = Axis::pixels(9).unwrap();
    let filter = Filter::second_derivative(5, 0.0).unwrap();
    let spec = |name: &str, previous: &str, kernel: Box<dyn hmax::Kernel>| LayerSpec {
        name: name.into(),
        group: String::new(),
        shape: Shape { features: 1, y: axis, x: axis },
        previous: vec![previous.into()],
        kernel,
    };
    let s = || Box::new(NormalizedDot::new(vec![filter.clone()], Ndp::default()).unwrap());
    let layers = vec![
        spec("s", INPUT, s()),
        spec("s of s", "s", s()),
        spec("c", "s", Box::new(PoolWithin { window: 3.0, pool: Pool::Max })),
        spec("i", "s", Box::new(Inhibit(0.5))),
    ];
    let activity = Network::new(9, 9, layers).unwrap().run(&image).unwrap();
    let unknown = |name| activity.layer(name).unwrap().values().iter().filter(|&&v| v == UNKNOWN).count();
    // A frame of two around 5×5; of four around 1; C sees one further; inhibition keeps it.
    assert_eq!((unknown("s"), unknown("s of s"), unknown("c"), unknown("i")), (56, 80, 32, 56));
}

/// Five windows of 5 in steps of 4 fill 21 of 23 cells: one is left over at each end.
#[test]
fn what_windows_leave_over_is_shared_out() {
    let axis = Axis::pixels(23).unwrap().int(5, 4, None).unwrap();
    let layers = vec![LayerSpec {
        name: "c".into(),
        group: "c".into(),
        shape: Shape { features: 1, y: axis, x: axis },
        previous: vec![INPUT.into()],
        kernel: Box::new(PoolWithin { window: 5.0, pool: Pool::Max }),
    }];
    let network = Network::new(23, 23, layers).unwrap();
    // Where values rise the maximum is at a window's end, where they fall at its start.
    for (sign, end) in [(1.0, 5.0), (-1.0, 1.0)] {
        let ramp = (0..529u16).map(|i| sign * f32::from(i % 23 + 100 * (i / 23)));
        let ramp = Gray::new(23, 23, ramp.collect()).unwrap();
        let direct = c1(&[ramp.to_layer()], 5, 4, Pool::Max).unwrap();
        let activity = network.run(&ramp).unwrap();
        for layer in [&direct, activity.layer("c").unwrap()] {
            for row in 0..5u8 {
                let place = |i: u8| end + 4.0 * f32::from(i);
                let expected: Vec<f32> = (0..5).map(|x| sign * (place(x) + 100.0 * place(row))).collect();
                assert_eq!(layer.row(0, row.into()), expected);
            }
        }
    }
}
