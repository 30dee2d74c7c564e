//! Where the numbers of a run come from: build, machine, command.

use std::ffi::OsString;

use results::{CommandLine, Identity, Part};
use sha2::{Digest, Sha256};

/// What a binary knows of its own build. Only the binary can know it: the folder in which it is started may hold another
/// commit by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Build {
    /// The commit.
    pub commit: &'static str,
    /// Whether what was built differed from it.
    pub dirty: bool,
    /// A digest of the differences; empty where there are none.
    pub changes: &'static str,
    /// The contents of `Cargo.lock`.
    pub lock: &'static [u8],
    /// `rustc --version`.
    pub rustc: &'static str,
    /// A fingerprint of the sources that decide the bits of a cell.
    pub engine: &'static str,
}

/// The value of the first `key: value` line in a file of such lines.
fn field(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|l| l.starts_with(key))?;
    line.split_once(':').map(|(_, v)| v.trim().to_owned())
}

fn memory_bytes() -> u64 {
    let kib = field("/proc/meminfo", "MemTotal").and_then(|v| v.split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// The most memory that this process has had so far, where the system tells (Linux).
pub fn peak_memory_bytes() -> Option<u64> {
    let kib = field("/proc/self/status", "VmHWM")?;
    Some(kib.split(' ').next()?.parse::<u64>().ok()? * 1024)
}

/// The words of this process. The path of the binary says where the user keeps it, not what was run.
fn words() -> Vec<String> {
    let words = std::env::args_os().skip(1).map(|word: OsString| word.to_string_lossy().into_owned());
    std::iter::once("normlab".to_owned()).chain(words).collect()
}

/// What a run that this process begins now writes down of build, machine and command, before any number.
pub fn part(build: &Build) -> Part {
    let lock = Sha256::digest(build.lock).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    Part {
        identity: Identity {
            commit: build.commit.to_owned(),
            dirty: build.dirty,
            changes: build.changes.to_owned(),
            lock_sha256: lock,
            rustc: build.rustc.to_owned(),
            features: Vec::new(),
            profile: if cfg!(debug_assertions) { "dev" } else { "release" }.to_owned(),
            os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned()),
            instruction_set: format!("{:?}", norm_core::Isa::detect()),
            allocator: "mimalloc".to_owned(),
            engine: build.engine.to_owned(),
        },
        logical_cores: cores,
        threads: cores,
        memory_bytes: memory_bytes(),
        commands: vec![CommandLine { words: words(), started: results::utc(std::time::SystemTime::now()) }],
        throughput: false,
        notes: Vec::new(),
        declared: std::collections::BTreeMap::new(),
        same_bits_as: None,
    }
}
