//! Floating-point numbers in JSON, all of them.
//!
//! JSON has no NaN and no infinity, and serde_json writes both as `null`, which loses what a diverged training run
//! has to say. Here a finite number is a number and the three others are the texts `"NaN"`, `"inf"` and `"-inf"`.
//! Use as `#[serde(with = "float")]` on `f64`, and the submodules on `Option<f64>` and on maps to `f64`.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes a number, or the name of what is not finite.
pub fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        to.serialize_f64(*value)
    } else if value.is_nan() {
        to.serialize_str("NaN")
    } else if *value > 0.0 {
        to.serialize_str("inf")
    } else {
        to.serialize_str("-inf")
    }
}

/// Reads what [`serialize`] wrote; `null` is refused, since it says nothing.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    from.deserialize_any(FloatVisitor)
}

struct FloatVisitor;

impl Visitor<'_> for FloatVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(r#"a number, "NaN", "inf" or "-inf""#)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<f64, E> {
        match value {
            "NaN" => Ok(f64::NAN),
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            other => Err(E::invalid_value(Unexpected::Str(other), &self)),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Wrapped(#[serde(with = "super::float")] f64);

/// The same for `Option<f64>`; `None` is `null`.
pub mod option {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Wrapped};

    /// Writes `null`, a number, or the name of what is not finite.
    pub fn serialize<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        value.map(Wrapped).serialize(to)
    }

    /// Reads what [`serialize`] wrote.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Wrapped>::deserialize(from)?.map(|w| w.0))
    }
}

/// The same for maps from names to numbers.
pub mod map {
    use super::{Deserialize, Deserializer, Serializer, Wrapped};
    use std::collections::BTreeMap;

    /// Writes an object of numbers.
    pub fn serialize<S: Serializer>(value: &BTreeMap<String, f64>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(value.iter().map(|(k, v)| (k, Wrapped(*v))))
    }

    /// Reads what [`serialize`] wrote.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
        Ok(BTreeMap::<String, Wrapped>::deserialize(from)?.into_iter().map(|(k, v)| (k, v.0)).collect())
    }
}
