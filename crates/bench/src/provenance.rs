//! Where the numbers of a run come from: machine, sources, command.

use std::process::Command;

use results::{Manifest, Tier};
use sha2::{Digest, Sha256};

fn output(program: &str, args: &[&str]) -> Option<String> {
    let out = Command::new(program).args(args).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// The value of the first `key: value` line in a file of such lines.
fn field(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|l| l.starts_with(key))?;
    line.split_once(':').map(|(_, v)| v.trim().to_owned())
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn cpu() -> String {
    field("/proc/cpuinfo", "model name").unwrap_or_else(unknown)
}

fn memory_bytes() -> u64 {
    let kib = field("/proc/meminfo", "MemTotal").and_then(|v| v.split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// The manifest of a run that begins now, before any number of it.
pub fn manifest(tier: Tier, seeds: &[u64], threads: usize) -> Manifest {
    let mut command: Vec<String> = std::env::args().collect();
    // The path of the binary says where the user keeps it, not what was run.
    if let Some(first) = command.first_mut() {
        "normlab".clone_into(first);
    }
    let lock = std::fs::read("Cargo.lock")
        .map(|b| Sha256::digest(b).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")));
    let isa = norm_core::Isa::detect();
    Manifest {
        tier,
        command,
        commit: output("git", &["rev-parse", "HEAD"]).unwrap_or_else(unknown),
        // What is committed under reports/ is made by a run, so it does not make the sources dirty.
        dirty: output("git", &["status", "--porcelain", "--", ".", ":!reports"])
            .is_none_or(|s| !s.is_empty()),
        lock_sha256: lock.unwrap_or_else(|_| unknown()),
        rustc: output("rustc", &["--version"]).unwrap_or_else(unknown),
        features: Vec::new(),
        profile: if cfg!(debug_assertions) { "dev" } else { "release" }.to_owned(),
        os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        cpu: cpu(),
        logical_cores: std::thread::available_parallelism().map_or(1, Into::into),
        threads,
        memory_bytes: memory_bytes(),
        started: results::utc(std::time::SystemTime::now()),
        finished: None,
        seeds: seeds.to_vec(),
        allocator: "mimalloc".to_owned(),
        notes: vec![format!("kernels ran on {isa:?}")],
    }
}
