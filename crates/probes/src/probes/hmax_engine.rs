//! A network of cells that find their afferents by position is the convolution and pooling that it stands for.

use hmax::{
    Axis, FilterBank, Gray, INPUT, LayerSpec, Network, NormalizedDot, Paperclip, Pool, PoolWithin, Shape, View,
};
use norm_core::conformance::largest;

use crate::draw::Draw;
use crate::probe::{Probe, Values};

const SIDE: usize = 64;

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-engine",
    about: "The first band of the growing filter bank as a network of cells over positions, on a paperclip with noise, 64 by 64 pixels: \
            largest difference of S1 and C1 from correlation, division and maximum in plain loops over indices; and of the centres \
            that layouts of several stages give to their cells from the middles of the pixels that those see.",
    find: || find(0),
};

fn picture() -> Gray {
    let view = View { frame: SIDE, clip: 40.0, ..View::SMALL };
    let clip = Paperclip::random(5, 0).view(&view).expect("a picture");
    let mut draw = Draw::new(199);
    let noisy = clip.pixels().iter().map(|p| p + 0.2 * draw.uniform() as f32).collect();
    Gray::new(SIDE, SIDE, noisy).expect("a square picture")
}

/// Names of the S1 layers of the band, and the network up to its C1.
fn network(bank: &FilterBank) -> (Vec<String>, Network) {
    let (band, pixels) = (&bank.bands()[0], Axis::pixels(SIDE).expect("pixels"));
    let (mut layers, mut names) = (Vec::new(), Vec::new());
    for (s, filters) in band.scales.iter().enumerate() {
        names.push(format!("s1 {s}"));
        layers.push(LayerSpec {
            name: names[s].clone(),
            group: "s1".into(),
            shape: Shape { features: filters.len(), y: pixels, x: pixels },
            previous: vec![INPUT.into()],
            kernel: Box::new(NormalizedDot::new(filters.clone(), bank.tuning).expect("filters of one side")),
        });
    }
    let axis = pixels.int(band.window, band.step, None).expect("a window that can be centred");
    layers.push(LayerSpec {
        name: "c1".into(),
        group: "c1".into(),
        shape: Shape { features: band.scales[0].len(), y: axis, x: axis },
        previous: names.clone(),
        kernel: Box::new(PoolWithin { window: band.window as f64, pool: Pool::Max }),
    });
    (names, Network::new(SIDE, SIDE, layers).expect("layers that follow each other"))
}

/// `|F·v|/‖v‖` around every pixel that the filter fits around.
fn correlated(image: &Gray, weights: &[f64], size: usize) -> Vec<Vec<Option<f64>>> {
    let half = size / 2;
    let at = |y: usize, x: usize| {
        if y < half || x < half || y + half >= SIDE || x + half >= SIDE {
            return None;
        }
        let (mut product, mut squares) = (0.0, 0.0f64);
        for i in 0..size {
            for j in 0..size {
                let v = f64::from(image.pixels()[(y - half + i) * SIDE + x - half + j]);
                product += weights[i * size + j] * v;
                squares += v * v;
            }
        }
        Some(product.abs() / squares.sqrt())
    };
    (0..SIDE).map(|y| (0..SIDE).map(|x| at(y, x)).collect()).collect()
}

/// The largest difference; the direct windows stand `off` pixels from where they belong.
fn difference(off: usize) -> f64 {
    let bank = FilterBank::growing(1).expect("a published band");
    let image = picture();
    let (names, network) = network(&bank);
    let activity = network.run(&image).expect("a picture of the network's size");
    let layer = |name: &str| activity.layer(name).expect("a layer of the network");
    let band = &bank.bands()[0];
    let cells = (SIDE - band.window) / band.step + 1;
    let margin = (SIDE - band.window - (cells - 1) * band.step) / 2;
    let mut differences = Vec::new();
    for feature in 0..band.scales[0].len() {
        let mut pooled = vec![vec![f64::NEG_INFINITY; cells]; cells];
        for (scale, name) in band.scales.iter().zip(&names) {
            let filter = &scale[feature];
            let direct = correlated(&image, filter.template().weights(), filter.size());
            for (y, row) in direct.iter().enumerate() {
                for (x, value) in row.iter().enumerate().filter_map(|(x, v)| Some((x, (*v)?))) {
                    differences.push((f64::from(layer(name).get(feature, y, x)) - value).abs());
                }
            }
            for (i, pooled) in pooled.iter_mut().enumerate() {
                for (j, pooled) in pooled.iter_mut().enumerate() {
                    for y in 0..band.window {
                        for x in 0..band.window {
                            let (y, x) = (margin + i * band.step + y, margin + j * band.step + x);
                            let value = direct.get(y + off).and_then(|row| row.get(x + off).copied().flatten());
                            *pooled = pooled.max(value.unwrap_or(f64::NEG_INFINITY));
                        }
                    }
                }
            }
        }
        assert_eq!(layer("c1").size(), (cells, cells));
        for (i, row) in pooled.iter().enumerate() {
            let cell = |(j, value): (usize, &f64)| (f64::from(layer("c1").get(feature, i, j)) - value).abs();
            differences.extend(row.iter().enumerate().map(cell));
        }
    }
    largest(differences)
}

/// Through stages of `(field, step)`: centres by start and space against those of the pixels that a cell sees, in pixels.
fn centres(pixels: usize, stages: &[(usize, usize)]) -> f64 {
    let mut axis = Axis::pixels(pixels).expect("pixels");
    // The first and the last pixel that each cell sees.
    let mut seen: Vec<(usize, usize)> = (0..pixels).map(|i| (i, i)).collect();
    let mut differences = Vec::new();
    for &(field, step) in stages {
        axis = axis.int(field, step, None).expect("a field that can be centred");
        let left = (seen.len() - field - step * (axis.cells() - 1)) / 2;
        let cell = |i: usize| (seen[left + i * step].0, seen[left + i * step + field - 1].1);
        seen = (0..axis.cells()).map(cell).collect();
        for (i, (first, last)) in seen.iter().enumerate() {
            let middle = (first + last) as f64 / 2.0 + 0.5;
            differences.push((axis.start() + axis.space() * i as f64) * pixels as f64 - middle);
        }
    }
    largest(differences.iter().map(|d| d.abs()))
}

fn find(off: usize) -> Values {
    let layouts: [(usize, &[(usize, usize)]); 4] = [
        (64, &[(7, 1), (8, 4), (3, 1)]),
        (160, &[(11, 1), (10, 5), (4, 1)]),
        (141, &[(9, 1), (7, 3), (2, 1)]),
        (256, &[(7, 1), (8, 3), (5, 2)]),
    ];
    let centres = largest(layouts.iter().map(|(pixels, stages)| centres(*pixels, stages)));
    Values::new().with("difference", difference(off)).with("centres", centres)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_a_pixel_off_are_seen() {
        let found = find(0);
        assert!(found.get("difference") < 1e-5 && found.get("centres") < 1e-5, "{found:?}");
        assert!(find(1).get("difference") > 1e-2);
    }
}
