//! Controls and statistics that look at the store, on small declarations: kernels against loops written out here.

use norm_core::{Bodies, Call, Formula, Isa, Kernel, Layout, ReferenceSet, Rule};

norm_core::formula! {
    /// Divided by what the store holds, its gradient controlled along the output
    Scaled(none) as "scaled" over batch + space {
        policy running;
        param gain = 1.0; const eps = 1e-3; const keep = 0.8;
        ms = mean(square(x));
        z  = controlled(x * rsqrt(prev(ms) + eps), x * rsqrt(prev(ms) + eps), keep);
        y  = gain * z;
    }
}

norm_core::formula! {
    /// A spread around the stored mean, in a second sweep that needs the first
    Around(none) as "around" over batch + space {
        policy running;
        const eps = 1e-3;
        mu  = mean(x);
        dev = mean(abs(x - mu) * prev(mu) + square(x - prev(mu)));
        y   = (x - mu) / (dev + eps);
    }
}

const N: usize = 5;
const C: usize = 19;
const S: usize = 3;

fn numbers(n: usize, salt: u64) -> Vec<f64> {
    let hash = |i: u64| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 / f64::from(1u32 << 23) - 1.0;
    (0..n as u64).map(|i| hash(i + 1 + salt * 7919)).collect()
}

fn layout() -> Layout {
    ReferenceSet::BatchSpace.layout(N, C, S, 1).unwrap()
}

/// Elements of a channel.
fn of(c: usize) -> impl Iterator<Item = usize> {
    (0..N).flat_map(move |n| (0..S).map(move |s| (n * C + c) * S + s))
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= 1e-12 * (1.0 + w.abs()), "at {i}: {g}, not {w}");
    }
}

#[test]
fn a_control_takes_its_share_and_says_what_it_grows_by() {
    let k = Kernel::<f64>::portable::<Scaled>();
    assert_eq!(k.descriptor.input_names(), ["gain", "control_z", "prev_ms"]);
    assert!(!k.descriptor.exact_gradient);
    let (x, dy) = (numbers(N * C * S, 1), numbers(N * C * S, 2));
    let (gain, state) = (numbers(C, 3), numbers(C, 4));
    let stored: Vec<f64> = numbers(C, 5).iter().map(|v| 1.5 + v).collect();
    let call =
        Call { layout: layout(), x: &x, params: &[&gain, &state, &stored], consts: &[1e-3, 0.8], mask: None };
    let (mut stats, mut y) = (vec![0.0; C], vec![0.0; x.len()]);
    k.forward(Isa::detect(), &call, &mut stats, &mut y).unwrap();
    let (mut dx, mut dgain, mut grows) = (vec![0.0; x.len()], vec![0.0; C], vec![0.0; C]);
    k.backward(Isa::detect(), &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut [&mut dgain, &mut grows])
        .unwrap();

    let (mut want_dx, mut want_gain, mut want_grows) = (vec![0.0; x.len()], vec![0.0; C], vec![0.0; C]);
    for c in 0..C {
        let root = (stored[c] + 1e-3).sqrt();
        for i in of(c) {
            let z = x[i] / root;
            let q = gain[c] * dy[i] - (1.0 - 0.8) * state[c] * z;
            want_dx[i] = q / root;
            want_gain[c] += dy[i] * z;
            want_grows[c] += q * z / (N * S) as f64;
        }
    }
    close(&dx, &want_dx);
    close(&dgain, &want_gain);
    close(&grows, &want_grows);
}

#[test]
fn a_statistic_sees_what_was_stored_before() {
    let k = Kernel::<f64>::portable::<Around>();
    let (x, dy) = (numbers(N * C * S, 6), numbers(N * C * S, 7));
    let stored: Vec<f64> = numbers(C, 8).iter().map(|v| 2.0 + v).collect();
    let forward = |x: &[f64]| {
        let call = Call { layout: layout(), x, params: &[&stored], consts: &[1e-3], mask: None };
        let (mut stats, mut y) = (vec![0.0; 2 * C], vec![0.0; x.len()]);
        k.forward(Isa::detect(), &call, &mut stats, &mut y).unwrap();
        (stats, y)
    };
    let (stats, y) = forward(&x);
    let count = (N * S) as f64;
    for c in 0..C {
        let mu = of(c).map(|i| x[i]).sum::<f64>() / count;
        let dev =
            of(c).map(|i| (x[i] - mu).abs() * stored[c] + (x[i] - stored[c]).powi(2)).sum::<f64>() / count;
        close(&[stats[c], stats[C + c]], &[mu, dev]);
    }
    // The backward pass, which goes through both statistics and the stored value between them, by differences.
    let call = Call { layout: layout(), x: &x, params: &[&stored], consts: &[1e-3], mask: None };
    let mut dx = vec![0.0; x.len()];
    k.backward(Isa::detect(), &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut []).unwrap();
    let loss = |at: usize, by: f64| {
        let mut x = x.clone();
        x[at] += by;
        forward(&x).1.iter().zip(&dy).map(|(y, dy)| y * dy).sum::<f64>()
    };
    for at in (0..x.len()).step_by(23) {
        let slope = (loss(at, 1e-5) - loss(at, -1e-5)) / 2e-5;
        assert!((dx[at] - slope).abs() < 1e-6 * (1.0 + slope.abs()), "at {at}: {}, not {slope}", dx[at]);
    }
    assert!(y.iter().all(|v| v.is_finite()));
    assert_eq!(Around::LEVELS, 2);
}

#[test]
fn the_page_says_where_a_control_stands_and_what_becomes_of_it() {
    let d = Scaled::DESCRIPTOR;
    assert!(d.formula.iter().any(|l| l.text.contains("controlled(")), "{:?}", d.formula);
    let next = d.gradient.iter().find(|l| l.lhs == "control_z'").expect("a line for the state");
    assert!(next.text.contains("control_z"), "{}", next.text);
}
