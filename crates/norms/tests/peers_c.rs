//! What users of other libraries ran into (the survey's table C), one test per row that the methods and the
//! policies can answer by themselves. The rows that are missing stand in `docs/not-covered.md`.

mod making;

use norm_core::conformance::{difference, largest};
use norm_core::policy::{Running, Stored, step};
use norm_core::{Call, Error, Isa, Kernel, Layout, ReferenceSet, Rule};

fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed;
    let mut next = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / 2f64.powi(52) - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// A method at a tensor `[cases, channels]` with its initial parameters.
struct At {
    k: Kernel<f64>,
    l: Layout,
    /// Parameters where they start, and what is stored before any batch where the method looks at it.
    inputs: Vec<Vec<f64>>,
    consts: Vec<f64>,
    mask: Option<Vec<bool>>,
}

impl At {
    fn new(id: &str, cases: usize, channels: usize) -> Self {
        let k = norms::find(id).unwrap().f64;
        // What pools space gets a row as the space of one channel.
        let (channels, space) =
            if k.descriptor.reference_set == ReferenceSet::Space { (1, channels) } else { (channels, 1) };
        let l = k.descriptor.reference_set.layout(cases, channels, space, 1).unwrap();
        let inputs = k.descriptor.initial_inputs(&l);
        Self { k: *k, l, inputs, consts: k.descriptor.default_consts(), mask: None }
    }
    fn call<R>(&self, x: &[f64], f: impl FnOnce(&Call<'_, f64>) -> R) -> R {
        let params: Vec<&[f64]> = self.inputs.iter().map(|p| &p[..]).collect();
        let mask = self.mask.as_deref();
        f(&Call { layout: self.l, x, params: &params, consts: &self.consts, mask })
    }
    fn forward(&self, x: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let (mut stats, mut y) = (vec![0.0; self.k.statistics_len(&self.l)], vec![0.0; self.l.len()]);
        self.call(x, |c| self.k.forward(Isa::detect(), c, &mut stats, &mut y))?;
        Ok((stats, y))
    }
    fn apply(&self, x: &[f64], stats: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; self.l.len()];
        self.call(x, |c| self.k.apply(Isa::detect(), c, stats, &mut y)).unwrap();
        y
    }
    /// Adds to the parameter gradients.
    fn backward(&self, x: &[f64], dy: &[f64], dparams: &mut [Vec<f64>]) -> Vec<f64> {
        let (stats, _) = self.forward(x).unwrap();
        let mut dx = vec![0.0; self.l.len()];
        let mut slots: Vec<&mut [f64]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
        let run = |c: &Call<'_, f64>| {
            self.k.backward(Isa::detect(), c, dy, &stats, Rule::Exact, true, &mut dx, &mut slots)
        };
        self.call(x, run).unwrap();
        dx
    }
    fn no_gradients(&self) -> Vec<Vec<f64>> {
        let returned = self.k.descriptor.returned_names().len();
        self.inputs[..returned].iter().map(|p| vec![0.0; p.len()]).collect()
    }
    fn initial_state(&self) -> Vec<f64> {
        Running::initial(self.k.descriptor, self.l.channels())
    }
}

#[test]
fn c01_padding_does_not_pollute_batch_statistics() {
    let short = At::new("batch", 4, 5);
    let mut padded = At::new("batch", 7, 5);
    let x = noise(20, 1);
    let mut long = x.clone();
    long.extend([0.0; 15]);
    let (_, polluted) = padded.forward(&long).unwrap();
    padded.mask = Some((0..7).map(|n| n < 4).collect());
    let (want_stats, want) = short.forward(&x).unwrap();
    let (stats, y) = padded.forward(&long).unwrap();
    assert!(difference(&stats, &want_stats) < 1e-15 && difference(&y[..20], &want) < 1e-14);
    assert!(difference(&polluted[..20], &want) > 1e-2, "without the mask padding must show");
}

#[test]
fn c02_steps_past_the_last_stored_one_use_it_and_say_so() {
    assert_eq!(step(4, 5), (4, false));
    assert_eq!(step(5, 5), (4, true));
    // The path that uses stored statistics cannot use those of the batch: it never computes them.
    let at = At::new("batch", 3, 2);
    let state = vec![1.0, 2.0, 4.0, 9.0];
    let (x, other) = (noise(6, 2), noise(6, 3));
    let mut mixed = other.clone();
    mixed[..2].copy_from_slice(&x[..2]);
    assert_eq!(at.apply(&x, &state)[..2], at.apply(&mixed, &state)[..2]);
}

#[test]
fn c03_each_step_keeps_statistics_of_its_own() {
    let at = At::new("batch", 8, 3);
    let one = at.initial_state().len();
    let mut states: Vec<f64> = (0..2).flat_map(|_| at.initial_state()).collect();
    let untouched = states[..one].to_vec();
    let (stats, _) = at.forward(&noise(24, 4)).unwrap();
    let (slot, _) = step(1, 2);
    let running = Running::default();
    assert!(running.update(at.k.descriptor, &stats, 8, &mut states[slot * one..(slot + 1) * one]));
    assert_eq!(states[..one], untouched);
    assert_ne!(states[one..], untouched);
}

#[test]
fn c06_one_value_per_channel_gives_the_bias_and_no_variance() {
    let mut at = At::new("batch", 1, 4);
    at.inputs[1] = vec![0.5, -1.0, 2.0, 0.0];
    let (stats, y) = at.forward(&[3.0, 1e9, -2.0, 0.0]).unwrap();
    assert_eq!(y, at.inputs[1]);
    let mut state = at.initial_state();
    assert!(Running { rate: 0.1, stored: Stored::Unbiased }.update(at.k.descriptor, &stats, 1, &mut state));
    assert_eq!(state[4..], [1.0; 4]);
    assert!(
        state[..4].iter().zip([0.3, 1e8, -0.2, 0.0]).all(|(a, b)| (a - b).abs() <= 1e-15 * b.abs().max(1.0))
    );
}

#[test]
fn c07_the_rate_is_the_weight_of_the_newest_batch() {
    let at = At::new("batch", 2, 1);
    let (stats, _) = at.forward(&[9.0, 11.0]).unwrap();
    let mut state = at.initial_state();
    Running { rate: 0.1, stored: Stored::Biased }.update(at.k.descriptor, &stats, 2, &mut state);
    assert!(difference(&state, &[0.1 * 10.0, 0.9 * 1.0 + 0.1 * 1.0]) < 1e-15);
}

#[test]
fn c08_biased_normalizes_and_either_can_be_stored() {
    let at = At::new("batch", 4, 1);
    let x = [1.0, 2.0, 3.0, 6.0];
    let (stats, y) = at.forward(&x).unwrap();
    assert_eq!(stats, [3.0, 3.5]);
    assert!((y[3] - 3.0 / (3.5f64 + 1e-5).sqrt()).abs() < 1e-15);
    for (stored, variance) in [(Stored::Biased, 3.5), (Stored::Unbiased, 14.0 / 3.0)] {
        let mut state = at.initial_state();
        Running { rate: 1.0, stored }.update(at.k.descriptor, &stats, 4, &mut state);
        assert!(difference(&state, &[3.0, variance]) < 1e-15, "{stored:?}");
    }
}

#[test]
fn c09_evaluation_comes_to_agree_with_training() {
    let at = At::new("batch", 16, 3);
    let x: Vec<f64> = noise(48, 5).iter().map(|v| 40.0 + 7.0 * v).collect();
    let (stats, trained) = at.forward(&x).unwrap();
    let mut state = at.initial_state();
    let before = difference(&at.apply(&x, &state), &trained);
    for _ in 0..300 {
        Running { rate: 0.1, stored: Stored::Biased }.update(at.k.descriptor, &stats, 16, &mut state);
    }
    assert!(before > 1.0, "the first evaluation is far off");
    assert!(difference(&at.apply(&x, &state), &trained) < 1e-9);
}

#[test]
fn c12_only_a_commit_moves_the_stored_statistics() {
    let at = At::new("batch", 8, 3);
    let x = noise(24, 6);
    let mut state = at.initial_state();
    let (stats, _) = at.forward(&x).unwrap();
    // A second forward and a backward, as checkpointing makes them, have no access to the state.
    at.forward(&x).unwrap();
    at.backward(&x, &noise(24, 7), &mut at.no_gradients());
    assert_eq!(state, at.initial_state());
    Running::default().update(at.k.descriptor, &stats, 8, &mut state);
    let want: Vec<f64> = (0..3).map(|c| 0.1 * stats[c]).collect();
    assert!(difference(&state[..3], &want) < 1e-15);
}

#[test]
fn c13_accumulating_over_small_batches_is_the_large_batch_only_without_batch_statistics() {
    let (x, dy) = (noise(80, 8), noise(80, 9));
    for (id, same) in [("none", true), ("layer", true), ("rms", true), ("batch", false)] {
        let (whole, half) = (At::new(id, 8, 10), At::new(id, 4, 10));
        let (mut at_once, mut in_two) = (whole.no_gradients(), half.no_gradients());
        let dx = whole.backward(&x, &dy, &mut at_once);
        let mut halves = half.backward(&x[..40], &dy[..40], &mut in_two);
        halves.extend(half.backward(&x[40..], &dy[40..], &mut in_two));
        let off = largest([difference(&dx, &halves), difference(&at_once.concat(), &in_two.concat())]);
        assert_eq!(off < 1e-13, same, "{id}: {off:e}");
    }
}

#[test]
fn c14_one_bad_batch_does_not_poison_the_stored_statistics() {
    let at = At::new("batch", 4, 3);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut x = noise(12, 10);
        x[7] = bad;
        let (stats, _) = at.forward(&x).unwrap();
        let mut state = at.initial_state();
        assert!(!Running::default().update(at.k.descriptor, &stats, 4, &mut state), "{bad} was taken in");
        assert_eq!(state, at.initial_state());
    }
}

#[test]
fn c16_a_large_mean_does_not_cancel_the_variance() {
    for m in norms::METHODS {
        let d = m.descriptor();
        for (cases, channels) in [(256, 96), (4, 1000), (2000, 16)] {
            let l = d.reference_set.layout(cases, channels, 1, 1).unwrap();
            let x: Vec<f32> = noise(l.len(), 11).iter().map(|v| (1e4 + 1e-2 * v) as f32).collect();
            let wide: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
            let ones = vec![1.0f32; l.len()];
            let params: Vec<&[f32]> = d.input_axes().map(|a| &ones[..a.len(&l)]).collect();
            let ones = vec![1.0f64; l.len()];
            let wide_params: Vec<&[f64]> = d.input_axes().map(|a| &ones[..a.len(&l)]).collect();
            let consts = d.default_consts();
            let call = Call { layout: l, x: &x, params: &params, consts: &consts, mask: None };
            let wide_call = Call { layout: l, x: &wide, params: &wide_params, consts: &consts, mask: None };
            let (mut stats, mut y) = (vec![0.0f32; m.f32.statistics_len(&l)], vec![0.0f32; l.len()]);
            m.f32.forward(Isa::detect(), &call, &mut stats, &mut y).unwrap();
            let want = (m.reference.forward)(&wide_call).statistics;
            for (i, spec) in d.statistics.iter().enumerate().filter(|(_, s)| s.is_variance) {
                for (set, want) in want[i].iter().enumerate() {
                    let got = f64::from(stats[m.f32.statistic_index(i, set, &l)]);
                    // A rounded mean is off by half a unit of 1e4, 4.9e-4; its square is what may be left.
                    assert!(
                        (got - want).abs() <= 2.5e-7 + 1e-4 * want,
                        "{} {}: {got:e}, not {want:e}",
                        d.id,
                        spec.name
                    );
                }
            }
        }
    }
}

#[test]
fn c17_epsilon_is_declared_and_never_negative() {
    // A mean alone divides nothing; a norm has no epsilon in any paper, its zero is told apart exactly; and what is added to
    // the energy of neighbours is no epsilon but a constant of the method.
    let norms = ["weight", "weight-exp", "cosine", "cosine-centred", "ndp"];
    let without = |id| {
        norms.contains(&id)
            || ["mean-only-batch", "local-response", "divisive", "divisive-units"].contains(&id)
    };
    for d in norms::METHODS.iter().map(norms::Method::descriptor) {
        let wanted = (!d.statistics.is_empty() || d.plan.is_staged()) && !without(d.id);
        // What keeps a method in the making from dividing by 0 is its own affair.
        let asked = !making::is_in_the_making(d.id);
        assert!(!asked || d.consts.iter().any(|c| c.name == "eps") == wanted, "{}", d.id);
    }
    for m in norms::METHODS {
        let d = m.descriptor();
        let mut at = At::new(d.id, 3, 4);
        for (i, c) in d.consts.iter().enumerate() {
            let is_epsilon = c.name == "eps";
            // Any other constant starts where its own range lets it.
            assert!(c.default > 0.0 || !is_epsilon, "{} {}", d.id, c.name);
            let bad: &[f64] = if is_epsilon { &[-1e-9, f64::NAN] } else { &[f64::NAN, f64::INFINITY] };
            for &bad in bad {
                at.consts[i] = bad;
                let refused = at.forward(&noise(12, 12)).unwrap_err();
                assert!(matches!(refused, Error::Constant { name, .. } if name == c.name), "{refused}");
            }
            at.consts[i] = c.default;
        }
    }
}

#[test]
fn c18_no_gradient_is_silently_zero() {
    for m in norms::METHODS {
        let mut at = At::new(m.descriptor().id, 6, 19);
        // A gain that starts at 0 lets no gradient through until it has moved.
        let learned = m.descriptor().params.len();
        at.inputs[..learned].iter_mut().flatten().for_each(|v| *v += 0.3125);
        let mut dparams = at.no_gradients();
        let dx = at.backward(&noise(114, 13), &noise(114, 14), &mut dparams);
        let all = || dx.iter().chain(dparams.iter().flatten());
        let alive = all().filter(|v| v.is_finite() && **v != 0.0).count();
        // A method that cuts off below says so by its formula.
        let wanted = if m.descriptor().plan.cuts_off() { all().count() / 3 } else { all().count() };
        assert!(alive >= wanted, "{}", m.descriptor().id);
    }
}

/// Initial values that a source states; a method of another source starts where that says.
const STARTS: [(&str, &str, f64); 12] = [
    ("batch", "gain", 1.0),
    ("batch", "bias", 0.0),
    // 1 lets gradients vanish over time.
    ("recurrent-batch", "gain", 0.1),
    ("layer", "gain", 1.0),
    ("layer", "bias", 0.0),
    ("rms", "gain", 1.0),
    ("weight", "gain", 1.0),
    ("weight-exp", "log_gain", 0.0),
    ("dyt", "alpha", 0.5),
    ("filter-response", "tau", 0.0),
    ("switchable", "mean_in", 1.0),
    ("batch-renorm", "gain", 1.0),
];

/// What is stored of a statistic before the first batch, in two sets.
const STORES: [(&str, &str, [f64; 2]); 3] =
    [("batch", "mu", [0.0, 0.0]), ("batch", "var", [1.0, 1.0]), ("mean-only-batch", "mu", [0.0, 0.0])];

#[test]
fn c27_initial_values_are_declared() {
    for (id, name, want) in STARTS {
        let d = norms::find(id).unwrap().descriptor();
        let declared = d.params.iter().find(|p| p.name == name).map(|p| p.initial);
        assert_eq!(declared, Some(want), "{id} {name}");
    }
    for m in norms::METHODS {
        // What a layer and a request start from is what the declaration says, parameter by parameter.
        let at = At::new(m.descriptor().id, 2, 2);
        for (p, values) in m.descriptor().params.iter().zip(&at.inputs) {
            assert!(values.iter().all(|v| *v == p.initial_at(&at.l)), "{} {}", m.descriptor().id, p.name);
        }
        if m.descriptor().policy.averages() {
            // A mean starts at 0, what is made of squares at 1, else one batch would be divided by nothing; and where the
            // declaration says otherwise, there.
            let d = m.descriptor();
            let start = |i: usize, s: &norm_core::Statistic, set: usize| match (s.starts, s.name) {
                (Some(start), _) => start.at(set),
                (None, "mu" | "mu_b") => 0.0,
                (None, _) => f64::from(u8::from(d.is_of_squares(i))),
            };
            let statistics = d.statistics.iter().enumerate();
            let want: Vec<f64> = statistics.flat_map(|(i, s)| [start(i, s, 0), start(i, s, 1)]).collect();
            assert_eq!(at.initial_state(), want, "{}", d.id);
        }
    }
    for (id, statistic, want) in STORES {
        let d = norms::find(id).unwrap().descriptor();
        let at = d.statistics.iter().position(|s| s.name == statistic).unwrap();
        assert_eq!([d.start(at).at(0), d.start(at).at(1)], want, "{id} {statistic}");
    }
}

#[test]
fn c30_every_instruction_set_gives_the_same_bits() {
    for m in norms::METHODS {
        let at = At::new(m.descriptor().id, 37, 53);
        let x = noise(at.l.len(), 15);
        let on = |isa: Isa| {
            let (mut stats, mut y) = (vec![0.0; at.k.statistics_len(&at.l)], vec![0.0; at.l.len()]);
            at.call(&x, |c| at.k.forward(isa, c, &mut stats, &mut y)).unwrap();
            y.iter().chain(&stats).map(|v| v.to_bits()).collect::<Vec<_>>()
        };
        for isa in Isa::available() {
            assert!(on(isa) == on(Isa::Portable), "{} on {isa:?}", m.descriptor().id);
        }
    }
}

#[test]
fn a_state_of_another_length_is_left_alone() {
    let d = norms::find("batch").unwrap().descriptor();
    let mut state = vec![0.5; 4];
    for stats in [&[1.0, 1.0][..], &[1.0; 3], &[1.0; 6], &[]] {
        assert!(!Running::default().update(d, stats, 8, &mut state), "{stats:?}");
        assert_eq!(state, [0.5; 4]);
    }
    assert!(Running::default().update(d, &[1.0; 4], 8, &mut state));
}
