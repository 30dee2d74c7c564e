//! What goes back, and what must not.

use std::collections::{BTreeMap, HashMap};

use norm_core::Descriptor;

use crate::error::Error;
use crate::file::Array;

/// What goes back.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) tensors: BTreeMap<String, Array>,
    pub(crate) metadata: HashMap<String, String>,
}

/// The first of these that the element type cannot hold: its place, and what would stand there.
fn unfit(data: &[f64], single: bool) -> Option<(usize, f64)> {
    let written = |v: f64| if single { f64::from(v as f32) } else { v };
    let fits = |v: f64| written(v).is_finite() && (written(v) == 0.0) == (v == 0.0);
    let at = data.iter().position(|v| !fits(*v))?;
    let there = written(data[at]);
    Some((at, if there.is_finite() { data[at] } else { there }))
}

impl Answer {
    pub(crate) fn put(&mut self, name: impl Into<String>, shape: &[usize], data: Vec<f64>) {
        self.tensors.insert(name.into(), Array::new(shape, data));
    }

    /// Refuses an answer with a number that is not finite, or that the element type does not hold: the output first, then
    /// gradients, then state.
    pub(crate) fn check(&self, single: bool, advice: &'static str) -> Result<(), Error> {
        let rank = |name: &str| match name {
            "y" => 0,
            "dx" => 1,
            _ if name.starts_with("dparam.") => 2,
            _ => 3,
        };
        let mut all: Vec<(&String, &Array)> = self.tensors.iter().collect();
        all.sort_by_key(|(name, _)| rank(name));
        for (name, array) in all {
            if let Some((at, got)) = unfit(&array.data, single) {
                return Err(Error::Answer { name: name.clone(), at, got, advice });
            }
        }
        Ok(())
    }
}

/// What to do about a number that is not finite, by the constants of a method and its element type.
pub(crate) fn advice(d: Option<&Descriptor>, consts: &[f64], single: bool) -> &'static str {
    if d.and_then(|d| d.policy_const("eps", consts)) == Some(0.0) {
        return "const.eps is 0, and nothing else keeps a division by 0 away: set it above 0";
    }
    if single {
        return "it leaves the range of F32: send smaller numbers, or F64";
    }
    "send smaller numbers, or constants that keep a division by 0 away"
}
