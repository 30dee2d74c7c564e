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
        if let Some(got) = r.constant("abs").filter(|v| *v != 0.0 && *v != 1.0) {
            return Err(Error::Value {
                key: "const.abs".to_owned(),
                got: got.to_string(),
                expected: "0 or 1".to_owned(),
            });
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
        known: norms::all().map(|m| m.descriptor().id).collect::<Vec<_>>().join(", "),
    })?;
    let consts = method.descriptor().default_consts();
    Ok(Norm { method, path: r.path, layout, params: [].into(), consts, mask: None })
}
