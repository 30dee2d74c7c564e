//! How the cases of a workload are laid out and checked.

use bench::experiment::answer::Answer;
use bench::experiment::cases::{Cases, Labels, Takes, Unfit, Values};
use data::Split;

/// A model that says a class of each case.
const CLASSES: Takes = Takes { values: 3, steps: 1, classes: 3, answer: Answer::Class, lengths: false };

#[test]
fn cases_fit_a_model_of_their_sizes_only() {
    let labels = vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0];
    let cases = Cases::classes(vec![0.0; 10 * 3], labels.clone(), Split::default());
    let unfit = |what, want, got| Some(Unfit { what, want, got });
    assert_eq!(cases.unfit(&CLASSES), None);
    assert_eq!(cases.unfit(&Takes { values: 4, ..CLASSES }), unfit("values in all cases", 40, 30));
    assert_eq!(cases.unfit(&Takes { classes: 2, ..CLASSES }), unfit("classes", 2, 3));
    let by_step = Takes { steps: 3, answer: Answer::Step, ..CLASSES };
    assert_eq!(cases.unfit(&by_step), unfit("labels of all cases", 30, 10));
    let text = Cases::new(Values::Symbols(labels.clone(), 3), Labels::Step(labels), 5, Split::default());
    let of_text = Takes { values: 6, steps: 2, answer: Answer::Step, ..CLASSES };
    assert_eq!(text.unfit(&of_text), None);
    assert_eq!(text.unfit(&Takes { values: 2, ..of_text }), unfit("values in all cases", 10, 30));
}

#[test]
fn numbers_and_lengths_fit_a_model_that_takes_them_only() {
    let numbers = Labels::Number(vec![0.5, 1.5]);
    let cases = Cases::new(Values::Numbers(vec![0.0; 6]), numbers, 2, Split::default());
    let takes = Takes { steps: 3, classes: 1, answer: Answer::Number, lengths: true, ..CLASSES };
    let unfit = |what, want, got| Some(Unfit { what, want, got });
    assert_eq!(cases.unfit(&takes), None);
    assert_eq!(cases.unfit(&CLASSES), unfit("numbers to be said of a case", 0, 1));
    assert_eq!(cases.clone().of_lengths(vec![3, 1]).unfit(&takes), None);
    assert_eq!(cases.unfit(&Takes { classes: 2, ..takes }), unfit("numbers of a case", 2, 1));
    let pairs = Labels::Numbers(vec![0.5, 1.5, 2.5, 3.5], 2);
    let pairs = Cases::new(Values::Numbers(vec![0.0; 6]), pairs, 2, Split::default());
    assert_eq!(pairs.unfit(&Takes { classes: 2, ..takes }), None);
    assert_eq!(pairs.unfit(&takes), unfit("numbers of a case", 1, 2));
    assert_eq!(pairs.numbers_of(&[1, 0]), [2.5, 3.5, 0.5, 1.5]);
    assert_eq!(cases.numbers_of(&[1, 0]), [1.5, 0.5]);
    let odd =
        Cases::new(Values::Numbers(vec![0.0; 6]), Labels::Numbers(vec![0.5; 6], 2), 2, Split::default());
    assert_eq!(odd.unfit(&Takes { classes: 2, ..takes }), unfit("labels of all cases", 2, 3));
    let without = Takes { lengths: false, ..takes };
    assert_eq!(cases.clone().of_lengths(vec![3, 1]).unfit(&without), unfit("lengths of cases", 1, 2));
    let of = |lengths| cases.clone().of_lengths(lengths).unfit(&takes);
    assert_eq!(of(vec![3]), unfit("lengths, one of each case", 2, 1));
    for (lengths, got) in [(vec![0, 3], 0), (vec![3, 4], 4)] {
        assert_eq!(of(lengths), unfit("steps of a case, at least 1 and at most", 3, got));
    }
}

/// A batch ends with its longest case, and padded steps have no label.
#[test]
fn batches_are_padded_to_their_longest_case() {
    let values = Values::Numbers((0u8..12).map(f32::from).collect());
    let labels = Labels::Step((0..12).collect());
    let cases = Cases::new(values, labels, 3, Split::default()).of_lengths(vec![2, 1, 4]);
    assert_eq!(cases.gather(&[1, 0], 4), [4., 0., 5., 1.]);
    assert_eq!(cases.labels_of(&[1, 0], 4), [4, 0, 1]);
    assert_eq!(cases.gather(&[2], 4), [8., 9., 10., 11.]);
    assert_eq!(cases.labels_of(&[0, 2], 4), [0, 8, 1, 9, 10, 11]);
}

#[test]
fn steps_come_one_after_another_each_with_all_cases() {
    let values = (0u8..5 * 6).map(f32::from).collect();
    let cases = Cases::held_out(values, vec![0, 0, 0, 0, 0], 1).unwrap();
    assert_eq!(cases.gather(&[2, 0], 3), [12., 13., 0., 1., 14., 15., 2., 3., 16., 17., 4., 5.]);
    assert_eq!(cases.gather(&[1], 1), [6., 7., 8., 9., 10., 11.]);
    assert_eq!((cases.training().len(), cases.validation().len(), cases.test().len()), (3, 1, 1));
}

/// What judges is the same for every seed, what validates is not, and no case is in two parts.
#[test]
fn a_seed_draws_what_validates_and_not_what_judges() {
    let labels: Vec<u8> = (0..100).map(|i| i % 5).collect();
    let of = |seed| Cases::held_out(vec![0.0; 100], labels.clone(), seed).unwrap();
    let (a, b) = (of(1), of(2));
    assert_eq!(a.test(), b.test());
    assert_ne!(a.validation(), b.validation());
    let mut all = [a.training(), a.validation(), a.test()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
    assert_eq!((a.validation().len(), a.test().len()), (15, 20));
}

/// A symbol is a row of zeros with a one, and labels of steps lie step by step.
#[test]
fn symbols_become_rows_and_labels_follow_the_steps() {
    let cases = Cases::new(
        Values::Symbols(vec![0, 1, 2, 2, 1, 0], 3),
        Labels::Step(vec![1, 2, 0, 1, 0, 2]),
        2,
        Split::default(),
    );
    let rows = cases.gather(&[1, 0], 3);
    assert_eq!(rows, [0., 0., 1., 1., 0., 0., 0., 1., 0., 0., 1., 0., 1., 0., 0., 0., 0., 1.]);
    assert_eq!(cases.labels_of(&[1, 0], 3), [1, 1, 0, 2, 2, 0]);
}
