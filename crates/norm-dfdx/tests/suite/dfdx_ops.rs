//! Every dfdx operation in use, for what a wrong backward would get wrong: a tensor that fans out to two uses
//! gets the sum of both gradients, and gradients left from an earlier pass are added to, not overwritten.

use dfdx::prelude::*;

type X = Tensor<Rank2<3, 4>, f64, Cpu>;
type Traced<S> = Tensor<S, f64, Cpu, OwnedTape<f64, Cpu>>;

fn input(dev: &Cpu) -> X {
    dev.tensor([[0.3, 1.2, 0.7, 2.0], [0.9, 0.4, 1.7, 0.2], [1.1, 0.6, 0.8, 1.5]])
}

/// The gradient at `x` of `f`.
fn gradient(x: &X, f: &dyn Fn(Traced<Rank2<3, 4>>) -> Traced<Rank0>) -> Vec<f64> {
    f(x.leaky_trace()).backward().get(x).as_vec()
}

fn close(what: &str, a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{what}: {a} instead of {b}");
    }
}

/// Central differences, fan-out and accumulation for one operation, followed by `exp` so that the upstream
/// gradient is no constant.
fn check<S: Shape>(name: &str, f: impl Fn(Traced<Rank2<3, 4>>) -> Traced<S>) {
    let dev = Cpu::default();
    let x = input(&dev);
    let loss = |t: Traced<Rank2<3, 4>>| f(t).exp().sum::<Rank0, S::AllAxes>();
    let once = gradient(&x, &loss);

    let values = x.as_vec();
    for i in 0..values.len() {
        let at = |d: f64| {
            let mut v = values.clone();
            v[i] += d;
            let t: X = dev.tensor(v);
            loss(t.leaky_trace()).array()
        };
        let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
        assert!(
            (slope - once[i]).abs() < 1e-6 * (1.0 + slope.abs()),
            "{name}: d{i} {} instead of {slope}",
            once[i]
        );
    }

    // Twice from the same tensor: both uses count.
    let twice = gradient(&x, &|t| {
        let again = t.with_empty_tape();
        loss(t) + loss(again)
    });
    let doubled: Vec<f64> = once.iter().map(|g| 2.0 * g).collect();
    close(&format!("{name}: fan-out"), &twice, &doubled);

    // Upstream of a second operation, so that the slot is not fresh when this one's backward comes.
    let mixed = gradient(&x, &|t| {
        let again = t.with_empty_tape();
        let first = loss(again);
        first + t.square().sum::<Rank0, _>()
    });
    let expected: Vec<f64> = once.iter().zip(&values).map(|(g, v)| g + 2.0 * v).collect();
    close(&format!("{name}: next to another use"), &mixed, &expected);

    // Two passes into one set of gradients.
    let first = loss(x.leaky_trace()).backward();
    let second = loss(x.trace(first)).backward();
    close(&format!("{name}: accumulation"), &second.get(&x).as_vec(), &doubled);
}

macro_rules! ops {
    ($($name:ident: |$x:ident, $dev:ident| $body:expr;)*) => { $(
        #[test]
        fn $name() {
            let $dev = Cpu::default();
            let _ = &$dev;
            check(stringify!($name), |$x| $body);
        }
    )* };
}

fn other(dev: &Cpu) -> X {
    dev.tensor([[1.3, 0.2, 0.5, 1.0], [0.8, 1.4, 0.6, 1.2], [0.1, 1.6, 1.9, 0.45]])
}

ops! {
    matmul: |x, dev| x.matmul(dev.tensor([[0.1, 0.2], [0.3, -0.4], [-0.5, 0.6], [0.7, 0.8]]));
    matmul_right: |x, dev| {
        let (x, tape) = x.split_tape();
        let a: Tensor<Rank2<2, 3>, f64, _> = dev.tensor([[0.1, 0.2, 0.3], [0.3, -0.4, 0.5]]);
        a.put_tape(tape).matmul(x)
    };
    matmul_transposed: |x, dev| x.matmul(dev.tensor([[0.1, 0.2, -0.3, 0.4], [0.5, 0.6, 0.1, 0.2]]).permute::<Rank2<4, 2>, _>());
    add: |x, dev| x + other(&dev);
    add_itself_elsewhere: |x, dev| { let again = x.with_empty_tape(); x.square() + again };
    add_number: |x, dev| x + 0.7;
    sub: |x, dev| x - other(&dev);
    sub_right: |x, dev| { let (x, tape) = x.split_tape(); other(&dev).put_tape(tape) - x };
    mul: |x, dev| x * other(&dev);
    mul_number: |x, dev| x * 0.7;
    div: |x, dev| x / (other(&dev) + 1.0);
    div_right: |x, dev| {
        let (x, tape) = (x + 1.0).split_tape();
        other(&dev).put_tape(tape) / x
    };
    recip: |x, dev| (x + 1.0).recip();
    negate: |x, dev| x.negate();
    sqrt: |x, dev| x.sqrt();
    square: |x, dev| x.square();
    powf: |x, dev| x.powf(1.7);
    powi: |x, dev| x.powi(3);
    exp: |x, dev| x.exp();
    ln: |x, dev| x.ln();
    tanh: |x, dev| x.tanh();
    sigmoid: |x, dev| x.sigmoid();
    abs: |x, dev| (x - 1.0).abs();
    relu: |x, dev| (x - 1.0).relu();
    clamp: |x, dev| x.clamp(0.5, f64::INFINITY);
    maximum: |x, dev| x.maximum(other(&dev));
    minimum: |x, dev| x.minimum(other(&dev));
    sum_of_rows: |x, dev| x.sum::<Rank1<3>, Axis<1>>();
    sum_of_columns: |x, dev| x.sum::<Rank1<4>, Axis<0>>();
    mean_of_rows: |x, dev| x.mean::<Rank1<3>, Axis<1>>();
    mean_of_columns: |x, dev| x.mean::<Rank1<4>, Axis<0>>();
    mean: |x, dev| x.mean::<Rank0, _>();
    broadcast: |x, dev| x.broadcast::<Rank3<2, 3, 4>, Axis<0>>() * dev.tensor([[[0.1; 4]; 3], [[0.2; 4]; 3]]);
    broadcast_inside: |x, dev| x.broadcast::<Rank3<3, 2, 4>, Axis<1>>() * 0.3;
    reshape: |x, dev| x.reshape::<Rank2<2, 6>>() * 0.3;
    reshape_of_a_permuted: |x, dev| x.permute::<Rank2<4, 3>, _>().reshape::<Rank1<12>>() * 0.3;
    contiguous_of_a_broadcast: |x, dev| x.broadcast::<Rank3<2, 3, 4>, Axis<0>>().contiguous() * 0.3;
    permute: |x, dev| x.permute::<Rank2<4, 3>, Axes2<1, 0>>() * 0.3;
    select: |x, dev| x.select::<Rank1<4>, _>(dev.tensor(1));
    stack: |x, dev| { let again = x.with_empty_tape(); [x.square(), again.exp()].stack() * 0.3 };
    choose: |x, dev| {
        let condition = other(&dev).gt(0.7);
        condition.choose(x, other(&dev))
    };
    cross_entropy: |x, dev| {
        let target: X = dev.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]]);
        cross_entropy_with_logits_loss(x, target)
    };
}

/// Why no code here slices: dfdx writes the gradient of a slice over what another use has left there.
#[test]
fn slice_is_wrong() {
    let dev = Cpu::default();
    let x: Tensor<Rank1<3>, f64, _> = dev.tensor([1.0, 2.0, 3.0]);
    let t = x.leaky_trace();
    let again = t.with_empty_tape();
    let a = t.slice((0..2,)).sum::<Rank0, _>();
    let b = again.slice((1..3,)).sum::<Rank0, _>();
    let g = (a + b).backward().get(&x).as_vec();
    assert_eq!(g, [1.0, 1.0, 1.0], "right is 1, 2, 1: if dfdx has mended this, slices may be used");
}

/// What `copy_into` copies is the buffer, not the tensor.
#[test]
fn copy_into_is_in_physical_order() {
    let dev = Cpu::default();
    let t: Tensor<Rank2<2, 3>, f64, _> = dev.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let p = t.permute::<Rank2<3, 2>, _>();
    let mut buffer = [0.0; 6];
    p.copy_into(&mut buffer);
    assert_eq!(buffer, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(p.as_vec(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
}
