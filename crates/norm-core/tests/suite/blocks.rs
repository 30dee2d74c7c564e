//! A batch in blocks: what it is equal to, and what is refused.

use norm_core::blocks::{self, BLOCK, Blocks, Seen};
use norm_core::policy::{RATE, Running, Stored};
use norm_core::{Call, Error, Formula, Isa, Kernel, Layout, ReferenceSet};

norm_core::formula! {
    /// Centred and scaled over the batch
    Whole(none) as "whole" over batch + space {
        policy running;
        param gain = 1.0; const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps);
    }
}

norm_core::formula! {
    /// The same in blocks
    Cut(none) as "cut" over batch + space {
        policy running;
        kernels Whole;
        param gain = 1.0; const eps = 1e-5; const block = 3;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps);
    }
}

norm_core::formula! {
    /// What is stored starts where its kind does
    Starts(none) as "starts" over batch {
        policy running;
        const eps = 1e-5; const rate = 0.25;
        mu  = mean(x);
        ms  = mean(square(x));
        dev = mean(square(x - mu)) + (1 - rate) * square(mu - prev(mu));
        size = mean(abs(x));
        y   = (x - prev(mu)) * rsqrt(prev(dev) + eps) + ms / (size + 1);
    }
}

const C: usize = 5;
const S: usize = 2;
const CASE: usize = C * S;

fn numbers(n: usize, salt: u64) -> Vec<f64> {
    let hash = |i: u64| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 / f64::from(1u32 << 23) - 1.0;
    (0..n as u64).map(|i| hash(i + 1 + salt * 7919)).collect()
}

fn layout(n: usize) -> Layout {
    ReferenceSet::BatchSpace.layout(n, C, S, 1).unwrap()
}

struct Used {
    y: Vec<f64>,
    dx: Vec<f64>,
    dgain: Vec<f64>,
    store: Vec<f64>,
    seen: Vec<Seen<f64>>,
}

fn used<F: Formula>(x: &[f64], dy: &[f64], gain: &[f64], consts: &[f64], mask: Option<&[bool]>) -> Used {
    let k = F::KERNEL_F64;
    let layout = layout(x.len() / CASE);
    let call = Call { layout, x, params: &[gain], consts, mask };
    let mut store = Running::initial::<f64>(k.descriptor, C);
    let running = Running { rate: 0.25, stored: Stored::Unbiased };
    let (y, seen) = blocks::forward(k, Isa::detect(), &call, running, &mut store).unwrap();
    let (mut dx, mut dparams) = (vec![f64::NAN; x.len()], vec![vec![0.0; C]]);
    blocks::backward(k, Isa::detect(), &call, dy, &seen, &mut [], true, &mut dx, &mut dparams).unwrap();
    Used { y, dx, dgain: dparams.remove(0), store, seen }
}

#[test]
fn a_block_as_large_as_the_batch_is_the_whole_batch() {
    let (x, dy, gain) = (numbers(7 * CASE, 1), numbers(7 * CASE, 2), numbers(C, 3));
    let whole = used::<Whole>(&x, &dy, &gain, &[1e-5], None);
    for block in [7.0, 8.0, 1e9] {
        let cut = used::<Cut>(&x, &dy, &gain, &[1e-5, block], None);
        assert_eq!(
            (&cut.y, &cut.dx, &cut.dgain, &cut.store),
            (&whole.y, &whole.dx, &whole.dgain, &whole.store)
        );
    }
    let cut = used::<Cut>(&x, &dy, &gain, &[1e-5, 3.0], None);
    assert_ne!(cut.y, whole.y);
}

#[test]
fn each_block_is_a_batch_of_its_own_and_what_is_left_is_one_too() {
    let (x, dy, gain) = (numbers(8 * CASE, 4), numbers(8 * CASE, 5), numbers(C, 6));
    let cut = used::<Cut>(&x, &dy, &gain, &[1e-5, 3.0], None);
    let cases: Vec<_> = cut.seen.iter().map(|s| s.cases.clone()).collect();
    assert_eq!(cases, [0..3, 3..6, 6..8]);
    let mut dgain = vec![0.0; C];
    let mut store = Running::initial::<f64>(Whole::DESCRIPTOR, C);
    let running = Running { rate: 0.25, stored: Stored::Unbiased };
    for (cases, seen) in cases.into_iter().zip(&cut.seen) {
        let at = cases.start * CASE..cases.end * CASE;
        let alone = used::<Whole>(&x[at.clone()], &dy[at.clone()], &gain, &[1e-5], None);
        assert_eq!((&cut.y[at.clone()], &cut.dx[at]), (&alone.y[..], &alone.dx[..]));
        assert_eq!(seen.statistics, alone.seen[0].statistics);
        dgain.iter_mut().zip(&alone.dgain).for_each(|(sum, term)| *sum += term);
        running.update(Whole::DESCRIPTOR, &seen.statistics, cases.len() * S, &mut store);
    }
    assert_eq!((cut.dgain, cut.store), (dgain, store));
}

#[test]
fn a_block_without_cases_that_count_gives_zeros_and_is_not_stored() {
    let (x, dy, gain) = (numbers(4 * CASE, 7), numbers(4 * CASE, 8), numbers(C, 9));
    let cut = used::<Cut>(&x, &dy, &gain, &[1e-5, 2.0], Some(&[true, true, false, false]));
    let alone = used::<Whole>(&x[..2 * CASE], &dy[..2 * CASE], &gain, &[1e-5], None);
    assert_eq!((&cut.y[..2 * CASE], &cut.store), (&alone.y[..], &alone.store));
    assert!(cut.y[2 * CASE..].iter().chain(&cut.dx[2 * CASE..]).all(|v| *v == 0.0));
}

#[test]
fn a_block_is_a_whole_number_of_cases() {
    for bad in [0.0, -1.0, 2.5] {
        let found = Blocks::of(Cut::DESCRIPTOR, &[1e-5, bad]);
        assert!(matches!(found, Err(Error::Constant { name: BLOCK, got, .. }) if got == bad), "{found:?}");
    }
    let k = Kernel::<f64>::portable::<Cut>();
    let (x, gain) = (numbers(4 * CASE, 7), numbers(C, 9));
    let mut store = vec![7.0; 3];
    let call = Call { layout: layout(4), x: &x, params: &[&gain], consts: &[1e-5, 2.0], mask: None };
    let found = blocks::forward(&k, Isa::detect(), &call, Running::default(), &mut store);
    assert!(matches!(found, Err(Error::Length { .. })), "{found:?}");
    assert_eq!(store, [7.0; 3]);
}

#[test]
fn what_is_made_of_squares_starts_at_one_and_a_named_rate_is_the_rate() {
    let d = Starts::DESCRIPTOR;
    assert_eq!(Running::initial::<f64>(d, 1), [0.0, 1.0, 1.0, 0.0]);
    assert_eq!((d.consts[1].name, Running::default().named(d, &[1e-5, 0.5]).rate), (RATE, 0.5));
    assert_eq!(Running::default().named(Whole::DESCRIPTOR, &[1e-5]).rate, 0.1);
}
