//! The tensors of a module, their gradients, and numbers to fill them with.

use dfdx::prelude::*;

use super::subject::{Told, told};

/// One tensor, widened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Held {
    pub(super) name: String,
    /// Whether an optimizer moves it.
    pub(super) trained: bool,
    pub(super) values: Vec<f64>,
}

fn wide<S: Shape, E: Dtype, T>(t: &Tensor<S, E, Cpu, T>) -> Vec<f64>
where
    Cpu: Device<E>,
{
    t.as_vec().into_iter().map(|v| v.to_f64().unwrap_or(f64::NAN)).collect()
}

struct Read(Vec<Held>);

impl<E: Dtype> TensorVisitor<E, Cpu> for Read
where
    Cpu: Device<E>,
{
    type Viewer = (ViewTensorRef, ViewTensorName);
    type Err = <Cpu as HasErr>::Err;
    type E2 = E;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, E, Cpu>,
        (t, name): (&Tensor<S, E, Cpu>, String),
    ) -> Result<Option<Tensor<S, E, Cpu>>, Self::Err> {
        self.0.push(Held { name, trained: options.do_gradient_update, values: wide(t) });
        Ok(None)
    }
}

struct ReadGradients<'a, E: Dtype>
where
    Cpu: Device<E>,
{
    gradients: &'a mut Gradients<E, Cpu>,
    found: Vec<Held>,
}

impl<E: Dtype> TensorVisitor<E, Cpu> for ReadGradients<'_, E>
where
    Cpu: Device<E>,
{
    type Viewer = (ViewTensorRef, ViewTensorName);
    type Err = <Cpu as HasErr>::Err;
    type E2 = E;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, E, Cpu>,
        (t, name): (&Tensor<S, E, Cpu>, String),
    ) -> Result<Option<Tensor<S, E, Cpu>>, Self::Err> {
        if options.do_gradient_update {
            // One that nothing reached has no gradient yet: zeros.
            self.gradients.try_alloc_for(t)?;
            self.found.push(Held { name, trained: true, values: wide(&self.gradients.get(t)) });
        }
        Ok(None)
    }
}

struct Write(std::vec::IntoIter<Held>);

impl<E: Dtype> TensorVisitor<E, Cpu> for Write
where
    Cpu: Device<E>,
{
    type Viewer = ViewTensorMut;
    type Err = <Cpu as HasErr>::Err;
    type E2 = E;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        _: TensorOptions<S, E, Cpu>,
        t: &mut Tensor<S, E, Cpu>,
    ) -> Result<Option<Tensor<S, E, Cpu>>, Self::Err> {
        if let Some(held) = self.0.next() {
            let narrow = |v: f64| E::from_f64(v).unwrap_or_default();
            t.copy_from(&held.values.into_iter().map(narrow).collect::<Vec<E>>());
        }
        Ok(None)
    }
}

/// All tensors in visiting order.
pub(super) fn read<E: Dtype, M: TensorCollection<E, Cpu>>(model: &M) -> Told<Vec<Held>>
where
    Cpu: Device<E>,
{
    let mut read = Read(Vec::new());
    told(M::iter_tensors(&mut RecursiveWalker { m: (model, String::new()), f: &mut read }))?;
    Ok(read.0)
}

/// The gradients of the trained tensors in visiting order.
pub(super) fn gradients<E: Dtype, M: TensorCollection<E, Cpu>>(
    model: &M,
    gradients: &mut Gradients<E, Cpu>,
) -> Told<Vec<Held>>
where
    Cpu: Device<E>,
{
    let mut read = ReadGradients { gradients, found: Vec::new() };
    told(M::iter_tensors(&mut RecursiveWalker { m: (model, String::new()), f: &mut read }))?;
    Ok(read.found)
}

/// Puts values into all tensors.
pub(super) fn write<E: Dtype, M: TensorCollection<E, Cpu>>(model: &mut M, values: Vec<Held>) -> Told<()>
where
    Cpu: Device<E>,
{
    let mut write = Write(values.into_iter());
    told(M::iter_tensors(&mut RecursiveWalker { m: model, f: &mut write }))?;
    Ok(())
}

/// About `N(0, 1)`, the same everywhere.
#[derive(Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> f64 {
        // Twelve uniform numbers have variance 1.
        (0..12).fold(-6.0, |sum, _| {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum + (self.0 >> 11) as f64 / 2f64.powi(53)
        })
    }
}
