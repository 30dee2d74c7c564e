//! Where, when, how and from which sources the numbers of a run came.

use serde::{Deserialize, Serialize};

/// How much was measured. Numbers of different tiers are never put into one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Minutes: does everything still run?
    Smoke,
    /// A coffee: the default of a person's own run.
    Quick,
    /// An hour or two: the committed reference run.
    Standard,
    /// No limit.
    Full,
}

impl Tier {
    /// The name used in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The provenance of a run. What is not known is said to be so in words, never left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// How much was measured.
    pub tier: Tier,
    /// The command line, word by word.
    pub command: Vec<String>,
    /// The commit of normlab that was built.
    pub commit: String,
    /// Whether the working tree differed from that commit.
    pub dirty: bool,
    /// SHA-256 of `Cargo.lock`, in hexadecimal.
    pub lock_sha256: String,
    /// `rustc --version`.
    pub rustc: String,
    /// Cargo features that were on.
    pub features: Vec<String>,
    /// Cargo profile (`release`, `bench`).
    pub profile: String,
    /// Operating system and kernel.
    pub os: String,
    /// Processor model.
    pub cpu: String,
    /// Logical cores the system shows.
    pub logical_cores: usize,
    /// Threads a single measurement used.
    pub threads: usize,
    /// Main memory, bytes.
    pub memory_bytes: u64,
    /// Start in UTC, `YYYY-MM-DDThh:mm:ssZ` (see [`crate::utc`]).
    pub started: String,
    /// End in UTC; `None` while the run is going on or if it was cut short.
    pub finished: Option<String>,
    /// The seeds every method was run with.
    pub seeds: Vec<u64>,
    /// The global allocator of the measuring binary.
    pub allocator: String,
    /// Anything else a reader must know.
    pub notes: Vec<String>,
}
