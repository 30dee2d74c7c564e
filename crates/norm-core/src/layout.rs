//! The one layout of every kernel: `x[N][G][K][S]`, cases × groups × channels in a group × space.

use crate::error::Error;

/// Sizes of `x[N][G][K][S]`, row-major and dense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Cases: samples, or samples × steps.
    pub n: usize,
    /// Groups of channels.
    pub g: usize,
    /// Channels in a group.
    pub k: usize,
    /// Positions in space.
    pub s: usize,
    /// Positions in a row of an image: how windows over space find the row above. One row of all positions where nothing
    /// else is said.
    pub row: usize,
}

impl Layout {
    /// A layout of these sizes.
    pub const fn new(n: usize, g: usize, k: usize, s: usize) -> Self {
        Self { n, g, k, s, row: s }
    }
    /// The same with space as rows of this many positions.
    #[must_use]
    pub const fn with_row(self, row: usize) -> Self {
        Self { row, ..self }
    }
    /// Number of elements.
    pub const fn len(&self) -> usize {
        self.n * self.g * self.k * self.s
    }
    /// Whether there is no element.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Channels over all groups.
    pub const fn channels(&self) -> usize {
        self.g * self.k
    }
    /// Elements of one case.
    pub const fn case(&self) -> usize {
        self.g * self.k * self.s
    }
}

/// Which elements a statistic pools. Each value says how a tensor `[N, C, S]` maps to [`Layout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferenceSet {
    /// Nothing: the formula has no statistic.
    Nothing,
    /// All features (and space) of one case: layer norm.
    Features,
    /// The channels of one group (and space) of one case: group norm, layer norm per gate.
    Group,
    /// The space of one channel of one case: instance norm.
    Space,
    /// The weights that enter one unit: weight norm. `x` is `[out, in]`.
    FanIn,
    /// All channels at one place of one case, as a window or whole: local response normalization.
    Channels,
    /// The weights into one unit, of a matrix `[out, in]` that is one case: statistics that are kept per unit.
    Unit,
    /// One feature over the batch.
    Batch,
    /// One channel over batch and space.
    BatchSpace,
    /// One feature over batch and time; padded steps are masked.
    BatchTime,
}

/// The loop that a reference set needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Skeleton {
    /// Pools `(K, S)` for each `(n, g)`.
    Rowwise,
    /// Pools `(N, S)` for each `(g, k)`.
    Channelwise,
}

impl Skeleton {
    /// Sets of a layout.
    pub const fn sets(self, l: &Layout) -> usize {
        match self {
            Self::Rowwise => l.n * l.g,
            Self::Channelwise => l.channels(),
        }
    }
}

impl ReferenceSet {
    /// Every value, in the order of this page.
    pub const ALL: [Self; 10] = [
        Self::Nothing,
        Self::Features,
        Self::Group,
        Self::Space,
        Self::FanIn,
        Self::Channels,
        Self::Unit,
        Self::Batch,
        Self::BatchSpace,
        Self::BatchTime,
    ];

    /// The loop this set needs.
    pub const fn skeleton(self) -> Skeleton {
        match self {
            Self::Nothing | Self::Features | Self::Group | Self::Space | Self::FanIn | Self::Channels => {
                Skeleton::Rowwise
            }
            Self::Unit | Self::Batch | Self::BatchSpace | Self::BatchTime => Skeleton::Channelwise,
        }
    }

    /// Whether a tensor is a matrix of weights, without cases to leave out.
    pub const fn is_of_weights(self) -> bool {
        matches!(self, Self::FanIn | Self::Unit)
    }

    /// As it stands in a declaration after `over`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Features => "features",
            Self::Group => "group",
            Self::Space => "space",
            Self::FanIn => "fan_in",
            Self::Channels => "channels",
            Self::Unit => "unit",
            Self::Batch => "batch",
            Self::BatchSpace => "batch + space",
            Self::BatchTime => "batch + time",
        }
    }

    /// The layout of a tensor `[cases, channels, space]` (of weights: `[out, in, 1]`).
    pub fn layout(self, cases: usize, channels: usize, space: usize, groups: usize) -> Result<Layout, Error> {
        match self {
            Self::Nothing | Self::Features | Self::Channels | Self::BatchSpace => {
                Ok(Layout::new(cases, 1, channels, space))
            }
            Self::Group => {
                if groups == 0 || !channels.is_multiple_of(groups) {
                    return Err(Error::Groups { channels, groups });
                }
                Ok(Layout::new(cases, groups, channels / groups, space))
            }
            Self::Space => Ok(Layout::new(cases, channels, 1, space)),
            Self::FanIn => Ok(Layout::new(1, cases, channels, space)),
            Self::Unit => Ok(Layout::new(1, 1, cases, channels * space)),
            Self::Batch | Self::BatchTime => {
                if space != 1 {
                    return Err(Error::SpaceNotPooled { set: self.name(), space });
                }
                Ok(Layout::new(cases, 1, channels, 1))
            }
        }
    }
}

/// Over what a parameter varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParamAxis {
    /// One value.
    Scalar,
    /// One per group.
    Group,
    /// One per channel.
    Channel,
    /// One per channel and position.
    Element,
}

impl ParamAxis {
    /// Number of values a parameter has.
    pub const fn len(self, l: &Layout) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Group => l.g,
            Self::Channel => l.g * l.k,
            Self::Element => l.g * l.k * l.s,
        }
    }
    /// As it stands in a declaration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Group => "group",
            Self::Channel => "channel",
            Self::Element => "element",
        }
    }
    /// The value's index for the element at `within` of a case (`(g, k, s)` flattened).
    #[inline]
    pub const fn index(self, within: usize, l: &Layout) -> usize {
        match self {
            Self::Scalar => 0,
            Self::Group => within / (l.k * l.s),
            Self::Channel => within / l.s,
            Self::Element => within,
        }
    }
}
