//! Kernels that are right give their numbers in every order, and what is planted in them is found.

mod columns;
mod planted;
mod rows;

use cuda_emulator::{Check, Error, Order, Program, Work};

/// Whether the machine can compile C++ at all. Where it cannot nothing can be tried, and CI says so at its start.
fn has_compiler() -> bool {
    let found = !matches!(Program::compile("", &[], Check::Guards), Err(Error::NoCompiler { .. }));
    if !found {
        eprintln!("not run: no C++ compiler; install g++, or name one in CXX");
    }
    found
}

/// Kernels with work for them, and what is to come of it: of each buffer that is compared its number and its values.
struct Case {
    text: &'static str,
    kernels: &'static [&'static str],
    work: Work,
    expected: Vec<(usize, Vec<f64>)>,
}

/// Numbers between -1 and 1, the same at every call.
fn drawn(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// How far single precision may be off, relative to the largest expected value.
const ROUNDING: f64 = 1e-5;

impl Case {
    fn compile(&self, text: &str, check: Check) -> Result<Program, Error> {
        Program::compile(text, self.kernels, check)
    }

    /// What is wrong in one order; nothing where all is right.
    fn fault(&self, program: &Program, order: Order) -> Option<String> {
        let buffers = match program.run(&self.work, order) {
            Ok(buffers) => buffers,
            Err(e) => return Some(e.to_string()),
        };
        self.expected.iter().find_map(|(index, expected)| {
            let largest = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            let got = &buffers[*index];
            assert_eq!(got.len(), expected.len(), "buffer {index}");
            let off = |(got, want): (&f32, &f64)| {
                let d = (f64::from(*got) - want).abs() / largest;
                if d.is_nan() { f64::INFINITY } else { d }
            };
            let worst = got.iter().zip(expected).map(off).fold(0.0_f64, f64::max);
            (worst > ROUNDING).then(|| format!("buffer {index} is off by {worst:.1e}, {order:?}"))
        })
    }
}
