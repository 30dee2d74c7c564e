//! Visits the lists of tensors that a layer holds.
//!
//! dfdx visits tuples of lists of fields by code that it makes anew for each list, each layer and each visitor; for the
//! layers here, with up to seven lists and a method each, that was half of what a program with many models compiled.

use dfdx::prelude::*;

/// Where a layer `L` holds a list of `T`.
pub struct List<L, T> {
    /// To read.
    pub get: fn(&L) -> &[T],
    /// To change.
    pub get_mut: fn(&mut L) -> &mut [T],
}

impl<L, T> Clone for List<L, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L, T> Copy for List<L, T> {}

/// The fields of a layer `L` on their way through a visitor.
pub struct Fields<'v, V> {
    visitor: &'v mut V,
    whole: bool,
}

impl<'v, V> Fields<'v, V> {
    /// Before the first field.
    pub fn of(visitor: &'v mut V) -> Self {
        Self { visitor, whole: true }
    }

    /// Whether the visitor has given everything that a new layer is made of. One that only looks gives nothing.
    pub fn whole(&self) -> bool {
        self.whole
    }

    /// The tensor that is or will be number `i` of a list; a new one goes to the end of `into`.
    pub fn tensor<L, S: Shape, E: Dtype, D: Device<E>>(
        &mut self,
        name: &str,
        options: TensorOptions<S, E, D>,
        i: usize,
        list: List<L, Tensor<S, E, D>>,
        into: &mut Vec<Tensor<S, V::E2, V::D2>>,
    ) -> Result<(), V::Err>
    where
        L: TensorCollection<E, D>,
        V: ModuleVisitor<L, E, D>,
    {
        let (get, get_mut) = (list.get, list.get_mut);
        match self.visitor.visit_tensor(name, |l| &get(l)[i], |l| &mut get_mut(l)[i], options)? {
            Some(t) => into.push(t),
            None => self.whole = false,
        }
        Ok(())
    }

    /// The scalar that is or will be number `i` of a list.
    pub fn scalar<L, E: Dtype, D: Device<E>>(
        &mut self,
        name: &str,
        default: f64,
        i: usize,
        list: List<L, f64>,
        into: &mut Vec<f64>,
    ) -> Result<(), V::Err>
    where
        L: TensorCollection<E, D>,
        V: ModuleVisitor<L, E, D>,
    {
        let options = ScalarOptions::from_default(default);
        let (get, get_mut) = (list.get, list.get_mut);
        match self.visitor.visit_scalar(name, |l| &get(l)[i], |l| &mut get_mut(l)[i], options)? {
            Some(v) => into.push(v),
            None => self.whole = false,
        }
        Ok(())
    }
}
