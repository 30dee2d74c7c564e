//! A layer on vectors at each position of images.

use dfdx::prelude::*;
use norm_core::Elem;
use norm_dfdx::AfterUpdate;
use norm_dfdx::image_op::Images;

/// Names a layer that takes the channels of each position as a case of its own: of layer normalization the way that
/// pools over channels alone, each position for itself, instead of over all of an image.
#[derive(Clone, Copy, Debug, Default)]
pub struct AtPositions<L>(pub L);

impl<L: BuildOnDevice<D, E>, E: Dtype, D: Device<E>> BuildOnDevice<D, E> for AtPositions<L>
where
    AtPositions<L::Built>: BuildModule<D, E>,
{
    type Built = AtPositions<L::Built>;
}

impl<L: TensorCollection<E, D>, E: Dtype, D: Device<E>> TensorCollection<E, D> for AtPositions<L> {
    type To<E2: Dtype, D2: Device<E2>> = AtPositions<L::To<E2, D2>>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        v: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        v.visit_fields(Self::module("0", |s| &s.0, |s| &mut s.0), AtPositions)
    }
}

impl<L: AfterUpdate> AfterUpdate for AtPositions<L> {
    fn after_update(&mut self) {
        self.0.after_update();
    }
}

/// `[N, C, height, width]` as the rows `[N · height · width, C]`, through `layer`, and back.
fn through<const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    x: Images<C, E, Cpu, T>,
    layer: impl FnOnce(Rows<C, E, T>) -> Result<Rows<C, E, T>, CpuError>,
) -> Result<Images<C, E, Cpu, T>, CpuError>
where
    Cpu: Device<E>,
{
    let (cases, _, height, width) = *x.shape();
    let last = x.try_permute::<(usize, usize, usize, Const<C>), Axes4<0, 2, 3, 1>>()?;
    let y = layer(last.try_reshape_like(&(cases * height * width, Const))?)?;
    let last = y.try_reshape_like(&(cases, height, width, Const::<C>))?;
    last.try_permute::<(usize, Const<C>, usize, usize), Axes4<0, 3, 1, 2>>()
}

/// The channels of positions, one position after the other.
type Rows<const C: usize, E, T> = Tensor<(usize, Const<C>), E, Cpu, T>;

impl<L, const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>> Module<Images<C, E, Cpu, T>> for AtPositions<L>
where
    L: Module<Rows<C, E, T>, Output = Rows<C, E, T>, Error = CpuError>,
    Cpu: Device<E>,
{
    type Output = Images<C, E, Cpu, T>;
    type Error = CpuError;

    fn try_forward(&self, x: Images<C, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        through(x, |rows| self.0.try_forward(rows))
    }
}

impl<L, const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>> ModuleMut<Images<C, E, Cpu, T>> for AtPositions<L>
where
    L: ModuleMut<Rows<C, E, T>, Output = Rows<C, E, T>, Error = CpuError>,
    Cpu: Device<E>,
{
    type Output = Images<C, E, Cpu, T>;
    type Error = CpuError;

    fn try_forward_mut(&mut self, x: Images<C, E, Cpu, T>) -> Result<Self::Output, CpuError> {
        through(x, |rows| self.0.try_forward_mut(rows))
    }
}
