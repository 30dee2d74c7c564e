//! What a control does in the backward pass, and that it does nothing in the forward pass.

use symbolic::{Axes, Env, ExprId, Graph};

/// `x` over cases and channels controlled along `w` at the rate `r`, by a state per channel.
fn graph() -> (Graph, [ExprId; 4], ExprId) {
    let mut g = Graph::new();
    let both = Axes::N | Axes::K;
    let x = g.symbol("x", "x", both).expect("new");
    let w = g.symbol("w", "w", both).expect("new");
    let r = g.symbol("r", "r", Axes::EMPTY).expect("new");
    let e = g.symbol("e", "e", Axes::K).expect("new");
    let y = g.controlled(x, w, r, e);
    (g, [x, w, r, e], y)
}

fn env() -> Env {
    Env::new([2, 1, 2, 1])
        .bind("x", vec![1.0, 2.0, 3.0, 4.0])
        .bind("w", vec![1.0, -1.0, 2.0, 0.5])
        .bind("r", vec![0.75])
        .bind("e", vec![4.0, 8.0])
        .bind("dy", vec![1.0, 1.0, 1.0, 1.0])
}

#[test]
fn the_value_is_that_of_its_first_operand() {
    let (mut g, [x, ..], y) = graph();
    assert_eq!(g.evaluate(&[y], &env()).expect("bound")[0].data, [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(g.to_text(y), "controlled(x, w, r, e)");
    assert_eq!(g.simplify(y), y);
    assert_ne!(x, y);
}

#[test]
fn the_adjoint_loses_its_share_along_the_direction_and_the_state_gets_what_is_left_of_it() {
    let (mut g, [x, w, r, e], y) = graph();
    let dy = g.symbol("dy", "dy", Axes::N | Axes::K).expect("new");
    let found = g.gradient(&[(y, dy)], &[x, w, r, e]).expect("own ids");
    let values = g.evaluate(&found, &env()).expect("bound");
    // q = dy - (1 - 0.75) e w, by hand: e w is 4, -8; 8, 4.
    assert_eq!(values[0].data, [0.0, 3.0, -1.0, 0.0]);
    assert_eq!((g.to_text(found[1]), g.to_text(found[2])), ("0".into(), "0".into()));
    // The mean of q w over the cases of a channel: (0 - 2)/2 and (-3 + 0)/2.
    assert_eq!(values[3].data, [-1.0, -1.5]);
}

#[test]
fn two_in_a_row_each_see_what_the_other_left() {
    let mut g = Graph::new();
    let x = g.symbol("x", "x", Axes::N).expect("new");
    let dy = g.symbol("dy", "dy", Axes::N).expect("new");
    let [u, v] = ["u", "v"].map(|name| g.symbol(name, name, Axes::EMPTY).expect("new"));
    let (one, half, two) = (g.num(1.0), g.num(0.5), g.num(2.0));
    let inner = g.controlled(x, one, half, u);
    let scaled = g.mul(two, inner);
    let outer = g.controlled(scaled, two, half, v);
    let found = g.gradient(&[(outer, dy)], &[x, u, v]).expect("own ids");
    let env = Env::new([2, 1, 1, 1])
        .bind("x", vec![0.0; 2])
        .bind("dy", vec![3.0, 7.0])
        .bind("u", vec![1.0])
        .bind("v", vec![2.0]);
    let values = g.evaluate(&found, &env).expect("bound");
    // Outer: q = dy - 0.5 * 2 * 2; times 2 reaches the inner one: q' = 2 q - 0.5.
    assert_eq!(values[0].data, [1.5, 9.5]);
    assert_eq!((values[1].data[0], values[2].data[0]), (5.5, 6.0));
}
