//! How the cases of a workload are laid out and checked.

use bench::cases::{Cases, Unfit};

#[test]
fn cases_fit_a_model_of_their_sizes_only() {
    let cases = Cases::new(vec![0.0; 10 * 3], vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0]).unwrap();
    assert_eq!(cases.unfit(3, 3), None);
    assert_eq!(cases.unfit(4, 3), Some(Unfit { what: "values in all cases", want: 40, got: 30 }));
    assert_eq!(cases.unfit(3, 2), Some(Unfit { what: "classes", want: 2, got: 3 }));
}

#[test]
fn steps_come_one_after_another_each_with_all_cases() {
    let values = (0u8..5 * 6).map(f32::from).collect();
    let cases = Cases::new(values, vec![0, 0, 0, 0, 0]).unwrap();
    assert_eq!(cases.gather(&[2, 0], 3), [12., 13., 0., 1., 14., 15., 2., 3., 16., 17., 4., 5.]);
    assert_eq!(cases.gather(&[1], 1), [6., 7., 8., 9., 10., 11.]);
    assert_eq!((cases.training().len(), cases.test().len()), (4, 1));
}
