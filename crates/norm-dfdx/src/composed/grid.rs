//! How the elements of a call are laid out for dfdx: two axes where that says it all, four otherwise.

use dfdx::prelude::*;
use norm_core::{Descriptor, Layout, ParamAxis, Skeleton};

use crate::fused::Flat;

/// Two axes.
pub(crate) type Two = (usize, usize);
/// Cases, groups, channels in a group, space.
pub(crate) type Four = (usize, usize, usize, usize);

/// A shape of elements and one of reference sets, which `Ax` pools.
pub(crate) trait Grid {
    /// The shape of the elements.
    type Element: Shape + ReduceShapeTo<Self::Set, Self::Ax> + HasAxes<Self::Ax>;
    /// One value per reference set.
    type Set: Shape;
    /// What is pooled.
    type Ax: Axes;
    /// The elements of this layout.
    fn element(l: &Layout) -> Self::Element;
    /// The reference sets of this layout.
    fn set(l: &Layout) -> Self::Set;
    /// A parameter, as large as the elements. Nothing is copied.
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        param: Flat<E, D, T>,
        axis: ParamAxis,
        l: &Layout,
    ) -> Result<Tensor<Self::Element, E, D, T>, D::Err>;
}

/// Rows that are reference sets.
pub(crate) struct Rows;
/// Columns that are reference sets.
pub(crate) struct Columns;
/// Channels and space of a group are pooled.
pub(crate) struct Cases;
/// Cases and space of a channel are pooled.
pub(crate) struct Channelwise;

/// Whether two axes say it all: every parameter is one number or one per element of a row.
pub(crate) fn is_flat(d: &Descriptor, l: &Layout) -> bool {
    let mut lengths = d.params.iter().map(|p| p.axis.len(l));
    match d.reference_set.skeleton() {
        Skeleton::Rowwise => lengths.all(|len| len == 1 || (l.g == 1 && len == l.case())),
        Skeleton::Channelwise => l.s == 1 && lengths.all(|len| len == 1 || len == l.case()),
    }
}

fn spread_two<E: Dtype, D: Device<E>, T: Tape<E, D>>(
    param: Flat<E, D, T>,
    shape: Two,
) -> Result<Tensor<Two, E, D, T>, D::Err> {
    if param.shape().0 == 1 {
        return param.try_reshape_like(&())?.try_broadcast_like::<_, Axes2<0, 1>>(&shape);
    }
    param.try_broadcast_like::<_, Axis<0>>(&shape)
}

fn spread_four<E: Dtype, D: Device<E>, T: Tape<E, D>>(
    param: Flat<E, D, T>,
    axis: ParamAxis,
    l: &Layout,
) -> Result<Tensor<Four, E, D, T>, D::Err> {
    let shape = (l.n, l.g, l.k, l.s);
    match axis {
        ParamAxis::Scalar => param.try_reshape_like(&())?.try_broadcast_like::<_, Axes4<0, 1, 2, 3>>(&shape),
        ParamAxis::Group => param.try_broadcast_like::<_, Axes3<0, 2, 3>>(&shape),
        ParamAxis::Element => {
            param.try_reshape_like(&(l.g, l.k, l.s))?.try_broadcast_like::<_, Axis<0>>(&shape)
        }
        _ => param.try_reshape_like(&(l.g, l.k))?.try_broadcast_like::<_, Axes2<0, 3>>(&shape),
    }
}

impl Grid for Rows {
    type Element = Two;
    type Set = (usize,);
    type Ax = Axis<1>;
    fn element(l: &Layout) -> Two {
        (l.n * l.g, l.k * l.s)
    }
    fn set(l: &Layout) -> (usize,) {
        (l.n * l.g,)
    }
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        param: Flat<E, D, T>,
        _: ParamAxis,
        l: &Layout,
    ) -> Result<Tensor<Two, E, D, T>, D::Err> {
        spread_two(param, Self::element(l))
    }
}

impl Grid for Columns {
    type Element = Two;
    type Set = (usize,);
    type Ax = Axis<0>;
    fn element(l: &Layout) -> Two {
        (l.n, l.g * l.k)
    }
    fn set(l: &Layout) -> (usize,) {
        (l.g * l.k,)
    }
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        param: Flat<E, D, T>,
        _: ParamAxis,
        l: &Layout,
    ) -> Result<Tensor<Two, E, D, T>, D::Err> {
        spread_two(param, Self::element(l))
    }
}

impl Grid for Cases {
    type Element = Four;
    type Set = Two;
    type Ax = Axes2<2, 3>;
    fn element(l: &Layout) -> Four {
        (l.n, l.g, l.k, l.s)
    }
    fn set(l: &Layout) -> Two {
        (l.n, l.g)
    }
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        param: Flat<E, D, T>,
        axis: ParamAxis,
        l: &Layout,
    ) -> Result<Tensor<Four, E, D, T>, D::Err> {
        spread_four(param, axis, l)
    }
}

impl Grid for Channelwise {
    type Element = Four;
    type Set = Two;
    type Ax = Axes2<0, 3>;
    fn element(l: &Layout) -> Four {
        (l.n, l.g, l.k, l.s)
    }
    fn set(l: &Layout) -> Two {
        (l.g, l.k)
    }
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        param: Flat<E, D, T>,
        axis: ParamAxis,
        l: &Layout,
    ) -> Result<Tensor<Four, E, D, T>, D::Err> {
        spread_four(param, axis, l)
    }
}
