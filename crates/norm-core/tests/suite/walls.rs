//! Six small declarations that go the way later methods will go.

use std::path::Path;

use norm_core::conformance::{Dependencies, Probe, Shape};
use norm_core::policy::{Running, Stored, step};
use norm_core::{Call, Invariance, Isa, Kernel, Layout, Rule, Site};

norm_core::formula! {
    /// Batch normalization of one step
    StepBatch(cooijmans2017recurrent) as "step_batch" over batch {
        policy running;
        param gain = 0.1;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps);
    }
}

norm_core::formula! {
    /// Batch normalization over batch and space
    SpaceBatch(ioffe2015batch) as "space_batch" over batch + space {
        policy running;
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}

norm_core::formula! {
    /// Batch normalization over batch and time
    TimeBatch(amodei2016deep) as "time_batch" over batch + time {
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = (x - mu) * rsqrt(var + eps);
    }
}

norm_core::formula! {
    /// The mean's gradient replaced by that of half the mean
    Replaced(liao2016streaming) as "replaced" over features {
        mu = replace_gradient(mean(x), 0.5 * mean(x));
        y  = x - mu;
    }
}

norm_core::formula! {
    /// Weight normalization
    Weight(salimans2016weight, eq = "2") as "weight" over fan_in {
        site weights;
        invariant weight_matrix_scaling, weight_vector_scaling;
        param g: group = 1.0;
        ss = sum(square(x));
        y  = g * x * rsqrt(ss);
    }
}

fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed;
    let mut next = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / 2f64.powi(52) - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn close(got: &[f64], want: &[f64], bound: f64) {
    assert_eq!(got.len(), want.len());
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= bound, "[{i}] {g} is not {w}");
    }
}

struct Run {
    stats: Vec<f64>,
    y: Vec<f64>,
    dx: Vec<f64>,
    dparams: Vec<Vec<f64>>,
}

fn run(
    k: &Kernel<f64>,
    layout: Layout,
    x: &[f64],
    dy: &[f64],
    params: &[Vec<f64>],
    mask: Option<&[bool]>,
) -> Run {
    let slices: Vec<&[f64]> = params.iter().map(|p| &p[..]).collect();
    let consts = k.descriptor.default_consts();
    let call = Call { layout, x, params: &slices, consts: &consts, mask };
    let (mut stats, mut y) = (vec![0.0; k.statistics_len(&layout)], vec![0.0; layout.len()]);
    k.forward(Isa::detect(), &call, &mut stats, &mut y).unwrap();
    let mut dx = vec![0.0; layout.len()];
    let mut dparams: Vec<Vec<f64>> = params.iter().map(|p| vec![0.0; p.len()]).collect();
    let mut slots: Vec<&mut [f64]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
    k.backward(Isa::detect(), &call, dy, &stats, Rule::Exact, true, &mut dx, &mut slots).unwrap();
    Run { stats, y, dx, dparams }
}

#[test]
fn per_step_statistics_are_as_many_separate_batch_norms() {
    const T_MAX: usize = 3;
    let k = Kernel::<f64>::portable::<StepBatch>();
    let (cases, units) = (6, 5);
    let l = k.descriptor.reference_set.layout(cases, units, 1, 1).unwrap();
    let policy = Running { rate: 0.25, stored: Stored::Biased };
    let gain = vec![vec![0.1; units]];
    let sequence = |seed| -> Vec<Vec<f64>> {
        (0..T_MAX)
            .map(|t| noise(l.len(), seed + t as u64).iter().map(|v| v * (1 + t) as f64 + t as f64).collect())
            .collect()
    };
    // One state per step, the leading axis of a flat buffer.
    let one = Running::initial::<f64>(k.descriptor, units).len();
    let mut per_step: Vec<f64> =
        (0..T_MAX).flat_map(|_| Running::initial::<f64>(k.descriptor, units)).collect();
    let mut separate: Vec<Vec<f64>> = (0..T_MAX).map(|_| Running::initial(k.descriptor, units)).collect();
    for seed in [1, 100, 200] {
        for (t, x) in sequence(seed).iter().enumerate() {
            let now = run(&k, l, x, &noise(l.len(), 9), &gain, None);
            let (at, clamped) = step(t, T_MAX);
            assert!(!clamped);
            assert!(policy.update(k.descriptor, &now.stats, cases, &mut per_step[at * one..(at + 1) * one]));
            // By hand: a batch norm that only ever sees step t.
            for c in 0..units {
                let column: Vec<f64> = (0..cases).map(|n| x[n * units + c]).collect();
                let mean = column.iter().sum::<f64>() / cases as f64;
                let var = column.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / cases as f64;
                let own = &mut separate[t];
                own[c] = 0.75 * own[c] + 0.25 * mean;
                own[units + c] = 0.75 * own[units + c] + 0.25 * var;
            }
        }
    }
    close(&per_step, &separate.concat(), 1e-13);
    assert!((per_step[0] - per_step[one]).abs() > 0.1, "steps share statistics");
    // Past the last step the last one is used, and it is said.
    assert_eq!(step(T_MAX, T_MAX), (T_MAX - 1, true));
    assert_eq!(step(usize::MAX, T_MAX), (T_MAX - 1, true));
}

#[test]
fn a_replaced_gradient_is_the_declared_one_and_not_the_true_one() {
    let k = Kernel::<f64>::portable::<Replaced>();
    assert!(!k.descriptor.exact_gradient);
    let l = Layout::new(4, 1, 7, 1);
    let (x, dy) = (noise(l.len(), 3), noise(l.len(), 4));
    let got = run(&k, l, &x, &dy, &[], None);
    let with = |share: f64| -> Vec<f64> {
        let rows = dy.chunks(7).flat_map(|row| {
            let mean = row.iter().sum::<f64>() / 7.0;
            row.iter().map(move |v| v - share * mean).collect::<Vec<_>>()
        });
        rows.collect()
    };
    close(&got.dx, &with(0.5), 1e-14);
    let truth = with(1.0);
    assert!(got.dx.iter().zip(&truth).any(|(a, b)| (a - b).abs() > 1e-2), "the true gradient came out");
    // The value is untouched: a centred row.
    assert!(got.y.chunks(7).all(|row| row.iter().sum::<f64>().abs() < 1e-13));
}

#[test]
fn a_masked_statistic_equals_that_of_the_unpadded_sequence() {
    let k = Kernel::<f64>::portable::<TimeBatch>();
    let (rows, units) = (20, 6);
    // Sequences of different lengths, steps flattened into cases; the padding holds nonsense.
    let mask: Vec<bool> = (0..rows).map(|i| i % 5 < 2 + i / 10).collect();
    let kept = mask.iter().filter(|m| **m).count();
    let short = noise(kept * units, 5);
    let short_dy = noise(kept * units, 6);
    let spread = |v: &[f64], hole: f64| -> Vec<f64> {
        let mut rows = v.chunks(units);
        mask.iter().flat_map(|m| if *m { rows.next().unwrap().to_vec() } else { vec![hole; units] }).collect()
    };
    let want = run(&k, Layout::new(kept, 1, units, 1), &short, &short_dy, &[], None);
    let l = Layout::new(rows, 1, units, 1);
    let got = run(&k, l, &spread(&short, f64::NAN), &spread(&short_dy, f64::NAN), &[], Some(&mask));
    close(&got.stats, &want.stats, 1e-14);
    close(&got.y, &spread(&want.y, 0.0), 1e-13);
    close(&got.dx, &spread(&want.dx, 0.0), 1e-13);
    // Without the mask the padding would have told.
    let leaked = run(&k, l, &spread(&short, 0.0), &spread(&short_dy, 0.0), &[], None);
    assert!(leaked.stats.iter().zip(&want.stats).any(|(a, b)| (a - b).abs() > 1e-2));
}

#[test]
fn an_l2_norm_at_the_weights_is_weight_norm() {
    let k = Kernel::<f64>::portable::<Weight>();
    let d = k.descriptor;
    assert_eq!(d.site, Site::Weights);
    let (out, fan_in) = (5, 9);
    let l = d.reference_set.layout(out, fan_in, 1, 1).unwrap();
    let (v, dw) = (noise(out * fan_in, 7), noise(out * fan_in, 8));
    let g: Vec<f64> = (0..out).map(|u| 0.5 + u as f64).collect();
    let got = run(&k, l, &v, &dw, std::slice::from_ref(&g), None);
    for u in 0..out {
        let (v, dw) = (&v[u * fan_in..(u + 1) * fan_in], &dw[u * fan_in..(u + 1) * fan_in]);
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        let dg = v.iter().zip(dw).map(|(v, dw)| v * dw).sum::<f64>() / norm;
        let w: Vec<f64> = v.iter().map(|v| g[u] * v / norm).collect();
        // Equation 3: dv = g/‖v‖ dw − g dg/‖v‖² v.
        let dv: Vec<f64> =
            v.iter().zip(dw).map(|(v, dw)| g[u] / norm * dw - g[u] * dg / (norm * norm) * v).collect();
        close(&got.y[u * fan_in..(u + 1) * fan_in], &w, 1e-13);
        close(&got.dx[u * fan_in..(u + 1) * fan_in], &dv, 1e-12);
        close(&got.dparams[0][u..=u], &[dg], 1e-12);
        assert!((w.iter().map(|w| w * w).sum::<f64>().sqrt() - g[u]).abs() < 1e-12);
    }
    let claimed = [Invariance::WeightMatrixScaling, Invariance::WeightVectorScaling];
    assert_eq!(norm_core::conformance::measured_invariances(&k).unwrap(), claimed);
}

#[test]
fn batch_norm_over_space_is_batch_norm_over_more_cases() {
    let k = Kernel::<f64>::portable::<SpaceBatch>();
    let (n, c, s) = (6, 4, 9);
    let set = k.descriptor.reference_set;
    let (x, dy) = (noise(n * c * s, 11), noise(n * c * s, 12));
    let params = vec![noise(c, 13), noise(c, 14)];
    let got = run(&k, set.layout(n, c, s, 1).unwrap(), &x, &dy, &params, None);
    // [N, C, S] to [N·S, C] and back.
    let flat = |v: &[f64]| -> Vec<f64> {
        (0..n * s * c).map(|i| v[((i / c / s) * c + i % c) * s + i / c % s]).collect()
    };
    let want = run(&k, set.layout(n * s, c, 1, 1).unwrap(), &flat(&x), &flat(&dy), &params, None);
    close(&got.stats, &want.stats, 1e-14);
    close(&flat(&got.y), &want.y, 1e-13);
    close(&flat(&got.dx), &want.dx, 1e-12);
    for (a, b) in got.dparams.iter().zip(&want.dparams) {
        close(a, b, 1e-12);
    }
}

#[test]
fn the_probe_tells_reference_sets_apart() {
    use norm_core::ReferenceSet;
    let shape = Shape::new(4, 6, 3);
    let measured = Probe::measured(&Kernel::<f64>::portable::<SpaceBatch>(), shape, None).unwrap();
    let differs = |a: &Dependencies, b: &Dependencies| a.first_difference(b).is_some();
    for set in ReferenceSet::ALL {
        let declared = Probe::declared(set, shape);
        let same = matches!(set, ReferenceSet::BatchSpace);
        assert_eq!(!differs(&measured.y_on_x, &declared.y_on_x), same, "{set:?}");
        assert_eq!(!differs(&measured.dx_on_dy, &declared.dx_on_dy), same, "{set:?}");
    }
}

/// Lines of a file that name a method.
fn lines(file: &Path, names: &[&str]) -> usize {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|l| names.iter().any(|n| l.contains(n))).count()
}

#[test]
fn a_method_is_one_folder_two_lines_and_one_bibliography_entry() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let names = ["norm-rms", "norm_rms", "RmsNorm"];
    assert!(root.join("crates/norm-rms/src/lib.rs").is_file());
    assert_eq!(lines(&root.join("crates/norms/Cargo.toml"), &names), 1, "the manifest's line");
    assert_eq!(lines(&root.join("crates/norms/src/lib.rs"), &names), 1, "the registry's line");
    assert_eq!(lines(&root.join("references.bib"), &["{zhang2019rms,"]), 1);
    // No library that runs methods names one. Tests and examples may.
    for krate in [
        "norm-core",
        "norm-codegen",
        "norm-macros",
        "symbolic",
        "sequence",
        "results",
        "report",
        "bench",
        "cli",
    ] {
        for file in sources(&root.join("crates").join(krate).join("src")) {
            assert_eq!(lines(&file, &names), 0, "{} names a method", file.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|e| e.path());
    paths.flat_map(|p| if p.is_dir() { sources(&p) } else { vec![p] }).collect()
}
