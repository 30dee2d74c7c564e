//! How the cases of a workload are laid out and checked.

use bench::experiment::cases::{Cases, Labels, Unfit, Values};
use data::Split;

#[test]
fn cases_fit_a_model_of_their_sizes_only() {
    let labels = vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0];
    let cases = Cases::classes(vec![0.0; 10 * 3], labels.clone(), Split::default());
    assert_eq!(cases.unfit(3, 3, false), None);
    assert_eq!(cases.unfit(4, 3, false), Some(Unfit { what: "values in all cases", want: 40, got: 30 }));
    assert_eq!(cases.unfit(3, 2, false), Some(Unfit { what: "classes", want: 2, got: 3 }));
    assert_eq!(cases.unfit(3, 3, true), Some(Unfit { what: "labels of a case", want: 1, got: 1 }));
    let text = Cases::new(Values::Symbols(labels.clone(), 3), Labels::Step(labels), 5, Split::default());
    assert_eq!(text.unfit(6, 3, true), None);
    assert_eq!(text.unfit(2, 3, true), Some(Unfit { what: "values in all cases", want: 10, got: 30 }));
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
    assert_eq!(cases.labels_of(&[1, 0]), [1, 1, 0, 2, 2, 0]);
}
