//! Moments of columns, and an exchange within a warp.

use cuda_emulator::{Argument, Check, Launch, Order, Work};

use crate::{Case, drawn, has_compiler};

const ROWS: usize = 37;
const COLUMNS: usize = 45;

/// Columns beside their moments in double precision, and differences of neighbours.
pub(crate) fn case() -> Case {
    let x = drawn(ROWS * COLUMNS, 5);
    let count = ROWS * COLUMNS;
    let at = Argument::Buffer;
    let work = Work {
        buffers: vec![x.clone(), vec![f32::NAN; COLUMNS], vec![f32::NAN; COLUMNS], vec![f32::NAN; count]],
        launches: vec![
            Launch {
                kernel: "column_moments",
                grid: [COLUMNS.div_ceil(32) as u32, 1, 1],
                block: [32, 8, 1],
                arguments: vec![
                    at(0),
                    at(1),
                    at(2),
                    Argument::int(ROWS as i32),
                    Argument::int(COLUMNS as i32),
                ],
            },
            Launch {
                kernel: "differences",
                grid: [count.div_ceil(64) as u32, 1, 1],
                block: [64, 1, 1],
                arguments: vec![at(0), at(3), Argument::int(count as i32)],
            },
        ],
    };
    let wide: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
    let column = |c: usize| wide.iter().skip(c).step_by(COLUMNS);
    let mean: Vec<f64> = (0..COLUMNS).map(|c| column(c).sum::<f64>() / ROWS as f64).collect();
    let variance = |c: usize| column(c).map(|v| v * v).sum::<f64>() / ROWS as f64 - mean[c] * mean[c];
    let variances = (0..COLUMNS).map(variance).collect();
    let differences = (0..count)
        .map(|i| {
            let next = i - i % 32 + (i + 1) % 32;
            wide.get(next).copied().unwrap_or(0.0) - wide[i]
        })
        .collect();
    Case {
        text: include_str!("../kernels/columns.cu"),
        kernels: &["column_moments", "differences"],
        work,
        expected: vec![(1, mean), (2, variances), (3, differences)],
    }
}

#[test]
fn columns_have_their_moments_in_every_order() {
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
