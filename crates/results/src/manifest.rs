//! Where, when, how and from which sources the numbers of a run came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Shard;

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
    /// All, by rising effort.
    pub const ALL: [Self; 4] = [Self::Smoke, Self::Quick, Self::Standard, Self::Full];

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
#[serde(try_from = "Stored")]
pub struct Manifest {
    /// How much was measured.
    pub tier: Tier,
    /// When the run was created, in UTC, `YYYY-MM-DDThh:mm:ssZ` (see [`crate::utc`]).
    pub started: String,
    /// When the last command ended, in UTC; `None` while one is at work or if it was cut short.
    pub finished: Option<String>,
    /// The seeds of all commands, rising.
    pub seeds: Vec<u64>,
    /// What measured: one part for each build and machine. A run has one, unless it was continued by another.
    pub parts: Vec<Part>,
    /// Where the run is a share of another one's cells, which share: others have the rest, and it decides nothing alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Whether the file has the form from before there were parts: its cells do not say what measured them.
    #[serde(skip)]
    pub earlier_form: bool,
}

/// The commands of a run that one build gave on one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What must be the same where numbers are put together.
    pub identity: Identity,
    /// Logical cores the system shows.
    pub logical_cores: usize,
    /// Cells that are trained at once, each on one thread.
    pub threads: usize,
    /// Main memory, bytes.
    pub memory_bytes: u64,
    /// The command lines, each once, in the order of their first start.
    pub commands: Vec<CommandLine>,
    /// Whether this part measured the throughput of the run.
    pub throughput: bool,
    /// Anything else a reader must know.
    pub notes: Vec<String>,
    /// The claims that this build knows, by id, each with the digits of what it had declared before the part began: thresholds, arms,
    /// rates, seeds. Empty in runs from before they were written down.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub declared: BTreeMap<String, String>,
    /// An earlier part whose numbers this one's build gives too, so that cells of both stand side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_bits_as: Option<SameBits>,
}

/// That a build gives the numbers of an earlier part of its run, and what says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SameBits {
    /// The identity of the earlier part.
    pub identity: String,
    /// The ids of its cells that were trained again and had the same bits: one of each workload, method, place and settings.
    pub cells: Vec<String>,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandLine {
    /// The command line, word by word.
    pub words: Vec<String>,
    /// Its first start in UTC.
    pub started: String,
}

/// Build and machine. Numbers of different ones are never put into one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The commit of normlab that was built.
    pub commit: String,
    /// Whether what was built differed from that commit.
    pub dirty: bool,
    /// A digest of the differences; empty where there are none.
    pub changes: String,
    /// SHA-256 of `Cargo.lock`, in hexadecimal.
    pub lock_sha256: String,
    /// `rustc --version`.
    pub rustc: String,
    /// Cargo features that were on.
    pub features: Vec<String>,
    /// Cargo profile (`release`, `bench`).
    pub profile: String,
    /// Operating system and architecture.
    pub os: String,
    /// Processor model.
    pub cpu: String,
    /// The instruction set that the kernels ran on.
    pub instruction_set: String,
    /// The global allocator of the measuring binary.
    pub allocator: String,
    /// A fingerprint of the sources that decide the bits of a cell: kernels, models, tasks, the crates they stand on. Empty in
    /// runs from before there was one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub engine: String,
}

impl Identity {
    /// What cells name it by: 16 hexadecimal digits of the SHA-256 of what decides their bits. Where the engine is known, a
    /// commit that leaves it alone is the same; otherwise everything counts.
    pub fn id(&self) -> String {
        if self.engine.is_empty() {
            return crate::cell::digest(self);
        }
        let Self { rustc, features, profile, os, cpu, instruction_set, allocator, engine, .. } = self;
        crate::cell::digest(&(engine, rustc, features, profile, os, cpu, instruction_set, allocator))
    }

    /// Where another identity differs: name, value here, value there.
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let engines = !self.engine.is_empty() && !other.engine.is_empty();
        let of_commit = ["commit", "changes to the commit", "Cargo.lock"];
        let all = [
            ("engine", &self.engine, &other.engine),
            ("commit", &self.commit, &other.commit),
            ("changes to the commit", &self.changes, &other.changes),
            ("Cargo.lock", &self.lock_sha256, &other.lock_sha256),
            ("compiler", &self.rustc, &other.rustc),
            ("features", &self.features.join(" "), &other.features.join(" ")),
            ("profile", &self.profile, &other.profile),
            ("system", &self.os, &other.os),
            ("processor", &self.cpu, &other.cpu),
            ("instruction set", &self.instruction_set, &other.instruction_set),
            ("allocator", &self.allocator, &other.allocator),
        ]
        .map(|(what, a, b)| (what, a.clone(), b.clone()));
        let counts = |what: &str| !engines || !of_commit.contains(&what);
        let mut found: Vec<_> = all.into_iter().filter(|(what, a, b)| a != b && counts(what)).collect();
        if !engines && self.dirty != other.dirty {
            found.push(("working tree", state(self.dirty), state(other.dirty)));
        }
        found
    }
}

fn state(dirty: bool) -> String {
    if dirty { "modified" } else { "clean" }.to_owned()
}

impl Manifest {
    /// The part of this identity.
    pub fn part(&self, identity: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.identity.id() == identity)
    }

    /// Which part, from 1, measured a record of this identity; `None` if there is no such part. Of parts that give the same
    /// bits it is the first.
    pub fn part_number(&self, identity: Option<&str>) -> Option<usize> {
        let Some(id) = identity else { return self.earlier_form.then_some(1) };
        let at = self.parts.iter().position(|part| part.identity.id() == id)?;
        match &self.parts[at].same_bits_as {
            // An earlier part, as validation holds: this ends.
            Some(same) if self.parts[..at].iter().any(|p| p.identity.id() == same.identity) => {
                self.part_number(Some(&same.identity))
            }
            _ => Some(at + 1),
        }
    }
}

/// Either form of the file. The earlier one knew one build, one machine and one command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    tier: Tier,
    started: String,
    finished: Option<String>,
    seeds: Vec<u64>,
    parts: Option<Vec<Part>>,
    shard: Option<Shard>,
    command: Option<Vec<String>>,
    commit: Option<String>,
    dirty: Option<bool>,
    lock_sha256: Option<String>,
    rustc: Option<String>,
    features: Option<Vec<String>>,
    profile: Option<String>,
    os: Option<String>,
    cpu: Option<String>,
    logical_cores: Option<usize>,
    threads: Option<usize>,
    memory_bytes: Option<u64>,
    allocator: Option<String>,
    notes: Option<Vec<String>>,
}

impl TryFrom<Stored> for Manifest {
    type Error = String;

    fn try_from(s: Stored) -> Result<Self, String> {
        let earlier_form = s.parts.is_none();
        let parts = match s.parts {
            Some(parts) if parts.is_empty() => return Err("`parts` is empty".to_owned()),
            Some(parts) => {
                if s.command.is_some() || s.commit.is_some() || s.cpu.is_some() {
                    return Err(
                        "`parts` beside `command`, `commit` or `cpu`, which stand in a part".to_owned()
                    );
                }
                parts
            }
            None => {
                let missing = |field: &str| format!("missing field `{field}`");
                let commit = s.commit.ok_or_else(|| missing("parts"))?;
                let words = s.command.ok_or_else(|| missing("command"))?;
                vec![Part {
                    identity: Identity {
                        commit,
                        dirty: s.dirty.ok_or_else(|| missing("dirty"))?,
                        changes: String::new(),
                        lock_sha256: s.lock_sha256.ok_or_else(|| missing("lock_sha256"))?,
                        rustc: s.rustc.ok_or_else(|| missing("rustc"))?,
                        features: s.features.ok_or_else(|| missing("features"))?,
                        profile: s.profile.ok_or_else(|| missing("profile"))?,
                        os: s.os.ok_or_else(|| missing("os"))?,
                        cpu: s.cpu.ok_or_else(|| missing("cpu"))?,
                        instruction_set: "see the notes".to_owned(),
                        allocator: s.allocator.ok_or_else(|| missing("allocator"))?,
                        engine: String::new(),
                    },
                    logical_cores: s.logical_cores.ok_or_else(|| missing("logical_cores"))?,
                    threads: s.threads.ok_or_else(|| missing("threads"))?,
                    memory_bytes: s.memory_bytes.ok_or_else(|| missing("memory_bytes"))?,
                    commands: vec![CommandLine { words, started: s.started.clone() }],
                    throughput: true,
                    notes: s.notes.ok_or_else(|| missing("notes"))?,
                    declared: BTreeMap::new(),
                    same_bits_as: None,
                }]
            }
        };
        Ok(Self {
            tier: s.tier,
            started: s.started,
            finished: s.finished,
            seeds: s.seeds,
            parts,
            shard: s.shard,
            earlier_form,
        })
    }
}
