//! What is said of a word that picks no check.

use norm_core::conformance::Unpicked;

fn said(word: &str) -> String {
    Unpicked {
        word,
        method: "mean-abs",
        command: "just check-norm mean-abs",
        checks: &["forward equals the reference", "f32 within 8 units on N(0, 1)"],
        others: &[("layer: a clone is independent", "no layer holds it")],
        lines: &["speed"],
    }
    .to_string()
}

#[test]
fn every_mistake_has_a_sentence_of_its_own() {
    let all = [
        (" ", "the name of a check is blank: leave it out and all run, `just check-norm mean-abs`"),
        (
            " forward",
            "no check has blanks around `forward`: take them off, `just check-norm mean-abs 'forward'`",
        ),
        (
            "Forward",
            "no check has `Forward` in its name, and capitals count: `just check-norm mean-abs 'forward equals the reference'` runs the one that has it otherwise",
        ),
        (
            "speed",
            "`speed` is no check but a line below the table, which is printed where all run: `just check-norm mean-abs`",
        ),
        ("clone", "`layer: a clone is independent` is no check of `mean-abs`: no layer holds it"),
        (
            "forwards equals",
            "no check of `mean-abs` has `forwards equals` in its name; the nearest are `forward equals the reference`",
        ),
        (
            "sorting",
            "no check of `mean-abs` has `sorting` in its name: `just check-norm mean-abs` runs all and names them",
        ),
    ];
    for (word, want) in all {
        assert_eq!(said(word), want);
    }
}
