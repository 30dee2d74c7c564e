//! Writes the random declarations. The same text on every machine: the generator is seeded and uses nothing
//! from outside.

#[path = "src/generator.rs"]
mod generator;

use std::fmt::Write as _;

fn main() {
    println!("cargo::rerun-if-changed=src/generator.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let mut out = String::new();
    let mut table = String::new();
    for (i, text) in generator::declarations().iter().enumerate() {
        writeln!(out, "norm_core::formula! {{ {text} }}").expect("a string takes all");
        writeln!(
            table,
            "Entry {{ text: {text:?}, kernel: *<Random{i} as norm_core::Formula>::KERNEL_F64 }},"
        )
        .expect("a string takes all");
    }
    writeln!(out, "/// Every declaration.\npub static CORPUS: &[Entry] = &[\n{table}];")
        .expect("a string takes all");
    let path = std::path::Path::new(&std::env::var("OUT_DIR").expect("cargo sets it")).join("corpus.rs");
    std::fs::write(path, out).expect("OUT_DIR is writable");
}
