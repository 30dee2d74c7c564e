//! Weights of PyTorch's layers, from a safetensors file. Which name becomes which is in `docs/pytorch.md`.

use std::path::{Path, PathBuf};

use ::safetensors::{Dtype as Stored, SafeTensors};
use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::NormLayer;
use sequence::{CellKind, Placement};

use crate::error::Error;
use crate::kind::Kind;
use crate::placement::PlacedIn;
use crate::recurrent::RecurrentLayer;

/// A file that `safetensors.torch.save_file(module.state_dict(), path)` wrote, with tensors in single or double precision.
#[derive(Debug, Clone)]
pub struct PyTorchFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl PyTorchFile {
    /// Reads the whole file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_path_buf();
        match std::fs::read(&path) {
            Err(source) => Err(Error::Read { path, source }),
            Ok(bytes) => {
                let file = Self { path, bytes };
                file.tensors()?;
                Ok(file)
            }
        }
    }

    fn tensors(&self) -> Result<SafeTensors<'_>, Error> {
        SafeTensors::deserialize(&self.bytes)
            .map_err(|source| Error::Format { path: self.path.clone(), source })
    }

    /// A tensor's elements, if there is one of that name.
    fn find(&self, name: &str, shape: &[usize]) -> Result<Option<Vec<f64>>, Error> {
        let tensors = self.tensors()?;
        let Ok(view) = tensors.tensor(name) else { return Ok(None) };
        let (path, name) = (self.path.clone(), name.to_owned());
        if view.shape() != shape {
            let (expected, got) = (shape.to_vec(), view.shape().to_vec());
            return Err(Error::TensorShape { path, name, expected, got });
        }
        match view.dtype() {
            Stored::F32 => {
                let (four, _) = view.data().as_chunks::<4>();
                Ok(Some(four.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect()))
            }
            Stored::F64 => {
                let (eight, _) = view.data().as_chunks::<8>();
                Ok(Some(eight.iter().map(|b| f64::from_le_bytes(*b)).collect()))
            }
            got => Err(Error::TensorType { path, name, got }),
        }
    }

    /// A tensor's elements.
    fn read(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>, Error> {
        if let Some(found) = self.find(name, shape)? {
            return Ok(found);
        }
        let mut has: Vec<String> = self.tensors()?.names().into_iter().map(str::to_owned).collect();
        has.sort();
        Err(Error::TensorMissing { path: self.path.clone(), name: name.to_owned(), has: has.join(", ") })
    }
}

/// `prefix.name`, or `name` without a prefix.
fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn cast<E: Dtype>(values: &[f64]) -> Vec<E> {
    values.iter().map(|v| E::from_f64(*v).unwrap_or_default()).collect()
}

/// Loads a norm of `C` channels: PyTorch's `weight` is the gain, `bias` the bias, `running_mean` and `running_var` the
/// stored statistics of a method that stores them. A norm without an affine (`affine=False`) gets gain 1 and bias 0, one
/// without a bias (`bias=False`) bias 0. Epsilon and momentum are not in the file.
///
/// # Errors
///
/// [`Error`] with the file and the tensor's name; nothing was changed then.
pub fn load_norm<F, const C: usize, E, D, Pol, P, const G: usize>(
    layer: &mut NormLayer<F, C, E, D, Pol, P, G>,
    file: &PyTorchFile,
    prefix: &str,
) -> Result<(), Error>
where
    F: Formula,
    E: Dtype,
    D: Device<E>,
    Pol: norm_dfdx::Policy,
{
    let mut params = Vec::new();
    let stores = !layer.running_mut().is_empty();
    for (name, theirs, absent) in [("gain", "weight", 1.0), ("bias", "bias", 0.0)] {
        let found = file.find(&join(prefix, theirs), &[C])?;
        let (has, found) = (found.is_some(), found.unwrap_or_else(|| vec![absent; C]));
        match layer.param(name) {
            Some(_) => params.push((name, found, has)),
            None if has => {
                return Err(Error::NoCounterpart {
                    path: file.path.clone(),
                    name: join(prefix, theirs),
                    layer: F::DESCRIPTOR.id,
                });
            }
            None => {}
        }
    }
    // Where nothing at all carries the prefix, it is the prefix that is wrong.
    if !stores && !params.is_empty() && params.iter().all(|(.., has)| !has) {
        file.read(&join(prefix, "weight"), &[C])?;
    }
    let mut statistics = Vec::new();
    if stores {
        for s in F::DESCRIPTOR.statistics {
            statistics.push(file.read(&join(prefix, &s.stored_name()), &[C])?);
        }
    }
    for (name, values, _) in params {
        if let Some(tensor) = layer.param_mut(name) {
            tensor.copy_from(&cast::<E>(&values));
        }
    }
    for (tensor, values) in layer.running_mut().iter_mut().zip(statistics) {
        tensor.copy_from(&cast::<E>(&values));
    }
    Ok(())
}

impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E>
    RecurrentLayer<K, F, P, I, H, W, S, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    /// Loads layer `number` of PyTorch's `nn.LSTM`, `nn.GRU` or `nn.RNN`, which have no norms: the placement must be
    /// [`crate::NoPlacement`], and of a GRU the kind [`crate::GatedKeep`]. Weights are taken as they lie. PyTorch's two
    /// biases are added up, where they are only ever added: all of an LSTM's and a simple recurrence's, those of a GRU's
    /// gates; the candidate's stay two. Without biases in the file (`bias=False`) they become 0.
    ///
    /// # Errors
    ///
    /// [`Error`] with the file and the tensor's name; nothing was changed then.
    pub fn load_pytorch(&mut self, file: &PyTorchFile, prefix: &str, number: usize) -> Result<(), Error> {
        if P::PLACEMENT != Placement::NONE || matches!(K::KIND, CellKind::Gru | CellKind::RnnClipped) {
            return Err(Error::NotPyTorchs { kind: K::KIND.name(), placement: P::PLACEMENT.name });
        }
        let name = |what: &str| join(prefix, &format!("{what}_l{number}"));
        let weight_ih = file.read(&name("weight_ih"), &[W, I])?;
        let weight_hh = file.read(&name("weight_hh"), &[W, H])?;
        let (mut bias, recurrent) =
            match (file.find(&name("bias_ih"), &[W])?, file.find(&name("bias_hh"), &[W])?) {
                (None, None) => (vec![0.0; W], vec![0.0; W]),
                (Some(ih), Some(hh)) => (ih, hh),
                (None, _) => (file.read(&name("bias_ih"), &[W])?, Vec::new()),
                (_, None) => (file.read(&name("bias_hh"), &[W])?, Vec::new()),
            };
        // Of a GRU the sums are the gates', of anything else they are all.
        bias.iter_mut().zip(&recurrent).take(S).for_each(|(b, r)| *b += r);
        self.weight_ih.copy_from(&cast::<E>(&weight_ih));
        self.weight_hh.copy_from(&cast::<E>(&weight_hh));
        if let Some(own) = self.bias_mut() {
            own.copy_from(&cast::<E>(&bias));
        }
        if let Some(own) = self.recurrent_bias_mut() {
            own.copy_from(&cast::<E>(&recurrent[S..]));
        }
        Ok(())
    }
}
