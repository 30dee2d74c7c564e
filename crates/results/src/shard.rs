//! One of several shares of a run's cells, each trained by a machine of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::CellSettings;

/// One of `count` shares of the cells of a run, written `i/n`. Which share a cell is in follows from its settings alone, so that
/// shares never overlap, and neither the order of cells nor what is finished moves one into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// From 1.
    index: u64,
    count: u64,
}

impl Shard {
    /// Whether it is the first share: what only one machine does is done by that.
    pub fn is_first(self) -> bool {
        self.index == 1
    }

    /// Whether a cell is in this share.
    pub fn holds(self, cell: &CellSettings) -> bool {
        cell.number() % self.count == self.index - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// The text is not a [`Shard`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected i/n, the i-th of n shards with i from 1 to n, such as 1/4, got {got:?}")]
pub struct ShardError {
    /// The text.
    pub got: String,
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = || {
            let (index, count) = text.split_once('/')?;
            Some((index.parse().ok()?, count.parse().ok()?))
        };
        match numbers() {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err(ShardError { got: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = ShardError;

    fn try_from(text: String) -> Result<Self, ShardError> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}
