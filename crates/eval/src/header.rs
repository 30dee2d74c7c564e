//! Names that stand twice in the header of a safetensors file. The format forbids them; a reader that takes the header for
//! a map keeps the last and says nothing.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

const METADATA: &str = "__metadata__";

/// Bytes of a header that the reader of the format takes.
const LONGEST: usize = 100_000_000;

/// A walk through JSON that remembers the first key that stood twice in one object.
struct Keys<'a> {
    /// The keys on the way here.
    path: &'a [String],
    found: &'a mut Option<String>,
}

fn described(path: &[String], key: &str) -> String {
    match path {
        [] if key == METADATA => "the metadata".to_owned(),
        [] => format!("tensor `{key}`"),
        [first, ..] if first == METADATA => format!("metadata `{key}`"),
        [first, ..] => format!("`{key}` of tensor `{first}`"),
    }
}

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) && self.found.is_none() {
                *self.found = Some(described(self.path, &key));
            }
            let path = [self.path, std::slice::from_ref(&key)].concat();
            map.next_value_seed(Keys { path: &path, found: self.found })?;
            seen.insert(key);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        while all.next_element_seed(Keys { path: self.path, found: self.found })?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// What stands twice in the header of these bytes; nothing where they have no header that can be read, of which the reader
/// of the format says more.
pub(crate) fn stands_twice(bytes: &[u8]) -> Option<String> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= LONGEST)?;
    let header = rest.get(..length)?;
    let mut found = None;
    let walk = Keys { path: &[], found: &mut found };
    // Where it is no JSON the reader will say so.
    let _ = walk.deserialize(&mut serde_json::Deserializer::from_slice(header));
    found
}
