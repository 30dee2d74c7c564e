//! What a file asks for: metadata read and checked, tensors taken out one by one, so that what is left over at the end
//! has a name that means nothing.

use std::collections::BTreeMap;

use norm_core::blocks::Blocks;
use norm_core::streaming::Streaming;
use norm_core::{Descriptor, PolicyKind, ReferenceSet};
use norms::Method;

use crate::error::Error;
use crate::file::{Array, Contents};
use crate::norm::Path;
use crate::{answer, limits, options};

/// What `x` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Sums,
    Linear,
    Rnn,
    Gru,
    Lstm,
    Conv,
    Update,
}

impl Form {
    const ALL: [(&'static str, Self); 7] = [
        ("sums", Self::Sums),
        ("linear", Self::Linear),
        ("rnn", Self::Rnn),
        ("gru", Self::Gru),
        ("lstm", Self::Lstm),
        ("conv", Self::Conv),
        ("update", Self::Update),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|f| f.1 == self).map_or("", |f| f.0)
    }

    /// The keys that say something beside those of every request.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Sums => &["layout", "row", "statistics"],
            Self::Linear => &[],
            Self::Rnn => &["placement", "statistics", "nonlinearity"],
            Self::Gru | Self::Lstm => &["placement", "statistics"],
            Self::Conv => &["stride", "padding"],
            Self::Update => &["steps", "loss"],
        }
    }
}

/// How the axes of `x` are called, where `x` is a summed input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axes {
    /// Cases, channels.
    Nc,
    /// Cases, channels, positions.
    Ncs,
    /// Steps, cases, channels.
    Tnc,
}

impl Axes {
    const ALL: [(&'static str, Self); 3] = [("NC", Self::Nc), ("NCS", Self::Ncs), ("TNC", Self::Tnc)];
}

/// How statistics over cases relate to steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverTime {
    /// One statistic pools all steps.
    Pooled,
    /// Each step has its own.
    PerStep,
}

impl OverTime {
    const ALL: [(&'static str, Self); 3] =
        [("frame", Self::PerStep), ("sequence", Self::Pooled), ("step", Self::PerStep)];
}

/// Which statistics evaluation uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evaluate {
    /// The state that came along, be it a running average or estimated afresh.
    Stored,
    /// Those of the batch.
    Batch,
}

impl Evaluate {
    const ALL: [(&'static str, Self); 3] =
        [("running", Self::Stored), ("population", Self::Stored), ("batch", Self::Batch)];
}

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static Method,
    pub(crate) form: Form,
    pub(crate) axes: Axes,
    pub(crate) train: bool,
    pub(crate) path: Path,
    pub(crate) over_time: Option<OverTime>,
    pub(crate) evaluate: Evaluate,
    pub(crate) single: bool,
    words: BTreeMap<String, String>,
    constants: BTreeMap<String, f64>,
    tensors: BTreeMap<String, Array>,
    asked: Vec<String>,
}

fn one_of<T: Copy>(key: &str, got: &str, all: &[(&'static str, T)]) -> Result<T, Error> {
    all.iter().find(|v| v.0 == got).map(|v| v.1).ok_or_else(|| Error::Value {
        key: key.to_owned(),
        got: got.to_owned(),
        expected: format!("one of {}", all.iter().map(|v| v.0).collect::<Vec<_>>().join(", ")),
    })
}

/// The constants that a request may set for a method, beside those of its declaration.
pub(crate) fn constants(d: &Descriptor) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = d.consts.iter().map(|c| c.name).collect();
    let rate = crate::state::weight_of_newest(d);
    if d.policy.averages() && !all.contains(&rate) {
        all.push(rate);
    }
    if d.policy == PolicyKind::Streaming {
        all.extend(Streaming::NAMES);
    }
    if d.reference_set == ReferenceSet::Group {
        all.push("groups");
    }
    if crate::template::holds(d.id) {
        all.push("abs");
    }
    all
}

/// The value of a constant: finite, also in the element type of the request, and 0 only where it says so.
fn number(key: &str, text: &str, single: bool) -> Result<f64, Error> {
    let wrong = |expected: &str| Error::Value {
        key: key.to_owned(),
        got: text.to_owned(),
        expected: expected.to_owned(),
    };
    let value: f64 =
        text.trim().parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(|| wrong("a finite number"))?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let says_zero = !mantissa.contains(|c: char| c.is_ascii_digit() && c != '0');
    let here = if single { f64::from(value as f32) } else { value };
    if !here.is_finite() || (here == 0.0) != says_zero {
        return Err(wrong(if single {
            "0 or between 1.4e-45 and 3.4e38 in size, as F32 can hold it"
        } else {
            "0 or at least 4.9e-324 in size, as F64 can hold it"
        }));
    }
    Ok(value)
}

impl Request {
    pub(crate) fn of(method: &'static Method, contents: Contents) -> Result<Self, Error> {
        let Contents { metadata, tensors, single } = contents;
        let get = |key: &str, default: &'static str| metadata.get(key).map_or(default, |v| v);
        let form = one_of("as", get("as", "sums"), &Form::ALL)?;
        let axes = one_of("layout", get("layout", "NC"), &Axes::ALL)?;
        let train = one_of("mode", get("mode", "train"), &[("train", true), ("eval", false)])?;
        let path = one_of("path", get("path", "fused"), &Path::ALL)?;
        let over_time =
            metadata.get("statistics").map(|v| one_of("statistics", v, &OverTime::ALL)).transpose()?;
        let evaluate = one_of("evaluate", get("evaluate", "running"), &Evaluate::ALL)?;
        let known_constants = constants(method.descriptor());
        let mut found = BTreeMap::new();
        for (key, value) in &metadata {
            let mut known = vec!["as", "mode", "path", "evaluate"];
            known.extend(form.keys());
            if let Some(name) = key.strip_prefix("const.") {
                if !known_constants.contains(&name) {
                    let known =
                        known_constants.iter().map(|c| format!("const.{c}")).collect::<Vec<_>>().join(", ");
                    return Err(Error::Key { got: key.clone(), shape: form.name(), known });
                }
                found.insert(name.to_owned(), number(key, value, single)?);
            } else if !known.contains(&key.as_str()) && key != "format" {
                let known = known.join(", ");
                return Err(Error::Key { got: key.clone(), shape: form.name(), known });
            }
        }
        let request = Self {
            method,
            form,
            axes,
            train,
            path,
            over_time,
            evaluate,
            single,
            words: metadata,
            constants: found,
            tensors,
            asked: Vec::new(),
        };
        request.check_consts()?;
        options::check(&request)?;
        Ok(request)
    }

    /// Whether the constants of the declaration lie in their ranges, in the element type of the request.
    fn check_consts(&self) -> Result<(), Error> {
        let (d, consts) = (self.descriptor(), self.consts());
        let checked =
            if self.single { d.check_consts::<f32>(&consts) } else { d.check_consts::<f64>(&consts) };
        checked.and_then(|()| Blocks::of(d, &consts).map(|_| ())).map_err(|e| match e {
            norm_core::Error::Constant { name, got, domain, .. } => Error::Value {
                key: format!("const.{name}"),
                got: self.word(&format!("const.{name}")).map_or_else(|| got.to_string(), str::to_owned),
                expected: domain.to_owned(),
            },
            other => other.into(),
        })
    }

    pub(crate) fn descriptor(&self) -> &'static Descriptor {
        self.method.descriptor()
    }

    /// All metadata.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, &str)> {
        self.words.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A metadata value of this form.
    pub(crate) fn word(&self, key: &str) -> Option<&str> {
        self.words.get(key).map(String::as_str)
    }

    /// A whole number of at least `least` in the metadata.
    pub(crate) fn size(&self, key: &str, default: usize, least: usize) -> Result<usize, Error> {
        let Some(got) = self.word(key) else { return Ok(default) };
        let most = limits::SIZE;
        got.trim().parse().ok().filter(|v| (least..=most).contains(v)).ok_or_else(|| Error::Value {
            key: key.to_owned(),
            got: got.to_owned(),
            expected: format!("a whole number from {least} to {most}"),
        })
    }

    /// What to do about an answer that is not finite.
    pub(crate) fn advice(&self) -> &'static str {
        answer::advice(Some(self.descriptor()), &self.consts(), self.single)
    }

    /// A constant, if it was set.
    pub(crate) fn constant(&self, name: &str) -> Option<f64> {
        self.constants.get(name).copied()
    }

    /// The constants of the declaration in order.
    pub(crate) fn consts(&self) -> Vec<f64> {
        self.descriptor().consts.iter().map(|c| self.constant(c.name).unwrap_or(c.default)).collect()
    }

    /// Whether any constant of the declaration was set.
    pub(crate) fn sets_consts(&self) -> bool {
        self.descriptor().consts.iter().any(|c| self.constants.contains_key(c.name))
    }

    pub(crate) fn groups(&self) -> Result<usize, Error> {
        let Some(v) = self.constant("groups") else {
            // Wu and He's default; where it does not divide the channels, the refusal names both numbers.
            return Ok(if self.descriptor().reference_set == ReferenceSet::Group { 32 } else { 1 });
        };
        if v.fract() != 0.0 || !(1.0..=65536.0).contains(&v) {
            let expected = "a whole number from 1 to 65536".to_owned();
            return Err(Error::Value { key: "const.groups".to_owned(), got: v.to_string(), expected });
        }
        Ok(v as usize)
    }

    /// A tensor of any shape.
    pub(crate) fn any(&mut self, name: &str, expected: &str) -> Result<Array, Error> {
        self.asked.push(name.to_owned());
        self.tensors
            .remove(name)
            .ok_or_else(|| Error::Missing { name: name.to_owned(), expected: expected.to_owned() })
    }

    /// A tensor of a known rank.
    pub(crate) fn ranked<const R: usize>(
        &mut self,
        name: &str,
        axes: &str,
    ) -> Result<([usize; R], Vec<f64>), Error> {
        let a = self.any(name, axes)?;
        let sizes = a.shape.as_slice().try_into();
        let wrong =
            || Error::Shape { name: name.to_owned(), got: a.shape.clone(), expected: axes.to_owned() };
        let sizes: [usize; R] = sizes.map_err(|_| wrong())?;
        if sizes.contains(&0) {
            return Err(Error::Shape {
                name: name.to_owned(),
                got: a.shape.clone(),
                expected: format!("{axes} with every size at least 1"),
            });
        }
        Ok((sizes, a.data))
    }

    /// A tensor of this shape, if it is there.
    pub(crate) fn optional(&mut self, name: &str, shape: &[usize]) -> Result<Option<Vec<f64>>, Error> {
        self.asked.push(name.to_owned());
        let Some(a) = self.tensors.remove(name) else { return Ok(None) };
        if a.shape != shape {
            let expected = format!("{shape:?}");
            return Err(Error::Shape { name: name.to_owned(), got: a.shape, expected });
        }
        Ok(Some(a.data))
    }

    /// A mask: zeros and ones.
    pub(crate) fn mask(&mut self, shape: &[usize]) -> Result<Option<Vec<bool>>, Error> {
        let Some(data) = self.optional("mask", shape)? else { return Ok(None) };
        if let Some((at, got)) = data.iter().enumerate().find(|(_, v)| **v != 0.0 && **v != 1.0) {
            return Err(Error::Value {
                key: "mask".to_owned(),
                got: format!("{got} at element {at}"),
                expected: "0 or 1 everywhere".to_owned(),
            });
        }
        Ok(Some(data.iter().map(|v| *v == 1.0).collect()))
    }

    /// The axis lengths of the first stored tensor under that prefix: how many steps are stored.
    pub(crate) fn stored_steps(&self, prefix: &str) -> Option<usize> {
        self.tensors
            .iter()
            .find(|(name, a)| name.starts_with(prefix) && a.shape.len() == 2)
            .map(|(_, a)| a.shape[0])
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        match self.tensors.keys().next() {
            None => Ok(()),
            Some(got) => Err(Error::Name { got: got.clone(), known: self.asked.join(", ") }),
        }
    }
}
