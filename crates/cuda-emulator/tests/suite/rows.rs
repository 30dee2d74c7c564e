//! Layer normalization by rows.

use cuda_emulator::{Argument, Check, Launch, Order, Work};

use crate::{Case, drawn, has_compiler};

const ROWS: usize = 7;
/// Not a multiple of anything.
const LENGTH: usize = 203;
const BLOCKS: usize = 3;
const THREADS: u32 = 96;
const EPS: f64 = 1e-5;

/// Rows and their gradients beside the formulas in double precision.
pub(crate) fn case() -> Case {
    let (x, dy) = (drawn(ROWS * LENGTH, 1), drawn(ROWS * LENGTH, 2));
    let (gain, bias) = (drawn(LENGTH, 3), drawn(LENGTH, 4));
    let nothing = |count: usize| vec![f32::NAN; count];
    let at = Argument::Buffer;
    let (rows, length) = (Argument::int(ROWS as i32), Argument::int(LENGTH as i32));
    let launch = |kernel, blocks, arguments| Launch {
        kernel,
        grid: [blocks, 1, 1],
        block: [THREADS, 1, 1],
        arguments,
    };
    let work = Work {
        buffers: vec![
            x.clone(),
            dy.clone(),
            gain.clone(),
            bias.clone(),
            nothing(ROWS * LENGTH),
            nothing(2 * ROWS),
            nothing(ROWS * LENGTH),
            nothing(BLOCKS * LENGTH),
            nothing(LENGTH),
        ],
        launches: vec![
            launch(
                "row_forward",
                BLOCKS as u32,
                vec![
                    at(0),
                    at(2),
                    at(3),
                    at(4),
                    at(5),
                    rows.clone(),
                    length.clone(),
                    Argument::float(EPS as f32),
                ],
            ),
            launch(
                "row_backward",
                BLOCKS as u32,
                vec![at(0), at(1), at(2), at(5), at(6), at(7), rows, length.clone()],
            ),
            launch("add_parts", 3, vec![at(7), at(8), Argument::int(BLOCKS as i32), length]),
        ],
    };
    let wide = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<f64>>();
    let (x, dy, gain, bias) = (wide(&x), wide(&dy), wide(&gain), wide(&bias));
    let n = LENGTH as f64;
    let (mut y, mut dx, mut dgain) = (Vec::new(), Vec::new(), vec![0.0; LENGTH]);
    for (x, dy) in x.chunks(LENGTH).zip(dy.chunks(LENGTH)) {
        let mean = x.iter().sum::<f64>() / n;
        let scale = 1.0 / (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n + EPS).sqrt();
        let normal: Vec<f64> = x.iter().map(|v| (v - mean) * scale).collect();
        let g: Vec<f64> = dy.iter().zip(&gain).map(|(d, g)| d * g).collect();
        let mean_g = g.iter().sum::<f64>() / n;
        let along = g.iter().zip(&normal).map(|(g, v)| g * v).sum::<f64>() / n;
        for i in 0..LENGTH {
            y.push(gain[i] * normal[i] + bias[i]);
            dx.push(scale * (g[i] - mean_g - normal[i] * along));
            dgain[i] += dy[i] * normal[i];
        }
    }
    Case {
        text: include_str!("../kernels/rows.cu"),
        kernels: &["row_forward", "row_backward", "add_parts"],
        work,
        expected: vec![(4, y), (6, dx), (8, dgain)],
    }
}

#[test]
fn rows_are_normalized_in_every_order() {
    if !has_compiler() {
        return;
    }
    let case = case();
    for check in [Check::Guards, Check::Addresses] {
        let program = case.compile(case.text, check).unwrap();
        for order in Order::SEVERAL {
            assert_eq!(case.fault(&program, order), None, "{check:?}");
        }
    }
}
