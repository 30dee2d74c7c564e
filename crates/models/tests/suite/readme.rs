//! README.md shows a program that compiles and does what it says.

use std::fs;
use std::path::Path;

#[path = "../../examples/train.rs"]
mod train;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The first block of that language under the heading.
fn block<'a>(page: &'a str, heading: &str, language: &str) -> &'a str {
    let section = page.split(heading).nth(1).expect("the heading is there");
    let block = section.split(&format!("```{language}\n")).nth(1).expect("the block is there");
    block.split("```").next().unwrap_or_default()
}

#[test]
fn the_program_that_is_shown_is_the_example() {
    let (page, example) = (read("../../README.md"), read("examples/train.rs"));
    let shown = block(&page, "\n## Using it in a model\n", "rust,ignore");
    let (_, program) = example.split_once("\n\n").expect("a comment, then the program");
    let (program, _) = program.split_once("\n#[test]").expect("the program, then what runs it here");
    assert_eq!(shown, program);
}

/// Whoever copies them needs no other line.
#[test]
fn the_dependencies_that_are_shown_are_those_of_the_example() {
    let (page, example) = (read("../../README.md"), read("examples/train.rs"));
    let shown = block(&page, "\n## Using it in a model\n", "toml");
    let named: Vec<&str> = shown.lines().filter_map(|l| l.split_once(" = ").map(|(name, _)| name)).collect();
    for krate in ["dfdx", "models", "norm-batch", "norm-dfdx", "norm-layer"] {
        assert!(named.contains(&krate), "README.md lacks the line of {krate}");
        assert!(
            example.contains(&format!("{}::", krate.replace('-', "_"))),
            "the example does not use {krate}"
        );
    }
    assert_eq!(named.len(), 5, "{named:?}");
    // The version and features of dfdx are those the workspace has: another would be another crate.
    let own = read("../../Cargo.toml");
    let line = |text: &str| text.lines().find(|l| l.starts_with("dfdx = ")).map(str::to_owned);
    assert_eq!(line(shown), line(&own));
    for krate in named.iter().filter(|k| **k != "dfdx") {
        assert!(shown.contains(&format!("{krate} = {{ path = \"../normlab/crates/{krate}\" }}")), "{krate}");
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(krate).is_dir(), "{krate}");
    }
}
