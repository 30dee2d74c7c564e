//! `normlab`: what the just recipes call.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
