//! A method whose judge is not written yet, or gives something of the wrong size: one failure that says what to write.

use norm_core::conformance::{
    Outcome, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, Report, Subject, Table, channel,
    pools, run, run_only,
};
use norm_core::{Kernel, Layout, ReferenceSet};

norm_core::formula! {
    /// Divided by the mean square
    New(zhang2019rms) as "new" over features {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        param gain = 1.0;
        const eps = 1e-5;
        ms = mean(square(x));
        y  = gain * x * rsqrt(ms + eps);
    }
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.x.len()];
    let mut ms = Vec::new();
    for pool in pools(call, ReferenceSet::Features) {
        let mean =
            pool.elements.iter().map(|&i| call.x[i] * call.x[i]).sum::<f64>() / pool.elements.len() as f64;
        for i in pool.elements {
            y[i] = call.params[0][channel(call, i)] * call.x[i] / (mean + call.consts[0]).sqrt();
        }
        ms.push(mean);
    }
    ReferenceForward { y, statistics: vec![ms] }
}

fn report(forward: fn(&ReferenceCall<'_>) -> ReferenceForward) -> Report {
    run(&subject(forward))
}

fn subject(forward: fn(&ReferenceCall<'_>) -> ReferenceForward) -> Subject {
    let reference = Reference { forward, backward: ReferenceBackward::unwritten, stored: None };
    Subject { f32: Kernel::portable::<New>(), f64: Kernel::portable::<New>(), reference }
}

fn failures(report: &Report) -> Vec<&'static str> {
    report.failures().map(|c| c.name).collect()
}

fn waits(report: &Report) -> Vec<&'static str> {
    let waits = Outcome::Skip { reason: "waits for the reference".into() };
    report.checks.iter().filter(|c| c.outcome == waits).map(|c| c.name).collect()
}

#[test]
fn nothing_written_is_one_failure_and_the_rest_waits() {
    let report = report(ReferenceForward::unwritten);
    assert_eq!(failures(&report), ["the reference is written"]);
    assert_eq!(
        waits(&report),
        [
            "forward equals the reference",
            "backward equals the reference",
            "stored statistics equal the reference",
            "several batches in blocks equal the reference",
            "f32 within 8 units on N(0, 1)",
            "f32 within 2e-3 at mean 1e4",
        ]
    );
    let want = "write `forward` in src/reference.rs of the crate of New, in plain loops from the source: for x of 30 it \
                gives y: 30; statistics: ms: 5 (now y: 0, ms: 0)";
    assert!(report.to_string().contains(want), "{report}");
}

#[test]
fn with_the_forward_written_only_the_backward_waits() {
    let report = report(forward);
    assert_eq!(failures(&report), ["the reference is written"]);
    assert_eq!(
        waits(&report),
        ["backward equals the reference", "several batches in blocks equal the reference"]
    );
    let want = "write `backward` in src/reference.rs of the crate of New, in plain loops from the source: for x of 30 it \
                gives dx: 30; dparams: gain: 6 (now dx: 0, gain: 0)";
    assert!(report.to_string().contains(want), "{report}");
}

#[test]
fn a_statistic_too_few_is_named_and_nothing_panics() {
    let report = report(|call| ReferenceForward { statistics: vec![], ..forward(call) });
    assert_eq!(failures(&report), ["the reference is written"]);
    assert!(report.to_string().contains("(now y: 30, ms: 0)"), "{report}");
}

#[test]
fn the_table_counts_and_says_how_to_repeat_a_failure() {
    let report = run_only(&subject(ReferenceForward::unwritten), "reference");
    let table = Table { parts: &[("kernels", &report)], command: "just check-norm new" }.to_string();
    assert!(table.contains("  FAIL  the reference is written\n        write `forward`"), "{table}");
    assert!(table.contains("        again: just check-norm new 'the reference is written'\n"), "{table}");
    assert!(table.contains("  skip  forward equals the reference"), "{table}");
    assert!(table.ends_with("1 pass, 4 skip, 1 fail\n"), "{table}");
    assert!(run_only(&subject(forward), "no such check").checks.is_empty());
}

/// Cases 2, channels 4 in two groups, space 3; the second case does not count.
fn call(f: impl FnOnce(&ReferenceCall<'_>)) {
    let layout = Layout::new(2, 2, 2, 3);
    let (x, mask) = (vec![0.0; 24], [true, false]);
    f(&ReferenceCall { layout, x: &x, params: &[], consts: &[], mask: Some(&mask) });
}

#[test]
fn pools_are_the_sets_of_the_layout_without_masked_cases() {
    call(|call| {
        let all = |over| pools(call, over).into_iter().map(|p| p.elements).collect::<Vec<_>>();
        let rows = [(0..6).collect(), (6..12).collect(), vec![], vec![]];
        assert_eq!(all(ReferenceSet::Group), rows);
        let columns: Vec<Vec<usize>> = (0..4).map(|c| (3 * c..3 * c + 3).collect()).collect();
        assert_eq!(all(ReferenceSet::BatchSpace), columns);
        assert_eq!([0, 5, 6, 11, 12, 23].map(|i| channel(call, i)), [0, 1, 2, 3, 0, 3]);
    });
}

#[test]
fn the_picture_shows_the_reference_set() {
    let picture = norm_core::conformance::picture(&Kernel::<f64>::portable::<New>()).unwrap();
    let lines: Vec<&str> = picture.lines().map(str::trim_end).collect();
    assert_eq!(lines[1], "  case 0  . . . . . .     . . . . . .");
    assert_eq!(lines[2], "  case 1  # # @ # # #     # # @ # # #");
}
