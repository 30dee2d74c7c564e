//! Windows, as the matrices that they are.

use norm_core::{Along, Divisor, Layout, Over, Weights, Window};

fn matrix(window: Window, size: usize, len: usize) -> Vec<f64> {
    let line = Layout::new(1, 1, len, 1);
    let mut columns = Vec::new();
    for j in 0..len {
        let mut unit = vec![0.0; len];
        unit[j] = 1.0;
        columns.push(window.apply(size, &line, Over::ALL, &unit));
    }
    (0..len * len).map(|at| columns[at % len][at / len]).collect()
}

fn all() -> impl Iterator<Item = Window> {
    let kinds = [Weights::Box, Weights::Gaussian].into_iter().flat_map(|weights| {
        [Divisor::One, Divisor::Whole, Divisor::Inside].map(|divisor| (weights, divisor))
    });
    kinds.map(|(weights, divisor)| Window { along: Along::Channels, weights, divisor, transposed: false })
}

#[test]
fn a_window_of_three_by_hand() {
    let window =
        Window { along: Along::Channels, weights: Weights::Box, divisor: Divisor::Inside, transposed: false };
    let (half, third) = (0.5, 1.0 / 3.0);
    let want =
        [half, half, 0.0, 0.0, third, third, third, 0.0, 0.0, third, third, third, 0.0, 0.0, half, half];
    assert_eq!(matrix(window, 3, 4), want);
    // Of four, two lie before the element and one behind it.
    let sum = Window { divisor: Divisor::One, ..window };
    let want = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0];
    assert_eq!(matrix(sum, 4, 4), want);
}

#[test]
fn the_adjoint_is_the_transposed_matrix() {
    for window in all() {
        for (size, len) in [(1, 3), (2, 5), (3, 7), (5, 3), (9, 4), (4, 1)] {
            let (a, b) =
                (matrix(window, size, len), matrix(Window { transposed: true, ..window }, size, len));
            for at in 0..len * len {
                let (i, j) = (at / len, at % len);
                assert!((a[i * len + j] - b[j * len + i]).abs() < 1e-15, "{window:?} {size} over {len}");
            }
        }
    }
}

#[test]
fn over_an_image_it_is_a_square() {
    let window =
        Window { along: Along::Space, weights: Weights::Box, divisor: Divisor::One, transposed: false };
    let l = Layout::new(1, 1, 1, 12).with_row(4);
    let mut x = vec![0.0; 12];
    x[5] = 1.0;
    let y = window.apply(3, &l, Over::ALL, &x);
    assert_eq!(y, [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
}
