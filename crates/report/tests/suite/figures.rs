//! What is drawn means what it says: points lie where their values are, intervals cover them, and every label is whole.

use std::fs;

use results::{
    Expected, PairedQuantity, PairedQuantity::LogLoss, Pairing, RunWriter, Side, Verdict, VerdictRecord,
};

use crate::common;
use crate::common::check::check;
use crate::common::drawing::{Drawing, middle, number, points};
use crate::common::{judged, position, rendered, rows};

/// One unit of the page: the library draws on whole quarters, and a scale is read off two texts.
const NEAR: f64 = 4.0;

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= NEAR
}

/// One comparison on `mlp`.
fn compared(
    claim: &str,
    verdict: Verdict,
    quantity: PairedQuantity,
    expected: Expected,
    (value, lower, upper): (f64, f64, f64),
) -> VerdictRecord {
    let mut record = judged::verdict(claim, Verdict::Supported, value);
    record.verdict = verdict;
    let finding = &mut record.findings[0];
    (finding.verdict, finding.effect.lower, finding.effect.upper) = (verdict, Some(lower), Some(upper));
    let side = |arm: &str| Side { arm: arm.into(), metric: "test_loss_population_500_steps".into() };
    finding.effect.pairing = Some(Pairing {
        workload: "mlp".into(),
        first: side("recurrent batch normalization with its statistics carried on"),
        second: side("layer"),
        quantity,
        expected,
    });
    record
}

fn with_verdicts(run: &RunWriter) {
    let mut old = judged::verdict("R9", Verdict::Supported, 0.3);
    old.findings[0].effect.pairing = None;
    let ln = |ratio: f64| ratio.ln();
    let band = ln(1.1);
    let three = |value: f64, lower: f64, upper: f64| (ln(value), ln(lower), ln(upper));
    run.write_verdicts(&[
        compared("R17", Verdict::Supported, LogLoss, Expected::Lower { delta: band }, three(0.8, 0.7, 0.9)),
        compared("A1", Verdict::Supported, LogLoss, Expected::Same { delta: band }, three(1.01, 0.95, 1.05)),
        compared(
            "R5",
            Verdict::Undecided,
            LogLoss,
            Expected::HigherBy { margin: ln(1.2) },
            three(1.1, 0.9, 1.4),
        ),
        compared("R6", Verdict::Refuted, LogLoss, Expected::Lower { delta: band }, three(1.3, 1.2, 1.4)),
        compared("R7", Verdict::Refuted, LogLoss, Expected::Higher { delta: band }, three(1.02, 0.98, 1.06)),
        compared(
            "R8",
            Verdict::Supported,
            PairedQuantity::Steps,
            Expected::Higher { delta: band },
            (f64::INFINITY, ln(1.3), f64::INFINITY),
        ),
        old,
    ])
    .unwrap();
}

#[test]
fn a_forest_plot_has_every_comparison_where_its_numbers_are() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    with_verdicts(&run);
    let site = rendered(folder.path());
    check(&site);
    let drawing = Drawing::of(site.page("workloads.html"), "forest-mlp");
    let x = drawing.logarithmic([("1×", 1.0), ("1.2×", 1.2)], true);
    let zero = &drawing.tags("polyline", "ref")[0];
    assert!(points(zero).iter().all(|(at, _)| near(*at, x(1.0))), "the line of no difference: {zero}");
    // Each state has its colour and its shape: filled diamonds and squares are polygons, what is undecided an open circle.
    let marks = |class: &str| -> Vec<(f64, f64)> {
        let filled = drawing.tags("polygon", class).into_iter().chain(drawing.tags("circle", class));
        filled.map(middle).collect()
    };
    // The first of each colour stands in the key.
    let (all_different, all_equivalent, all_undecided) = (marks("s1"), marks("s0"), marks("mut"));
    let (different, equivalent, undecided) = (&all_different[1..], &all_equivalent[1..], &all_undecided[1..]);
    let at = |marks: &[(f64, f64)]| marks.iter().map(|mark| mark.0).collect::<Vec<_>>();
    let expected = [(different, vec![0.8, 1.3]), (equivalent, vec![1.01, 1.02]), (undecided, vec![1.1])];
    for (marks, values) in expected {
        for (found, value) in at(marks).iter().zip(&values) {
            assert!(near(*found, x(*value)), "{value} at {found}, not {}", x(*value));
        }
    }
    assert_eq!(
        (different.len(), equivalent.len(), undecided.len()),
        (3, 2, 1),
        "the one without a number too"
    );
    // Intervals.
    let intervals: Vec<Vec<(f64, f64)>> =
        ["s1", "s0", "mut"].iter().flat_map(|class| drawing.tags("polyline", class)).map(points).collect();
    for (lower, upper) in [(0.7, 0.9), (0.95, 1.05), (0.9, 1.4), (1.2, 1.4), (0.98, 1.06)] {
        let there = |line: &Vec<(f64, f64)>| {
            line.len() == 2
                && near(line[0].0, x(lower))
                && near(line[1].0, x(upper))
                && line[0].1 == line[1].1
        };
        assert!(intervals.iter().any(there), "{lower} to {upper}");
    }
    // What has no end is drawn to the edge, with the tip of an arrow.
    assert!(intervals.iter().any(|line| line.len() == 3 && line[1].0 > x(1.4)), "an arrow");
    // Bands: ±δ, and from no difference to the margin.
    let bands: Vec<(f64, f64)> = drawing
        .tags("rect", "bnd")
        .into_iter()
        .map(|tag| (number(tag, "x"), number(tag, "width")))
        .map(|(left, wide)| (left, left + wide))
        .collect();
    assert_eq!(bands.len(), 6, "a record that says no number has none");
    assert!(near(bands[0].0, x(1.0 / 1.1)) && near(bands[0].1, x(1.1)), "{bands:?}");
    assert!(near(bands[2].0, x(1.0)) && near(bands[2].1, x(1.2)), "{bands:?}");
    // Labels: whole, over several lines, in the order of the records.
    let texts = drawing.texts();
    let all = texts.iter().map(|t| t.label.as_str()).collect::<Vec<_>>().join(" ");
    let order: Vec<usize> = ["R17", "A1", "R5", "R6", "R7", "R8"]
        .iter()
        .map(|claim| {
            let arms = "recurrent batch normalization with its statistics carried on beside layer";
            let metric = "test loss by population statistics over 500 steps";
            let what = if *claim == "R8" { "updates until the target" } else { metric };
            position(&all, &format!("{claim}: {what}, {arms}"))
        })
        .collect();
    assert!(order.is_sorted(), "{order:?}");
    let states = rows(folder.path(), "forest-mlp", &["claim", "state", "ratio"]);
    let states: Vec<&str> = states.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(states, ["different", "equivalent", "undecided", "different", "equivalent", "different"]);
}

#[test]
fn a_claim_shows_its_own_comparisons_and_an_old_record_has_no_band() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    with_verdicts(&run);
    let site = rendered(folder.path());
    let page = site.page("claims.html");
    let one = Drawing::of(page, "forest-claim-R17.1");
    assert_eq!(one.tags("rect", "bnd").len(), 1);
    assert!(one.text_of("desc").contains("1 comparison: 1 different."), "{}", one.text_of("desc"));
    let old = Drawing::of(page, "forest-claim-R9.1");
    assert!(old.tags("rect", "bnd").is_empty());
    let texts = old.texts();
    assert!(texts.iter().any(|t| t.label == "ln valid_loss, layer − none"), "{texts:?}");
    assert!(fs::read_to_string(folder.path().join("out/data/comparisons.csv")).unwrap().lines().count() == 8);
}

/// A share right of 0.95 lies where the error of 0.05 is, and equal ratios are equal distances.
#[test]
fn a_learning_curve_lies_at_the_error_on_a_logarithmic_axis() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let page = site.page("workloads.html");
    let first = Drawing::of(page, "curves-mlp.1");
    let y = first.logarithmic([("5\u{a0}%", 0.05), ("50\u{a0}%", 0.5)], false);
    let values = rows(folder.path(), "curves-mlp", &["contender", "step", "mean"]);
    for (n, name) in ["Layer Normalization", "Batch Normalization"].into_iter().enumerate() {
        let panel = Drawing::of(page, &format!("curves-mlp.{}", n + 1));
        assert!(panel.text_of("title").starts_with(name), "{}", panel.text_of("title"));
        let line = points(panel.own().tags("polyline", "s0")[0]);
        let means: Vec<f64> =
            values.iter().filter(|row| row[0] == name).map(|row| row[2].parse().unwrap()).collect();
        assert_eq!((line.len(), means.len()), (20, 20));
        for ((_, at), mean) in line.iter().zip(&means) {
            assert!(near(*at, y(*mean)), "{mean} at {at}, not {}", y(*mean));
        }
        // The surface of the seeds lies around it.
        let surface = points(panel.own().tags("polygon", "s0")[0]);
        assert_eq!(surface.len(), 40);
        for (i, (px, py)) in line.iter().enumerate() {
            let ((ux, upper), (lx, lower)) = (surface[i], surface[39 - i]);
            assert!(ux == *px && lx == *px && upper <= *py && *py <= lower, "update {i}");
        }
    }
    // All others are there once, and each panel refers to them.
    let others = first.tags("polyline", "ctx");
    assert_eq!(others.len(), 4);
    assert_eq!(page.matches("<use href=\"#curves-mlp.others\"/>").count(), 3);
    // A rule that names the drawing first does not reach what is referred to, which would be black.
    let css = include_str!("../../../../templates/report/figures.css");
    assert!(css.contains("polyline") && !css.contains("svg ."), "rules of what drawings share");
    // Training beside evaluation, on the axis of losses.
    let loss = Drawing::of(page, "curves-mlp.loss.1");
    assert_eq!(points(loss.own().tags("polyline", "trn")[0]).len(), 20);
    position(page, "baseline: No normalization");
    // No contender is left out, however many there are.
    assert_eq!(page.matches("aria-labelledby=\"rates-mlp.").count(), 4);
}

#[test]
fn a_training_step_costs_a_multiple_of_the_plain_one_and_noise_is_a_band() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    let mut peers = run.peers().unwrap().unwrap();
    peers.push(results::PeerRecord { id: "norm/layer/fused/f32/64x512/fwdbwd".into(), ..peers[0].clone() });
    run.write_peers(&peers).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let drawing = Drawing::of(site.page("throughput.html"), "bench-norm-f32-64x512-fwdbwd");
    let x = drawing.logarithmic([("1×", 1.0), ("10×", 10.0)], true);
    let band = drawing.tags("rect", "bnd")[0];
    assert!(near(number(band, "x"), x(0.982)) && near(number(band, "width"), x(1.021) - x(0.982)), "{band}");
    // The first mark of an implementation stands in the key; methods follow in their order, each a tenth slower.
    let fused: Vec<f64> = drawing.tags("circle", "s0").into_iter().map(|tag| middle(tag).0).collect();
    for (n, at) in fused[1..].iter().enumerate() {
        let value = 1.0 + 0.1 * n as f64;
        assert!(near(*at, x(value)), "{value} at {at}, not {}", x(value));
    }
    assert_eq!(fused.len(), 5);
    let texts = drawing.texts();
    assert!(texts.iter().any(|t| t.label == "PyTorch 2.15"), "{texts:?}");
    let table = rows(
        folder.path(),
        "bench-norm-f32-64x512-fwdbwd",
        &["method", "implementation", "times the baseline"],
    );
    let layer = table.iter().find(|row| row[0] == "Layer Normalization" && row[1] == "fused").unwrap();
    assert!((layer[2].parse::<f64>().unwrap() - 1.2).abs() < 1e-9, "{layer:?}");
}

#[test]
fn statistics_by_step_are_drawn_where_cells_say_them() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    assert!(!rendered(folder.path()).says("drift-lstm"));
    for seed in 1..=2 {
        let mut cell = common::cell("lstm", "batch", 0.1, seed);
        cell.metrics.insert("step_change_early".into(), 0.1);
        cell.metrics.insert("step_change_late".into(), 0.01);
        run.write_cell(&cell).unwrap();
    }
    let site = rendered(folder.path());
    check(&site);
    let drawing = Drawing::of(site.page("workloads.html"), "drift-lstm");
    let at = |tag: &str| middle(tag).0;
    let (early, late) = (drawing.tags("circle", "s0"), drawing.tags("polyline", "s1"));
    // After the key: a filled circle, and an open square behind the stroke of its range.
    let square = late.iter().rfind(|tag| points(tag).len() == 5).unwrap();
    assert!(at(early[1]) > at(square), "the later, the less");
    assert_eq!(rows(folder.path(), "drift-lstm", &["mean"]).concat(), ["0.1", "0.01"]);
}

#[test]
fn a_gradient_by_step_has_a_panel_for_each_gain() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    let values = [
        ("log10_ratio_0_1", -2.0),
        ("log10_ratio_0_1_step_50", -1.0),
        ("log10_ratio_1_0", 1.0),
        ("log10_ratio_1_0_step_50", 0.0),
        ("pixels_log10_ratio_0_1_step_50", -1.5),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    let probe = results::ProbeRecord { id: "gradient-by-step".into(), about: "a probe".into(), values };
    run.write_probes(&[judged::probe(), probe]).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let page = site.page("workloads.html");
    let first = Drawing::of(page, "probe-gradient-by-step.1");
    assert!(first.text_of("title").starts_with("gain 0.1, normal inputs"));
    let y = first.logarithmic([("0.01", 0.01), ("1", 1.0)], false);
    let line = points(first.own().tags("polyline", "s0")[0]);
    assert!(near(line[0].1, y(0.01)) && near(line[1].1, y(0.1)), "{line:?}");
    position(page, "gain 0.1, pixels");
    assert_eq!(page.matches("aria-labelledby=\"probe-gradient-by-step.").count(), 3);
}

/// Of every drawing of a run with long names: each text is inside, and no two overlap.
#[test]
fn no_label_is_cut_or_covered() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    with_verdicts(&run);
    let mut methods = judged::methods();
    let long = "Normalization of the summed inputs by statistics of each time step, carried on behind the training length";
    methods[2].title = long.into();
    run.write_methods(&methods).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let mut seen = 0;
    for page in ["workloads.html", "throughput.html", "claims.html"] {
        for drawing in Drawing::all(site.page(page)) {
            let ((width, height), texts) = (drawing.size(), drawing.texts());
            let title = drawing.text_of("title");
            for (n, text) in texts.iter().enumerate() {
                let (left, top, right, bottom) = text.frame();
                assert!(left >= 0.0 && top >= 0.0 && right <= width && bottom <= height, "{title}: {text:?}");
                for other in &texts[n + 1..] {
                    let (l, t, r, b) = other.frame();
                    let apart = r <= left || l >= right || b <= top || t >= bottom;
                    assert!(apart, "{title}: {text:?} and {other:?}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 300, "{seen} texts");
    let drawing = Drawing::of(site.page("throughput.html"), "bench-norm-f32-64x512-fwd");
    let all = drawing.texts().iter().map(|t| t.label.clone()).collect::<Vec<_>>().join(" ");
    position(&all, long);
}

/// What is read aloud is what is seen, not how to read it.
#[test]
fn a_description_is_not_the_caption() {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    with_verdicts(&run);
    let site = rendered(folder.path());
    for page in ["workloads.html", "throughput.html"] {
        for figure in site.page(page).split("<figure ").skip(1) {
            let caption = figure.split_once("<figcaption>").unwrap().1.split_once("<a ").unwrap().0.trim();
            for drawing in Drawing::all(figure.split_once("<figcaption>").unwrap().0) {
                let (title, description) = (drawing.text_of("title"), drawing.text_of("desc"));
                assert!(!title.is_empty() && description.len() > 20, "{title}: {description}");
                assert_ne!(description.trim(), caption);
            }
        }
    }
}
