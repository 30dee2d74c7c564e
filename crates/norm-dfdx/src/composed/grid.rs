//! How the elements of a call are laid out for dfdx: two axes where that says it all, four otherwise.

use dfdx::prelude::*;
use norm_core::{Descriptor, Layout, ParamAxis, Skeleton};

use crate::fused::Flat;

/// Two axes.
pub(crate) type Two = (usize, usize);
/// Cases, groups, channels in a group, space.
pub(crate) type Four = (usize, usize, usize, usize);

/// A shape of elements that a parameter can be made as large as.
pub(crate) trait Spread: Shape {
    /// A parameter, as large as the elements. Nothing is copied.
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        self,
        param: Flat<E, D, T>,
        axis: ParamAxis,
    ) -> Result<Tensor<Self, E, D, T>, D::Err>;
}

impl Spread for Two {
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        self,
        param: Flat<E, D, T>,
        _: ParamAxis,
    ) -> Result<Tensor<Two, E, D, T>, D::Err> {
        if param.shape().0 == 1 {
            return param.try_reshape_like(&())?.try_broadcast_like::<_, Axes2<0, 1>>(&self);
        }
        param.try_broadcast_like::<_, Axis<0>>(&self)
    }
}

impl Spread for Four {
    fn spread<E: Dtype, D: Device<E>, T: Tape<E, D>>(
        self,
        param: Flat<E, D, T>,
        axis: ParamAxis,
    ) -> Result<Tensor<Four, E, D, T>, D::Err> {
        let (_, g, k, s) = self;
        match axis {
            ParamAxis::Scalar => {
                param.try_reshape_like(&())?.try_broadcast_like::<_, Axes4<0, 1, 2, 3>>(&self)
            }
            ParamAxis::Group => param.try_broadcast_like::<_, Axes3<0, 2, 3>>(&self),
            ParamAxis::Element => param.try_reshape_like(&(g, k, s))?.try_broadcast_like::<_, Axis<0>>(&self),
            _ => param.try_reshape_like(&(g, k))?.try_broadcast_like::<_, Axes2<0, 3>>(&self),
        }
    }
}

/// A shape of elements and one of reference sets, which `Ax` pools.
pub(crate) trait Grid {
    /// The shape of the elements.
    type Element: Spread + ReduceShapeTo<Self::Set, Self::Ax> + HasAxes<Self::Ax>;
    /// One value per reference set.
    type Set: Shape;
    /// What is pooled.
    type Ax: Axes;
    /// The elements of this layout.
    fn element(l: &Layout) -> Self::Element;
    /// The reference sets of this layout.
    fn set(l: &Layout) -> Self::Set;
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
}
