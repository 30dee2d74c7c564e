//! The command of normlab with the normalization of this repository in it. Judged beside nothing, layer and batch normalization:
//! `cargo run --release --features command --bin command -- judge quartic`.

use std::process::ExitCode;

use norms::Method;
use outside::{QuarticNorm, REFERENCES};

static METHODS: &[Method] = &[Method::of::<QuarticNorm>()];

fn main() -> ExitCode {
    cli::main_with(cli::Outside {
        methods: METHODS,
        references: REFERENCES,
        lock: include_bytes!("../Cargo.lock"),
    })
}
