//! How the tensors of a layer start.

use dfdx::prelude::*;
use norm_core::Start;
use norm_core::policy::drawn;

/// How dfdx resets a tensor: by a plain function, which knows its types and nothing else.
type Reset<S, E, D> = fn(&mut Tensor<S, E, D>) -> Result<(), <D as HasErr>::Err>;

/// How many positions [`trained`] knows: there is a function for each.
pub const MOST: usize = 8;

/// Initial values by position.
pub trait Initial {
    /// The value all elements of the tensor at this position start at.
    fn value(at: usize) -> f64;
}

/// Sets all elements.
pub fn fill<S: ConstShape, E: Dtype, D: Device<E>>(t: &mut Tensor<S, E, D>, value: f64) {
    t.copy_from(&vec![E::from_f64(value).unwrap_or_default(); S::NUMEL]);
}

#[expect(clippy::unnecessary_wraps, reason = "dfdx asks for this signature")]
fn reset<V: Initial, const AT: usize, S: ConstShape, E: Dtype, D: Device<E>>(
    t: &mut Tensor<S, E, D>,
) -> Result<(), D::Err> {
    fill(t, V::value(AT));
    Ok(())
}

/// Options of the trained tensor at position `at`, which is below [`MOST`].
pub fn trained<V: Initial, S: ConstShape, E: Dtype, D: Device<E>>(at: usize) -> TensorOptions<S, E, D> {
    let resets: [Reset<S, E, D>; MOST] = [
        reset::<V, 0, S, E, D>,
        reset::<V, 1, S, E, D>,
        reset::<V, 2, S, E, D>,
        reset::<V, 3, S, E, D>,
        reset::<V, 4, S, E, D>,
        reset::<V, 5, S, E, D>,
        reset::<V, 6, S, E, D>,
        reset::<V, 7, S, E, D>,
    ];
    TensorOptions::reset_with(resets[at])
}

/// Options of a stored statistic: not trained, one value for each set.
pub fn kept<S: ConstShape, E: Dtype, D: Device<E>>(start: Start) -> TensorOptions<S, E, D> {
    // A declaration lets a store start at 0, at 1, or drawn.
    let reset: Reset<S, E, D> = match start {
        Start::Value(0.0) => |t| {
            fill(t, 0.0);
            Ok(())
        },
        Start::Value(_) => |t| {
            fill(t, 1.0);
            Ok(())
        },
        Start::Normal => |t| {
            let drawn: Vec<E> =
                (0..S::NUMEL).map(|set| E::from_f64(drawn(set)).unwrap_or_default()).collect();
            t.copy_from(&drawn);
            Ok(())
        },
    };
    TensorOptions::detached(reset)
}
