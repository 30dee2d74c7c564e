//! Claims of a size.

use statistics::{Margin, Paired, margin, margin_family};

use crate::known::SLEEP;

#[test]
fn the_interval_decides() {
    let pairs = Paired::new(&SLEEP.1, &SLEEP.0).unwrap();
    let interval = pairs.interval(0.95).unwrap();
    for (at, off, word) in [
        (interval.lower, -1e-9, Margin::Supported),
        (interval.lower, 1e-9, Margin::Undecided),
        (interval.upper, -1e-9, Margin::Undecided),
        (interval.upper, 1e-9, Margin::Refuted),
    ] {
        assert_eq!(margin(&pairs, at + off).unwrap(), word, "{at} {off}");
    }
    assert_eq!(margin(&pairs, 0.0).unwrap(), Margin::Supported);
    // The same pairs the other way round: not more than 0, and not worse by 3.
    let swapped = Paired::new(&SLEEP.0, &SLEEP.1).unwrap();
    assert_eq!(margin(&swapped, 0.0).unwrap(), Margin::Refuted);
    assert_eq!(margin(&swapped, -3.0).unwrap(), Margin::Supported);
}

#[test]
fn no_spread_needs_six_pairs_and_identity_two() {
    let word = |n: usize, difference: f64, m: f64| {
        let second = vec![1.0; n];
        let first = vec![1.0 + difference; n];
        margin(&Paired::new(&first, &second).unwrap(), m).unwrap()
    };
    for n in 1..8 {
        let certain = |word| if n >= 6 { word } else { Margin::Undecided };
        assert_eq!(word(n, 0.5, 0.25), certain(Margin::Supported));
        assert_eq!(word(n, 0.5, 0.75), certain(Margin::Refuted));
        assert_eq!(word(n, 0.5, 0.5), Margin::Undecided);
        let same = |word| if n >= 2 { word } else { Margin::Undecided };
        assert_eq!(word(n, 0.0, 0.0), same(Margin::Refuted));
        assert_eq!(word(n, 0.0, 0.1), same(Margin::Refuted));
        assert_eq!(word(n, 0.0, -0.1), same(Margin::Supported));
    }
}

#[test]
fn a_family_is_corrected() {
    let pairs = Paired::new(&SLEEP.1, &SLEEP.0).unwrap();
    let close = pairs.interval(0.95).unwrap().lower - 1e-3;
    assert_eq!(margin(&pairs, close).unwrap(), Margin::Supported);
    let judged = margin_family(&[pairs.clone(), pairs], close).unwrap();
    assert!(judged.iter().all(|j| j.margin == Margin::Undecided && j.adjusted_p == 2.0 * j.p), "{judged:?}");
}
