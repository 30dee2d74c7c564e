//! The two halves of the normalized dot product that belong to the layer: a template of unit norm without its mean, and
//! a rectified answer.

use norm_core::{Layout, Value};

use crate::error::Error;
use crate::norm::{Norm, Real};
use crate::request::Request;

/// The method whose weights are templates, and the one that makes a template of weights: less their mean, over their
/// norm.
const PRODUCT: &str = "ndp";
const TEMPLATE: &str = "cosine-centred";

/// Constants of the method and of its rectification that say yes or no.
const SWITCHES: [&str; 2] = ["zero", "abs"];

/// Whether the layer of that method holds templates.
pub(crate) fn holds(method: &str) -> bool {
    method == PRODUCT
}

/// What is done with an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rectified {
    /// Its size, so that a template and its negative answer alike.
    Size,
    /// Nothing below 0.
    Positive,
}

impl Rectified {
    /// As the request says: `const.abs`, which is 1 unless it is given.
    ///
    /// # Errors
    /// A constant out of range.
    pub(crate) fn of(r: &Request) -> Result<Option<Self>, Error> {
        if !holds(r.descriptor().id) {
            return Ok(None);
        }
        let wrong = |name: &str, got: f64, expected: &str| Error::Value {
            key: format!("const.{name}"),
            got: got.to_string(),
            expected: expected.to_owned(),
        };
        for name in SWITCHES {
            if let Some(got) = r.constant(name).filter(|v| *v != 0.0 && *v != 1.0) {
                return Err(wrong(name, got, "0 or 1"));
            }
        }
        for c in r.descriptor().consts {
            if let Some(got) = r.constant(c.name).filter(|v| *v < 0.0) {
                return Err(wrong(c.name, got, "a number of at least 0"));
            }
        }
        Ok(Some(if r.constant("abs") == Some(0.0) { Self::Positive } else { Self::Size }))
    }

    pub(crate) fn value<T: Real>(self, z: T) -> T {
        match self {
            Self::Size => Value::abs(z),
            Self::Positive => Value::max(z, T::lit(0.0)),
        }
    }

    pub(crate) fn slope<T: Real>(self, z: T) -> T {
        match self {
            Self::Size => Value::sign(z),
            Self::Positive => Value::step(z),
        }
    }
}

/// What makes templates of weights, by the path of the request.
pub(crate) fn of<T: Real>(r: &Request, layout: Layout) -> Result<Norm<T>, Error> {
    let method = norms::find(TEMPLATE).ok_or_else(|| Error::Method {
        got: TEMPLATE.to_owned(),
        known: norms::METHODS.iter().map(|m| m.descriptor().id).collect::<Vec<_>>().join(", "),
    })?;
    let consts = method.descriptor().default_consts();
    Ok(Norm { method, path: r.path, layout, params: Vec::new(), consts, mask: None })
}
