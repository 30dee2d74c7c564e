//! Neighbours in channels or space.

use norm_core::conformance::difference;

use crate::run::{Run, close, noise};
use crate::{Entry, Held};
use Held::{By, Here, Source};

pub(crate) const ENTRIES: fn() -> Vec<Entry> = || {
    vec![
        (
            "local-response",
            "PyTorch and torch divide alpha",
            By("norms/tests/gotchas/windows.rs", "alpha_is_not_divided"),
        ),
        ("local-response", "TensorFlow's argument", Source),
        ("local-response", "Which channels are neighbours", Here(|| order_counts("local-response", 1e3))),
        ("local-response", "With k well above", Here(hardly_acts)),
        ("divisive", "sigma is no epsilon", Here(|| sigma_decides("divisive"))),
        ("divisive", "The authors' code pads with zeros", Here(means_over_the_neighbours_there_are)),
        ("divisive", "The authors' code divides the suppression window", Source),
        (
            "divisive",
            "Backward the windows are transposed",
            By("norm-core/tests/suite/window.rs", "the_adjoint_is_the_transposed_matrix"),
        ),
        ("divisive", "There is no gain", Here(|| assert!(Run::new("divisive", 2, 2, 4).inputs.is_empty()))),
        ("divisive-units", "sigma is no epsilon", Here(|| sigma_decides("divisive-units"))),
        ("divisive-units", "The window has 60 units", Here(sixty_units)),
        ("divisive-units", "The authors' code pads with zeros", Here(units_at_the_ends)),
        ("divisive-units", "Which units are neighbours", Here(|| order_counts("divisive-units", 1.0))),
        (
            "divisive-units",
            "There is no gain",
            Here(|| assert!(Run::new("divisive-units", 2, 2, 1).inputs.is_empty())),
        ),
        ("local-contrast", "The window is 9 places wide", Here(the_width_of_the_window)),
        ("local-contrast", "The average deviation is the floor", Here(flat_places_stay_flat)),
        ("local-contrast", "torch's default window", Source),
        ("local-contrast", "At the border", Here(borders_leave_out)),
        ("local-contrast", "The deviation is shared", Here(a_loud_channel_damps)),
        ("local-contrast", "eps is a floor", Here(a_picture_without_contrast)),
    ]
};

#[test]
fn alpha_is_not_divided() {
    let run = Run::new("local-response", 1, 9, 1).with("alpha", 0.3).with("beta", 1.0);
    let energy = run.x[2..7].iter().map(|v| v * v).sum::<f64>();
    close(run.y()[4], run.x[4] / (2.0 + 0.3 * energy), 1e-14);
    // Of others, whose alpha is divided by the size, 1.5 is the same.
    close(run.y()[4], run.x[4] / (2.0 + 1.5 / 5.0 * energy), 1e-14);
}

fn order_counts(id: &str, size: f64) {
    let run = Run::new(id, 1, 12, 1).map(|v| size * v);
    let run = if id == "divisive-units" { run.with("size", 3.0) } else { run };
    let turned: Vec<f64> = (0..12).map(|i| run.x[i * 5 % 12]).collect();
    let y = run.clone().of(turned).y();
    let back: Vec<f64> = (0..12).map(|i| run.y()[i * 5 % 12]).collect();
    assert!(difference(&y, &back) > 0.01);
}

fn hardly_acts() {
    let run = Run::new("local-response", 2, 8, 1);
    let plain: Vec<f64> = run.x.iter().map(|x| x / 2f64.powf(0.75)).collect();
    close(difference(&run.y(), &plain), 0.0, 1e-3);
    let loud = run.clone().map(|v| 1e3 * v);
    let plain: Vec<f64> = loud.x.iter().map(|x| x / 2f64.powf(0.75)).collect();
    assert!(difference(&loud.y(), &plain) > 100.0);
}

fn sigma_decides(id: &str) {
    let run = Run::new(id, 1, 8, 1);
    close(run.consts[0], 1.0, 0.0);
    // Far below it the layer is a centring, far above it a normalization.
    let gain = |size: f64| {
        let (one, ten) = (run.clone().map(|v| size * v).y(), run.clone().map(|v| 10.0 * size * v).y());
        ten[0] / one[0]
    };
    close(gain(1e-4), 10.0, 1e-3);
    close(gain(1e4), 1.0, 1e-3);
}

fn image(id: &str, channels: usize, rows: usize, row: usize) -> Run {
    let mut run = Run::new(id, 1, channels, rows * row);
    run.layout = run.layout.with_row(row);
    run
}

/// A picture that is the same everywhere has nothing left, at the border too.
fn means_over_the_neighbours_there_are() {
    let run = image("divisive", 2, 6, 7).map(|_| 3.0);
    assert!(run.y().iter().all(|v| v.abs() < 1e-12));
}

fn units_at_the_ends() {
    let run = Run::new("divisive-units", 1, 20, 1).with("size", 5.0).map(|_| 3.0);
    assert!(run.y().iter().all(|v| v.abs() < 1e-12));
}

/// A window of a size has half of it, rounded down, before the unit.
fn sixty_units() {
    let run = Run::new("divisive-units", 1, 100, 1);
    close(run.consts[1], 60.0, 0.0);
    let moved = |at: usize| {
        let mut other = run.clone();
        other.x[at] += 1.0;
        difference(&other.y()[50..51], &run.y()[50..51])
    };
    // Through means of neighbours it sees twice as far as its own window.
    assert!(moved(20) > 1e-6 && moved(79) > 1e-6);
    // As many units as lie on either side of each: the whole layer.
    let small = Run::new("divisive-units", 1, 30, 1);
    let m = small.x.iter().sum::<f64>() / 30.0;
    let v = small.x.iter().map(|x| (x - m).powi(2)).sum::<f64>() / 30.0;
    let want: Vec<f64> = small.x.iter().map(|x| (x - m) / (1.0 + v).sqrt()).collect();
    close(difference(&small.y(), &want), 0.0, 1e-12);
}

/// What the window takes from the places around a single bright one, where a high floor divides all alike: a Gaussian whose
/// deviation is a quarter of nine places.
fn the_width_of_the_window() {
    let (side, middle) = (31, 15);
    let run = image("local-contrast", 1, side, side);
    close(run.consts[0], 9.0, 0.0);
    let mut x = vec![0.0; side * side];
    x[middle * side + middle] = 1.0;
    let y = run.with("eps", 1e6).of(x).y();
    let taken = |down: usize, across: usize| -1e3 * y[(middle + down) * side + middle + across];
    let weight = |d: f64| (-d * d / (2.0 * 2.25 * 2.25)).exp();
    for (near, far) in [(1, 2), (2, 3), (3, 4)] {
        close(taken(0, far) / taken(0, near), weight(far as f64) / weight(near as f64), 1e-9);
        close(taken(far, 0) / taken(near, 0), weight(far as f64) / weight(near as f64), 1e-9);
    }
    assert!(taken(0, 4) > 0.0 && taken(4, 4) > 0.0);
    close(taken(0, 5), 0.0, 1e-12);
}

fn flat_places_stay_flat() {
    // Noise on the left, a whisper on the right.
    let (rows, row) = (12, 40);
    let run = image("local-contrast", 1, rows, row);
    let x: Vec<f64> = noise(rows * row, 31)
        .iter()
        .enumerate()
        .map(|(i, v)| if i % row < 20 { *v } else { 1e-3 * v })
        .collect();
    let y = run.of(x).y();
    let size = |right: bool| {
        let of: Vec<f64> = y
            .iter()
            .enumerate()
            .filter(|(i, _)| if right { i % row > 29 } else { i % row < 11 })
            .map(|(_, v)| v * v)
            .collect();
        (of.iter().sum::<f64>() / of.len() as f64).sqrt()
    };
    assert!(size(true) < 0.01 && size(false) > 0.5, "{} and {}", size(true), size(false));
}

fn borders_leave_out() {
    let run = image("local-contrast", 2, 12, 13).map(|_| 3.0);
    assert!(run.y().iter().all(|v| v.abs() < 1e-9));
}

fn a_loud_channel_damps() {
    let run = image("local-contrast", 2, 12, 12);
    let mut loud = run.clone();
    loud.x[..144].iter_mut().for_each(|v| *v *= 100.0);
    // The other channel is smaller than it was.
    let size = |y: &[f64]| y[144..].iter().map(|v| v.abs()).sum::<f64>();
    assert!(size(&loud.y()) < size(&run.y()));
}

fn a_picture_without_contrast() {
    let run = image("local-contrast", 1, 10, 10).map(|_| 7.5);
    assert!(run.y().iter().chain(&run.dx()).all(|v| v.is_finite()));
    close(run.consts[1], 1e-8, 0.0);
}
