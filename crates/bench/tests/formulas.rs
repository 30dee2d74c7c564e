//! Formulas as readers get them: typeset, with what they define on the left, and nothing in them that is not explained.

use std::collections::BTreeSet;

use bench::catalogue::methods;
use results::MethodRecord;

/// What stands between `<tag>` and `</tag>`, wherever it does.
fn inside<'a>(mathml: &'a str, tag: &str) -> BTreeSet<&'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    mathml.split(&open).skip(1).filter_map(|rest| rest.split(&close).next()).collect()
}

/// School mathematics, and words that say themselves what they are.
const PLAIN: [&str; 6] = ["e", "ln", "tanh", "max", "min", "∂"];

fn records() -> Vec<MethodRecord> {
    methods::records()
}

#[test]
fn every_line_is_one_math_element_with_its_left_hand_side() {
    for record in records() {
        assert!(!record.formula.is_empty(), "{}", record.id);
        for line in record.formula.iter().chain(&record.gradient) {
            let what = format!("{}: {}", record.id, line.text);
            assert!(line.mathml.starts_with("<math display=\"block\""), "{what}: {}", line.mathml);
            assert!(line.mathml.ends_with("</math>") && line.mathml.matches("<math").count() == 1, "{what}");
            assert!(!line.lhs.is_empty() && line.text.starts_with(&line.lhs), "{what}");
            let sign = ["<mo>=</mo>", "<mo stretchy=\"true\">←</mo>", "<mo>←</mo>"];
            let at = sign.iter().filter_map(|sign| line.mathml.find(sign)).min();
            assert!(at.is_some_and(|at| line.mathml[..at].contains("<mi")), "{what}: {}", line.mathml);
        }
    }
}

#[test]
fn every_letter_is_explained() {
    for record in records() {
        let letters: String = record.letters.iter().map(|l| l.mathml.as_str()).collect();
        let mut known: BTreeSet<&str> = inside(&letters, "mi");
        known.extend(PLAIN);
        for line in record.formula.iter().chain(&record.gradient) {
            for letter in inside(&line.mathml, "mi") {
                assert!(
                    known.contains(letter),
                    "{}: nobody says what {letter} is in {}",
                    record.id,
                    line.text
                );
            }
        }
        let named: BTreeSet<&str> = record.letters.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(named.len(), record.letters.len(), "{}: one letter twice", record.id);
    }
}

/// Over what a method's own mean runs: the whole difference between these.
#[test]
fn layer_instance_and_group_norm_do_not_print_the_same_set() {
    let records = records();
    let set = |id: &str| {
        let record = records.iter().find(|r| r.id == id).unwrap();
        inside(&record.formula[0].mathml, "mtext").into_iter().collect::<Vec<_>>().join("; ")
    };
    assert_eq!(set("layer"), "features");
    assert_eq!(set("group"), "group");
    assert_eq!(set("instance"), "space");
    assert_eq!(set("batch"), "batch, space");
    assert_eq!(set("sequence-batch"), "batch, time");
    assert_eq!(set("weight"), "fan-in");
}
