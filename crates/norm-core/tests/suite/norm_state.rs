//! What cannot be stored: refused by name, or left out where nobody could hear of it.

use norm_core::policy::{self, Running};
use norm_core::streaming::Streaming;
use norm_core::{
    Averages, Bodies, Error, Feedback, Input, Isa, Kernel, Layout, NormState, ReferenceSet, Unstorable,
};

norm_core::formula! {
    /// Centred and scaled over the batch
    Whole(none) as "whole-batch" over batch {
        policy running;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = (x - mu) * rsqrt(var + eps);
    }
}

norm_core::formula! {
    /// The same in pairs
    Pairs(none) as "pairs" over batch {
        policy running;
        kernels Whole;
        const eps = 1e-5; const block = 2;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = (x - mu) * rsqrt(var + eps);
    }
}

const C: usize = 2;

/// One that replaces what it stores by what it finds.
fn state<F: Bodies>() -> NormState<f32> {
    let d = F::DESCRIPTOR;
    let averages = Averages::new(d, Running::pytorch(1.0), C);
    NormState::averaging_from(Kernel::portable::<F>(), d.default_consts(), averages)
}

fn used(state: &mut NormState<f32>, x: &[f32], unstorable: Unstorable) -> Result<Vec<f32>, Error> {
    let layout = layout(x.len() / C);
    let input = Input { layout, x, params: &[], mask: None };
    state.train_with(Isa::detect(), &input, unstorable).map(|(y, _)| y)
}

fn layout(cases: usize) -> Layout {
    ReferenceSet::Batch.layout(cases, C, 1, 1).unwrap()
}

/// The second channel's variance is beyond single precision; that of the rows' first pair is not.
const LARGE: [f32; 8] = [1.0, 2.0, 3.0, 4.0, 0.0, 1e25, 2.0, -1e25];

#[test]
fn a_variance_that_single_precision_does_not_hold_is_refused_or_left_out() {
    for mut state in [state::<Whole>(), state::<Pairs>()] {
        let before = state.stored();
        let refused = used(&mut state, &LARGE, Unstorable::Refuse).unwrap_err();
        let named =
            matches!(&refused, Error::NotStored { statistic, channel: 1, .. } if statistic == "running_var");
        assert!(named, "{refused}");
        assert_eq!(state.stored(), before);
    }
    let mut whole = state::<Whole>();
    let before = whole.stored();
    used(&mut whole, &LARGE, Unstorable::LeaveOut).unwrap();
    assert_eq!(whole.stored(), before);
    let mut pairs = state::<Pairs>();
    used(&mut pairs, &LARGE, Unstorable::LeaveOut).unwrap();
    // That of the first pair alone: means 2 and 3, and variances of 2 over one degree of freedom.
    assert_eq!(pairs.stored(), [2.0, 3.0, 2.0, 2.0]);
}

/// Single precision holds the variance of the batch, and not twice as much.
#[test]
fn an_average_that_single_precision_does_not_hold_is_refused_or_left_out() {
    let x = [1.5e19, 1.0, -1.5e19, 2.0];
    for mut state in [state::<Whole>(), state::<Pairs>()] {
        let before = state.stored();
        let refused = used(&mut state, &x, Unstorable::Refuse).unwrap_err().to_string();
        assert!(refused.contains("`running_var` of channel 0"), "{refused}");
        used(&mut state, &x, Unstorable::LeaveOut).unwrap();
        assert_eq!(state.stored(), before);
    }
}

#[test]
fn where_a_value_is_no_number_nothing_is_stored_and_nothing_refused() {
    for mut state in [state::<Whole>(), state::<Pairs>()] {
        let before = state.stored();
        let y = used(&mut state, &[f32::NAN, 1.0, 2.0, f32::NAN], Unstorable::Refuse).unwrap();
        assert!(y.iter().any(|v| v.is_nan()));
        assert_eq!(state.stored(), before);
    }
}

/// What was no number before a batch is no reason to refuse the batch.
#[test]
fn a_store_that_holds_no_number_goes_on() {
    let mut state = state::<Whole>();
    state.load(&[f32::NAN, 0.0, 1.0, 1.0]).unwrap();
    used(&mut state, &[1.0, 1.0, 2.0, 3.0], Unstorable::Refuse).unwrap();
    assert_eq!(state.stored()[1..], [2.0, 0.5, 2.0]);
}

#[test]
fn only_values_of_cases_that_count_are_looked_at() {
    let (layout, x) = (layout(2), [f32::INFINITY, 1.0, 0.0, 2.0]);
    assert!(!policy::are_finite(&layout, &x, None));
    assert!(policy::are_finite(&layout, &x, Some(&[false, true])));
    assert!(!policy::are_finite(&layout, &x, Some(&[true, false])));
}

/// A use of which no case counts is as if it had not been: neither its statistics nor a gradient of 0 at them is remembered.
#[test]
fn a_use_of_no_case_leaves_nothing_to_remember() {
    let d = <Whole as norm_core::Formula>::DESCRIPTOR;
    let mut state =
        NormState::<f32>::streaming(Kernel::portable::<Whole>(), d.default_consts(), Streaming::default(), C);
    let x = [1.0, 2.0, 3.0, 5.0];
    let mut round = |mask: [bool; 2]| {
        let input = Input { layout: layout(2), x: &x, params: &[], mask: Some(&mask) };
        let (_, saved) = state.train(Isa::detect(), &input).unwrap();
        let mut dx = [9.0; 4];
        let found =
            state.backward(Isa::detect(), &input, &saved, &[1.0, -2.0, 0.5, 3.0], true, &mut dx, &mut []);
        let found = found.unwrap();
        state.take_in(&found);
        (found, dx, state.stored())
    };
    let (found, _, before) = round([true; 2]);
    assert!(matches!(found, Feedback::Gradients(_)));
    let (found, dx, after) = round([false; 2]);
    assert_eq!((found, dx), (Feedback::Nothing, [0.0; 4]));
    assert_eq!(after, before);
}
